"""What each code about dialogues (T) means; the page for admins is made from this, and tests try every example.

An example is a dialogue file of the small hotline in `tests/ivr/fixtures/small`.
"""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "T001",
        "Only known keys and acts are used",
        "A misspelt one would silently do nothing.",
        "a caller is greeted:\n  talk:\n    - expcet: welcome",
        "a caller is greeted:\n  talk:\n    - expect: welcome",
    ),
    CodeDoc(
        "T002",
        "A dialogue has a talk, and stands for at most 100",
        "Its own, or that of the dialogue it is like. Each `any` and each list behind `comes back` multiplies it.",
        'a caller is greeted:\n  from: "13800138000"',
        'a caller is greeted:\n  from: "13800138000"\n  talk:\n    - expect: welcome',
    ),
    CodeDoc(
        "T003",
        "A value is of the kind its key wants",
        "A file holds dialogues by their names; a talk is a list of acts.",
        "a caller is greeted:\n  talk: {expect: welcome}",
        "a caller is greeted:\n  talk:\n    - expect: welcome",
    ),
    CodeDoc(
        "T004",
        "A message that is expected exists",
        "In `prompts/`.",
        "a caller is greeted:\n  talk:\n    - expect: welcom",
        "a caller is greeted:\n  talk:\n    - expect: welcome",
    ),
    CodeDoc(
        "T005",
        "A queue exists",
        "In `queues` of hotline.yaml.",
        "a caller wants a person:\n  talk:\n    - press: 0\n    - queued: slaes",
        "a caller wants a person:\n  talk:\n    - press: 0\n    - queued: sales",
    ),
    CodeDoc(
        "T006",
        "A lookup exists",
        "In `lookups` of hotline.yaml.",
        "billing is down:\n  backend: {balanse: down}\n  talk:\n    - expect: welcome",
        "billing is down:\n  backend: {balance: down}\n  talk:\n    - expect: welcome",
    ),
    CodeDoc(
        "T007",
        "A step exists",
        "Steps are named with their flow: `main.menu`.",
        "a caller is asked:\n  talk:\n    - at: main.meun",
        "a caller is asked:\n  talk:\n    - at: main.menu",
    ),
    CodeDoc(
        "T008",
        "A dialogue that is named exists",
        "In any file of `tests/`.",
        "a caller is greeted:\n  talk:\n    - expect: welcome\na caller asks:\n  like: a caller is greted",
        "a caller is greeted:\n  talk:\n    - expect: welcome\na caller asks:\n  like: a caller is greeted",
    ),
    CodeDoc(
        "T009",
        "A dialogue has a name of its own",
        "Among all files of `tests/`: others may be like it. (Within one file, the name given twice is Y009.)",
        "# two files with\na caller is greeted:\n  talk:\n    - expect: welcome",
        "# one file with\na caller is greeted:\n  talk:\n    - expect: welcome",
    ),
    CodeDoc(
        "T010",
        "An answer is one its lookup can give",
        "Fields and types are those of `gives` in hotline.yaml. Fields that are left out are null; "
        "`as_of` is then just now. Instead of a row: `missing`, `down`, `wrong`, `slow`, `stale`.",
        'a balance:\n  backend: {balance: {amount: "123.45"}}\n  talk:\n    - expect: welcome',
        'a balance:\n  backend: {balance: {amount: "123.45 CNY"}}\n  talk:\n    - expect: welcome',
    ),
    CodeDoc(
        "T011",
        "Keys are those of a telephone",
        "`0` to `9`, `*`, `#`; what begins with `*` or `#` is put in quotes.",
        "a caller asks:\n  talk:\n    - press: one",
        "a caller asks:\n  talk:\n    - press: 1",
    ),
    CodeDoc(
        "T012",
        "Durations and moments can be read",
        "A duration is a whole number with its unit, a moment a date and a time by the hotline's clocks.",
        "nobody presses:\n  talk:\n    - wait: 6",
        "nobody presses:\n  talk:\n    - wait: 6s",
    ),
    CodeDoc(
        "T013",
        "The number dialled is one of the hotline's",
        "In `numbers` of hotline.yaml; without `to` it is the first of them.",
        'a caller is greeted:\n  to: "10011"\n  talk:\n    - expect: welcome',
        'a caller is greeted:\n  to: "10010"\n  talk:\n    - expect: welcome',
    ),
    CodeDoc(
        "T014",
        "The talk of another dialogue is taken from its beginning",
        "`...` is the whole talk of the dialogue this one is `like`, `until` what comes before it expects a message. "
        "Either stands first.",
        "a caller is greeted:\n  talk:\n    - expect: welcome\n"
        "a caller asks:\n  like: a caller is greeted\n  talk:\n    - until: goodbye\n    - press: 1",
        "a caller is greeted:\n  talk:\n    - expect: welcome\n"
        "a caller asks:\n  like: a caller is greeted\n  talk:\n    - until: welcome\n    - press: 1",
    ),
    CodeDoc(
        "T015",
        "Dialogues do not build on each other in a circle",
        "By `like` and `follows`.",
        "the first:\n  like: the second\nthe second:\n  like: the first",
        "the first:\n  talk:\n    - expect: welcome\nthe second:\n  like: the first",
    ),
    CodeDoc(
        "T016",
        "An outcome is one there is",
        "A queue gives a call back `answered`, `timed_out`, `empty`, `full`, `withdrawn` or `failed`; another "
        "telephone `answered`, `busy`, `no_answer` or `failed`. A call ends `finished`, `hung up` or `rescued`.",
        "nobody answers:\n  talk:\n    - press: 0\n    - comes back: timedout",
        "nobody answers:\n  talk:\n    - press: 0\n    - comes back: timed_out",
    ),
    CodeDoc(
        "T017",
        "A language is spoken here",
        "In `languages` of hotline.yaml.",
        "a caller is greeted:\n  talk:\n    - expect: welcome\n      language: zh-CM",
        "a caller is greeted:\n  talk:\n    - expect: welcome\n      language: zh-CN",
    ),
    CodeDoc(
        "T018",
        "A script exists",
        "In `scripts/`, named without `.py`.",
        "the script fails:\n  scripts: {echo-numbr: failed}\n  talk:\n    - expect: welcome",
        "the script fails:\n  scripts: {echo-number: failed}\n  talk:\n    - expect: welcome",
    ),
    CodeDoc(
        "T019",
        "What is kept is something a call can leave",
        "A `survey` by its questions, a `callback`, a `ticket` of a kind of the hotline, a `voicemail` of a box, the "
        "length of a `recording`, or `nothing`.",
        "a fault is noted:\n  talk:\n    - kept: {tikcet: {kind: fault}}",
        "a fault is noted:\n  talk:\n    - kept: {ticket: {kind: fault}}",
    ),
    CodeDoc(
        "T020",
        "A queue stands in figures",
        "`waiting`, `places`, `agents`, `free` and `ahead` are counts, `longest_wait` and `expected_wait` durations; "
        "`unknown` is that nobody can tell.",
        "many wait:\n  queues: {sales: {wating: 12}}\n  talk:\n    - expect: welcome",
        "many wait:\n  queues: {sales: {waiting: 12, expected_wait: 4min}}\n  talk:\n    - expect: welcome",
    ),
)
