"""What each code about boards (B) means; the page for admins is made from this, and tests try every example.

An example is a board of the small hotline in `tests/ivr/fixtures/small`.
"""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "B001",
        "Only known keys are used on a board",
        "A misspelt one would silently do nothing.",
        "title: Floor\ncolums: 3\ntiles: [waiting]",
        "title: Floor\ncolumns: 3\ntiles: [waiting]",
    ),
    CodeDoc(
        "B002",
        "A board has a title and something to show",
        "`tiles`, or `pages` of tiles; a tile has `show`, a seat map `rows`, a threshold `from`.",
        "title: Floor",
        "title: Floor\ntiles: [waiting]",
    ),
    CodeDoc(
        "B003",
        "A value on a board is of the kind its key wants",
        "Lists, numbers, durations and words are not taken for one another.",
        "title: Floor\ntheme: drak\ntiles: [waiting]",
        "title: Floor\ntheme: dark\ntiles: [waiting]",
    ),
    CodeDoc(
        "B004",
        "A queue that a board shows exists",
        "In `queues` of hotline.yaml; those of a tile are among those of its board.",
        "title: Floor\nqueues: [slaes]\ntiles: [waiting]",
        "title: Floor\nqueues: [sales]\ntiles: [waiting]",
    ),
    CodeDoc(
        "B005",
        "A tile shows a figure or a view there is",
        "docs/boards.md lists them.",
        "title: Floor\ntiles: [longest_wiat]",
        "title: Floor\ntiles: [longest_wait]",
    ),
    CodeDoc(
        "B006",
        "Thresholds agree with each other and with the figure",
        "Red is worse than yellow; where it is not plain whether much or little is bad, `worse` says it; a view has no "
        "thresholds.",
        "title: Floor\ntiles:\n  - {show: waiting, yellow: 8, red: 4}",
        "title: Floor\ntiles:\n  - {show: waiting, yellow: 4, red: 8}",
    ),
    CodeDoc(
        "B007",
        "A threshold is over at a value that is better",
        "`until` is on the good side of `from`, so that a number which trembles rings once; and red is over no later "
        "than yellow.",
        "title: Floor\ntiles:\n  - {show: longest_wait, red: {from: 30s, until: 40s}}",
        "title: Floor\ntiles:\n  - {show: longest_wait, red: {from: 30s, until: 20s}}",
    ),
    CodeDoc(
        "B008",
        "Pages turn, and only pages do",
        "Several `pages` need `rotate`, and `rotate` needs several pages.",
        "title: Floor\nrotate: 20s\ntiles: [waiting]",
        "title: Floor\nrotate: 20s\npages:\n  - [waiting]\n  - [agents]",
    ),
    CodeDoc(
        "B009",
        "A board's file is named as its address will be",
        "`boards/floor.yaml` is shown at `/boards/floor`.",
        "# boards/the floor.yaml",
        "# boards/the-floor.yaml",
        "sh",
    ),
    CodeDoc(
        "B010",
        "An agent on a seat map exists",
        "Agents are placed by their numbers in hotline.yaml; only a tile that shows `seats` has rows.",
        "title: Floor\ntiles:\n  - {show: seats, rows: [[1010, ~]]}",
        "title: Floor\ntiles:\n  - {show: seats, rows: [[1001, ~]]}",
    ),
    CodeDoc(
        "B011",
        "An agent sits in one place",
        "On one seat map each agent stands once.",
        "title: Floor\ntiles:\n  - {show: seats, rows: [[1001, 1001]]}",
        "title: Floor\ntiles:\n  - {show: seats, rows: [[1001, ~]]}",
    ),
    CodeDoc(
        "B012",
        "A board speaks the hotline's languages",
        "Those in `languages` of hotline.yaml.",
        "title: Floor\nlanguage: zh-TW\ntiles: [waiting]",
        "title: Floor\nlanguage: zh-CN\ntiles: [waiting]",
    ),
    CodeDoc(
        "B013",
        "A threshold is in the figure's unit",
        "Times are durations with their unit, shares per cent, everything else is counted.",
        "title: Floor\ntiles:\n  - {show: longest_wait, red: 60}",
        "title: Floor\ntiles:\n  - {show: longest_wait, red: 60s}",
    ),
)
