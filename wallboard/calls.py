"""One call's time line as plain JSON data, its numbers masked unless whoever asks may see them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ami_bridge.messages import mask, mask_name
from store.time_line import caller_of, time_line

if TYPE_CHECKING:
    from store.queries.journeys import CallStory
    from store.time_line import Fact, Moment
    from wallboard.payloads import Json


def call(call_id: str, story: CallStory, *, whole: bool = False) -> Json:
    """Everything that happened in a call, oldest first; `facts` are named as the columns they come from.

    Args:
        call_id: Which call.
        story: What the database has of it.
        whole: Whether the caller's numbers are told whole; an agent's never are.
    """
    moments = [_moment(moment, whole=whole) for moment in time_line(story)]
    return {**_caller(story, whole=whole), "call_id": call_id, "moments": moments}


def theirs(story: CallStory, queues: frozenset[str]) -> CallStory:
    """What of a call is told to somebody who is for some queues: its visits there, and what belongs to these.

    How it went through the flow and where else it was is not theirs: of the flow they see when it began and ended.
    """
    visits = [each for each in story.visits if each.queue in queues]
    known = {each.id for each in visits}
    return replace(
        story,
        journeys=tuple(replace(each, steps=()) for each in story.journeys),
        visits=tuple(each if each.next_visit_id in known else replace(each, next_visit_id=None) for each in visits),
        rings=tuple(each for each in story.rings if each.visit_id in known),
        surveys=tuple(each for each in story.surveys if each.visit_id is None or each.visit_id in known),
        callbacks=tuple(each for each in story.callbacks if each.queue in queues),
    )


def _caller(story: CallStory, *, whole: bool) -> Json:
    who = caller_of(story)
    caller = who.caller if whole else mask(who.caller)
    return {"caller": caller, "number": who.number, "language": who.language, "vip": who.vip}


def _moment(moment: Moment, *, whole: bool) -> Json:
    facts = {name: _shown(moment, name, value, whole=whole) for name, value in moment.facts.items()}
    return {"at": moment.at, "part": moment.part, "what": moment.what, "facts": facts}


def _shown(moment: Moment, name: str, value: Fact, *, whole: bool) -> Fact:
    """A number that is a caller's, or may be, is whole for few; the hotline's own number is no secret."""
    if not isinstance(value, str):
        return value
    if (moment.what, name) == ("callback", "number"):
        return value if whole else mask(value)
    return mask_name(value) if name in {"transferred_to", "agent", "agent_name"} else value
