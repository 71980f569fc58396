"""What CEL alone says of one call: who talked to whom from when to when, who was sent where, who hung up. Pure.

The log's order is Asterisk's own (one subscription writes it: main/cel.c ``create_routes``), so within one channel the
order counts and stamps only measure; nothing depends on how two channels' records are mixed, nor on a record that
comes twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ami_bridge.cel.lines import CelEvent

AT_ONCE: Final = timedelta(seconds=1)
"""Ends of two channels no further apart than this are one hang-up: Asterisk takes a bridge down within milliseconds."""
Who: TypeAlias = Literal["self", "other", "system"]
"""Who ended a channel: its own end, the channel it was joined to, or the switch (a transfer, the dialplan)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One channel of a call.

    Attributes:
        channel_id: Its uniqueid.
        name: Its name, such as ``PJSIP/1001-00000006``.
        call_id: The linkedid it began with; its own uniqueid where nobody called it on another's behalf.
        number: The number it calls itself by.
        exten: Where it came into the dialplan: for a caller, the number dialled.
        context: Likewise.
        began: When it came to be; None when the log does not have that.
        answered: When it was answered; None when it was not.
        ended: When it was gone; None when the log does not say.
        cause: The hang-up cause (Q.850); None when it was not told, or 0.
        source: The name of the channel the hang-up came from; empty when it was the switch.
        last_context: Where in the dialplan it was when it was hung up.
    """

    channel_id: str
    name: str = ""
    call_id: str = ""
    number: str = ""
    exten: str = ""
    context: str = ""
    began: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    cause: int | None = None
    source: str = ""
    last_context: str = ""

    @property
    def device(self) -> str:
        """What was dialled to reach it: ``PJSIP/1001``."""
        return self.name.rpartition("-")[0] or self.name

    @property
    def is_local(self) -> bool:
        """Whether it is half of a Local pair: a way through the dialplan, and nobody's telephone."""
        return self.name.startswith("Local/")


