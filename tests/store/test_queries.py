from __future__ import annotations

import base64
import dataclasses
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from store import queries, rows
from store.columns import NaiveInstantError
from store.queries import Limit
from tests.store.databases import both, write_all
from tests.store.samples import (
    NOON,
    a_callback,
    a_days_visits,
    a_journey,
    a_recording,
    a_ring,
    a_step,
    a_survey,
    a_ticket,
    a_visit,
    at,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from store.engine import Store
    from store.rows import AgentState, Row, Visit
    from tests.store.databases import Databases

LIMITS = {"general": Limit(threshold_s=10, short_abandon_s=2), "Ä-queue": Limit(threshold_s=30, short_abandon_s=40)}


def an_interval(
    agent: str, state: AgentState, begin: float, end: float | None, node: str = "gz-1"
) -> rows.AgentInterval:
    return rows.AgentInterval(
        id=rows.interval_id(node, agent, at(begin)),
        node=node,
        agent=agent,
        state=state,
        started_at=at(begin),
        ended_at=None if end is None else at(end),
    )


def a_voicemail(number: int) -> rows.Voicemail:
    return rows.Voicemail(
        id=f"m{number}",
        node="gz-1",
        call_id="1763000000.7",
        box="night" if number % 2 else "vip",
        path=f"m{number}.wav",
        recorded_at=at(number),
        seconds=7.25,
    )


def everything() -> list[Row]:
    """Rows of every table, enough of them to have pages."""
    return [
        *a_days_visits(120),
        a_visit(1, call_id="1763000000.7"),
        *(a_ring(n, agent=f"100{n % 2 + 1}", result="no_answer" if n % 3 else "cancelled") for n in range(1, 6)),
        a_ring(6),
        an_interval("1002", "paused", 0, 10),
        an_interval("1002", "available", 10, None),
        an_interval("1001", "on_queue_call", 5, 20),
        an_interval("1001", "wrap_up", 20, None, node="gz-2"),
        rows.Membership(node="gz-1", agent="1001", queue="vip", penalty=1, paused=False, since=NOON),
        rows.Membership(node="gz-1", agent="1001", queue="general", penalty=0, paused=True, since=NOON),
        rows.Membership(node="gz-1", agent="1002", queue="vip", penalty=0, paused=False, since=NOON, left_at=at(9)),
        a_journey(language="yue-HK", vip=True),
        *(a_journey(id=f"j{n}", call_id=f"c{n}", started_at=at(n // 2), flow=("main", "vip")[n % 2]) for n in range(9)),
        *(a_step(n) for n in (3, 1, 2)),
        rows.Remembered(caller_key="k", step="language", node="gz-1", key="yue-HK", updated_at=NOON),
        rows.Remembered(caller_key="k", step="callback", node="gz-1", key="", updated_at=NOON),
        *(a_voicemail(n) for n in range(5)),
        *(a_survey(n) for n in range(5)),
        *(a_callback(n) for n in range(5)),
        *(a_ticket(n) for n in range(5)),
        *(a_recording(n) for n in range(5)),
        rows.BridgeState(node="gz-2", known_since=NOON, last_event_at=at(50)),
        rows.BridgeState(node="gz-1", blind_since=at(1)),
    ]


QUESTIONS: dict[str, Callable[[Store], Awaitable[Any]]] = {
    "queue_totals": lambda s: queries.queue_totals(s, NOON, limits=LIMITS),
    "queue_totals of a stretch": lambda s: queries.queue_totals(s, at(3), at(17), node="gz-1", queue="vip"),
    "visits": lambda s: queries.visits(s, NOON, at(30), limit=1000),
    "visits of a queue": lambda s: queries.visits(s, queue="Ä-queue", outcome="answered", limit=4),
    "visits waiting": lambda s: queries.visits(s, outcome="waiting", node="gz-1"),
    "visits of an agent": lambda s: queries.visits(s, agent="1001", call_id="call-0"),
    "visit": lambda s: queries.visit(s, a_visit().id),
    "no visit": lambda s: queries.visit(s, "none"),
    "agents_now": queries.agents_now,
    "agents_now of a node": lambda s: queries.agents_now(s, node="gz-2"),
    "agent_intervals": lambda s: queries.agent_intervals(s, at(10), at(20)),
    "agent_intervals of one": lambda s: queries.agent_intervals(s, at(0), at(99), agent="1001", node="gz-1"),
    "agent_totals": lambda s: queries.agent_totals(s, NOON),
    "agent_totals of a stretch": lambda s: queries.agent_totals(s, at(5), at(20), node="gz-1"),
    "memberships": queries.memberships,
    "memberships ever": lambda s: queries.memberships(s, node="gz-1", left_too=True),
    "journeys": lambda s: queries.journeys(s, NOON, at(4), limit=3),
    "journeys of a flow": lambda s: queries.journeys(s, flow="vip", number="96956", node="gz-1"),
    "journey": lambda s: queries.journey(s, "1763000000.7"),
    "journey_by_id": lambda s: queries.journey_by_id(s, "j3"),
    "call": lambda s: queries.call(s, "1763000000.7"),
    "remembered": lambda s: queries.remembered(s, "k"),
    "voicemails": lambda s: queries.voicemails(s, box="night", limit=1),
    "surveys": lambda s: queries.surveys(s, NOON, at(4), limit=3),
    "surveys of an agent": lambda s: queries.surveys(s, agent="1001", survey="after-talk", node="gz-1"),
    "callbacks": lambda s: queries.callbacks(s, at(1), at(4), limit=2),
    "callbacks of a queue": lambda s: queries.callbacks(s, queue="vip", node="gz-1"),
    "tickets": lambda s: queries.tickets(s, limit=2),
    "tickets of a kind": lambda s: queries.tickets(s, at(0), kind="fault", colour="red", node="gz-1"),
    "recordings": lambda s: queries.recordings(s, at(1), at(4), node="gz-1", limit=1),
    "recording": lambda s: queries.recording(s, "r2"),
    "no recording": lambda s: queries.recording(s, "none"),
    "open_visits": lambda s: queries.open_visits(s, "gz-1"),
    "open_ring_attempts": lambda s: queries.open_ring_attempts(s, "gz-1"),
    "bridge_state": lambda s: queries.bridge_state(s, "gz-2"),
    "bridge_states": queries.bridge_states,
}


def test_every_public_question_is_compared_below() -> None:
    asked = {name.split(" ")[0] for name in QUESTIONS}
    assert {name for name in queries.__all__ if name.islower()} <= asked


@pytest.mark.postgres
async def test_both_engines_answer_every_question_equally(databases: Databases) -> None:
    async with both(databases) as (lite, postgres):
        await write_all(lite, everything())
        await write_all(postgres, everything())
        for name, question in QUESTIONS.items():
            one, other = await question(lite), await question(postgres)
            assert one == other, name
            assert one or name.startswith("no "), f"{name} compares nothing"


async def test_the_totals_of_a_queue_add_up_and_are_what_counting_by_hand_gives(store: Store) -> None:
    made = a_days_visits(200)
    await write_all(store, made)
    totals = {found.queue: found for found in await queries.queue_totals(store, NOON, limits=LIMITS)}
    assert set(totals) == {"general", "vip", "Ä-queue"}
    for queue, found in totals.items():
        of_queue = [visit for visit in made if visit.queue == queue]
        limit = LIMITS.get(queue, Limit())
        assert dataclasses.asdict(found) == by_hand(queue, of_queue, limit)
        assert found.entered == found.still_waiting + sum(getattr(found, outcome) for outcome in rows.OUTCOMES)


def by_hand(queue: str, visits: list[Visit], limit: Limit) -> dict[str, Any]:
    outcomes = Counter(visit.outcome for visit in visits)
    answered = [visit for visit in visits if visit.outcome == "answered"]
    abandoned = [visit.wait_s or 0 for visit in visits if visit.outcome == "abandoned"]
    counts: dict[str, Any] = {outcome: outcomes[outcome] for outcome in rows.OUTCOMES}
    return counts | {
        "queue": queue,
        "entered": len(visits),
        "still_waiting": outcomes[None],
        "still_talking": sum(visit.ended_at is None for visit in answered),
        "answered_within": sum((visit.wait_s or 0) <= limit.threshold_s for visit in answered),
        "abandoned_within": sum(wait <= limit.threshold_s for wait in abandoned),
        "short_abandoned": sum(wait < limit.short_abandon_s for wait in abandoned),
        "answer_wait_s": sum(visit.wait_s or 0 for visit in answered),
        "talk_sum_s": sum(visit.talk_s or 0 for visit in visits),
        "longest_wait_s": max(visit.wait_s or 0 for visit in visits),
    }


async def test_a_range_holds_its_beginning_and_not_its_end(store: Store) -> None:
    await write_all(store, [a_visit(n, entered_at=at(n)) for n in (1, 2, 3)])
    (totals,) = await queries.queue_totals(store, at(1), at(3))
    found = await queries.visits(store, at(1), at(3))
    assert totals.entered == 2
    assert [visit.ordinal for visit in found.rows] == [2, 1]


async def test_pages_show_every_visit_once_though_new_ones_arrive_and_many_share_an_instant(store: Store) -> None:
    made = a_days_visits(47)
    await write_all(store, made)
    seen: list[Visit] = []
    after: str | None = None
    while True:
        page = await queries.visits(store, limit=5, after=after)
        seen.extend(page.rows)
        await write_all(store, [a_visit(1000 + len(seen), entered_at=at(10_000))])
        after = page.next
        if after is None:
            break
    assert seen == sorted(made, key=lambda visit: (visit.entered_at, visit.id), reverse=True)


async def test_the_last_page_says_that_it_is_the_last(store: Store) -> None:
    await write_all(store, a_days_visits(6))
    first = await queries.visits(store, limit=3)
    second = await queries.visits(store, limit=3, after=first.next)
    assert (len(first.rows), len(second.rows)) == (3, 3)
    assert first.next is not None
    assert second.next is None


@pytest.mark.parametrize(
    "word",
    ["", "x", "*", "ä", base64.urlsafe_b64encode(b"yesterday a").decode(), base64.b64encode(b"2026-01-01 a").decode()],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(store: Store, word: str) -> None:
    with pytest.raises(queries.BadCursorError, match="`after` must be the `next` of an earlier page"):
        await queries.visits(store, after=word)


async def test_quotes_in_a_question_find_nothing_and_harm_nothing(store: Store) -> None:
    await write_all(store, [a_visit()])
    assert (await queries.visits(store, queue="'; DROP TABLE visits; --")).rows == ()
    assert len((await queries.visits(store)).rows) == 1


async def test_intervals_that_only_touch_the_range_at_its_ends_are_not_in_it(store: Store) -> None:
    await write_all(store, [an_interval("1001", "paused", 0, 10), an_interval("1001", "available", 20, None)])
    assert await queries.agent_intervals(store, at(10), at(20)) == ()
    assert len(await queries.agent_intervals(store, at(9.999999), at(20.000001))) == 2


async def test_a_bridge_finds_what_was_open_when_it_stopped(store: Store) -> None:
    talking = a_visit(2, outcome="answered", answered_at=at(5), entered_at=at(-3))
    over = a_visit(3, outcome="abandoned", ended_at=at(9))
    elsewhere = a_visit(4, id="other", node="gz-2")
    rings = [a_ring(1, ended_at=at(2), result="busy"), a_ring(2), a_ring(1, visit_id=over.id)]
    await write_all(store, [a_visit(1), talking, over, elsewhere, *rings])
    assert await queries.open_visits(store, "gz-1") == (talking, a_visit(1))
    assert await queries.open_ring_attempts(store, "gz-1") == (a_ring(2),)
    assert await queries.bridge_state(store, "gz-1") is None


async def test_a_withdrawn_choice_is_not_remembered(store: Store) -> None:
    kept = rows.Remembered(caller_key="k", step="language", node="gz-1", key="en", updated_at=NOON)
    await write_all(store, [kept, dataclasses.replace(kept, key="", updated_at=NOON + timedelta(hours=1))])
    assert await queries.remembered(store, "k") == {}


async def test_a_call_is_told_whole(store: Store) -> None:
    await write_all(store, everything())
    story = await queries.call(store, "1763000000.7")
    assert [journey.journey.language for journey in story.journeys] == ["yue-HK"]
    assert [step.ordinal for step in story.journeys[0].steps] == [1, 2, 3]
    assert [visit.id for visit in story.visits] == [a_visit().id]
    assert [message.id for message in story.voicemails] == ["m0", "m1", "m2", "m3", "m4"]
    assert await queries.call(store, "none") == queries.CallStory((), (), ())


async def test_a_naive_instant_in_a_question_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="not a timezone-aware datetime") as caught:
        await queries.queue_totals(store, NOON.replace(tzinfo=None))
    assert isinstance(getattr(caught.value, "orig", caught.value), NaiveInstantError)
