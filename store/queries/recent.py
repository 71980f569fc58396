"""The last hours, added up by the database: visits per quarter of an hour, handling times, what agents did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Float, Integer, Numeric, and_, case, cast, extract, func, literal, or_, select

from store.metrics.counts import COUNTS
from store.metrics.sql import expression
from store.metrics.tally import Tally
from store.schema import AGENT_INTERVALS, VISITS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from store.engine import Store

OF_TALKS: Final = ("handled", "talk_sum_s", "wrap_up_sum_s", "holds", "hold_sum_s", "transferred")
"""Counts of visits that tell of finished talks."""
QUARTER_S: Final = 900
"""Quarters begin at :00, :15, :30 and :45 of every zone in use: all differ from UTC by whole quarters of an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The visits that entered one queue within one quarter of an hour.

    Attributes:
        queue: The queue's name.
        begins_at: When the quarter began.
        entered: Visits that began in it.
        answered: Of these, answered.
        abandoned: Of these, given up by the caller.
    """

    queue: str
    begins_at: datetime
    entered: int
    answered: int
    abandoned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What the finished talks of one queue took.

    Attributes:
        queue: The queue's name.
        tally: The counts of finished talks, by name.
    """

    queue: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one agent spent on a state within a range.

    Attributes:
        agent: The agent's id.
        state: One of `store.rows.StretchState`.
        seconds: Whole seconds, cut at the range's ends.
    """

    agent: str
    state: str
    seconds: float


async def quarters(store: Store, since: datetime, until: datetime, *, node: str | None = None) -> list[Quarter]:
    """Every quarter in which somebody entered, by queue and time; a quarter without visits is not among them."""
    entered_s = _seconds(VISITS.c.entered_at)
    statement = (
        select(
            VISITS.c.queue,
            cast(entered_s - entered_s % QUARTER_S, Integer).label("quarter"),
            func.count().label("entered"),
            func.count().filter(VISITS.c.outcome == "answered").label("answered"),
            func.count().filter(VISITS.c.outcome == "abandoned").label("abandoned"),
        )
        .where(*_entered(since, until, node))
        # by its label: written out once more, its parameters would be others to PostgreSQL
        .group_by(VISITS.c.queue, "quarter")
        .order_by(VISITS.c.queue, "quarter")
    )
    async with store.reading() as connection:
        return [
            Quarter(
                queue=found.queue,
                begins_at=datetime.fromtimestamp(found.quarter, UTC),
                entered=found.entered,
                answered=found.answered,
                abandoned=found.abandoned,
            )
            for found in await connection.execute(statement)
        ]


async def handled(store: Store, since: datetime, until: datetime, *, node: str | None = None) -> list[Handled]:
    """What finished talks took, of the visits that entered in the range, by queue."""
    columns = [expression(COUNTS[name], {}) for name in OF_TALKS]
    statement = select(VISITS.c.queue, *columns).where(*_entered(since, until, node)).group_by(VISITS.c.queue)
    async with store.reading() as connection:
        found = (await connection.execute(statement.order_by(VISITS.c.queue))).all()
    return [
        Handled(queue=queue, tally=Tally({name: value or 0 for name, value in zip(OF_TALKS, values, strict=True)}))
        for queue, *values in found
    ]


async def spent(store: Store, since: datetime, until: datetime, *, node: str | None = None) -> list[Spent]:
    """What each agent spent on each state in the range, by agent and state."""
    stretch = AGENT_INTERVALS.c
    first, last = literal(since.timestamp(), Float), literal(until.timestamp(), Float)
    began, ended = _seconds(stretch.started_at), _seconds(stretch.ended_at)
    from_s = case((began < first, first), else_=began)
    to_s = case((or_(stretch.ended_at.is_(None), ended > last), last), else_=ended)
    touching = and_(stretch.started_at < until, or_(stretch.ended_at.is_(None), stretch.ended_at > since))
    statement = (
        select(stretch.agent, stretch.state, cast(func.sum(to_s - from_s), Float).label("seconds"))
        .where(touching, literal(value=True) if node is None else stretch.node == node)
        .group_by(stretch.agent, stretch.state)
        .order_by(stretch.agent, stretch.state)
    )
    async with store.reading() as connection:
        return [Spent(**found) for found in (await connection.execute(statement)).mappings()]


def _entered(since: datetime, until: datetime, node: str | None) -> list[ColumnElement[bool]]:
    conditions = [VISITS.c.entered_at >= since, VISITS.c.entered_at < until]
    return conditions if node is None else [*conditions, VISITS.c.node == node]


def _seconds(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whole seconds since 1970, a fraction cut: SQLite has no other, and both engines must agree."""
    exact = cast(extract("epoch", instant), Numeric)
    return exact - exact % 1
