"""Which channel is an agent's own telephone: never the middle of a chain of Local channels. Pure.

``Local/1001@agents/n`` as a queue's member makes two channels, ``…;1`` on the caller's side and ``…;2``, which dials
the telephone; whoever listened to ``;1`` and whispered would whisper to nobody (core_local.c: what is written to one
half is read from the other). So from what app_queue calls the agent's channel the way is followed through halves and
bridges to the first channel that is not Local. A member whose state is a hint (``hint:998@ext-local``) has an
ordinary interface, and is found in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ami_bridge.domain.events import ChannelSeen

LONGEST_CHAIN: Final = 8
"""Halves and bridges followed: a forwarded member has two or three, a loop has no end."""
SPYING: Final = "ChanSpy"


def by_id(channels: Iterable[ChannelSeen], channel_id: str) -> ChannelSeen | None:
    """The channel of that Uniqueid."""
    return next((one for one in channels if one.channel_id == channel_id), None)


def telephone(channels: Sequence[ChannelSeen], first: ChannelSeen) -> ChannelSeen | None:
    """The telephone at the end of the chain that begins with an agent's channel; None when it leads to none."""
    at, seen = first, {first.channel}
    for _ in range(LONGEST_CHAIN):
        if not at.channel.startswith("Local/"):
            return at
        nearer = _next(channels, at, seen)
        if nearer is None:
            return None
        seen.add(nearer.channel)
        at = nearer
    return None


def _next(channels: Sequence[ChannelSeen], at: ChannelSeen, seen: set[str]) -> ChannelSeen | None:
    name, _, half = at.channel.rpartition(";")
    if half == "1":
        return next((one for one in channels if one.channel == f"{name};2"), None)
    if not at.bridge_id:
        return None
    others = (one for one in channels if one.bridge_id == at.bridge_id and one.channel not in seen)
    return next(others, None)


def of_interface(channels: Iterable[ChannelSeen], interface: str) -> list[ChannelSeen]:
    """The channels of a telephone, ``PJSIP/1001``; their names are the interface, a dash, and a serial number."""
    return [one for one in channels if one.channel.rpartition("-")[0] == interface]


def in_a_talk(channels: Iterable[ChannelSeen], interface: str) -> ChannelSeen | None:
    """The telephone's channel that is in a bridge with another one; the oldest of several."""
    talks = [one for one in of_interface(channels, interface) if one.bridge_id]
    return min(talks, key=lambda one: one.since, default=None)


def spying(channels: Iterable[ChannelSeen], phone: str) -> ChannelSeen | None:
    """The channel of a supervisor's telephone that listens to somebody."""
    return next((one for one in of_interface(channels, phone) if one.application == SPYING), None)
