"""The codes of everything said about Asterisk's files (D…)."""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "D001",
        "a value has characters that cannot stand in Asterisk's files",
        "Asterisk's files have no quoting: a line break starts a new setting, and commas, quotes, brackets and `$` "
        "mean something inside the dialplan. Such a value is refused and never written in part.",
        'agents: {"1001": {name: "Chan, Mei"}}',
        'agents: {"1001": {name: "Chan Mei"}}',
    ),
    CodeDoc(
        "D002",
        "a name is not one that Asterisk can carry",
        "Names of queues, agents, trunks and flows stand in file sections, channel names and addresses. They consist "
        "of letters (agents and trunks: a-z, others of any script), digits, `-`, `_` and `.`, begin with a letter or "
        "digit, and have at most 64 characters. Some are Asterisk's own: a queue cannot be called `general`.",
        "queues: {general queue: {}}",
        "queues: {service: {}}",
    ),
    CodeDoc(
        "D003",
        "a name stands for nothing",
        "Something refers to a queue, an agent or a strategy that does not exist.",
        "rescue: {queue: servce}",
        "rescue: {queue: service}",
    ),
    CodeDoc(
        "D004",
        "a name or number is used twice",
        "Two agents, queues, trunks or numbers of the same name would become one section of a file, and Asterisk would "
        "use one of them without saying which.",
        "numbers:\n  - {number: 96956, flow: main}\n  - {number: 96956, flow: vip}",
        "numbers:\n  - {number: 96956, flow: main}\n  - {number: 96957, flow: vip}",
    ),
    CodeDoc(
        "D005",
        "a number is out of its range",
        "Ports run from 1 to 65535, seconds and lengths are not negative, the last RTP port comes after the first.",
        "sip: {port: 70000}",
        "sip: {port: 5060}",
    ),
    CodeDoc(
        "D006",
        "a file in the generated folder was written by hand",
        "`hotline render` replaces only files that begin with its own marker line. A file without it is yours and "
        "stays; as it stands where a generated file must go, nothing is written until you move it.",
        "generated/queues-hotline.conf       (your own)",
        "queues-mine.conf                    (your own)\ngenerated/queues-hotline.conf       (written by hotline)",
        "text",
    ),
    CodeDoc(
        "D007",
        "a generated file cannot be written",
        "The folder does not exist and cannot be made, is read-only, belongs to somebody else, or the disk is full.",
        "hotline render my-hotline --into /etc/asterisk      # as a user who may not",
        "sudo hotline render my-hotline --into /etc/asterisk",
        "sh",
    ),
    CodeDoc(
        "D008",
        "an address is not one",
        "Addresses are literal (`127.0.0.1`, `203.0.113.0/24`, `::1`): a name would be asked of DNS in "
        "the middle of a call.",
        "agi: [{host: localhost}]",
        "agi: [{host: 127.0.0.1}]",
    ),
    CodeDoc(
        "D101",
        "a line is neither a section nor a setting",
        "Each line of an Asterisk file is a `[section]`, a `name = value`, an `#include`, or a comment after `;`.",
        "[general]\nstrategy",
        "[general]\nstrategy = ringall",
        "ini",
    ),
    CodeDoc(
        "D102",
        "a setting stands before the first section",
        "Asterisk ignores a setting that belongs to no section, and says so only in its log.",
        "strategy = ringall\n[general]",
        "[general]\nstrategy = ringall",
        "ini",
    ),
    CodeDoc(
        "D103",
        "an included file is missing or cannot be read",
        "`#include` of a file that is not there makes Asterisk refuse the whole file; `#tryinclude` does not.",
        '#include "missing.conf"',
        '#tryinclude "missing.conf"',
        "ini",
    ),
    CodeDoc(
        "D104",
        "#exec is not followed",
        "`#exec` runs a program and reads what it prints. The hotline never runs programs named in a text file.",
        "#exec /usr/local/bin/queues",
        '#tryinclude "queues-made-by-cron.conf"',
        "ini",
    ),
    CodeDoc(
        "D105",
        "includes are nested too deep",
        "A file that includes itself never ends; Asterisk stops at ten levels.",
        '; a.conf\n#include "a.conf"',
        '; a.conf\n#include "b.conf"',
        "ini",
    ),
    CodeDoc(
        "D106",
        "a section builds on one that does not exist",
        "`[sales](base)` takes over the settings of `[base]`, and `[sales](+)` adds to an earlier `[sales]`; that "
        "section must stand above it.",
        "[sales](base)\nmaxlen = 5",
        "[base](!)\nstrategy = ringall\n[sales](base)\nmaxlen = 5",
        "ini",
    ),
    CodeDoc(
        "D107",
        "a block comment is not closed",
        "`;--` comments out everything up to `--;`; without an end that is the rest of the file.",
        ";-- old queues\n[sales]",
        ";-- old queues --;\n[sales]",
        "ini",
    ),
)
