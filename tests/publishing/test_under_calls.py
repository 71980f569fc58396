"""A hundred publications and rollbacks under real calls: each ends on the version it began with, none is dropped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from ivr.app import publishing
from ivr.app.copies import keep
from ivr.publishing.records import First
from lab.phone import Phone
from lab.rig import Plan, Rig
from store.engine import open_store
from store.queries.journeys import journeys
from tests.calls.asking import CHOOSE, RATE, greeted, said
from tests.calls.conftest import STEADY, House, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.app.loading import Ready
    from ivr.app.publishing import Signed
    from store.rows import Journey

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(420)]

ACTS: Final = 100
HOLD: Final = {"old": "正在为您转接人工服务", "new": "马上为您接通人工坐席"}
RATED: Final = {"old": RATE, "new": "请给刚才的服务打个分"}
SENTENCES: Final = "prompts/zh-CN.yaml"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """The sample at noon, with its own opening hours: its dialogues are rehearsed before anything is published."""
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=STEADY)) as running:
        yield running


@pytest.fixture
def house(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> House:
    """The hotline, and this process as a shell its admin would type in."""
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    return House(rig)


def signed() -> Signed:
    return publishing.Signed("林小姐", "as asked", datetime.now(UTC))


def fit(house: House) -> Ready:
    return publishing.fit_to_publish(house.rig.hotline, lambda *_: None)


def written(house: House) -> tuple[Ready, Ready]:
    """The version that runs, kept as published, and a second one that says two sentences otherwise."""
    old = fit(house)
    publishing.publish(old, None, signed(), ())
    path = house.rig.hotline / SENTENCES
    text = path.read_text("utf-8")
    path.write_text(text.replace(HOLD["old"], HOLD["new"]).replace(RATED["old"], RATED["new"]), "utf-8")
    new = copied(fit(house))
    path.write_text(text, "utf-8")
    house.rig.learn_prompts()
    return old, new


def back_and_forth(new: Ready) -> None:
    """Publish the new one and take it back, until a hundred acts are done; each is taken up before the next."""
    for _ in range(ACTS // 2):
        assert publishing.publish(new, None, signed(), ()).running
        assert publishing.rollback(new, None, signed()).running


async def in_the_queue(phone: Phone) -> str:
    """Ask for a person; which version's words answer."""
    await greeted(phone, then="0")
    assert await phone.ear.until(lambda: any(words in said(phone) for words in HOLD.values()), 20), said(phone)
    return next(name for name, words in HOLD.items() if words in said(phone))


async def test_a_hundred_publications_disturb_no_call(house: House) -> None:
    old, new = await asyncio.to_thread(written, house)
    versions = {"old": old.flows.version, "new": new.flows.version}
    async with house.agent("1001") as agent, phone(house, 1) as talks, phone(house, 2) as waits:
        assert await in_the_queue(talks) == "old"
        await until(lambda: house.agent_is("1001", "on_queue_call"))
        await asyncio.to_thread(publishing.publish, new, None, signed(), ())
        assert await in_the_queue(waits) == "new"
        await asyncio.to_thread(publishing.rollback, new, None, signed())

        acts = asyncio.create_task(asyncio.to_thread(back_and_forth, new))
        began = await newcomers(house, acts)
        await acts
        assert len(publishing.records(new.places)) == ACTS + 3
        assert began, "nobody called meanwhile"

        assert (talks.state, waits.state) == (talks.state.TALKING, waits.state.TALKING), "somebody was dropped"
        await agent.hang_up()
        await talks.begins_to_hear(RATED["old"], within_s=60)
        await until(lambda: is_answered(house, 2), within_s=60)
        await agent.hang_up()
        await waits.begins_to_hear(RATED["new"], within_s=60)
        await asyncio.gather(talks.hang_up(), waits.hang_up())
    for number, name in {1: "old", 2: "new", **began}.items():
        assert await began_with(house, number) == (versions[name], "hung_up"), number


