"""The proof of calls that go as they like, or as a dialogue has them: what a source tells follows from the others.

What a journey's steps say was heard, and nothing else; a step that hands the caller to a queue is a visit; every visit
moves the live counters, and nothing else does.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.calls.asking import in_order, story, way_of
from tests.calls.book import BOOK, HEARD, JOURNEY, VISITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lab.overhearing import Overheard
    from store.rows import Journey, Visit
    from tests.calls.proof import Tally

QUEUE_OF: Mapping[str, str] = MappingProxyType(
    {"service_queue": "service", "vip_queue": "vip", "vip_overflow": "service"}
)
"""The sample's steps that hand a caller to a queue."""
ENDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "answered": ("answered",),
        "timed_out": ("timed_out",),
        "empty": ("join_empty", "leave_empty"),
        "full": ("full",),
        "withdrawn": ("withdrawn",),
        "handed over": ("abandoned", "answered"),
    }
)
"""How a visit may have ended, by how its step did; a key ends it too. Who is handed over for good hung up there."""
NO_QUEUE = "failed"
"""How a step ends that leads into a queue Asterisk does not know: nobody has been in it."""
IMPLIED: Mapping[str, str] = MappingProxyType({"answered": "answered_within", "abandoned": "short_abandoned"})
"""The rigs' thresholds make every answer one in time and every abandon a short one (`STEADY`)."""


def visits_in(way: Sequence[str]) -> list[tuple[str, ...]]:
    """The visits a journey's steps tell of, each as every `queue: outcome` it may be, the usual one first."""
    steps = [step.split(": ", 1) for step in way]
    told = []
    for (step, outcome), (following, _) in zip(steps, [*steps[1:], ["", ""]], strict=True):
        if outcome == "handed over" and following == step:
            continue  # it came back, and is told again
        if step in QUEUE_OF and outcome != NO_QUEUE:
            told.append(tuple(f"{QUEUE_OF[step]}: {end}" for end in ENDS.get(outcome, ("left_by_key",))))
    return told


def moved_by(visits: Iterable[str]) -> dict[str, dict[str, int]]:
    """How far these visits, as `queue: outcome`, move the counters of their queues: arguments of `Tally.moves_by`."""
    moved: dict[str, Counter[str]] = {"service": Counter(), "vip": Counter()}
    for queue, outcome in (visit.split(": ") for visit in visits):
        moved[queue].update(["entered", outcome, *([IMPLIED[outcome]] if outcome in IMPLIED else [])])
    return {queue: dict(counts) for queue, counts in moved.items()}


async def proved_together(tally: Tally, calls: Sequence[Overheard], said: Mapping[str, str]) -> list[Visit]:
    """Assert that the four sources tell the same of each of these calls, and of no other; all their visits.

    Args:
        tally: Taken before the first.
        calls: All there were, in the order they were answered.
        said: How what a step says begins, by the step's name.
    """
    house = tally.house
    for call in calls:
        BOOK.open(id(call), f"the overheard call of {call.number!a}")
    made = list(reversed(await house.journeys_since("", tally.since)))
    with BOOK.asserting(JOURNEY, *map(id, calls)):
        assert all(journey.ended_at for journey in made)
        assert Counter(journey.caller[-11:] for journey in made) == Counter(call.number for call in calls)
    visits: list[Visit] = []
    for call in calls:
        journey = next(one for one in made if one.caller.endswith(call.number))  # of a number's, the first is the first
        made.remove(journey)
        way = await way_of(house, journey)
        with BOOK.asserting(HEARD, id(call)):
            _heard_what_was_said(call, way, said)
        with BOOK.asserting(VISITS, id(call)):
            visits += await _visits(tally, journey, way)
    tally.unproved += map(id, calls)
    await tally.moves_by(**moved_by(f"{visit.queue}: {visit.outcome}" for visit in visits))
    return visits


def _heard_what_was_said(call: Overheard, way: Sequence[str], said: Mapping[str, str]) -> None:
    """Who took a step to its end heard what it says; nobody heard what belongs to a step they did not take."""
    steps = [step.split(": ", 1) for step in way if step.split(": ", 1)[0] in said]
    whole = [said[step] for step, outcome in steps if outcome in {"said", "no input"}]
    told = [one.text for one in call.heard]
    assert call.heard
    assert in_order(call, *whole), f"{whole} is not in {told}; {way}"
    taken = {step for step, _ in steps}
    assert not [step for step in said.keys() - taken if any(text.startswith(said[step]) for text in told)], (told, way)


async def _visits(tally: Tally, journey: Journey, way: Sequence[str]) -> tuple[Visit, ...]:
    made = (await story(tally.house, journey.call_id)).visits
    ended = [f"{visit.queue}: {visit.outcome}" for visit in made]
    told = visits_in(way)
    assert len(ended) == len(told), (ended, way)
    assert all(one in may for one, may in zip(ended, told, strict=True)), (ended, way)
    assert all(visit.ended_at for visit in made)
    return made
