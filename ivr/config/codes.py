"""What each code about settings (C) means; the page for admins is made from this, and tests try every example.

An example is a part of `hotline.yaml`: its keys take the place of the same keys in a hotline that is right.
"""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "C001",
        "Only known settings are used",
        "A misspelt setting would silently do nothing.",
        "agi: {lisen: 127.0.0.1:4573}",
        "agi: {listen: 127.0.0.1:4573}",
    ),
    CodeDoc(
        "C002",
        "What a hotline needs is there",
        "Its name, node, time zone, languages, numbers, queues, rescue and the secret of AMI.",
        "rescue: {message: rescue}",
        "rescue: {queue: sales, message: rescue}",
    ),
    CodeDoc(
        "C003",
        "A setting is of the kind its key wants",
        "Text, number, list and mapping are not taken for one another; names, numbers and addresses have their forms.",
        "time_zone: Asia/Shangai",
        "time_zone: Asia/Shanghai",
    ),
    CodeDoc(
        "C004",
        "A flow, queue or data source that is named exists",
        "Numbers lead to flows, agents and the rescue to queues, lookups to data sources.",
        'numbers: {"10010": mian}',
        'numbers: {"10010": main}',
    ),
    CodeDoc(
        "C005",
        "Titles, voices and messages are in languages the hotline speaks",
        "`languages` lists them, each once, the first being spoken until the caller has chosen.",
        "title: {zh-HK: 小熱線}",
        "title: {zh-CN: 小热线}",
    ),
    CodeDoc(
        "C006",
        "A duration has its unit and is within bounds",
        "`ms`, `s`, `min`, `h` and `d`; `6` alone could be anything.",
        "voicemail: {messages: {longest: 2 minutes}}",
        "voicemail: {messages: {longest: 2min}}",
    ),
    CodeDoc(
        "C007",
        "Opening hours can be read",
        "They are written like the weekly hours of OpenStreetMap; holidays are those of a country the calendar knows.",
        'hours: {office: {open: "Mo-Fx 09:00-18:00"}}',
        'hours: {office: {open: "Mo-Fr 09:00-18:00"}}',
    ),
    CodeDoc(
        "C008",
        "A lookup's question fits its source and its arguments",
        "SQL names each argument as `:name`, a path as `{name}`; a database is asked by `sql`, a service by `get` or "
        "`post`.",
        "lookups:\n  balance:\n    source: billing\n    get: /accounts/{acount}/balance\n    takes: {account: text}\n"
        "    gives: {amount: money, as_of: datetime}\n    as_of: as_of",
        "lookups:\n  balance:\n    source: billing\n    get: /accounts/{account}/balance\n    takes: {account: text}\n"
        "    gives: {amount: money, as_of: datetime}\n    as_of: as_of",
    ),
    CodeDoc(
        "C009",
        "A hotline's files are where they belong",
        "`hotline.yaml`, at least one `flows/*.yaml`, and `prompts/<language>.yaml` for each language.",
        "# a folder without hotline.yaml",
        "# a folder with hotline.yaml, flows/ and prompts/",
        "sh",
    ),
    CodeDoc(
        "C010",
        "Secrets are never written down here",
        "A hotline's folder is read by many and kept for ever. Name an environment variable or a file, and change the "
        "secret that was written.",
        "ami: {secret: wonderland}",
        "ami: {secret: {env: SMALL_AMI_SECRET}}",
    ),
    CodeDoc(
        "C011",
        "A secret is where the hotline says it is",
        "Told when it is needed: the environment variable is not set, or the file is missing, empty or unreadable.",
        "# hotline up, without SMALL_AMI_SECRET in the environment",
        "# SMALL_AMI_SECRET=… hotline up",
        "sh",
    ),
    CodeDoc(
        "C012",
        "Queues, agents and trunks have names of their own",
        "Asterisk keeps `general` in queues.conf for itself, and finds telephones by what is dialled: an agent's "
        "number is no queue's extension and no trunk's name.",
        "queues: {sales: {title: {zh-CN: 销售}}, general: {title: {zh-CN: 普通}}}",
        "queues: {sales: {title: {zh-CN: 销售}}}",
    ),
    CodeDoc(
        "C013",
        "The wallboard is reached over TLS, or from this machine only",
        "It speaks HTTP in clear, and passwords and callers go over it. For others a proxy speaks TLS for it: "
        "`proxies` says which, and `address` how browsers reach it. An `address` with https wants `proxies`, too: "
        "without them nobody is believed about TLS, and the cookie would go over connections in clear as well.",
        "wallboard: {listen: 0.0.0.0:8096}",
        "wallboard:\n  listen: 0.0.0.0:8096\n  proxies: [10.0.0.5]\n  address: https://ops.example/hotline\n"
        "  users: {ling: {role: viewer, password: {env: LING_HASH}}}",
    ),
    CodeDoc(
        "C014",
        "Every queue is served",
        "A queue without agents takes nobody in, unless some are added at run time.",
        "agents: {}",
        'agents: {"1001": {name: 陈美玲, queues: {sales: 0}, secret: {env: SMALL_AGENT_SECRET}}}',
    ),
    CodeDoc(
        "C015",
        "What the hotline itself says is a message without places",
        "The rescue and the defaults say it where no flow can give it a value.",
        "rescue: {queue: sales, message: your-balance}",
        "rescue: {queue: sales, message: rescue}",
    ),
    CodeDoc(
        "C016",
        "An address leads to a database or service we can ask",
        "History is kept in SQLite or PostgreSQL; a data source is one of these, or `http`. An address that comes from "
        "the environment is told by its variable.",
        "database_url: mysql://db.example/hotline",
        "database_url: postgresql://db.example/hotline",
    ),
    CodeDoc(
        "C017",
        "A script is Python that can be read",
        "A script with a slip in it would fail while a caller waits. It is read, not run.",
        'print("welcome"  # scripts/greet.py',
        'print("welcome")  # scripts/greet.py',
        "py",
    ),
    CodeDoc(
        "C018",
        "A speech command names what it is given",
        "`{output}`, the WAV file the program writes, must be there; `{voice}`, `{text_file}`, `{speed}`, `{pitch}` "
        "and `{language}` may be.",
        'prompts: {command: [piper, --model, "{voice}", --output_file, "{wav_file}"]}',
        'prompts: {command: [piper, --model, "{voice}", --output_file, "{output}"]}',
    ),
    CodeDoc(
        "C020",
        "A schedule is open at some time",
        "One that never is sends every caller away, and nobody would notice but they.",
        'hours: {office: {open: "Mo-Su off"}}',
        'hours: {office: {open: "Mo-Su off", exceptions: {"2026-12-31": "09:00-15:00"}}}',
    ),
    CodeDoc(
        "C021",
        "Each rule of a schedule counts on some day",
        "Of two rules for a day the later holds, so a rule whose days all come again later does nothing; hours of one "
        "day that overlap, and hours for holidays nobody named, are most often a slip.",
        'hours: {office: {open: "Sa 09:00-12:00; Mo-Su 09:00-18:00"}}',
        'hours: {office: {open: "Mo-Su 09:00-18:00; Sa 09:00-12:00"}}',
    ),
    CodeDoc(
        "C022",
        "A user of the wallboard has a name of their own",
        "Whoever signs in may type it in capitals or not.",
        "wallboard:\n  users:\n    ling: {role: viewer, password: {env: LING_HASH}}\n"
        "    Ling: {role: admin, password: {env: LING_HASH}}",
        "wallboard:\n  users:\n    ling: {role: viewer, password: {env: LING_HASH}}\n"
        "    lin: {role: admin, password: {env: LING_HASH}}",
    ),
    CodeDoc(
        "C023",
        "What is kept of a password or a token is its hash",
        "Whoever reads it must not be able to sign in with it. `hotline user hash` and `hotline token new` print one.",
        "wallboard:\n  users: {ling: {role: viewer, password: {file: flows/main.yaml}}}",
        "wallboard:\n  users: {ling: {role: viewer, password: {file: secrets/ling}}}",
    ),
    CodeDoc(
        "C024",
        "Somebody can sign in at the wallboard",
        "Without users it shows its sign-in page and nothing else, but to whoever has a one-time link.",
        "wallboard: {listen: 127.0.0.1:8096}",
        "wallboard:\n  users: {ling: {role: viewer, password: {env: LING_HASH}}}",
    ),
    CodeDoc(
        "C025",
        "A former name is nobody's name now",
        "`formerly` of a queue or an agent says under which names its history stands. A name somebody has now, or two "
        "have had, would give the same calls to both.",
        "queues: {sales: {title: {zh-CN: 销售}, formerly: [sales]}}",
        "queues: {sales: {title: {zh-CN: 销售}, formerly: [shop]}}",
    ),
)
