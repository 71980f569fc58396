"""Replayed calls made once more by telephone: what a replay says of them is what they do on the published change."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from ivr.app import publishing
from ivr.app.replay_part import run_replay
from ivr.rehearsal.replay import PASSED
from lab.phone import Phone, Reflex
from lab.rig import SAMPLE, Plan, Rig
from store.engine import open_store
from store.queries.stories import stories
from tests.calls.asking import CHOOSE, MENU
from tests.calls.conftest import STEADY, House, until
from tests.publishing.test_sounds_under_calls import signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.app.loading import Ready
    from ivr.flow.model import FlowSet
    from store.queries.journeys import JourneyStory
    from store.rows import Journey

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(900)]

MAIN: Final = "flows/main.yaml"
CHANGES: Final = {
    "a key leads elsewhere": (MAIN, "2: {then: report_fault}", "2: {then: nobody_free}"),
    "a key is gone": (MAIN, "      9: {then: language}\n", ""),
    "another queue": (MAIN, "  service_queue:\n    queue: service\n", "  service_queue:\n    queue: vip\n"),
    "another sentence": (MAIN, "greet:     {play: welcome,", "greet:     {play: please-hold,"),
    "a step has another name": (MAIN, "main_menu", "top_menu"),
}
EXPECTED: Final = {"another sentence": {"same"}, "a step has another name": {"same"}}
KEYS: Final = ("0", "2", "9", "")
"""What callers press in the main menu; the last hangs up there."""
LISTENS_S: Final = 60.0
ENDS: Final = {"hung_up": "hung up", "queued": "handed over"}
"""How a journey ended, and its last step with it."""
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=STEADY)) as running:
        shutil.rmtree(running.hotline / "tests")  # they are of the flows as they were
        yield running


@pytest.fixture
def house(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> House:
    """The hotline, and this process as a shell its admin would type in."""
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    return House(rig)


@dataclass(frozen=True)
class Made:
    """A call that was made."""

    journey: Journey
    asked: tuple[str, ...]
    """The steps that waited for somebody, each with its queue and where it went next."""


async def made(house: House, flows: FlowSet, number: int, key: str) -> Made:
    """One call: to the menu, one key, and hang up in what comes of it."""
    async with Phone(house.rig.switch, number=caller(number), index=house.rig.index) as phone:
        await phone.call("96956")
        await phone.begins_to_hear(CHOOSE, LISTENS_S)
        await phone.press("1")
        await phone.begins_to_hear(MENU, LISTENS_S)
        before = len(phone.heard)
        if key:
            await phone.press(key)
            assert await phone.ear.until(lambda: len(phone.heard) > before, LISTENS_S), phone.transcript
        if key == "0":
            await until(lambda: is_handed_over(house, number))
        await phone.hang_up()
    found = await told(house, number)
    asked = []
    for step in found.steps:
        there = flows.flows[step.flow].steps[step.step]
        if not isinstance(there, PASSED):
            asked.append(" ".join([step.step, getattr(there, "queue", ""), step.outcome]))
    return Made(found.journey, tuple(asked))


async def is_handed_over(house: House, number: int) -> bool:
    return any(step.outcome == "handed over" for step in (await told(house, number, over=False)).steps)


async def told(house: House, number: int, *, over: bool = True) -> JourneyStory:
    """What the database has of a caller's one journey; with `over`, once it has ended and its end is written."""
    store = await open_store(house.rig.database_url)
    found: list[JourneyStory] = []

    async def written() -> bool:
        every = [each async for each in stories(store, LONG_AGO)]
        found[:] = [each for each in every if each.journey.caller.endswith(caller(number))]
        if not over or not found:
            return bool(found)
        ends = [step.outcome for step in found[0].steps][-1:]  # a journey's end may be there before its last steps are
        return ends == [ENDS.get(found[0].journey.outcome or "")]

    try:
        await until(written)
    finally:
        await store.close()
    return found[0]


async def all_made(house: House, flows: FlowSet, first: int) -> list[Made]:
    return list(await asyncio.gather(*(made(house, flows, first + at, key) for at, key in enumerate(KEYS))))


def rewritten(house: House, change: tuple[str, str, str]) -> Ready:
    """The folder with this change, and no other."""
    name, old, new = change
    text = (SAMPLE / name).read_text("utf-8")
    assert old in text
    (house.rig.hotline / name).write_text(text.replace(old, new), "utf-8")
    return publishing.fit_to_publish(house.rig.hotline, lambda *_: None)


async def verdict_on(call: Made, ready: Ready) -> str:
    """What `hotline replay` says of this one call."""
    began = call.journey.started_at
    replay = await run_replay(ready, began, began + timedelta(microseconds=1))
    [(verdict, count)] = replay.verdicts.items()
    assert count == 1
    return verdict.kind


async def test_a_replays_verdict_is_what_the_call_does_when_it_is_made_again(house: House) -> None:
    first = await asyncio.to_thread(rewritten, house, (MAIN, "flow: main", "flow: main"))
    await asyncio.to_thread(publishing.publish, first, None, signed(), ())
    async with house.agent("1001", Reflex.RING):
        yesterday = await all_made(house, first.flows, 100)
        for at, (name, change) in enumerate(CHANGES.items(), start=2):
            ready = await asyncio.to_thread(rewritten, house, change)
            verdicts = [await verdict_on(call, ready) for call in yesterday]
            done = await asyncio.to_thread(publishing.publish, ready, None, signed(), ())
            assert done.running
            house.rig.learn_prompts()
            again = await all_made(house, ready.flows, 100 * at)
            assert {call.journey.flow_version for call in again} == {ready.flows.version}
            for key, was, now, verdict in zip(KEYS, yesterday, again, verdicts, strict=True):
                here = tuple(one.replace("top_menu", "main_menu") for one in now.asked)
                assert verdict == ("same" if here == was.asked else "elsewhere"), (name, key, was.asked, now.asked)
            assert set(verdicts) == EXPECTED.get(name, {"same", "elsewhere"}), name


def caller(number: int) -> str:
    return f"1395558{number:04}"
