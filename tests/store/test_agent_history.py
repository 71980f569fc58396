"""Gaps filled in, on both databases: what agents did while AMI told nothing, and the same a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ami_bridge.domain.events import LedgerLine
from ami_bridge.domain.model import Rules
from ami_bridge.reconcile.agents import catch_up_members, fill_gaps
from store import rows
from store.queries.agent_history import gaps, members_now, open_gap, replace_stretches, told_of_agents, unsettled_gaps
from store.queries.agents import agent_intervals
from store.writer import Writer
from tests.store.databases import QUICK, write_all
from tests.store.samples import NOON, a_ring, a_visit, at

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store

RULES = Rules(node="gz-1", zone=ZoneInfo("Asia/Shanghai"), agents={"1001": "陈美玲"})
SETTLED = timedelta(minutes=4)


def doing(state: rows.StretchState, since: float, until: float | None, agent: str = "1001") -> rows.AgentInterval:
    began = at(since)
    return rows.AgentInterval(
        id=rows.interval_id("gz-1", agent, began),
        node="gz-1",
        agent=agent,
        state=state,
        started_at=began,
        ended_at=None if until is None else at(until),
    )


def place(since: float, until: float | None = None, queue: str = "general", **more: object) -> rows.MembershipInterval:
    began = at(since)
    plain = rows.MembershipInterval(
        id=rows.membership_interval_id("gz-1", "1001", queue, began),
        node="gz-1",
        agent="1001",
        queue=queue,
        started_at=began,
        ended_at=None if until is None else at(until),
        penalty=1,
        evidence="ami",
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields are given by name as a test wants them


def line(second: float, verb: str, *data: str, who: str = "PJSIP/1001", queue: str = "general") -> LedgerLine:
    return LedgerLine(at=at(second), channel_id="CLI", queue=queue, member_name=who, verb=verb, data=data)


GAP = rows.Gap(node="gz-1", since=at(100), until=at(200), cause="ami")
ANSWERED = a_visit(
    entered_at=at(120), answered_at=at(130), ended_at=at(150), agent="1001", outcome="answered", wait_s=10.0, rings=1
)
RANG = a_ring(started_at=at(125), ended_at=at(130), result="answered")
MISSED = (
    GAP,
    doing("available", 0, 100),
    doing("unknown", 100, 200),
    doing("available", 200, None),
    ANSWERED,
    RANG,
    place(0, 160),
    place(160, 170, paused=True, reason="lunch"),
    place(170),
)


async def stretches(store: Store) -> list[tuple[str, str | None, datetime, datetime | None]]:
    found = await agent_intervals(store, NOON, at(10_000), agent="1001")
    return [(one.state, one.queue or one.reason, one.started_at, one.ended_at) for one in found]


FILLED = [
    ("available", None, at(0), at(100)),
    ("unknown", None, at(100), at(125)),
    ("ringing", "general", at(125), at(130)),
    ("on_queue_call", "general", at(130), at(150)),
    ("unknown", None, at(150), at(160)),
    ("paused", "lunch", at(160), at(170)),
    ("unknown", None, at(170), at(200)),
    ("available", None, at(200), None),
]


async def test_a_gap_is_filled_with_what_is_known_and_the_second_time_nothing_changes(store: Store) -> None:
    await write_all(store, MISSED)
    async with Writer(store, tempo=QUICK) as writer:
        assert await fill_gaps(store, writer, "gz-1", at(202), SETTLED) == 0, "its rows are still on their way"
        assert await fill_gaps(store, writer, "gz-1", at(210), SETTLED) == 1
        assert await stretches(store) == FILLED
        assert await fill_gaps(store, writer, "gz-1", at(220), SETTLED) == 0
        assert await stretches(store) == FILLED


async def test_a_visit_repaired_later_is_filled_in_anew_and_then_the_gap_is_settled(store: Store) -> None:
    guessed = replace(ANSWERED, answered_at=at(140), ended_at=at(145))
    await write_all(store, [*(row for row in MISSED if row not in {ANSWERED, RANG}), guessed])
    async with Writer(store, tempo=QUICK) as writer:
        assert await fill_gaps(store, writer, "gz-1", at(210), SETTLED) == 1
        writer.put(ANSWERED)
        writer.put(RANG)
        assert await fill_gaps(store, writer, "gz-1", at(200) + SETTLED, SETTLED) == 1
        await writer.flush()
        assert await stretches(store) == FILLED
        assert await unsettled_gaps(store, "gz-1") == ()
        assert await gaps(store, "gz-1") == (replace(GAP, settled=True),)


async def test_places_in_queues_are_caught_up_from_the_log_before_a_bridge_begins(store: Store) -> None:
    heard = rows.BridgeState(node="gz-1", last_event_at=at(40), seen_until=at(100))
    await write_all(store, [heard, doing("available", 0, None), place(0, None)])
    told = [
        line(20, "PAUSE", "seen by AMI", who="陈美玲"),
        line(20, "UNPAUSE", who="陈美玲"),
        line(110, "PAUSE", "lunch", who="陈美玲"),
        line(120, "ADDMEMBER", "", queue="vip"),
        line(130, "UNPAUSE", who="陈美玲"),
        line(140, "PENALTY", "4"),
        line(150, "REMOVEMEMBER", queue="vip"),
    ]
    expected = [
        ("general", at(0), at(110), 1, False, None, "ami"),
        ("general", at(110), at(130), 1, True, "lunch", "queue_log"),
        ("general", at(130), at(140), 1, False, None, "queue_log"),
        ("general", at(140), None, 4, False, None, "queue_log"),
        ("vip", at(120), at(150), None, False, None, "queue_log"),
    ]
    for _ in range(2):
        async with Writer(store, tempo=QUICK) as writer:
            await catch_up_members(store, writer, RULES, told, at(1000))
        found = (await told_of_agents(store, "gz-1", at(100), at(200))).memberships
        assert [
            (one.queue, one.started_at, one.ended_at, one.penalty, one.paused, one.reason, one.evidence)
            for one in found
        ] == expected
    assert [(one.queue, one.penalty) for one in await members_now(store, "gz-1")] == [("general", 4)]


async def test_a_gap_that_goes_on_is_the_next_bridges_too(store: Store) -> None:
    await write_all(store, [replace(GAP, until=None), replace(GAP, since=at(10), until=at(20))])
    assert await open_gap(store, "gz-1") == replace(GAP, until=None)
    assert await open_gap(store, "gz-2") is None


async def test_stretches_of_a_month_long_past_find_a_place(store: Store) -> None:
    old = doing("paused", -90 * 86_400, -90 * 86_400 + 60)
    await replace_stretches(store, "gz-1", at(-100 * 86_400), at(0), {"1001": [old]})
    assert await agent_intervals(store, at(-100 * 86_400), at(0), agent="1001") == (old,)
