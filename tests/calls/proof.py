"""The proof of a call from four sides: what the caller heard, the journey, the visits, the live feed's numbers.

Every test of this folder proves every call it makes: `BOOK` knows of each what was asserted, and conftest.py fails the
test where a source is missing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from store.rows import OUTCOMES
from tests.calls.asking import in_order, way_of
from tests.calls.book import BOOK, FEED, HEARD, JOURNEY, VISITS
from tests.calls.conftest import until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lab.phone import Phone
    from store.rows import Journey, Visit
    from tests.calls.conftest import House

COUNTED = ("entered", "answered_within", "short_abandoned", *OUTCOMES)
"""The live counters of visits; the others are what means are made of."""
NOTHING: Mapping[str, int] = MappingProxyType({})
ANSWERED: Mapping[str, int] = MappingProxyType({"entered": 1, "answered": 1, "answered_within": 1})
ABANDONED: Mapping[str, int] = MappingProxyType({"entered": 1, "abandoned": 1, "short_abandoned": 1})
"""What one call moves; the rig's thresholds make every answer one in time and every abandon a short one."""
_SHOWN_FOR = timedelta(seconds=3)
"""A call as long as this is on the feed, on any machine: it publishes every tenth of a second."""


@dataclass
class Tally:
    """The live counters of the queues before something happened."""

    house: House
    before: Mapping[str, Mapping[str, Any]]
    since: datetime
    unproved: list[object] = field(default_factory=list)
    """Calls that are asked for together: of these nothing was asserted from the feed yet."""
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever dials, where only one may at a time."""

    @classmethod
    async def of(cls, house: House) -> Tally:
        """Take it now."""
        return cls(house, await _counters(house), datetime.now(UTC))

    async def moved(self) -> dict[str, dict[str, int]]:
        """The counters that have moved since, and how far, by queue; a queue that stood still is left out."""
        now = await _counters(self.house)
        assert now.keys() == self.before.keys()
        by_queue = {
            name: {count: counts[count] - self.before[name][count] for count in COUNTED if count in counts}
            for name, counts in now.items()
        }
        moved = {name: {count: by for count, by in counts.items() if by} for name, counts in by_queue.items()}
        return {name: counts for name, counts in moved.items() if counts}

    async def moves_by(self, service: Mapping[str, int] = NOTHING, *, vip: Mapping[str, int] = NOTHING) -> None:
        """Wait until the counters have moved by exactly this, and no other has."""
        expected = {name: dict(counts) for name, counts in (("service", service), ("vip", vip)) if counts}

        async def so() -> bool:
            return await self.moved() == expected

        with BOOK.asserting(FEED, *self.unproved):
            try:
                await until(so)
            except AssertionError:
                raise AssertionError(f"the queues moved by {await self.moved()}, expected {expected}") from None


async def _counters(house: House) -> dict[str, dict[str, Any]]:
    return {queue["name"]: queue["today"] for queue in (await house.live())["queues"]}


@dataclass(frozen=True)
class Whose:
    """Which rows are of one call: those of its number; where many withhold theirs, those of the call itself."""

    caller: str
    call_id: str = ""

    def __str__(self) -> str:
        """For a message."""
        return f"call {self.call_id}" if self.call_id else self.caller or "nobody"

    async def journeys(self, tally: Tally) -> list[Journey]:
        """The journeys since the tally, newest first."""
        made = await tally.house.journeys_since(self.caller, tally.since)
        return [one for one in made if self._is_of(one.call_id)]

    async def visits(self, tally: Tally) -> tuple[Visit, ...]:
        """The visits since the tally, oldest first."""
        made = await tally.house.visits(self.caller)
        return tuple(one for one in made if one.entered_at >= tally.since and self._is_of(one.call_id))

    def _is_of(self, call_id: str) -> bool:
        return self.call_id in {"", call_id}


@dataclass(frozen=True)
class Proven:
    """The rows of a call that was proved."""

    journey: Journey | None
    visits: tuple[Visit, ...]

    @property
    def visit(self) -> Visit:
        """The last one."""
        return self.visits[-1]


async def proved(
    tally: Tally,
    phone: Phone,
    *,
    heard: Sequence[str],
    way: Sequence[str],
    outcome: str,
    visits: Sequence[str] = (),
    moves: Mapping[str, int] | None = NOTHING,
    vip: Mapping[str, int] = NOTHING,
    caller: str | None = None,
    call_id: str = "",
) -> Proven:
    """Assert of one call what the caller heard, its journey, its visits and the live feed, once all have told.

    Args:
        tally: Taken before the call.
        phone: The caller's.
        heard: Names of prompts or parts of texts, in order; others may be between them.
        way: The journey's last steps, as `step: outcome`; empty: there is no journey, the service never had the call.
        outcome: How the journey ended.
        visits: All visits, oldest first, as `queue: outcome`; empty: the caller was in no queue.
        moves: How the general queue's counters moved; None: they are asked for several calls together (`moves_by`).
        vip: How those of the important callers' queue moved.
        caller: The number as the hotline has it, where that is not the phone's.
        call_id: Which of the calls of this number, where there are several at a time.
    """
    whose = Whose(phone.number if caller is None else caller, call_id)
    with BOOK.asserting(HEARD, phone):
        assert heard
        assert in_order(phone, *heard), f"{heard} is not in {[one.text or one.name for one in phone.heard]}"
    with BOOK.asserting(JOURNEY, phone):
        journey = await journey_of(tally, whose, way, outcome)
    with BOOK.asserting(VISITS, phone):
        made = await _visits(tally, whose, visits)
        assert journey is None or {visit.call_id for visit in made} <= {journey.call_id}
    await _shown(tally.house, phone, journey, made)
    tally.unproved.append(phone)
    if moves is not None:
        await tally.moves_by(moves, vip=vip)
    return Proven(journey, made)


async def journey_of(tally: Tally, whose: Whose, way: Sequence[str], outcome: str) -> Journey | None:
    """The call's journey, once it has gone this way to this end.

    Both are waited for together. A journey has its outcome, `queued`, after every segment (`docs/decisions/0004`), and
    the rows of the next one are written by another process, while the caller already waits again or has hung up.
    """
    if not way:
        assert not await whose.journeys(tally)
        return None
    seen: Journey | None = None
    went: list[str] = []

    async def gone() -> bool:
        nonlocal seen, went
        seen = next(iter(await whose.journeys(tally)), None)
        went = [] if seen is None else await way_of(tally.house, seen)
        ended = seen is not None and seen.ended_at is not None and seen.outcome == outcome
        return ended and went[-len(way) :] == list(way)

    try:
        await until(gone)
    except AssertionError:
        told = "has no journey" if seen is None else f"went {went}, and is {seen.outcome}"
        raise AssertionError(f"{whose} {told}; expected {outcome} after {list(way)}") from None
    return seen


async def _visits(tally: Tally, whose: Whose, expected: Sequence[str]) -> tuple[Visit, ...]:
    """The visits of the call, once they are those expected, over, and it is known of each talk who ended it.

    A hang-up may be heard before Asterisk tells whose it was; queue_log settles it a second later.
    """
    made: tuple[Visit, ...] = ()

    async def over() -> bool:
        nonlocal made
        made = await whose.visits(tally)
        if [f"{one.queue}: {one.outcome}" for one in made] != list(expected):
            return False
        return all(one.ended_at and (one.outcome != "answered" or one.ended_by) for one in made)

    try:
        await until(over)
    except AssertionError:
        told = [f"{one.queue}: {one.outcome}{'' if one.ended_at else ' (not over)'}" for one in made]
        raise AssertionError(f"the visits of {whose} are {told}, expected {list(expected)}") from None
    return made


async def _shown(house: House, phone: Phone, journey: Journey | None, visits: Sequence[Visit]) -> None:
    """The feed showed the call while it was in a flow, and shows it no more, neither there nor in a line."""
    if journey is not None and journey.ended_at is not None and journey.ended_at - journey.started_at > _SHOWN_FOR:
        assert journey.call_id in BOOK.entry(phone).shown, "the live feed never showed the call"
    ids = {journey.call_id if journey else None, *(one.id for one in visits)}

    async def gone() -> bool:
        live = await house.live()
        shown = {call["call_id"] for call in live["calls"]}
        return not ids & (shown | {one["visit_id"] for queue in live["queues"] for one in queue["waiting"]})

    await until(gone)
