"""`hotline replay`: the calls of the history through the flows of a folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ivr.app.copies import read_copy
from ivr.app.opened import opened_store
from ivr.app.timetables import Timetables
from ivr.compare.comparing import steps_called
from ivr.compare.edition import edition_of
from ivr.rehearsal.replay import Passed, Version, replayed
from store.queries.stories import stories

if TYPE_CHECKING:
    from datetime import datetime

    from ivr.app.loading import Ready
    from ivr.flow.model import FlowSet
    from ivr.rehearsal.replay import Verdict
    from store.queries.journeys import JourneyStory


@dataclass(slots=True)
class Replay:
    """What became of them."""

    calls: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    examples: dict[Verdict, str] = field(default_factory=dict)
    """The call id of the youngest call of each verdict."""
    versions: Counter[str] = field(default_factory=Counter)
    """How many of them began on which version."""


async def run_replay(ready: Ready, since: datetime, until: datetime | None) -> Replay:
    """Lead every call of the range through the folder's flows.

    Raises:
        MistakeError: the database cannot be used.
    """
    told, old = Replay(), dict[str, tuple["FlowSet | None", dict[str, str]]]()
    hours = Timetables(ready.hotline.hours, ZoneInfo(ready.hotline.time_zone))
    new = Version(ready.flows, ready.hotline.numbers, hours.is_open)
    async with opened_store(ready) as store:
        async for story in stories(store, since, until):
            version = story.journey.flow_version
            if version not in old:
                old[version] = _kept(ready, version)
            flows, called = old[version]
            verdict = replayed(story.journey.number, _lines(story), flows, new, called)
            told.calls += 1
            told.versions[version] += 1
            told.verdicts[verdict] += 1
            told.examples.setdefault(verdict, story.journey.call_id)
    return told


def _kept(ready: Ready, version: str) -> tuple[FlowSet | None, dict[str, str]]:
    """The flows of a version, and which of their steps are called otherwise in the folder's."""
    if version == ready.flows.version:
        return ready.flows, {}
    kept = read_copy(ready.places.versions / version) if version.isalnum() else None
    if kept is None:
        return None, {}
    return kept.flows, steps_called(edition_of(kept), edition_of(ready.loaded))


def _lines(story: JourneyStory) -> tuple[Passed, ...]:
    return tuple(Passed(each.flow, each.step, each.outcome, each.to_step, each.at) for each in story.steps)
