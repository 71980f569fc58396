"""One call from its first step to its last, out of all tables, in the order it happened. Pure.

What happened is told by a word of `What` and the facts that go with it, so that a command line, an API and a page can
each say it in their own way. Numbers are as the rows have them: whoever shows them masks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from store.queries.journeys import CallStory, JourneyStory
    from store.rows import Journey, RingAttempt, Visit

Part: TypeAlias = Literal["flow", "queue", "agent", "left"]
"""Whose doing it was: the flow's, the queue's, an agent's phone's; `left` is what the caller left with us."""

What: TypeAlias = Literal[
    "began",
    "step",
    "finished",
    "entered",
    "rung",
    "rang",
    "answered",
    "over",
    "voicemail",
    "recording",
    "survey",
    "callback",
    "ticket",
]
"""`began`, `step`, `finished`: a journey; `entered`, `answered`, `over`: a visit; `rung`, `rang`: an agent's phone."""

Fact: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened.

    Attributes:
        at: When.
        part: Whose doing it was.
        what: What.
        facts: What more is known of it, by the names of the columns it comes from.
    """

    at: datetime
    part: Part
    what: What
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called, as far as any row knows it.

    Attributes:
        caller: The calling number; empty when withheld.
        number: The number dialled (DNIS).
        language: The language spoken last, BCP 47; empty when none was chosen.
        vip: Whether the caller was recognised as a VIP.
    """

    caller: str
    number: str
    language: str
    vip: bool


def caller_of(story: CallStory) -> Caller:
    """Who called, from whichever row knows it."""
    rows: list[Journey | Visit] = [*(each.journey for each in story.journeys), *story.visits]
    return Caller(
        next((row.caller for row in rows if row.caller), ""),
        next((row.number for row in rows if row.number), ""),
        next((row.language for row in reversed(rows) if row.language), ""),
        any(row.vip for row in rows),
    )


def time_line(story: CallStory) -> tuple[Moment, ...]:
    """Everything the database knows of a call, oldest first; of one instant, the flow before the queue it leads to."""
    moments = [
        *(moment for each in story.journeys for moment in _journey(each)),
        *(moment for each in story.visits for moment in _visit(each)),
        *(moment for each in story.rings for moment in _ringing(each)),
        *_left_with_us(story),
    ]
    return tuple(sorted(moments, key=lambda moment: (moment.at, _ORDER[moment.what])))


_ORDER: Mapping[What, int] = MappingProxyType(
    {
        "began": 0,
        "step": 1,
        "entered": 2,
        "rung": 3,
        "rang": 4,
        "answered": 5,
        "over": 6,
        "voicemail": 7,
        "recording": 7,
        "survey": 7,
        "callback": 7,
        "ticket": 7,
        "finished": 8,
    }
)
"""Of things that have the same instant, which comes first."""


def _moment(at: datetime, part: Part, what: What, **facts: Fact) -> Moment:
    return Moment(at, part, what, MappingProxyType(facts))


def _journey(story: JourneyStory) -> Iterator[Moment]:
    row = story.journey
    yield _moment(row.started_at, "flow", "began", flow=row.flow, flow_version=row.flow_version, number=row.number)
    for step in story.steps:
        yield _moment(
            step.at,
            "flow",
            "step",
            flow=step.flow,
            step=step.step,
            verb=step.verb,
            outcome=step.outcome,
            to_step=step.to_step,
            segment=step.segment,
        )
    if row.ended_at is not None:
        yield _moment(row.ended_at, "flow", "finished", flow=row.flow, outcome=row.outcome)


def _visit(row: Visit) -> Iterator[Moment]:
    whose = {"visit_id": row.id, "queue": row.queue}
    yield _moment(row.entered_at, "queue", "entered", **whose, position=row.position, priority=row.priority)
    if row.answered_at is not None:
        yield _moment(
            row.answered_at, "agent", "answered", **whose, agent=row.agent, agent_name=row.agent_name, wait_s=row.wait_s
        )
    if row.ended_at is not None:
        yield _moment(
            row.ended_at,
            "queue",
            "over",
            **whose,
            outcome=row.outcome,
            ended_by=row.ended_by,
            talk_s=row.talk_s,
            hold_s=row.hold_s,
            transfer=row.transfer,
            transferred_to=row.transferred_to,
            next_visit_id=row.next_visit_id,
        )


def _ringing(row: RingAttempt) -> Iterator[Moment]:
    whose: dict[str, Fact] = {"visit_id": row.visit_id, "agent": row.agent, "ordinal": row.ordinal}
    yield _moment(row.started_at, "agent", "rung", **whose)
    if row.ended_at is not None:
        yield _moment(row.ended_at, "agent", "rang", **whose, result=row.result)


def _left_with_us(story: CallStory) -> Iterator[Moment]:
    for message in story.voicemails:
        yield _moment(message.recorded_at, "left", "voicemail", box=message.box, seconds=message.seconds)
    for said in story.recordings:
        yield _moment(said.recorded_at, "left", "recording", step=said.step, seconds=said.seconds)
    for survey in story.surveys:
        yield _moment(survey.asked_at, "left", "survey", survey=survey.survey, agent=survey.agent)
    for callback in story.callbacks:
        yield _moment(callback.asked_at, "left", "callback", queue=callback.queue, number=callback.number_to_call)
    for ticket in story.tickets:
        yield _moment(ticket.opened_at, "left", "ticket", kind=ticket.kind, colour=ticket.colour)
