"""A burst of SIPp's callers on SIPp's agents: what each heard, the rows, live counters and queue_log tell the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from lab.overhearing import Overhearing
from lab.rig import ALWAYS_OPEN, Plan, Rig
from lab.sipp import AgentHabits, Caller, Keys, SippSetup, agents_phones, callers, register_agents
from store.engine import open_store
from store.queries.journeys import journeys
from store.queries.visits import visits
from tests.calls.asking import (
    AFTER_TALK,
    CHOOSE,
    GOODBYE,
    HOLD,
    MENU,
    RATE,
    WELCOME,
    all_is_quiet,
    mistakes_in_the_log,
)
from tests.calls.conftest import STEADY, House, until
from tests.calls.proof import Tally
from tests.calls.together import proved_together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.rows import Visit

pytestmark = pytest.mark.asterisk

BUSY = (
    ALWAYS_OPEN,
    *STEADY,
    ("hotline.yaml", "ring: 12s", "ring: 3s"),
    ("hotline.yaml", "wrap_up: 5s", "wrap_up: 1s"),
    ("hotline.yaml", "max_length: 50", "max_length: 5"),
    ("flows/main.yaml", "longest: 5min", "longest: 10s"),
    ("flows/main.yaml", "longest: 30s", "longest: 4s"),
)
CALLS = 30
LEDGER = {"CONNECT": "answered", "ABANDON": "abandoned", "EXITWITHTIMEOUT": "timed_out", "EXITEMPTY": "leave_empty"}
"""The last word of queue_log on one entry; who is turned away at the door is not in it."""
AT_THE_DOOR = {"full", "join_empty"}
SAID = {
    "language": CHOOSE,
    "greet": WELCOME,
    "greet_vip": "尊敬的贵宾客户",
    "main_menu": MENU,
    "say_please_hold": HOLD,
    "rate_talk": RATE,
    "after_talk": AFTER_TALK,
    "nobody_free": "对不起，目前所有坐席都在忙",
    "goodbye": GOODBYE,
}


@pytest.fixture(scope="module")
def busy_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("busy"), Plan(edits=BUSY)) as running:
        yield running


def who() -> list[Caller]:
    """Most want a person; of these some lose patience. Every tenth is a VIP, every sixth hangs up in the menu."""
    people = []
    for index in range(CALLS):
        vip = index % 10 == 7  # the language is asked in the first call only, and 1 is no harm in the second
        number = "13800138001" if vip else f"1397777{index:04}"
        keys = "1" if index % 6 == 5 else "10"
        patience = [25_000, 4_000, 25_000][index % 3]
        people.append(Caller(number, f"来电{index}", [Keys(2500, keys)], patience))
    return people


async def test_after_a_burst_visits_live_counters_and_queue_log_agree(busy_rig: Rig) -> None:
    house, ports = House(busy_rig), busy_rig.ports
    even = [port for port in ports.spare if port % 2 == 0]
    agents = [(number, busy_rig.agent_secret) for number in ("1001", "1002", "1007")]

    def setup(name: str) -> SippSetup:
        return SippSetup(busy_rig.folder / name, busy_rig.switch)

    await asyncio.to_thread(register_agents, setup("registration"), agents, even[0])
    habits = AgentHabits(ring=300, ring_more=1500, talk=2000, talk_more=3000, missed=10)
    with (
        agents_phones(setup("agents"), even[0], even[1], habits),
        Overhearing(busy_rig.folder / "overhearing", switch_port=ports.sip, media_port=even[2]) as overhearing,
    ):
        await until(lambda: house.agent_is("1007", "available"))
        tally = await Tally.of(house)
        with callers(
            setup("callers"), "96956", who(), per_second=2.0, media_port=even[2], at_once=CALLS, calls=CALLS
        ) as burst:
            await asyncio.to_thread(burst.wait, 110.0)
        await all_is_quiet(house)
        await until(lambda: _all_ended(house))

    calls = overhearing.calls(busy_rig.index)
    assert len(calls) == CALLS
    rows = await proved_together(tally, calls, SAID)
    assert sorted(row.id for row in rows) == sorted(row.id for row in await _visits(house))
    by_outcome = Counter(str(visit.outcome) for visit in rows)
    assert by_outcome["answered"] >= 2  # two agents have time for some seven, less on a slow machine
    assert len(by_outcome) >= 3
    _agree_with_the_ledger(house, rows)
    await _agree_with_the_counters(house, rows, by_outcome)
    assert len(await _journeys(house)) == CALLS
    assert mistakes_in_the_log(house) == []


def _agree_with_the_ledger(house: House, rows: list[Visit]) -> None:
    log = (house.rig.asterisk.log / "queue_log").read_text("utf-8").splitlines()
    lines = [line.split("|") for line in log]
    entered = Counter((line[1], line[2]) for line in lines if line[4] == "ENTERQUEUE")
    seen = Counter((visit.channel_id, visit.queue) for visit in rows if visit.outcome not in AT_THE_DOOR)
    assert seen == entered
    told = Counter((line[1], line[2], LEDGER[line[4]]) for line in lines if line[4] in LEDGER)
    assert Counter((v.channel_id, v.queue, v.outcome) for v in rows if v.outcome not in AT_THE_DOOR) == told


async def _agree_with_the_counters(house: House, rows: list[Visit], by_outcome: Counter[str]) -> None:
    async def overall() -> dict[str, int]:
        today: dict[str, int] = (await house.live())["overall"]["today"]
        return today

    async def same() -> bool:
        return (await overall())["entered"] == len(rows)

    await until(same)
    counts = await overall()
    named = {name: counts[name] for name in counts if name in by_outcome}
    assert named == dict(by_outcome)
    outcomes = ("answered", "abandoned", "timed_out", "left_by_key", "join_empty", "leave_empty", "full")
    others = ("withdrawn", "failed", "unknown_after_gap")
    assert sum(counts[name] for name in (*outcomes, *others)) == counts["entered"]


async def _visits(house: House) -> list[Visit]:
    store = await open_store(house.rig.database_url)
    try:
        return list((await visits(store, limit=1000)).rows)
    finally:
        await store.close()


async def _journeys(house: House) -> list[str]:
    store = await open_store(house.rig.database_url)
    try:
        return [one.id for one in (await journeys(store, limit=1000)).rows if one.ended_at is not None]
    finally:
        await store.close()


async def _all_ended(house: House) -> bool:
    return all(visit.ended_at is not None for visit in await _visits(house)) and len(await _journeys(house)) == CALLS
