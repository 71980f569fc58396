"""How long each kind of row is kept, and which rows are past their time. Pure; the time is an argument.

A rule never speaks of what is still open: a caller who waits or talks, a journey under way, a state that goes on, a gap
not yet filled in, a ticket or a callback whose time has not come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, literal_column, not_, or_, select

from store.schema import (
    ACTS,
    AGENT_INTERVALS,
    CALLBACKS,
    EVIDENCE_LINES,
    GAPS,
    JOURNEY_STEPS,
    JOURNEYS,
    MEMBERSHIP_INTERVALS,
    RECORDINGS,
    REMEMBERED,
    RING_ATTEMPTS,
    SURVEYS,
    TICKETS,
    VISITS,
    VOICEMAILS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from sqlalchemy import Column, ColumnElement, Select, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long each kind is kept; None is for ever.

    Attributes:
        visits: Visits, and the ringing for them.
        journeys: Journeys, without their steps.
        steps: The steps of journeys.
        agents: What agents did, their places in queues, and the gaps in both.
        evidence: Lines of AMI and queue_log.
        surveys: What callers answered.
        callbacks: Wishes to be called back.
        tickets: Tickets.
        recordings: What callers said at a step, with the file.
        voicemails: Messages, with the file.
        acts: What supervisors did.
        remembered: Choices kept for a caller's next call, from the last time one was made.
        numbers: Callers' numbers in all of these; then masked.
    """

    visits: timedelta | None = None
    journeys: timedelta | None = None
    steps: timedelta | None = None
    agents: timedelta | None = None
    evidence: timedelta | None = None
    surveys: timedelta | None = None
    callbacks: timedelta | None = None
    tickets: timedelta | None = None
    recordings: timedelta | None = None
    voicemails: timedelta | None = None
    acts: timedelta | None = None
    remembered: timedelta | None = None
    numbers: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of one table that are past their time.

    Attributes:
        table: It.
        at: The instant a row is as old as.
        before: How old is too old.
        gone: What else must be so; with `at` before `before` it is all a row must fulfil.
        by_key: Whether rows are looked for in the order of their keys: where no index tells how old they are.
        with_file: Whether each row has a file, which goes first.
    """

    table: Table
    at: Column[Any]
    before: datetime
    gone: ColumnElement[bool]
    by_key: bool = False
    with_file: bool = False

    @property
    def past(self) -> ColumnElement[bool]:
        """All that a row must fulfil."""
        return and_(self.at < self.before, self.gone)

    @property
    def order(self) -> tuple[Column[Any], ...]:
        """What rows are read on by; its last columns are the key."""
        keys = tuple(self.table.primary_key)
        return keys if self.by_key or self.at in keys else (self.at, *keys)

    def in_month(self, month: int) -> ColumnElement[bool]:
        """On PostgreSQL: whether a row is kept under that month."""
        return literal_column(f"{self.table.name}.month", Integer) == month

    @property
    def stays(self) -> ColumnElement[bool]:
        """What a row that stays fulfils."""
        return not_(_true(self.past))

    def stays_in(self, month: int) -> Select[Any]:
        """On PostgreSQL: one row of that month that is not past its time, where there is any."""
        return select(literal_column("1")).select_from(self.table).where(self.in_month(month), self.stays).limit(1)


def rules(keep: Retention, node: str, now: datetime) -> Iterator[Rule]:
    """A rule for each table that has one; rows that belong to others come before them.

    Args:
        keep: How long what is kept.
        node: Whose files and evidence are spoken of: those of another Asterisk are its own hotline's.
        now: The time.
    """
    visit, journey, ring, step = VISITS.c, JOURNEYS.c, RING_ATTEMPTS.c, JOURNEY_STEPS.c
    if keep.visits is not None:
        before = now - keep.visits
        over = visit.ended_at < before
        stays = select(visit.id).where(visit.id == ring.visit_id, not_(_true(and_(visit.entered_at < before, over))))
        yield Rule(RING_ATTEMPTS, ring.started_at, before, ~stays.correlate(RING_ATTEMPTS).exists())
        yield Rule(VISITS, visit.entered_at, before, over)
    if keep.steps is not None:
        goes_on = select(journey.id).where(journey.id == step.journey_id, journey.ended_at.is_(None))
        nobody = ~goes_on.correlate(JOURNEY_STEPS).exists()
        yield Rule(JOURNEY_STEPS, step.at, now - keep.steps, nobody, by_key=True)
    if keep.journeys is not None:
        yield Rule(JOURNEYS, journey.started_at, now - keep.journeys, journey.ended_at < now - keep.journeys)
    if keep.agents is not None:
        before = now - keep.agents
        for table in (AGENT_INTERVALS, MEMBERSHIP_INTERVALS):
            yield Rule(table, table.c.ended_at, before, table.c.ended_at.is_not(None))
        yield Rule(GAPS, GAPS.c.until, before, and_(GAPS.c.until.is_not(None), GAPS.c.settled))
    if keep.evidence is not None:
        yield evidence_rule(node, now - keep.evidence)
    if keep.acts is not None:
        yield Rule(ACTS, ACTS.c.asked_at, now - keep.acts, ACTS.c.asked_at.is_not(None))
    yield from _told_by_callers(keep, node, now)
    if keep.remembered is not None:
        at = REMEMBERED.c.updated_at
        yield Rule(REMEMBERED, at, now - keep.remembered, at.is_not(None))


def _told_by_callers(keep: Retention, node: str, now: datetime) -> Iterator[Rule]:
    if keep.surveys is not None:
        yield Rule(SURVEYS, SURVEYS.c.asked_at, now - keep.surveys, SURVEYS.c.asked_at.is_not(None))
    if keep.callbacks is not None:
        yield Rule(CALLBACKS, CALLBACKS.c.asked_at, now - keep.callbacks, settled(CALLBACKS, now))
    if keep.tickets is not None:
        yield Rule(TICKETS, TICKETS.c.opened_at, now - keep.tickets, settled(TICKETS, now))
    if keep.recordings is not None:
        ticket, recording = TICKETS.c, RECORDINGS.c
        needed = select(ticket.recording).where(ticket.recording.is_not(None))
        if keep.tickets is not None:
            goes = and_(ticket.opened_at < now - keep.tickets, settled(TICKETS, now))
            needed = needed.where(not_(_true(goes)))
        mine = and_(recording.node == node, recording.id.not_in(needed))
        yield Rule(RECORDINGS, recording.recorded_at, now - keep.recordings, mine, with_file=True)
    if keep.voicemails is not None:
        message = VOICEMAILS.c
        yield Rule(VOICEMAILS, message.recorded_at, now - keep.voicemails, message.node == node, with_file=True)


def evidence_rule(node: str, before: datetime) -> Rule:
    """The node's lines of evidence older than that."""
    line = EVIDENCE_LINES.c
    return Rule(EVIDENCE_LINES, line.at, before, line.node == node)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A table that holds callers' numbers.

    Attributes:
        table: It.
        at: The instant a row is as old as.
        numbers: Its columns that hold a number.
        words: Its columns that may name the caller, and are emptied with the number.
    """

    table: Table
    at: Column[Any]
    numbers: tuple[str, ...] = ("caller",)
    words: tuple[str, ...] = ()

    def closed(self, now: datetime) -> ColumnElement[bool]:
        """What is not open any more."""
        return settled(self.table, now)


NUMBERED = (
    Numbered(VISITS, VISITS.c.entered_at, words=("caller_name",)),
    Numbered(JOURNEYS, JOURNEYS.c.started_at),
    Numbered(SURVEYS, SURVEYS.c.asked_at),
    Numbered(CALLBACKS, CALLBACKS.c.asked_at, numbers=("caller", "number_to_call")),
    Numbered(TICKETS, TICKETS.c.opened_at),
    Numbered(RECORDINGS, RECORDINGS.c.recorded_at),
    Numbered(VOICEMAILS, VOICEMAILS.c.recorded_at),
)
"""Every table with callers' numbers in clear; `remembered` has hashes, `evidence_lines` masks."""

_SETTLED = {VISITS.name: "ended_at", JOURNEYS.name: "ended_at"}
_PROMISED = {CALLBACKS.name: "not_after", TICKETS.name: "due_at"}


def settled(table: Table, now: datetime) -> ColumnElement[bool]:
    """Whether nothing of a row goes on, and what it promises is due."""
    if table.name in _SETTLED:
        return table.c[_SETTLED[table.name]].is_not(None)
    key = next(iter(table.primary_key))
    if table.name in _PROMISED:
        by = table.c[_PROMISED[table.name]]
        return or_(by.is_(None), by < now)
    return key.is_not(None)


def _true(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, false where it is neither: an end that is null is no end before anything."""
    return condition.is_(True)
