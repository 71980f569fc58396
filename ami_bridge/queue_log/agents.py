"""What queue_log alone says of agents' places in queues: since when, at which penalty, paused why. Pure.

``ADDMEMBER``, ``REMOVEMEMBER`` and ``PENALTY`` name an interface, ``PAUSE`` and ``UNPAUSE`` the member's name (the
``pause`` transcript), so who is meant must be told. Members of queues.conf join without a line: they are known from
their first line on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from ami_bridge.domain.events import LedgerLine

_OF_CALLS: Final = frozenset({"CONNECT", "RINGNOANSWER", "RINGCANCELED"})
"""Lines that show who serves a queue and is not paused in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedPlace:
    """One stretch of an agent in a queue, unchanged.

    Attributes:
        agent: The agent.
        queue: The queue.
        since: When it began, or when the log first spoke of it.
        until: When it ended or changed; None when the log does not say.
        left: Whether it ended by the agent's leaving.
        penalty: The penalty; None when it was never told.
        paused: Whether the agent is paused there.
        reason: Why; empty when nobody said.
        added_by: Who added him, as the log names it; empty for one whose joining is not in the log.
    """

    agent: str
    queue: str
    since: datetime
    until: datetime | None = None
    left: bool = False
    penalty: int | None = None
    paused: bool = False
    reason: str = ""
    added_by: str = ""


def places_of(lines: Iterable[LedgerLine], who: Callable[[str], str]) -> list[LoggedPlace]:
    """All stretches these lines tell of, by agent, queue and beginning."""
    book = Places(who)
    found = [place for line in lines for place in book.take(line)]
    return sorted([*found, *book.open()], key=lambda one: (one.agent, one.queue, one.since))


class Places:
    """The same, line by line.

    Args:
        who: The agent for an interface or a member's name.
        known: Stretches that go on, from an earlier reading of the log.
    """

    def __init__(self, who: Callable[[str], str], known: Iterable[LoggedPlace] = ()) -> None:
        self._who = who
        self._open = {(one.agent, one.queue): one for one in known}
        self._left: set[tuple[str, str]] = set()

    def open(self) -> Iterator[LoggedPlace]:
        """Those that go on."""
        yield from self._open.values()

    def take(self, line: LedgerLine) -> list[LoggedPlace]:
        """One line; the stretches that are over by it.

        A start of Asterisk brings dynamic members back with their pauses, without a line (``persistentmembers``,
        app_queue.c ``reload_queue_members``), and members of queues.conf as that has them: unpaused, with its penalty.
        """
        if line.verb == "QUEUESTART":
            static = [one for one in self._open.values() if not one.added_by]
            changed = [one for one in static if one.paused or one.penalty is not None]
            return [self._change(one, line.at, paused=False, reason="", penalty=None) for one in changed]
        key = self._who(line.member_name), line.queue
        place = self._open.get(key)
        if line.verb == "ADDMEMBER" and place is None:
            self._begin(key, line.at, paused=line.data[:1] == ("PAUSED",), added_by=line.channel_id or "NONE")
        elif line.verb in _OF_CALLS and place is None and key not in self._left:
            self._begin(key, line.at)
        elif line.verb in {"PAUSE", "UNPAUSE", "PENALTY"}:
            return self._told(key, line, place)
        elif line.verb == "REMOVEMEMBER" and place is not None and line.at >= place.since:
            del self._open[key]
            self._left.add(key)
            return [replace(place, until=line.at, left=True)]
        return []

    def _told(self, key: tuple[str, str], line: LedgerLine, place: LoggedPlace | None) -> list[LoggedPlace]:
        change: dict[str, object]
        match line.verb:
            case "PAUSE":
                # what stands behind further bars belongs to the reason: nothing in the log is escaped
                change = {"paused": True, "reason": "|".join(line.data)}
            case "UNPAUSE":
                change = {"paused": False, "reason": ""}
            case _ if line.data and line.data[0].isdecimal():
                change = {"penalty": int(line.data[0])}
            case _:
                return []
        if place is None:
            if key not in self._left:
                self._begin(key, line.at, **change)
            return []
        if line.at < place.since or all(getattr(place, name) == value for name, value in change.items()):
            return []
        return [self._change(place, line.at, **change)]

    def _begin(self, key: tuple[str, str], at: datetime, **told: object) -> None:
        agent, queue = key
        self._left.discard(key)
        self._open[key] = LoggedPlace(agent=agent, queue=queue, since=at, **told)  # type: ignore[arg-type]  # fields by name

    def _change(self, place: LoggedPlace, at: datetime, **change: object) -> LoggedPlace:
        at = max(at, place.since)
        self._open[place.agent, place.queue] = replace(place, since=at, **change)  # type: ignore[arg-type]  # fields by name
        return replace(place, until=at)
