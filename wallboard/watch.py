"""What the wallboard knows of one bridge: its last snapshot, and whether that is still the truth. Pure.

Three things can be wrong, and each is said differently: the bridge says itself that it is blind (it lost Asterisk); the
bridge is silent, or behind with its work (no tick younger than `STALE_AFTER`); the bridge is not there (the socket is
closed).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from ami_bridge.messages import Delta, Snapshot, Tick, apply_delta

STALE_AFTER = timedelta(seconds=3.5)
"""Three ticks and a half: one lost tick is noise, three are a fact."""

Truth = Literal["live", "catching_up", "blind", "lost"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How true the numbers are."""

    truth: Truth
    """`live`; `catching_up` (counted from an incomplete day); `blind` (Asterisk lost); `lost` (bridge lost)."""
    since: datetime | None
    """Since when that is so; None before anything was ever known."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The bridge as seen from here."""

    snapshot: Snapshot | None = None
    as_of: datetime | None = None
    """Until when the bridge had worked off what it heard: the time of its last tick or snapshot. Bridge and wallboard
    are on one machine (a Unix socket) and read one clock."""
    connected: bool = False

    def hear(self, message: Snapshot | Delta | Tick, now: datetime) -> Watch:
        """The watch after one message.

        Raises:
            SequenceGap: it does not follow; connect again.
        """
        if isinstance(message, Snapshot):
            return Watch(message, now, connected=True)
        if self.snapshot is None:
            return replace(self, connected=True)
        # a delta says what changed, not up to when: only a tick has waited its turn behind the events
        as_of = min(message.at, now) if isinstance(message, Tick) else self.as_of
        return Watch(apply_delta(self.snapshot, message), as_of, connected=True)

    def lose(self) -> Watch:
        """The socket is closed."""
        return replace(self, connected=False)

    def standing(self, now: datetime) -> Standing:
        """How true the numbers are at this moment."""
        if self.snapshot is None or self.as_of is None:
            return Standing("lost", None)
        if not self.connected or now - self.as_of > STALE_AFTER:
            return Standing("lost", self.as_of)
        knowledge = self.snapshot.knowledge
        truth: Truth = "live" if knowledge.state == "complete" else knowledge.state
        return Standing(truth, knowledge.since)
