"""What others than the ledger tell of a soak's calls: queue_log's verbs, the dialplan, SIPp. Only counted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ami_bridge.cel.lines import CEL
from ami_bridge.queue_log.lines import Odd
from ami_bridge.queue_log.reading import read_log
from lab.soak.switch import LEFT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LEFT: Final = re.compile(rf"\b{LEFT} (\d+) (\S+) (\S*) (\S+) =(\w*)")
AT_THE_DOOR: Final = {"FULL": "full", "JOINEMPTY": "join_empty", "JOINUNAVAIL": "join_empty"}
OUTCOME: Final = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITEMPTY": "leave_empty",
    "EXITWITHKEY": "left_by_key",
    "WITHDRAW": "withdrawn",
    "SYSCOMPAT": "incompatible",
}
"""The verb with which a wait ends, and what we call it."""


@dataclass(slots=True)
class QueueLog:
    """The verbs of a whole queue_log.

    Attributes:
        lines: How many lines it has.
        entered: How many entries.
        outcomes: How many waits ended so; those Asterisk did not live to end are `unknown_after_gap`.
        callers: The calling numbers that entered.
    """

    lines: int = 0
    entered: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    callers: set[str] = field(default_factory=set)


def queue_log(files: Iterable[Path]) -> QueueLog:
    """Counts the verbs of all pieces."""
    found = QueueLog()
    for path in files:
        for raw in path.read_bytes().decode("utf-8", "replace").splitlines():
            line = raw.split("|")
            found.lines += 1
            if len(line) < 5:  # noqa: PLR2004 - time, channel, queue, agent, verb
                continue
            if line[4] == "ENTERQUEUE":
                found.entered += 1
                found.callers.add(line[6])
            elif line[4] in OUTCOME:
                found.outcomes[OUTCOME[line[4]]] += 1
    found.outcomes["unknown_after_gap"] = found.entered - found.outcomes.total()
    return found


@dataclass(frozen=True, slots=True)
class Refused:
    """A caller who was let into no queue, by the dialplan's word."""

    at: float
    channel_id: str
    caller: str
    queue: str
    outcome: str


def refused(folder: Path) -> list[Refused]:
    """Those of all pieces of messages.log; queue_log is silent on them."""
    found: list[Refused] = []
    for path in sorted(folder.glob("messages.log*")):
        for line in path.read_text("utf-8", errors="replace").splitlines():
            told = _LEFT.search(line)
            if told and told[5] in AT_THE_DOOR:
                found.append(Refused(float(told[1]), told[2], told[3], told[4], AT_THE_DOOR[told[5]]))
    return found


@dataclass(frozen=True, slots=True)
class Cel:
    """What the channel event log tells, counted.

    Attributes:
        lines: How many records it has.
        joined: The bridges that Queue() put a caller into: one for each visit an agent answered.
        channels: The channels it has from their beginning.
    """

    lines: int = 0
    joined: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


def cel(files: Iterable[Path]) -> Cel:
    """Counts the records of all pieces."""
    lines = 0
    joined: set[str] = set()
    channels: set[str] = set()
    for path in files:
        for line in read_log(path, CEL):
            lines += 1
            if isinstance(line.told, Odd):
                continue
            if line.told.kind == "CHAN_START":
                channels.add(line.told.channel_id)
            elif line.told.kind == "BRIDGE_ENTER" and line.told.app == "Queue":
                joined.add(line.told.told("bridge_id"))
    return Cel(lines, frozenset(joined), frozenset(channels))


def answered_callers(log: Path) -> dict[str, float]:
    """The calling numbers SIPp saw answered, and when (Unix time)."""
    found: dict[str, float] = {}
    if not log.exists():
        return found
    for line in log.read_text("utf-8", errors="replace").splitlines():
        words = line.split()
        if words and words[-1] == "answered":
            found[words[-3]] = float(words[-4]) if words[-4].replace(".", "", 1).isdecimal() else 0.0
    return found
