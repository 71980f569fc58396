"""The second proof: what CEL tells of every call since a moment, beside what the ledger has. Nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.cel.calls import Calls
from ami_bridge.cel.lines import CEL
from ami_bridge.queue_log.lines import Odd
from ami_bridge.queue_log.reading import read_log
from ami_bridge.reconcile.call_differences import NOT_THERE, CallDifference, Known, differences_of
from ami_bridge.reconcile.checking import AT_ONCE, rows_between
from store.queries.ledger import journeys_between, journeys_of_channels, visits_of_channels

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from ami_bridge.cel.call import Call
    from store.engine import Store
    from store.rows import Journey, Visit

EDGE: Final = timedelta(seconds=15)
"""How far inside CEL's own beginning and end a row must lie before a call CEL has not is a difference."""


@dataclass(frozen=True, slots=True)
class House:
    """What a hotline's names mean.

    Attributes:
        node: The Asterisk.
        who: The agent's id for a device.
        queues: The queue behind an extension that agents transfer to.
        entrances: The dialplan contexts callers come in by; a call that came in elsewhere need not be in the ledger.
    """

    node: str
    who: Callable[[str], str]
    queues: Mapping[str, str] = field(default_factory=dict)
    entrances: frozenset[str] = frozenset({"hotline-numbers"})


@dataclass(slots=True)
class CallVerdict:
    """What the comparison gave.

    Attributes:
        calls: How many calls were compared.
        differences: Where ledger and CEL differ.
        lines: How many records were read.
        set_aside: How many of them were no facts, by reason.
        clock_steps: How often the log's clock went back.
        first_at: The time of the first fact read; None when there is none.
        last_at: That of the last.
    """

    calls: int = 0
    differences: list[CallDifference] = field(default_factory=list)
    lines: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    clock_steps: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def differing(self) -> int:
        """How many calls differ in anything."""
        return len({one.call_id for one in self.differences})


async def verify_calls(
    store: Store, log: Sequence[Path], house: House, *, since: datetime, until: datetime
) -> CallVerdict:
    """Compares every call that began from ``since`` on and was over by ``until``.

    Args:
        store: The ledger.
        log: The pieces of CEL's csv, oldest first.
        house: What names mean.
        since: The range's beginning.
        until: Its end: a few seconds ago at the latest, since a row takes a moment to be written.

    Raises:
        OSError: a piece cannot be read.
        StoreUnavailable: the database does not answer.
    """
    verdict = CallVerdict()
    channels: set[str] = set()
    for portion in _portions(_told(log, verdict)):
        lately = (call for call in portion if call.ended is None or call.ended >= since)
        channels |= {leg.channel_id for call in lately for leg in call.legs}
        inside = [call for call in portion if _is_inside(call, since, until)]
        for call, known in await known_of(store, inside, house):
            if known.journeys or known.visits or call.legs[0].context in house.entrances:
                verdict.calls += 1
                verdict.differences += differences_of(call, known)
    if verdict.first_at is not None and verdict.last_at is not None:
        begin, end = max(since, verdict.first_at + EDGE), min(until, verdict.last_at) - EDGE
        async for lost in _not_in_cel(store, house.node, begin, end, channels):
            verdict.calls += 1
            verdict.differences.append(lost)
    return verdict


def _is_inside(call: Call, since: datetime, until: datetime) -> bool:
    return call.began is not None and call.began >= since and call.ended is not None and call.ended <= until


async def known_of(store: Store, calls: Sequence[Call], house: House) -> list[tuple[Call, Known]]:
    """What the ledger has of each call.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    channels = [leg.channel_id for call in calls for leg in call.legs]
    journeys: dict[str, list[Journey]] = defaultdict(list)
    for journey in await journeys_of_channels(store, house.node, channels):
        journeys[journey.channel_id].append(journey)
    visits: dict[str, list[Visit]] = defaultdict(list)
    for visit in (await visits_of_channels(store, house.node, channels))[0]:
        visits[visit.channel_id].append(visit)
    found: list[tuple[Call, Known]] = []
    for call in calls:
        mine = sorted({leg.channel_id for leg in call.legs})  # in the order the database tells them
        known = Known(
            [one for channel in mine for one in journeys.get(channel, ())],
            [one for channel in mine for one in visits.get(channel, ())],
            house.who,
            house.queues,
        )
        found.append((call, known))
    return found


async def _not_in_cel(
    store: Store, node: str, since: datetime, until: datetime, channels: set[str]
) -> AsyncIterator[CallDifference]:
    """Journeys and visits of callers CEL has never heard of."""
    if since >= until:
        return
    told: set[str] = set()
    async for journey in _journeys(store, node, since, until):
        if journey.channel_id not in channels:
            told.add(journey.channel_id)
            yield CallDifference(journey.channel_id, journey.caller, journey.started_at, "call", "", "there", NOT_THERE)
    async for visit in rows_between(store, node, since, until):
        if visit.channel_id not in channels | told:
            told.add(visit.channel_id)
            yield CallDifference(
                visit.channel_id, visit.caller, visit.entered_at, "call", visit.queue, "there", NOT_THERE
            )


async def _journeys(store: Store, node: str, since: datetime, until: datetime) -> AsyncIterator[Journey]:
    after = ""
    while page := await journeys_between(store, node, since, until, after=after):
        for journey in page:
            yield journey
        after = page[-1].id


def _told(log: Sequence[Path], verdict: CallVerdict) -> Iterator[Call]:
    """The calls as CEL tells them, and what the reading of it was like."""
    calls = Calls()
    for piece in log:
        for line in read_log(piece, CEL):
            verdict.lines += 1
            if isinstance(line.told, Odd):
                verdict.set_aside[line.told.reason] = verdict.set_aside.get(line.told.reason, 0) + 1
                continue
            verdict.first_at = verdict.first_at or line.told.at
            verdict.last_at = line.told.at
            calls.take(line.told)
            yield from calls.over()
    yield from calls.rest()
    verdict.clock_steps = calls.clock_steps


def _portions(calls: Iterable[Call]) -> Iterator[list[Call]]:
    portion: list[Call] = []
    for call in calls:
        portion.append(call)
        if len(portion) == AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion
