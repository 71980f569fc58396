"""What Asterisk does not tell us because the AMI user may not hear or do it. Pure.

Asterisk says nowhere what a user may read: events of other classes simply do not come (`manager.c`, `process_events`).
What it lets the user do it lists (`ListCommands`), and the rest is told by events that must have come before others: of
one class we hear that something of another must have happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ami_bridge.domain import events as ev

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import datetime

READ: Final = "system,call,agent,user,dialplan"
WRITE: Final = "call,agent,reporting"
"""What `hotline render` writes for our user."""
WITNESSES: Final[Mapping[str, str]] = {"call": "Redirect", "reporting": "CoreShowChannels"}
"""By class of `write`, an action we need that Asterisk lists only for those who have the class."""
OLDEST: Final = 20
"""The oldest Asterisk that is looked after; of the tried one and why see docs/asterisk.md."""
BOOTED_WITHIN: Final = timedelta(seconds=30)
"""FullyBooted follows the login at once on an Asterisk that is up (`manager.c`), if we read `system`."""
JOINED_WITHIN: Final = timedelta(seconds=3)
"""How much later than a line of queue_log AMI must be for its silence to mean something."""
MOST: Final = 10_000
"""Channels remembered; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A class the AMI user lacks."""

    side: str
    """`read` or `write`, as manager.conf calls it."""
    name: str

    @property
    def change(self) -> str:
        """What to do about it."""
        wanted = READ if self.side == "read" else WRITE
        return f"give the user `{self.side} = {wanted}` in manager.conf and reload it; `hotline render` writes that"


def may_not(listed: Container[str]) -> list[Missing]:
    """The classes of `write` that the actions Asterisk listed for us do not show."""
    return [Missing("write", name) for name, action in WITNESSES.items() if action not in listed]


def too_old(version: str) -> bool:
    """Whether an Asterisk of this version (`22.10.1`, `certified/20.7-cert3`) is older than we look after.

    A version that says no number (`GIT-master-…`) is taken for a new one.
    """
    digits = version.rpartition("/")[2].partition(".")[0].partition("-")[0]
    return digits.isdecimal() and int(digits) < OLDEST


@dataclass(slots=True)
class Hearing:
    """What was heard since the link came up, and what should have been.

    Attributes:
        up_at: When the first snapshot was taken after it came up, by Asterisk's clock; null before that.
    """

    up_at: datetime | None = None
    _booted: bool = False
    _set: dict[str, None] = field(default_factory=dict)
    _joined: dict[str, None] = field(default_factory=dict)
    _rung: dict[str, bool] = field(default_factory=dict)
    _logged: dict[str, datetime] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def booted(self) -> None:
        """FullyBooted was heard."""
        self._booted = True
        self._told.discard("system")

    def hear(self, event: ev.Event) -> Missing | None:
        """A class of `read` that this event shows to be missing; each is told once."""
        match event:
            case ev.LinkChanged():
                self.up_at, self._booted = None, self._booted and event.up
            case ev.SnapshotTaken():
                self._begin(event.at)
            case _ if self.up_at is not None:
                return self._heard(event)
            case _:
                pass
        return None

    def _begin(self, at: datetime) -> None:
        """Only what comes from now on counts."""
        self.up_at = at
        for seen in (self._set, self._joined, self._rung, self._logged):
            seen.clear()

    def _heard(self, event: ev.Event) -> Missing | None:
        match event:
            case ev.Ticked():
                return self._late(event.at)
            case ev.LedgerLine():
                self._log(event)
                return None
            case ev.Tagged() | ev.MovedOn() | ev.Resulted():
                _keep(self._set, event.channel_id, None)
                self._told.discard("dialplan")
            case ev.Joined():
                _keep(self._joined, event.channel_id, None)
                self._logged.pop(event.channel_id, None)
                self._told.discard("agent")
                if event.tags.number and self._began(event.channel_id) and event.channel_id not in self._set:
                    return self._tell("dialplan")
            case ev.Rang():
                _keep(self._rung, event.agent_channel_id, False)
            case ev.DialEnded():
                self._rung.pop(event.agent_channel_id, None)
                self._told.discard("call")
            case ev.Connected():
                if self._rung.pop(event.agent_channel_id, None) is not None:
                    return self._tell("call")
            case _:
                pass
        return self._silent(event.at)

    def _log(self, line: ev.LedgerLine) -> None:
        up = self.up_at
        if up is not None and line.verb == "ENTERQUEUE" and line.at > up and line.channel_id not in self._joined:
            _keep(self._logged, line.channel_id, line.at)

    def _silent(self, at: datetime) -> Missing | None:
        """Whether AMI is past a moment at which a caller joined a queue, and has not told of it."""
        for channel, logged in self._logged.items():
            if at > logged + JOINED_WITHIN:
                del self._logged[channel]
                return self._tell("agent")
            break
        return None

    def _late(self, at: datetime) -> Missing | None:
        if self._booted or self.up_at is None or at < self.up_at + BOOTED_WITHIN:
            return None
        return self._tell("system")

    def _began(self, channel_id: str) -> bool:
        """Whether a channel was made after the snapshot, as its Uniqueid tells."""
        second = channel_id.rpartition("-")[2].partition(".")[0]
        return self.up_at is not None and second.isdecimal() and int(second) > self.up_at.timestamp() + 1

    def _tell(self, name: str) -> Missing | None:
        if name in self._told:
            return None
        self._told.add(name)
        return Missing("read", name)


def _keep(seen: dict[str, Any], key: str, value: Any) -> None:
    seen[key] = value
    if len(seen) > MOST:
        del seen[next(iter(seen))]
