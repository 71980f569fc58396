"""What an alarm can see, made up: a node, its queues, agents and trunks at a second of a clock that is ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ami_bridge.messages import (
    AgentView,
    Knowledge,
    MemberCounts,
    QueueView,
    Snapshot,
    TodayCounts,
    TrunkView,
    WaitingCaller,
)
from wallboard.alarms.book import Book
from wallboard.alarms.causes import Calls, Seen
from wallboard.watch import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ami_bridge.messages import AgentState, TrunkState
    from wallboard.alarms.rules import Rule
    from wallboard.watch import Truth

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
WELL = Seen(now=START, node="gz-1", standing=Standing("live", START), snapshot=None, database=True)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def seen(
    second: float,
    truth: Truth = "live",
    *,
    database: bool | None = True,
    queues: Iterable[QueueView] = (),
    agents: Mapping[str, AgentState] | None = None,
    trunk: TrunkState = "reachable",
    calls: Mapping[str, Calls] | None = None,
    open_: bool = True,
) -> Seen:
    now = at(second)
    snapshot = Snapshot(
        node="gz-1",
        seq=1,
        at=now,
        knowledge=Knowledge(state="complete", since=START),
        queues=tuple(queues),
        agents=tuple(
            AgentView(id=name, name=name, state=state, since=START, queues={"sales": 0})
            for name, state in (agents or {}).items()
        ),
        trunks=(TrunkView(name="carrier", state=trunk, since=START),),
    )
    return replace(
        WELL,
        now=now,
        standing=Standing(truth, START),
        snapshot=snapshot,
        database=database,
        calls=calls or {},
        is_open=lambda _: open_,
    )


def queue(name: str = "sales", waits_s: Iterable[float] = (), second: float = 0, **counts: int) -> QueueView:
    """A queue whose callers have waited so long, and its day; `members` by what they do."""
    members = {key: counts.pop(key) for key in ("available", "talking", "away") if key in counts}
    waiting = tuple(
        WaitingCaller(
            visit_id=f"{name}/{place}", position=place, caller="", caller_name="", vip=False, language="",
            entered_at=at(second - wait), priority=0,
        )
        for place, wait in enumerate(waits_s, 1)
    )  # fmt: skip
    return QueueView(
        name=name, title=name, waiting=waiting, today=TodayCounts(**counts), members=MemberCounts(**members)
    )


def told(rules: Mapping[str, Rule], looks: Iterable[Seen], book: Book | None = None) -> list[str]:
    """What is told, look by look: `12 fired ami_gone/gz-1`."""
    return story(rules, looks, book)[0]


def story(rules: Mapping[str, Rule], looks: Iterable[Seen], book: Book | None = None) -> tuple[list[str], Book]:
    book, lines = book or Book(), []
    for look in looks:
        book, notices = book.look(rules, look)
        second = (look.now - START).total_seconds()
        lines += [f"{second:g} {each.change} {each.alarm.rule}/{each.alarm.subject}" for each in notices]
    return lines, book