@dataclass(frozen=True, slots=True)
class Stay:
    """One channel's stay in one bridge; ``until`` is None while it goes on, ``app`` what had led it there."""

    channel_id: str
    bridge: str
    since: datetime
    until: datetime | None = None
    app: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """Two channels in one bridge at the same time: they hear each other. ``until`` is None while they do."""

    one: str
    other: str
    bridge: str
    since: datetime
    until: datetime | None = None

    def partner(self, channel_id: str) -> str | None:
        """Who a channel talks to here; None when it has no part in it."""
        return {self.one: self.other, self.other: self.one}.get(channel_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One channel sent another elsewhere.

    Attributes:
        kind: Whether the target was asked first.
        at: When.
        by: The channel that did it.
        who: The channel that was sent; empty when Asterisk does not say (more than one).
        exten: blind: where to, an extension; attended into an application: its name.
        context: blind: in which context.
        to: attended: the channel he was joined to; empty when it is an application.
        instead_of: attended: the transferring leg of the other call, whose place he took.
    """

    kind: Literal["blind", "attended"]
    at: datetime
    by: str
    who: str
    exten: str = ""
    context: str = ""
    to: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, from the first ring to the last hang-up.

    Attributes:
        id: The linkedid of its first channel.
        legs: Its channels, in the order they began.
        stays: Their stays in bridges, in the order these began.
        transfers: In order.
        ended: The last hang-up: every channel is gone, or Asterisk said that the call is over (LINKEDID_END). None
            while it goes on, and where the log does not say.
    """

    id: str
    legs: tuple[Leg, ...]
    stays: tuple[Stay, ...]
    transfers: tuple[Transfer, ...]
    ended: datetime | None

    @property
    def began(self) -> datetime | None:
        """The first ring; None when it was before the log begins."""
        return self.legs[0].began if self.legs else None  # one whose beginning is not known stands first

    @property
    def answered(self) -> datetime | None:
        """When its first channel was answered."""
        return self.legs[0].answered if self.legs else None

    def leg(self, channel_id: str) -> Leg | None:
        """One of its channels."""
        return next((leg for leg in self.legs if leg.channel_id == channel_id), None)

    @property
    def talks(self) -> tuple[Talk, ...]:
        """Who talked to whom, in the order that began; how two were in one bridge twice are two talks."""
        found = [
            Talk(a.channel_id, b.channel_id, a.bridge, max(a.since, b.since), _earlier(a.until, b.until))
            for a, b in combinations(self.stays, 2)
            if a.bridge == b.bridge and a.channel_id != b.channel_id and _overlap(a, b)
        ]
        return tuple(sorted(found, key=lambda talk: (talk.since, talk.one, talk.other)))

    def ended_by(self, channel_id: str) -> Who | None:
        """Who ended a channel; None when it cannot be told.

        ``hangupsource`` is where the first hang-up came from that a channel was told of. It stays: a caller whose agent
        hung up, and who goes on in the dialplan, keeps the agent's name for his own end later.
        """
        leg = self.leg(channel_id)
        if leg is None or leg.ended is None:
            return None
        if leg.source == leg.name:
            return "self"
        if not leg.source or leg.source.startswith("dialplan/"):
            return "system"
        other = next((one for one in self.legs if one.name == leg.source), None)
        if other is None or other.ended is None:
            return None
        return "other" if abs(leg.ended - other.ended) <= AT_ONCE else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [moment for moment in (one, other) if moment is not None]
    return min(known) if known else None


def _overlap(one: Stay, other: Stay) -> bool:
    since, until = max(one.since, other.since), _earlier(one.until, other.until)
    return until is None or since < until


def call_of(events: Iterable[CelEvent]) -> Call:
    """One call, of all its records in the log's order."""
    legs: dict[str, Leg] = {}
    stays: list[Stay] = []
    inside: dict[str, int] = {}
    transfers: list[Transfer] = []
    retired: dict[str, datetime] = {}
    for event in dict.fromkeys(events):  # each once
        channel = event.channel_id
        legs[channel] = _leg(legs.get(channel), event)
        match event.kind:
            case "BRIDGE_ENTER":
                _leave(stays, inside, channel, event.at)
                inside[channel] = len(stays)
                stays.append(Stay(channel, event.told("bridge_id"), event.at, app=event.app))
            case "BRIDGE_EXIT" if channel in inside and stays[inside[channel]].bridge == event.told("bridge_id"):
                _leave(stays, inside, channel, event.at)
            case "CHAN_END" | "HANGUP":
                _leave(stays, inside, channel, event.at)
            case "BLINDTRANSFER" | "ATTENDEDTRANSFER":
                transfers.append(_transfer(event))
            case "LINKEDID_END":
                retired[event.call_id] = event.at
            case _:
                pass
    ordered = sorted(legs.values(), key=_beginning)
    name = ordered[0].call_id if ordered else ""
    return Call(
        id=name,
        legs=tuple(ordered),
        stays=tuple(sorted(stays, key=lambda stay: (stay.since, stay.channel_id))),
        transfers=tuple(sorted(transfers, key=lambda one: (one.at, one.by))),
        ended=_end(ordered, retired.get(name)),
    )


def _end(legs: list[Leg], retired: datetime | None) -> datetime | None:
    ends = [leg.ended for leg in legs if leg.ended is not None]
    if retired is not None:
        return max([*ends, retired])
    return max(ends) if len(ends) == len(legs) and ends else None


def _beginning(leg: Leg) -> tuple[bool, float, str]:
    """In the order they began; one whose beginning the log does not have came before all others."""
    return (leg.began is not None, leg.began.timestamp() if leg.began else 0.0, leg.channel_id)


def _leave(stays: list[Stay], inside: dict[str, int], channel: str, at: datetime) -> None:
    index = inside.pop(channel, None)
    if index is not None:
        stays[index] = replace(stays[index], until=max(at, stays[index].since))


def _leg(leg: Leg | None, event: CelEvent) -> Leg:
    if leg is None:
        leg = Leg(channel_id=event.channel_id, name=event.channel, call_id=event.call_id, number=event.number)
    match event.kind:
        case "CHAN_START":
            return replace(
                leg,
                began=event.at,
                name=event.channel,
                call_id=event.call_id,
                number=event.number,
                exten=event.exten,
                context=event.context,
            )
        case "ANSWER":
            return replace(leg, answered=leg.answered or event.at)
        case "HANGUP":
            cause = event.told("hangupcause")
            known = int(cause) if cause.isdecimal() and cause != "0" else None
            source = event.told("hangupsource")
            return replace(leg, ended=event.at, cause=known, source=source, last_context=event.context)
        case "CHAN_END":
            return replace(leg, ended=leg.ended or event.at)
        case _:
            return leg


def _transfer(event: CelEvent) -> Transfer:
    who = event.told("transferee_channel_uniqueid")
    if event.kind == "BLINDTRANSFER":
        return Transfer(
            kind="blind",
            at=event.at,
            by=event.channel_id,
            who=who,
            exten=event.told("extension"),
            context=event.told("context"),
        )
    to = event.told("transfer_target_channel_uniqueid")
    return Transfer(
        kind="attended",
        at=event.at,
        by=event.channel_id,
        who=who,
        exten=event.told("app"),
        to=to,
        instead_of=event.told("channel2_uniqueid"),
    )
