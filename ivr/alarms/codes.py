"""What each code about alarms (A) means; the page for admins is made from this, and tests try every example.

An example is an `alarms.yaml` of the small hotline in `tests/ivr/fixtures/small`.
"""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "A001",
        "Only known keys are used in alarms.yaml",
        "A misspelt one would silently do nothing.",
        "rules:\n  cut: {when: ami_gone, fro: 30s}",
        "rules:\n  cut: {when: ami_gone, for: 30s}",
    ),
    CodeDoc(
        "A002",
        "What an alarm needs is there",
        "A rule has `when`, a metric its bound, `trunk_gone` what it watches, `phones_gone` how many are many.",
        "rules:\n  long: {when: longest_wait}",
        "rules:\n  long: {when: longest_wait, over: 60s}",
    ),
    CodeDoc(
        "A003",
        "A value of an alarm is of the kind its key wants",
        "Lists, numbers, durations and words are not taken for one another.",
        "rules:\n  cut: {when: ami_gone, for: 30}",
        "rules:\n  cut: {when: ami_gone, for: 30s}",
    ),
    CodeDoc(
        "A004",
        "What an alarm names exists",
        "Queues, schedules and trunks are those of hotline.yaml, senders those of this file, languages the hotline's.",
        "rules:\n  nobody: {when: no_agents, queues: [slaes]}",
        "rules:\n  nobody: {when: no_agents, queues: [sales]}",
    ),
    CodeDoc(
        "A005",
        "A rule watches a condition or a metric there is",
        "docs/alarms.md lists the conditions, docs/boards.md and docs/metrics.md the metrics.",
        "rules:\n  long: {when: longest_wiat, over: 60s}",
        "rules:\n  long: {when: longest_wait, over: 60s}",
    ),
    CodeDoc(
        "A006",
        "A key fits what the rule watches",
        "Bounds are in the metric's unit, one of `over` and `under`; a condition of the system has none; queues, "
        "trunks, windows and counts stand where they mean something.",
        "rules:\n  long: {when: longest_wait, over: 60}",
        "rules:\n  long: {when: longest_wait, over: 60s}",
    ),
    CodeDoc(
        "A007",
        "An alarm is over at a value that is better",
        "`clear` is on the good side of the bound, so that a number which trembles rings once.",
        "rules:\n  long: {when: longest_wait, over: 60s, clear: 90s}",
        "rules:\n  long: {when: longest_wait, over: 60s, clear: 40s}",
    ),
    CodeDoc(
        "A008",
        "A sender tells in one way, and can",
        "It has one of `webhook` (an address), `command` (a program and its arguments as a list) and `mail` "
        "(addresses).",
        "senders:\n  ops: {timeout: 5s}",
        "senders:\n  ops: {webhook: 'https://ops.example/hotline', timeout: 5s}",
    ),
    CodeDoc(
        "A009",
        "A trunk that is watched can be seen",
        "Asterisk tells of a trunk of hotline.yaml that has a `contact` and is asked (`qualify`); of any other nobody "
        "knows whether it is there, and the alarm never fires.",
        "rules:\n  cut: {when: trunk_gone, trunks: [carrier]}",
        "rules:\n  cut: {when: trunk_gone, contacts: [my-carrier]}",
    ),
    CodeDoc(
        "A010",
        "Secrets are never written in alarms.yaml",
        "The key of a signature, or an address that is itself a secret, is written as its place.",
        "senders:\n  ops: {webhook: 'https://ops.example/', secret: hunter2}",
        "senders:\n  ops: {webhook: 'https://ops.example/', secret: {env: HOTLINE_ALARM_KEY}}",
    ),
)
