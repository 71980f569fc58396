"""Questions a test asks about its calls: the ways through flows, the rings, agents' states, messages, live counters."""

from __future__ import annotations

import itertools
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from lab.listening import plain
from lab.phone import State
from store.engine import open_store
from store.queries.agents import agent_intervals
from store.queries.journeys import call as call_story
from store.queries.visits import visit as visit_story
from tests.calls.conftest import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from lab.listening import Heard
    from lab.phone import Phone
    from store.engine import Store
    from store.queries.journeys import CallStory
    from store.rows import AgentInterval, Journey, RingAttempt, Visit
    from tests.calls.conftest import House

NUMBER = "96956"
CHOOSE = "普通话请按1"
WELCOME = "欢迎致电96956热线"
FIRST = "欢迎致电"
"""What the greetings of ordinary and important callers have in common."""
MENU = "查询话费余额请按1"
HOLD = "正在为您转接人工服务"
RATE = "请为刚才的服务评分"
AFTER_TALK = "返回主菜单请按1，结束请挂机"
GOODBYE = "感谢您的来电，再见"

TONE = bytes([0x34, 0xB4]) * 4000
"""A second of sound (A-law, 4 kHz, loud): a voice, for whoever asks whether the other can be heard."""


async def greeted(phone: Phone, key: str = "1", then: str = "") -> None:
    """Dial, choose a language unless one is remembered, and press `then` into the greeting, which it cuts short.

    Each key is pressed while something is heard: between two sounds Asterisk drops it (`docs/decisions/0005`).
    """
    await phone.call(NUMBER)
    assert await phone.ear.until(lambda: CHOOSE in said(phone) or FIRST in said(phone), 10)
    if FIRST not in said(phone):
        await phone.press(key)
    if then:
        await phone.begins_to_hear(FIRST)
        await phone.press(then)


async def to_the_menu(phone: Phone) -> None:
    """Into the main menu, in Mandarin."""
    await greeted(phone)
    await phone.hears(FIRST)


async def to_the_queue(phone: Phone) -> None:
    """On the way into the general queue, in Mandarin, without hearing out what can be interrupted."""
    await greeted(phone, then="0")
    await phone.begins_to_hear(HOLD)


async def rates(phone: Phone, key: str = "5") -> None:
    """Answer the question that follows a talk, without hearing it out, and hear the thanks."""
    await phone.begins_to_hear(RATE)
    await phone.press(key)
    await phone.hears("感谢您的评价")


def said(phone: Phone) -> str:
    """All texts of which something was heard."""
    return " ".join(one.text for one in phone.heard)


async def talking(house: House, agent: Phone) -> None:
    """Wait until this agent's phone and the live feed say that the agent talks."""
    await agent.reaches(State.TALKING, within_s=60)
    await until(lambda: house.agent_is(agent.number, "on_queue_call"))


class Listener(Protocol):
    """Whoever has heard prompts: a telephone, or a call that was overheard."""

    @property
    def heard(self) -> list[Heard]:
        """Every stretch of a prompt, in order."""


def in_order(phone: Listener, *said: str) -> bool:
    """Whether these prompts began in this order, others between them or not. Names of prompts or parts of texts.

    A sentence may be made of several prompts in a row.
    """
    heard, at = phone.heard, 0
    for words in said:
        at = _behind(heard, at, words)
        if at < 0:
            return False
    return True


def _behind(heard: Sequence[Heard], at: int, words: str) -> int:
    """How many were heard up to the first behind `at` that ends these words, or is so named; -1 when none does."""
    wanted, row = plain(words), ""
    for end, one in enumerate(heard[at:], start=at + 1):
        row += plain(one.text)
        if one.name == words or (wanted and wanted in row):
            return end
    return -1


@asynccontextmanager
async def _open(house: House) -> AsyncIterator[Store]:
    store = await open_store(house.rig.database_url)
    try:
        yield store
    finally:
        await store.close()


async def story(house: House, call_id: str) -> CallStory:
    """Everything the database has of one call."""
    async with _open(house) as store:
        return await call_story(store, call_id)


async def way_of(house: House, journey: Journey) -> list[str]:
    """A journey's steps as `step: outcome`."""
    [one] = [one for one in (await story(house, journey.call_id)).journeys if one.journey.id == journey.id]
    assert [step.ordinal for step in one.steps] == list(range(1, len(one.steps) + 1))
    return [f"{step.step}: {step.outcome}" for step in one.steps]


async def rings_of(house: House, visit: Visit) -> list[tuple[str, str | None]]:
    """Who was rung for a visit, and how each ringing ended."""
    return [(ring.agent, ring.result) for ring in await ringings(house, visit)]


async def ringings(house: House, visit: Visit) -> tuple[RingAttempt, ...]:
    """The ringings of a visit."""
    async with _open(house) as store:
        found = await visit_story(store, visit.id)
    assert found is not None
    return found.rings


async def went_through(house: House, agent: str, since: datetime, *states: str) -> None:
    """Wait until the database tells that the agent was in these states one after another, without a gap between."""
    seen: tuple[AgentInterval, ...] = ()

    async def told() -> bool:
        nonlocal seen
        async with _open(house) as store:
            seen = await agent_intervals(store, since, datetime.now(UTC), agent=agent)
        names = [one.state for one in seen]
        return any(names[at : at + len(states)] == list(states) for at in range(len(names)))

    try:
        await until(told)
    except AssertionError:
        told_so = [f"{one.started_at:%H:%M:%S.%f} {one.state}" for one in seen]
        raise AssertionError(f"{agent} went through {told_so}, expected {states}") from None
    assert all(one.ended_at == after.started_at for one, after in itertools.pairwise(seen))


async def all_is_quiet(house: House) -> None:
    """Wait until Asterisk has no channel, and nobody waits or is in a flow on the live feed."""

    async def quiet() -> bool:
        live = await house.live()
        waiting = [caller for queue in live["queues"] for caller in queue["waiting"]]
        return "\n0 active channels" in house.rig.asterisk.cli("core show channels") and not waiting + live["calls"]

    await until(quiet)


NO_MISTAKES = ('"event": "not recalled in time"', '"event": "alarm"')
"""That this machine stood still for half a second, and that something on the floor is as it should not be, such as
telephones that went with the test before: no mistake of the service."""


def mistakes_in_the_log(house: House, since: int = 0) -> list[str]:
    """Lines of the service's log that tell of a mistake; `since` is a length of the log taken before."""
    log = (house.rig.folder / "service.log").read_text("utf-8", errors="replace")[since:]
    bad = ('"level": "error"', '"level": "critical"', '"level": "warning"', "Traceback")
    return [
        line
        for line in log.splitlines()
        if any(word in line for word in bad) and not any(word in line for word in NO_MISTAKES)
    ]


def length_of_the_log(house: House) -> int:
    """For `mistakes_in_the_log`."""
    return len((house.rig.folder / "service.log").read_text("utf-8", errors="replace"))