async def is_answered(house: House, number: int) -> bool:
    return any(visit.answered_at for visit in await house.visits(caller(number)))


async def newcomers(house: House, acts: asyncio.Task[None]) -> dict[int, str]:
    """Callers who come one after another while versions come and go, and whose words they heard."""
    began: dict[int, str] = {}
    while not acts.done():
        number = 10 + len(began)
        async with phone(house, number) as comes:
            began[number] = await in_the_queue(comes)
            await comes.hang_up()
    return began


async def test_a_faulty_version_is_taken_back_and_its_callers_reached_a_person(house: House) -> None:
    """A bound that is too small passes every check, and brings callers who want another language to a person."""
    listed = [caller(number) for number in (901, 902, 903)]
    faulty = await asyncio.to_thread(overruns, house)
    callers = publishing.caller_hashes(faulty, listed)
    first = First("", callers=callers, shown=("139****0901",))
    done = await asyncio.to_thread(publishing.publish, faulty, first, signed(), ())
    assert (done.running, done.record.act) == (True, "first")
    async with house.agent("1001"):
        for number in (901, 902):
            async with phone(house, number) as unlucky:
                await wants_another_language(unlucky)
                await unlucky.begins_to_hear("系统正在维护，正在为您转接人工服务", within_s=60)
                await until(lambda: house.agent_is("1001", "on_queue_call"))
                await unlucky.hang_up()
            await until(lambda: house.agent_is("1001", "available"), within_s=60)
    await until(lambda: is_taken_back(faulty))
    async with phone(house, 903) as lucky:
        await wants_another_language(lucky)
        await lucky.begins_to_hear(CHOOSE, within_s=60)
        await lucky.hang_up()
    last = publishing.records(faulty.places)[-1]
    assert (last.act, last.who, last.version) == ("taken-back", "the service", faulty.flows.version)
    assert last.why == "2 of 2 calls failed, of the live version 0 of 0"
    for number, version, outcome in (
        (901, last.version, "rescued"),
        (902, last.version, "rescued"),
        (903, last.live, "hung_up"),
    ):
        assert await began_with(house, number) == (version, outcome), number


async def wants_another_language(phone: Phone) -> None:
    """Key 9 of the main menu, in the greeting, which it cuts short."""
    await greeted(phone, then="9")


async def is_taken_back(ready: Ready) -> bool:
    return publishing.records(ready.places)[-1].act == "taken-back"


def overruns(house: House) -> Ready:
    """A version that lets a call come to the choice of a language only once, which no dialogue of its folder tries."""
    rehearsed, path = house.rig.hotline / "tests", house.rig.hotline / "flows/main.yaml"
    text = path.read_text("utf-8")
    rehearsed.rename(rehearsed.with_name("kept"))
    path.write_text(text.replace("    remember: caller ", "    most_visits: 1\n    remember: caller "), "utf-8")
    try:
        return copied(fit(house))
    finally:
        path.write_text(text, "utf-8")
        rehearsed.with_name("kept").rename(rehearsed)


def copied(ready: Ready) -> Ready:
    """The same, out of the copy that is kept: its folder is about to change."""
    copy = ready.places.versions / ready.flows.version
    keep(ready.source, copy)
    return replace(ready, source=copy)


async def began_with(house: House, number: int) -> tuple[str, str | None]:
    """The version of a caller's one journey and how it ended, once both are written."""
    store = await open_store(house.rig.database_url)
    found: list[Journey] = []

    async def ended() -> bool:
        rows = (await journeys(store, limit=1000)).rows
        found[:] = [row for row in rows if row.caller.endswith(caller(number))]
        return len(found) == 1 and found[0].outcome not in {None, "queued"}

    try:
        await until(ended)
    finally:
        await store.close()
    return found[0].flow_version, found[0].outcome


def caller(number: int) -> str:
    return f"1395555{number:04}"


def phone(house: House, number: int) -> Phone:
    return Phone(house.rig.switch, number=caller(number), index=house.rig.index)
