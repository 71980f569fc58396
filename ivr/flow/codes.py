"""What each code about YAML (Y) and flows (F) means; the page for admins is made from this, tests try every example.

The examples of F codes are steps of a flow, or a whole flow when they begin with the name of its file.
"""

from __future__ import annotations

from typing import Final

from dialplan.diagnostics import CodeDoc, codes

_ASK: Final = "no_input: {after: 5s, tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"
_KEY: Final = "no_input: {tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}"

CODES = codes(
    CodeDoc(
        "Y001",
        "A file has at most a million bytes",
        "A flow of 3,000 steps has less than half of that. What is larger is no flow, or several.",
        "# 1,000,001 bytes",
        "# several files, each below a million bytes",
    ),
    CodeDoc(
        "Y002",
        "Files are UTF-8",
        "Any other encoding would turn Chinese text into nonsense. Save the file again as UTF-8.",
        "# saved as GB 18030 or UTF-16",
        "# saved as UTF-8",
    ),
    CodeDoc(
        "Y003",
        "Files need no byte order mark",
        "Some editors put an invisible mark before the first character. It is left out; save the file without it.",
        "# saved as UTF-8 with BOM",
        "# saved as UTF-8",
    ),
    CodeDoc(
        "Y004",
        "A file has something in it",
        "An empty file is most often one that was not saved.",
        "# nothing but this",
        "flow: main",
    ),
    CodeDoc(
        "Y005",
        "A file is one YAML document",
        "The text cannot be read as YAML 1.2: most often an indent, a tab, or a text with `: ` or a sign in it that "
        "needs quotes.",
        "greeting: welcome: to us",
        'greeting: "welcome: to us"',
    ),
    CodeDoc(
        "Y006",
        "A file is neither endless nor bottomless",
        "At most 100,000 values, each use of an anchor counted, and 32 levels: more is a mistake or an attack.",
        "[" * 40,
        "[1, 2]",
    ),
    CodeDoc(
        "Y007",
        "Tags are not used",
        "What a value is follows from how it looks; a text that looks like something else is put in quotes.",
        "number: !!str 96956",
        'number: "96956"',
    ),
    CodeDoc("Y008", "Keys are names", "A list or a mapping cannot be a key.", "? [a, b]\n: c", "a: c"),
    CodeDoc(
        "Y009",
        "A key is given once",
        "Of two equal keys one would silently be lost. `1` and `'1'` are the same key.",
        "play: welcome\nplay: goodbye",
        "play: welcome",
    ),
    CodeDoc(
        "Y010",
        "`*name` repeats an `&name` before it",
        "The anchor is missing, misspelt or further down, or it would contain itself.",
        "a: *office",
        "b: &office x\na: *office",
    ),
    CodeDoc(
        "F001",
        "Only known keys are used",
        "A misspelt key would silently do nothing.",
        "greet:\n  play: welcome\n  interuptible: false\n  then: end",
        "greet:\n  play: welcome\n  interruptible: false\n  then: end",
    ),
    CodeDoc(
        "F002",
        "What a step needs is there",
        "Where to go next is always written down (`then`), and every wait has its bound.",
        "greet:\n  play: welcome",
        "greet:\n  play: welcome\n  then: end",
    ),
    CodeDoc(
        "F003",
        "A value is of the kind its key wants",
        "Text, number, list and mapping are not taken for one another.",
        "greet:\n  play: [welcome]\n  then: end",
        "greet:\n  play: welcome\n  then: end",
    ),
    CodeDoc(
        "F004",
        "A step has one of the verbs",
        "The verb is the first key of a step: what it does.",
        "greet:\n  plai: welcome\n  then: end",
        "greet:\n  play: welcome\n  then: end",
    ),
    CodeDoc(
        "F005",
        "The verb stands first",
        "So that a flow can be read aloud.",
        "greet:\n  then: end\n  play: welcome",
        "greet:\n  play: welcome\n  then: end",
    ),
    CodeDoc(
        "F006",
        "A duration is a whole number with its unit",
        "`6` could be seconds or milliseconds; units are `ms`, `s`, `min`, `h`, `d`.",
        "wait:\n  queue: sales\n  longest: 10 minutes\n  after: {answered: end, timed_out: end}",
        "wait:\n  queue: sales\n  longest: 10min\n  after: {answered: end, timed_out: end}",
    ),
    CodeDoc(
        "F007",
        "Keys are those of a telephone",
        "`0` to `9`, and `*` and `#` in quotes.",
        f"ask:\n  menu: main-menu\n  keys: {{10: end}}\n  {_ASK}",
        f"ask:\n  menu: main-menu\n  keys: {{1: end}}\n  {_ASK}",
    ),
    CodeDoc(
        "F008",
        "An expression can be read",
        "Expressions have names, values, `+ - * /`, comparisons, `in`, `and`, `or`, `not` and a few functions.",
        "choose:\n  branch:\n    - {when: language = 'en', then: end}\n    - {then: end}",
        "choose:\n  branch:\n    - {when: language == 'en', then: end}\n    - {then: end}",
    ),
    CodeDoc(
        "F009",
        "Names can be said and written anywhere",
        "Steps: letters of any alphabet, digits, `-`, `_`. Variables: Latin letters, digits, `_`. Flows: small Latin "
        "letters, digits, `-`, `_`. `end`, `true`, `false` and `null` are taken.",
        "remember:\n  set: {caller-tier: gold}\n  then: end",
        "remember:\n  set: {caller_tier: gold}\n  then: end",
    ),
    CodeDoc(
        "F010",
        "A flow is called like its file",
        "`flows/main.yaml` holds `flow: main`.",
        "# flows/main.yaml\nflow: man\nstart: bye\nsteps:\n  bye: {hangup: goodbye}",
        "# flows/main.yaml\nflow: main\nstart: bye\nsteps:\n  bye: {hangup: goodbye}",
    ),
    CodeDoc(
        "F011",
        "Numbers and durations are within bounds",
        "Every wait and every number of tries has a least and a most that make sense on the telephone.",
        "wait:\n  queue: sales\n  longest: 2d\n  after: {answered: end, timed_out: end}",
        "wait:\n  queue: sales\n  longest: 10min\n  after: {answered: end, timed_out: end}",
    ),
    CodeDoc(
        "F012",
        "A step that is gone to exists",
        "In the same flow; another flow is run by `subflow`.",
        "greet:\n  play: welcome\n  then: godbye\ngoodbye:\n  hangup: goodbye",
        "greet:\n  play: welcome\n  then: goodbye\ngoodbye:\n  hangup: goodbye",
    ),
    CodeDoc(
        "F013",
        "A flow that is run exists",
        "As a file in `flows/`.",
        "check:\n  subflow: identfy\n  then: end",
        "check:\n  subflow: identify\n  then: end",
    ),
    CodeDoc(
        "F014",
        "A queue exists",
        "In `queues` of hotline.yaml.",
        "wait:\n  queue: slaes\n  longest: 10min\n  after: {answered: end, timed_out: end}",
        "wait:\n  queue: sales\n  longest: 10min\n  after: {answered: end, timed_out: end}",
    ),
    CodeDoc(
        "F015",
        "A lookup exists",
        "In `lookups` of hotline.yaml.",
        "ask:\n  lookup: balanse\n  with: {account: call.caller}\n  timeout: 2s\n  max_age: 15min\n  on_timeout: end\n"
        "  on_error: end\n  into: bill\n  then: end",
        "ask:\n  lookup: balance\n  with: {account: call.caller}\n  timeout: 2s\n  max_age: 15min\n  on_timeout: end\n"
        "  on_error: end\n  into: bill\n  then: end",
    ),
    CodeDoc(
        "F016",
        "A schedule exists",
        "In `hours` of hotline.yaml.",
        "open_now:\n  hours: ofice\n  open: end\n  closed: end",
        "open_now:\n  hours: office\n  open: end\n  closed: end",
    ),
    CodeDoc(
        "F017",
        "A message exists",
        "In `prompts/`, in every language (P003).",
        "greet:\n  play: welcom\n  then: end",
        "greet:\n  play: welcome\n  then: end",
    ),
    CodeDoc(
        "F018",
        "A script exists",
        "In `scripts/`, named without `.py`.",
        "run:\n  script: echo-numbr\n  on_error: end\n  then: end",
        "run:\n  script: echo-number\n  on_error: end\n  then: end",
    ),
    CodeDoc(
        "F019",
        "A voicemail box exists",
        "In `voicemail` of hotline.yaml.",
        "record:\n  voicemail: mesages\n  message: leave-word\n  longest: 2min\n  then: end",
        "record:\n  voicemail: messages\n  message: leave-word\n  longest: 2min\n  then: end",
    ),
    CodeDoc(
        "F020",
        "A language is spoken here",
        "In `languages` of hotline.yaml.",
        "choose:\n  set: {language: zh-CM}\n  then: end",
        "choose:\n  set: {language: zh-CN}\n  then: end",
    ),
    CodeDoc(
        "F021",
        "Every step can be reached",
        "A step no call comes to is left over, or the way to it is.",
        "greet:\n  play: welcome\n  then: end\nleft_over:\n  hangup: goodbye",
        "greet:\n  play: welcome\n  then: goodbye\ngoodbye:\n  hangup: goodbye",
    ),
    CodeDoc(
        "F022",
        "From every step some way leads to an end",
        "Else hanging up is the caller's only way out.",
        "ask:\n  menu: main-menu\n  keys: {1: ask}\n  no_input: {after: 5s, tries: 2, then: ask}\n"
        "  wrong_input: {tries: 2, then: ask}",
        f"ask:\n  menu: main-menu\n  keys: {{1: ask}}\n  {_ASK}",
    ),
    CodeDoc(
        "F023",
        "A circle asks the caller",
        "A circle of steps that only speak and look up would spin until `longest_steps` is used up.",
        "greet:\n  play: welcome\n  then: open_now\nopen_now:\n  hours: office\n  open: end\n  closed: greet",
        "greet:\n  play: welcome\n  then: open_now\nopen_now:\n  hours: office\n  open: end\n  closed: end",
    ),
    CodeDoc(
        "F024",
        "Each of several ways can be taken, and one always is",
        "The ways of a `then` are tried in order. The last one has no `when`; one before it must, and each differs.",
        "choose:\n  branch:\n    - {then: end}\n    - {when: language == 'en', then: end}\n    - {then: end}",
        "choose:\n  branch:\n    - {when: language == 'en', then: end}\n    - {then: end}",
    ),
    CodeDoc(
        "F025",
        "A variable is set before it is read",
        "On every way to the step. Sensitive variables do not outlast a `queue`, `dial` or `transfer` step.",
        "choose:\n  branch:\n    - {when: teir == 'vip', then: end}\n    - {then: end}",
        "know:\n  set: {tier: vip}\n  then: choose\n"
        "choose:\n  branch:\n    - {when: tier == 'vip', then: end}\n    - {then: end}",
    ),
    CodeDoc(
        "F026",
        "A field exists",
        "The fields of a lookup are its `gives`, those of a subflow what its `return` steps name, those of `call` are "
        "caller, caller_name, number, uniqueid and linkedid.",
        "choose:\n  branch:\n    - {when: call.from == '', then: end}\n    - {then: end}",
        "choose:\n  branch:\n    - {when: call.caller == null, then: end}\n    - {then: end}",
    ),
    CodeDoc(
        "F027",
        "What is sensitive is not told",
        "A PIN may be given to a lookup and compared, never said, dialled, handed to a script or kept on record. The "
        "check follows it through `set`, subflows and what they return.",
        "ask_pin:\n  collect: ask-pin\n  into: pin\n  length: 4\n  sensitive: true\n"
        f"  {_KEY}\n  then: repeat\nrepeat:\n  play: repeat-number\n  with: {{number: pin}}\n  then: end",
        "ask_account:\n  collect: ask-pin\n  into: account\n  length: 4\n"
        f"  {_KEY}\n  then: repeat\nrepeat:\n  play: repeat-number\n  with: {{number: account}}\n  then: end",
    ),
    CodeDoc(
        "F028",
        "Types fit",
        "What a lookup gives is declared: a text in the place of an amount is found before the first call.",
        "say:\n  play: your-balance\n  with: {amount: call.caller, as_of: now}\n  then: end",
        "ask:\n  lookup: balance\n  with: {account: call.caller}\n  timeout: 2s\n  max_age: 15min\n  on_timeout: end\n"
        "  on_error: end\n  on_missing: end\n  into: bill\n  then:\n    - {when: bill.amount, then: say}\n"
        "    - {then: end}\n"
        "say:\n  play: your-balance\n  with: {amount: bill.amount, as_of: bill.as_of}\n  then: end",
    ),
    CodeDoc(
        "F029",
        "What is wanted is given, and nothing else",
        "A message has places, a lookup and a flow take arguments: `with` gives each of them.",
        "say:\n  play: repeat-number\n  then: end",
        "say:\n  play: repeat-number\n  with: {number: call.number}\n  then: end",
    ),
    CodeDoc(
        "F030",
        "Flows do not run each other in a circle",
        "Each `subflow` waits for the one it runs; a circle of them would pile up. More than 16 do not stand on each "
        "other.",
        "# flows/again.yaml\nflow: again\nstart: again\nsteps:\n  again:\n    subflow: again\n    then: end",
        "# flows/again.yaml\nflow: again\nstart: check\nsteps:\n  check:\n    subflow: identify\n    then: bye\n"
        "  bye: {hangup: goodbye}",
    ),
    CodeDoc(
        "F031",
        "What the call brings is not overwritten",
        "`call`, `queue` and `now` can be read, not set. `language` can be set: it changes what the caller hears.",
        "forge:\n  set: {call: mine}\n  then: end",
        "keep:\n  set: {caller: = call.caller}\n  then: end",
    ),
    CodeDoc(
        "F032",
        "A lookup has a deadline, an age, and a way for each failure",
        "`timeout` bounds the wait, `max_age` the age of the answer; `on_timeout` and `on_error` say what the caller "
        "gets when there is no answer to trust.",
        "ask:\n  lookup: balance\n  with: {account: call.caller}\n  into: bill\n  then: end",
        "ask:\n  lookup: balance\n  with: {account: call.caller}\n  timeout: 2s\n  max_age: 15min\n  on_timeout: end\n"
        "  on_error: end\n  into: bill\n  then: end",
    ),
    CodeDoc(
        "F033",
        "Every flow is used",
        "A number leads to it, or another flow runs it.",
        "# flows/spare.yaml\nflow: spare\nstart: bye\nsteps:\n  bye: {hangup: goodbye}",
        "# flows/main.yaml\nflow: main\nstart: bye\nsteps:\n  bye: {hangup: goodbye}",
    ),
    CodeDoc(
        "F034",
        "A number leads to a flow that takes nothing",
        "Nobody is there to hand it something.",
        "# flows/main.yaml\nflow: main\ntakes: [account]\nstart: bye\nsteps:\n  bye: {hangup: goodbye}",
        "# flows/main.yaml\nflow: main\nstart: bye\nsteps:\n  bye: {hangup: goodbye}",
    ),
    CodeDoc(
        "F035",
        "What is said or called back is there on every way",
        "Null cannot be said or called. After `on_timeout`, `on_error`, or without `on_missing`, a lookup's fields are "
        "null; its source may leave any of them empty but `as_of`; a calling number may be withheld. A `when` that "
        "names the value makes sure.",
        "ask:\n  lookup: balance\n  with: {account: call.caller}\n  timeout: 2s\n  max_age: 15min\n  on_timeout: end\n"
        "  on_error: say\n  on_missing: end\n  into: bill\n  then: say\n"
        "say:\n  play: your-balance\n  with: {amount: bill.amount, as_of: bill.as_of}\n  then: end",
        "ask:\n  lookup: balance\n  with: {account: call.caller}\n  timeout: 2s\n  max_age: 15min\n  on_timeout: end\n"
        "  on_error: end\n  on_missing: end\n  into: bill\n  then:\n    - {when: bill.amount, then: say}\n"
        "    - {then: end}\n"
        "say:\n  play: your-balance\n  with: {amount: bill.amount, as_of: bill.as_of}\n  then: end",
    ),
    CodeDoc(
        "F036",
        "A check digit fits the entry",
        "`luhn` needs two figures at least. `gb11643` has 18, and its X is keyed as `*`, which then ends nothing.",
        f"ask_id:\n  collect: ask-account\n  into: id\n  length: {{min: 15, max: 18}}\n  check_digit: gb11643\n"
        f"  {_KEY}\n  then: end",
        f"ask_id:\n  collect: ask-account\n  into: id\n  length: 18\n  check_digit: gb11643\n  {_KEY}\n  then: end",
    ),
    CodeDoc(
        "F037",
        "A ticket's kind and colour exist",
        "In `tickets` of hotline.yaml; the colours of a kind are those it has a time for in `within`.",
        "report:\n  ticket: falt\n  with: {account: null}\n  then: end",
        "report:\n  ticket: fault\n  colour: red\n  with: {account: null}\n  then: end",
    ),
    CodeDoc(
        "F040",
        "No call ends before the caller has heard anything",
        "Who dials and is cut off without a word dials again. A queue that takes nobody in, and a `hangup` without a "
        "message, end a call silently.",
        "# flows/main.yaml\nflow: main\nstart: wait\nsteps:\n  wait:\n    queue: sales\n    longest: 10min\n"
        "    after: {answered: end, timed_out: end}",
        "# flows/main.yaml\nflow: main\nstart: wait\nsteps:\n  wait:\n    queue: sales\n    longest: 10min\n"
        "    after: {answered: end, timed_out: sorry}\n  sorry: {hangup: goodbye}",
    ),
    CodeDoc(
        "F041",
        "Nobody is hung up on without a word",
        "Who has pressed a key, spoken or waited, and is cut off, does not know whether it was meant, and dials again. "
        "A message, or a talk with an agent, must come after the last question, recording or wait; the report tells "
        "the shortest way on which none does.",
        "# flows/main.yaml\nflow: main\nstart: menu\nsteps:\n  menu:\n    menu: main-menu\n"
        "    keys: {1: menu, 0: end}\n"
        "    no_input: {after: 5s, tries: 3, then: bye}\n    wrong_input: {tries: 3, then: bye}\n"
        "  bye: {hangup: goodbye}",
        "# flows/main.yaml\nflow: main\nstart: menu\nsteps:\n  menu:\n    menu: main-menu\n"
        "    keys: {1: menu, 0: bye}\n"
        "    no_input: {after: 5s, tries: 3, then: bye}\n    wrong_input: {tries: 3, then: bye}\n"
        "  bye: {hangup: goodbye}",
    ),
    CodeDoc(
        "F050",
        "A waiting caller is told what is known of the line",
        "`announce` fills two places: `ahead`, a number or plural, and in `with_wait` also `wait`, a duration. Nothing "
        "else is known of a caller who waits.",
        "wait:\n  queue: sales\n  longest: 10min\n  announce: {message: callers-ahead-and-wait, every: 45s}\n"
        "  after: {answered: end, timed_out: end}",
        "wait:\n  queue: sales\n  longest: 10min\n  announce: {message: callers-ahead, "
        "with_wait: callers-ahead-and-wait, every: 45s}\n  after: {answered: end, timed_out: end}",
    ),
)
