"""What queue_log alone says of agents' places in queues: since when, at which penalty, paused why. Pure.

``ADDMEMBER``, ``REMOVEMEMBER`` and ``PENALTY`` name an interface, ``PAUSE`` and ``UNPAUSE`` the member's name (the
``pause`` transcript), so who is meant must be told. Members of queues.conf join without a line: they are known from
their first line on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from ami_bridge.domain.events import LedgerLine

_OF_CALLS: Final = frozenset({"CONNECT", "RINGNOANSWER", "RINGCANCELED"})
"""Lines that show who serves a queue and is not paused in it."""
SAVES: Final = frozenset({"ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE"})
"""With each of these app_queue writes all members of that queue that were added at run time into AstDB
(``dump_queue_members``); with PENALTY it does not (``set_member_penalty_help_members``)."""
NOT_ON_DISK: Final = timedelta(seconds=3)
"""AstDB is written to disk once a second (main/db.c ``db_sync_thread``): a killed Asterisk forgets what came after."""
STARTED_ANEW: Final = timedelta(seconds=30)
"""How soon behind the last save a start tells that Asterisk may have ended before that was on disk."""
REALTIME: Final = "REALTIME"
"""Who added a member that a row of a database made: that row says what he is after a start."""


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
        self._saved: dict[str, tuple[datetime, dict[str, int | None]]] = {}
        """By queue, when its members were written into AstDB last, and the penalties that were."""
        self._removed: dict[tuple[str, str], LoggedPlace] = {}
        """The last place of those who were removed."""
        self._unsure: dict[tuple[str, str], str] = {}
        """Who added those of whom nobody knows whether a start brought them back."""
        self._last_at: datetime | None = None

    def open(self) -> Iterator[LoggedPlace]:
        """Those that go on."""
        yield from self._open.values()

    def take(self, line: LedgerLine) -> list[LoggedPlace]:
        """One line; the stretches that are over by it."""
        alive_at, self._last_at = self._last_at, line.at
        if line.verb == "QUEUESTART":
            return self._started(line.at, alive_at or line.at)
        over = self._take(line)
        if line.verb in SAVES:
            added = (one for one in self._open.values() if one.queue == line.queue and one.added_by)
            self._saved[line.queue] = line.at, {one.agent: one.penalty for one in added}
        return over

    def _started(self, at: datetime, alive_at: datetime) -> list[LoggedPlace]:
        """Asterisk started: members of queues.conf are as that file has them, those added at run time as AstDB has.

        That is with their pauses and reasons (``persistentmembers``, app_queue.c ``reload_queue_members``), and with
        the penalty they had when their queue was saved last. No line tells of either. Whether what was saved just
        before the end came to the disk nobody knows: of those members nothing is told until their next line, and of
        those who had just been removed neither.

        Args:
            at: When it started.
            alive_at: When it surely lived last.
        """
        over: list[LoggedPlace] = []
        for key, one in list(self._open.items()):
            if not one.added_by:
                if one.paused or one.penalty is not None:
                    over.append(self._change(one, at, paused=False, reason="", penalty=None))
                continue
            if one.added_by == REALTIME:
                continue
            saved_at, penalties = self._saved.get(one.queue, (None, {}))
            if saved_at is not None and self._may_be_lost(saved_at, at, alive_at):
                del self._open[key]
                self._unsure[key] = one.added_by
                over.append(replace(one, until=max(at, one.since)))
            elif penalties.get(one.agent) != one.penalty:
                over.append(self._change(one, at, penalty=penalties.get(one.agent)))
        for key, gone in self._removed.items():
            if gone.until is not None and self._may_be_lost(gone.until, at, alive_at):
                self._left.discard(key)
                self._unsure[key] = gone.added_by
                over.append(replace(gone, since=at, until=at, left=False))
        self._removed.clear()
        return over

    @staticmethod
    def _may_be_lost(saved_at: datetime, at: datetime, alive_at: datetime) -> bool:
        """Whether Asterisk may have been killed before it was on disk; after a long silence it surely lived on."""
        return alive_at < saved_at + NOT_ON_DISK and at < saved_at + STARTED_ANEW

    def _take(self, line: LedgerLine) -> list[LoggedPlace]:
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
            self._removed[key] = replace(place, until=line.at, left=True)
            return [self._removed[key]]
        elif line.verb == "REMOVEMEMBER" and place is None:
            self._unsure.pop(key, None)
            self._left.add(key)
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
        self._removed.pop(key, None)
        told = {"added_by": self._unsure.pop(key, ""), **told}
        self._open[key] = LoggedPlace(agent=agent, queue=queue, since=at, **told)  # type: ignore[arg-type]  # fields by name

    def _change(self, place: LoggedPlace, at: datetime, **change: object) -> LoggedPlace:
        at = max(at, place.since)
        self._open[place.agent, place.queue] = replace(place, since=at, **change)  # type: ignore[arg-type]  # fields by name
        return replace(place, until=at)
