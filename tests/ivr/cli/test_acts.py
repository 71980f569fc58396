"""`hotline acts` prints the audit as a person reads it, and does nothing to a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.app.mistakes import MistakeError
from ivr.cli.acts import acts, as_text
from store.act_rows import Act

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
PAUSED = Act(
    id="k",
    node="gz-1",
    who="Wong",
    role="supervisor",
    asked_at=NOON,
    act="pause",
    target="agent:1001",
    code="done",
    words="1001 陈美玲 is paused in service: lunch",
)


def test_each_act_is_a_line() -> None:
    other = replace(
        PAUSED,
        who="\x1b[31mEve\n",
        role="admin",
        asked_at=NOON + timedelta(minutes=1),
        act="add_member",
        target="agent:13800138000",
        code=None,
        words=None,
    )
    assert as_text([PAUSED, other], ZoneInfo("Asia/Shanghai")).splitlines() == [
        f"2026-11-21 12:00:00  Wong (supervisor)  pause       agent:1001         done          {PAUSED.words}",
        "2026-11-21 12:01:00  ?[31mEve? (admin)  add_member  agent:138****8000  not answered",
    ]
    assert as_text([], ZoneInfo("UTC")) == "nobody did anything"


@pytest.mark.parametrize(("asked", "hint"), [("pauze", "did you mean 'pause'?"), ("zz", "expected pause, unpause, ")])
def test_an_act_nobody_knows_is_told_and_not_looked_for(asked: str, hint: str) -> None:
    with pytest.raises(MistakeError, match=f"--act: '{asked}' is no act; ") as told:
        acts(Path("nowhere"), "24h", None, asked, "text")
    assert hint in str(told.value)
