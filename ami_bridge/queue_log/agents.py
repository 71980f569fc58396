"""What queue_log alone says of agents: in which queue since when, paused why, and when they talked. Pure.

``ADDMEMBER``, ``REMOVEMEMBER`` and ``PENALTY`` name an interface, ``PAUSE`` and ``UNPAUSE`` the member's name (the
``pause`` transcript), so who is meant must be told. Members of queues.conf join without a line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.history import LoggedVisit


@dataclass(frozen=True, slots=True)
class LoggedMembership:
    """One stretch of an agent in a queue, at one penalty.

    Attributes:
        agent: The agent.
        queue: The queue; empty for a sign-on of app_agent_pool, which belongs to none.
        since: When it began.
        until: When it ended; None when the log does not say.
        penalty: The penalty; None when it was never told.
    """

    agent: str
    queue: str
    since: datetime
    until: datetime | None = None
    penalty: int | None = None


@dataclass(frozen=True, slots=True)
class LoggedPause:
    """One stretch of an agent's pause in one queue, for one reason.

    Attributes:
        agent: The agent.
        queue: The queue.
        since: When it began.
        reason: Why; empty when nobody said.
        until: When it ended, or another reason took its place; None when the log does not say.
    """

    agent: str
    queue: str
    since: datetime
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoggedTalk:
    """One talk of an agent with a caller.

    Attributes:
        agent: The agent.
        queue: The queue.
        since: When they were joined.
        until: When they were parted; None when that was not told.
    """

    agent: str
    queue: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """All of it, each kind in the order it began.

    Attributes:
        memberships: Stretches in queues.
        pauses: Stretches of pause.
    """

    memberships: tuple[LoggedMembership, ...]
    pauses: tuple[LoggedPause, ...]


def roster_of(lines: Iterable[LedgerLine], who: Callable[[str], str]) -> Roster:
    """The agents' facts of these lines; ``who`` gives the agent for an interface or a member's name.

    A start of Asterisk ends nothing here: dynamic members and their pauses come back with it, without a line
    (``persistentmembers``, app_queue.c ``reload_queue_members``).
    """
    book = _Book(who)
    for line in lines:
        book.take(line)
    return Roster(tuple(book.memberships), tuple(book.pauses))


def talks_of(visits: Iterable[LoggedVisit], who: Callable[[str], str]) -> list[LoggedTalk]:
    """When agents talked, by the visits of the same log."""
    return [
        LoggedTalk(who(one.agent), one.queue, one.answered_at, one.ended_at if one.end_is_known else None)
        for one in visits
        if one.agent is not None and one.answered_at is not None
    ]


class _Book:
    """The stretches under way and those before."""

    def __init__(self, who: Callable[[str], str]) -> None:
        self._who = who
        self.memberships: list[LoggedMembership] = []
        self.pauses: list[LoggedPause] = []
        self._in: dict[tuple[str, str], int] = {}
        self._paused: dict[tuple[str, str], int] = {}

    def take(self, line: LedgerLine) -> None:
        """One line."""
        key = self._who(line.member_name), line.queue
        match line.verb:
            case "ADDMEMBER":
                self._join(key, line.at)
                if line.data[:1] == ("PAUSED",):
                    self._pause(key, line.at, "")
            case "REMOVEMEMBER":
                self._leave(key, line.at)
            case "AGENTLOGIN" | "AGENTCALLBACKLOGIN":
                self._join((key[0], ""), line.at)
            case "AGENTLOGOFF" | "AGENTCALLBACKLOGOFF":
                self._leave((key[0], ""), line.at)
            case "PAUSE":
                # what stands behind further bars belongs to the reason: nothing in the log is escaped
                self._pause(key, line.at, "|".join(line.data))
            case "UNPAUSE":
                self._unpause(key, line.at)
            case "PENALTY":
                self._penalty(key, line.at, line.data[0] if line.data else "")
            case _:
                pass  # PAUSEALL and UNPAUSEALL are said before the lines of each queue

    def _join(self, key: tuple[str, str], at: datetime) -> None:
        if key not in self._in:
            self._in[key] = len(self.memberships)
            self.memberships.append(LoggedMembership(*key, at))

    def _leave(self, key: tuple[str, str], at: datetime) -> None:
        index = self._in.pop(key, None)
        if index is not None:
            self.memberships[index] = replace(self.memberships[index], until=at)
        self._unpause(key, at)

    def _pause(self, key: tuple[str, str], at: datetime, reason: str) -> None:
        index = self._paused.get(key)
        if index is not None and self.pauses[index].reason == reason:
            return
        self._unpause(key, at)  # a pause over a pause: Asterisk says PAUSE again, and no UNPAUSE between
        self._paused[key] = len(self.pauses)
        self.pauses.append(LoggedPause(*key, at, reason))

    def _unpause(self, key: tuple[str, str], at: datetime) -> None:
        index = self._paused.pop(key, None)
        if index is not None:
            self.pauses[index] = replace(self.pauses[index], until=max(at, self.pauses[index].since))

    def _penalty(self, key: tuple[str, str], at: datetime, told: str) -> None:
        penalty = int(told) if told.isdecimal() else None
        index = self._in.get(key)
        if index is None or penalty is None or self.memberships[index].penalty == penalty:
            return
        before = self.memberships[index]
        if before.since == at or before.penalty is None:
            self.memberships[index] = replace(before, penalty=penalty)
            return
        self.memberships[index] = replace(before, until=at)
        self._in[key] = len(self.memberships)
        self.memberships.append(LoggedMembership(*key, at, penalty=penalty))
