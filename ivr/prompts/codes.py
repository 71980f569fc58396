"""What each code about sentences and recordings means; the page for admins is made from this."""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "P001",
        "A prompts file is a YAML mapping of names to texts",
        "The file cannot be read as YAML, or its top is a list or a single text. Nothing in it can be used.",
        "- 您好",
        "greeting: 您好",
    ),
    CodeDoc(
        "P002",
        "A message's name is written once, in letters, digits, `-` and `_`",
        "A name written twice would silently lose one of its texts. Names become file names of recordings, hence the "
        "letters. A message is either text or a group of messages, never both.",
        "greeting: 您好\ngreeting: 欢迎致电",
        "greeting: 您好\nwelcome: 欢迎致电",
    ),
    CodeDoc(
        "P003",
        "Every message exists in every language",
        "A caller who chose this language would hear nothing. Write the message in the language's file, or, when it is "
        "spoken in several languages to everybody, in `prompts/all.yaml`.",
        "# prompts/zh-CN.yaml\ngreeting: 您好\n# prompts/en.yaml\nwelcome: Welcome",
        "# prompts/zh-CN.yaml\ngreeting: 您好\n# prompts/en.yaml\ngreeting: Hello",
    ),
    CodeDoc(
        "P004",
        "A message is a text, or a list of texts with their languages",
        "An empty message would be silence. A message in several languages is a list of `language: text` lines.",
        "choose-language:\n  zh-CN: 普通话请按1\n  en:",
        "choose-language:\n  - zh-CN: 普通话请按1\n  - en: For English, press 3",
    ),
    CodeDoc(
        "P005",
        "Braces come in pairs",
        "A place begins with `{` and ends with `}`. To say a brace itself, quote it with apostrophes: `'{'`.",
        "your-balance: 您的余额是{amount, money",
        "your-balance: 您的余额是{amount, money}",
    ),
    CodeDoc(
        "P006",
        "A place has a name and a type",
        "How a value is spoken depends on its type: `money`, `date`, `time`, `number`, `digits`, `duration`, `text`, "
        "`plural`, `select`.",
        "your-balance: 您的余额是{amount}",
        "your-balance: 您的余额是{amount, money}",
    ),
    CodeDoc(
        "P007",
        "A style is one its type has",
        "`date` has `long`, `short`, `weekday`; `time` has `short`; `number` has `count`; `digits` has `phone`; "
        "`duration` has `minutes`.",
        "as-of: 截至{as_of, date, full}",
        "as-of: 截至{as_of, date, long}",
    ),
    CodeDoc(
        "P008",
        "A plural or select has the cases its language needs, and `other`",
        "English needs `one` and `other` (CLDR's plural rules), Chinese only `other`; `=0`, `=1`, … are exact numbers. "
        "`other` is said whenever no other case fits, so that there is never silence.",
        'callers: "{n, plural, other {# callers}}"',
        'callers: "{n, plural, one {one caller} other {# callers}}"',
    ),
    CodeDoc(
        "P009",
        "A message has the same places in every language",
        "A flow hands over the same values whatever the language. A value that is named otherwise, or not used, in one "
        "of them is usually a slip.",
        "# prompts/zh-CN.yaml\nbalance: 余额{amount, money}\n# prompts/en.yaml\nbalance: Balance {amuont, money}",
        "# prompts/zh-CN.yaml\nbalance: 余额{amount, money}\n# prompts/en.yaml\nbalance: Balance {amount, money}",
    ),
    CodeDoc(
        "P010",
        "A text place declares everything it can be",
        "Speech is made before the call, so every text must be known: list them, separated by `|`.",
        "agent: 为您转接{name, text}",
        "agent: 为您转接{name, text, 陈美玲 | 李强}",
    ),
    CodeDoc(
        "P011",
        "A language is one we can speak",
        "Numbers, dates and amounts follow a grammar; there are grammars for Mandarin (`zh-CN`), Cantonese (`yue-HK`) "
        "and English (`en`). The file's name, or the line of a message in several languages, is the language.",
        "# prompts/fr.yaml\ngreeting: Bonjour",
        "# prompts/en.yaml\ngreeting: Hello",
    ),
    CodeDoc(
        "P012",
        "A text is in characters its voice can read",
        'The English voice reads a Chinese character as "Chinese letter". Say it in a message of several languages, or '
        "record it.",
        "# prompts/en.yaml\nwelcome: Welcome to 珠江热线",
        "# prompts/en.yaml\nwelcome: Welcome to Pearl River hotline",
    ),
    CodeDoc(
        "P013",
        "A recording belongs to something that is said",
        "`prompts/<lang>/<message>.wav` is a whole message without places; `<message>.<n>.wav` its n-th stretch when "
        "it has places or cases; `words/<word>.wav` a word of the vocabulary. This file is none of them, and "
        "nobody would hear it.",
        "prompts/zh-CN/gretting.wav",
        "prompts/zh-CN/greeting.wav",
        "sh",
    ),
    CodeDoc(
        "P014",
        "A recording is a WAV file with speech in it",
        "PCM of 8 to 32 bits at any rate from 8 to 192 kHz, mono or stereo (mixed down), 50 ms to 5 min long and not "
        "silent.",
        "greeting.wav   # an MP3 that was renamed",
        "sox greeting.mp3 greeting.wav",
        "sh",
    ),
    CodeDoc(
        "P015",
        "One text has one recording",
        "Two messages with the same words in the same language share their sound. Two different recordings of them "
        "contradict each other: remove one, or let the texts differ.",
        'prompts/en/hello.wav prompts/en/greeting.wav   # both say "Hello"',
        "prompts/en/hello.wav",
        "sh",
    ),
)
"""Code to its documentation."""
