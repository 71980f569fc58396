"""A time of day for Asterisk and the bridges that a play can set: libfaketime, which reads a file at every look.

The bridges are told the same time, as they would have it on the same machine. Nothing else is made up: a call takes as
long as it takes, since the clock that nobody sets is the machine's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.traps.stage import Theatre
from tests.traps.switch import Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.traps.stage import Call, Stage

LIBRARY: Final = "libfaketimeMT.so.1"
INSIDE: Final = "/var/lib/asterisk"
"""The instance's own folder `lib`, as Asterisk sees it."""
LONG: Final = 20_000
"""Seconds: a bound that no step of the clock reaches."""

EXTENSIONS: Final = """
; A Wait() is over when the clock is set forward: who is to stay begins it again.
[people]
exten => patient,1,Answer()
 same => n(on),Wait(90)
 same => n,Goto(on)
[agents]
exten => _patie[n]t-.,1,Answer()
 same => n(on),Wait(90)
 same => n,Goto(on)
"""


class Clock:
    """The time of day of Asterisk and of the bridges: the machine's, so far away."""

    def __init__(self, folder: Path, offset: timedelta) -> None:
        found = list(Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"))
        assert found, f"no {LIBRARY} on this machine; lab/system.sh installs it (Debian's package faketime)"
        self.file = folder / "switch" / "lib" / "offset"
        self.offset = timedelta()
        self.file.parent.mkdir(parents=True)
        (self.file.parent / LIBRARY).write_bytes(found[0].read_bytes())
        self.step(offset)

    def step(self, by: timedelta) -> None:
        """Somebody sets the clock; at no moment the file is half written."""
        self.offset += by
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(f"{self.offset.total_seconds():+f}\n")
        fresh.chmod(0o644)
        fresh.replace(self.file)

    def now(self) -> datetime:
        """The time it shows."""
        return datetime.now(UTC) + self.offset


def theatre(folder: Path, clock: Clock, zone: str, queues: Sequence[str], set_by: timedelta) -> Theatre:
    """A theatre by that clock, in that zone, where the play sets the clock by as much at most."""
    environment = {
        "TZ": zone,
        "LD_PRELOAD": f"{INSIDE}/{LIBRARY}",
        "FAKETIME_TIMESTAMP_FILE": f"{INSIDE}/offset",
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    switch = Switch(queues=dict.fromkeys(queues, ""), extensions=EXTENSIONS, environment=environment)
    return Theatre(folder, switch, zone=zone, clock=clock.now, set_by=set_by)


async def patient(stage: Stage, queue: str, **variables: Any) -> Call:
    """A caller who stays, and waits, whatever the clock says."""
    return await stage.call(queue, "patient", **{"LONGEST": LONG, **variables})
