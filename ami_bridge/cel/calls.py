"""CEL's records into calls, for a log of any length. Pure.

A channel's linkedid may change: an attended transfer makes one call of two. Channels that ever share a linkedid or a
bridge are therefore one call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.cel.call import call_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ami_bridge.cel.call import Call
    from ami_bridge.cel.lines import CelEvent

LINGER_RECORDS: Final = 2_000
"""A call that is over is given out this many records later: what belongs to it may still come."""


def calls_of(events: Iterable[CelEvent]) -> list[Call]:
    """Every call the records tell of, in the order they began in the log; those not over are open."""
    calls = Calls(linger=None)
    for event in events:
        calls.take(event)
    return list(calls.rest())


@dataclass(slots=True)
class _Group:
    """The records of what is one call, as far as is known."""

    number: int
    events: list[tuple[int, CelEvent]] = field(default_factory=list)
    keys: set[tuple[str, str]] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    """Channels it was heard of."""
    open: set[str] = field(default_factory=set)
    """Those that are not gone."""
    retired: set[str] = field(default_factory=set)
    """Linkedids Asterisk said nobody has any more."""


@dataclass(slots=True)
class Calls:
    """The same, record by record, for a log of any length: what is over for good can be taken out on the way.

    Attributes:
        linger: How many records a call that is over is held back; None for ever.
        records: How many records were taken.
        clock_steps: How often the clock went back, by more than a second.
    """

    linger: int | None = LINGER_RECORDS
    records: int = 0
    clock_steps: int = 0
    _groups: dict[int, _Group] = field(default_factory=dict)
    _of: dict[tuple[str, str], int] = field(default_factory=dict)
    _over: dict[int, int] = field(default_factory=dict)
    """At which record each call was over, in that order."""
    _last_at: datetime | None = None

    @property
    def begun(self) -> bool:
        """Whether the record taken last was the first of a call."""
        return self.records in self._groups

    @property
    def oldest(self) -> int | None:
        """Which record the oldest call held began with: to go on later, those from there on must be taken again."""
        return min(self._groups, default=None)

    def take(self, event: CelEvent) -> None:
        """One record."""
        self.records += 1
        if self._last_at is not None and event.at < self._last_at - timedelta(seconds=1):
            self.clock_steps += 1
        self._last_at = event.at
        group = self._group(event)
        group.events.append((self.records, event))
        if event.kind in {"CHAN_END", "HANGUP"}:
            group.open.discard(event.channel_id)
        elif event.channel_id not in group.known:
            group.open.add(event.channel_id)
        group.known.add(event.channel_id)
        if event.kind == "LINKEDID_END":
            group.retired.add(event.call_id)
        self._over.pop(group.number, None)
        if not group.open or group.events[0][1].call_id in group.retired:
            self._over[group.number] = self.records

    def over(self) -> Iterator[Call]:
        """Takes out the calls that are over for good."""
        while self.linger is not None and self._over:
            number, ended = next(iter(self._over.items()))
            if self.records - ended < self.linger:
                return
            yield self._give(number)

    def over_before(self, moment: datetime) -> Iterator[Call]:
        """Takes out the calls whose last record was before a moment, by the log's clock."""
        for number in list(self._over):
            if self._groups[number].events[-1][1].at < moment:
                yield self._give(number)

    def forgotten(self, moment: datetime) -> Iterator[Call]:
        """Takes out the calls that are not over, and of which nothing was heard since a moment: their end was lost."""
        for number in [n for n, group in self._groups.items() if group.events[-1][1].at < moment]:
            yield self._give(number)

    def rest(self) -> Iterator[Call]:
        """Takes out all others, open ones too: nothing follows."""
        for number in sorted(self._groups):
            yield self._give(number)

    def _give(self, number: int) -> Call:
        group = self._groups.pop(number)
        self._over.pop(number, None)
        for key in group.keys:
            del self._of[key]
        return call_of(event for _, event in group.events)

    def _group(self, event: CelEvent) -> _Group:
        keys = {("channel", event.channel_id), ("call", event.call_id)}
        if bridge := event.told("bridge_id"):
            keys.add(("bridge", bridge))
        for name in ("transferee_channel_uniqueid", "transfer_target_channel_uniqueid", "channel2_uniqueid"):
            if told := event.told(name):
                keys.add(("channel", told))
        numbers = sorted({self._of[key] for key in keys if key in self._of})
        group = self._groups[numbers[0]] if numbers else self._groups.setdefault(self.records, _Group(self.records))
        for number in numbers[1:]:
            self._join(group, number)
        group.keys |= keys
        self._of.update(dict.fromkeys(keys, group.number))
        return group

    def _join(self, group: _Group, number: int) -> None:
        other = self._groups.pop(number)
        self._over.pop(number, None)
        group.events = sorted([*group.events, *other.events], key=lambda one: one[0])
        group.known |= other.known
        group.open |= other.open
        group.retired |= other.retired
        group.keys |= other.keys
        self._of.update(dict.fromkeys(other.keys, group.number))
