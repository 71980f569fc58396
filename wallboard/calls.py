"""One call's time line as plain JSON data, its numbers masked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.messages import mask, mask_name
from store.time_line import caller_of, time_line

if TYPE_CHECKING:
    from store.queries.journeys import CallStory
    from store.time_line import Fact, Moment
    from wallboard.payloads import Json


def call(call_id: str, story: CallStory) -> Json:
    """Everything that happened in a call, oldest first; `facts` are named as the columns they come from."""
    return {**_caller(story), "call_id": call_id, "moments": [_moment(moment) for moment in time_line(story)]}


def _caller(story: CallStory) -> Json:
    who = caller_of(story)
    return {"caller": mask(who.caller), "number": who.number, "language": who.language, "vip": who.vip}


def _moment(moment: Moment) -> Json:
    facts = {name: _shown(moment, name, value) for name, value in moment.facts.items()}
    return {"at": moment.at, "part": moment.part, "what": moment.what, "facts": facts}


def _shown(moment: Moment, name: str, value: Fact) -> Fact:
    """A number that is a caller's, or may be, is never whole; the hotline's own number is no secret."""
    if not isinstance(value, str):
        return value
    if (moment.what, name) == ("callback", "number"):
        return mask(value)
    return mask_name(value) if name in {"transferred_to", "agent", "agent_name"} else value
