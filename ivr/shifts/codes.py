"""What each code about shifts (S) means; the page for admins is made from this, and tests try every example.

An example is a file of shifts of the small hotline in `tests/ivr/fixtures/small`, whose clock is that of Shanghai.
"""

from __future__ import annotations

from dialplan.diagnostics import CodeDoc, codes

CODES = codes(
    CodeDoc(
        "S001",
        "A file of shifts has four columns",
        "The first line names them: `agent`, `begin`, `end` and `activity`, in any order, `,`, `;` or tabs between.",
        "agent,start,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,queue",
        "agent,begin,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,queue",
        "csv",
    ),
    CodeDoc(
        "S002",
        "An agent who is planned is one",
        "In `agents` of hotline.yaml. It is a warning, for a plan may hold one who has left; but nobody was ever seen "
        "under a misspelt number, and the report says so.",
        "agent,begin,end,activity\n1oo1,2026-11-23T09:00,2026-11-23T12:00,queue",
        "agent,begin,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,queue",
        "csv",
    ),
    CodeDoc(
        "S003",
        "An activity is one that can be compared",
        "`queue` is to be there for callers; `break`, `meal`, `absence`, `meeting`, `training`, `coaching` and "
        "`back_office` are not.",
        "agent,begin,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,quene",
        "agent,begin,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,queue",
        "csv",
    ),
    CodeDoc(
        "S004",
        "A time of a shift is a time",
        "Of the hotline's clock, `2026-11-23T09:00` or `2026-11-23 09:00`; one with its offset from UTC is taken as it "
        "says.",
        "agent,begin,end,activity\n1001,23.11.2026 09:00,2026-11-23T12:00,queue",
        "agent,begin,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,queue",
        "csv",
    ),
    CodeDoc(
        "S005",
        "The clock shows a time of a shift once",
        "In the night it is set forward an hour is left out, in the night it is set back one comes twice: there the "
        "offset from UTC must be said.",
        "agent,begin,end,activity\n1001,2026-10-25T02:30,2026-10-25T06:00,queue",
        "agent,begin,end,activity\n1001,2026-10-25T02:30+01:00,2026-10-25T06:00,queue",
        "csv",
    ),
    CodeDoc(
        "S006",
        "A shift ends after it begins",
        "One over midnight ends on the day after.",
        "agent,begin,end,activity\n1001,2026-11-23T22:00,2026-11-23T06:00,queue",
        "agent,begin,end,activity\n1001,2026-11-23T22:00,2026-11-24T06:00,queue",
        "csv",
    ),
    CodeDoc(
        "S007",
        "An agent has one activity at a time",
        "In all files together.",
        "agent,begin,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,queue\n"
        "1001,2026-11-23T11:30,2026-11-23T12:30,meal",
        "agent,begin,end,activity\n1001,2026-11-23T09:00,2026-11-23T12:00,queue\n"
        "1001,2026-11-23T12:00,2026-11-23T12:30,meal",
        "csv",
    ),
)
