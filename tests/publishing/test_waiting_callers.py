"""Who waits in a queue hears the announcements and the music of the version the call began with, from the RTP."""

from __future__ import annotations

import asyncio
import math
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from ivr.app import publishing
from ivr.app.copies import keep
from lab.listening import linear_to_alaw
from lab.phone import Phone
from lab.rig import Plan, Rig
from tests.calls.asking import HOLD, MENU, RATE, talking
from tests.calls.conftest import STEADY, House, until
from tests.publishing.test_sounds_under_calls import PATIENT, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.app.loading import Ready

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(900)]

LISTENS_S: Final = 60.0
NEXT: Final = "您是下一位"
KEY: Final = {"old": "不想等候请按1", "new": "不想再等请按1"}
MUSIC: Final = {"old": "calm", "new": "lively"}
"""Classes of music on hold, each a tune of its own; the tune is called as its class."""
TUNE_S: Final = 20
EDITS: Final = (
    *STEADY,
    PATIENT,
    ("flows/main.yaml", "every: 45s", "every: 15s"),
    ("hotline.yaml", "max_length: 50", f"max_length: 50\n    music: {MUSIC['old']}"),
)


def tune(low: float) -> bytes:
    """A tone that rises all the time: no part of it sounds as another part, or as the other tune."""
    samples = (math.sin(2 * math.pi * (low + 40 * at / 8000) * at / 8000) for at in range(TUNE_S * 8000))
    return linear_to_alaw(round(9000 * sample) for sample in samples)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("rig")
    classes = {name: folder / "state" / "sounds" / name for name in MUSIC.values()}
    music = "".join(f"[{name}]\nmode = files\ndirectory = {where}\n" for name, where in classes.items())
    rig = Rig(folder, Plan(edits=EDITS, files={"musiconhold.conf": music}))
    for number, (name, where) in enumerate(classes.items()):
        where.mkdir(parents=True)
        (where / "tune.alaw").write_bytes(tune(300 + 900 * number))
        rig.index.add(name, tune(300 + 900 * number))
    with rig:
        shutil.rmtree(rig.hotline / "tests")  # they are of a less patient menu
        yield rig


@pytest.fixture
def house(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> House:
    """The hotline, and this process as a shell its admin would type in."""
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    return House(rig)


def written(house: House) -> tuple[Ready, Ready]:
    """The version that runs, published, and another that plays other music and ends announcements otherwise."""
    old = publishing.fit_to_publish(house.rig.hotline, lambda *_: None)
    publishing.publish(old, None, signed(), ())
    for name, words in (("hotline.yaml", MUSIC), ("prompts/zh-CN.yaml", KEY)):
        path = house.rig.hotline / name
        text = path.read_text("utf-8")
        assert words["old"] in text
        path.write_text(text.replace(words["old"], words["new"]), "utf-8")
    new = publishing.fit_to_publish(house.rig.hotline, lambda *_: None)
    copy = new.places.versions / new.flows.version
    keep(new.source, copy)
    house.rig.learn_prompts()
    return old, replace(new, source=copy)


def take_over(house: House, new: Ready) -> None:
    """Publish, and bring the new settings to Asterisk, as `hotline publish` says."""
    done = publishing.publish(new, None, signed(), ())
    assert (done.running, done.render) == (True, ("queues",))
    house.rig.run("render", str(house.rig.hotline))
    house.rig.asterisk.write_config()
    assert f"musicclass = {MUSIC['new']}" in (house.rig.asterisk.etc / "generated" / "queues-hotline.conf").read_text(
        "utf-8"
    )
    house.rig.asterisk.cli("queue reload all")


async def to_the_menu(phone: Phone) -> None:
    await phone.call("96956")
    await phone.begins_to_hear("普通话请按1", LISTENS_S)
    await phone.press("1")
    await phone.begins_to_hear(MENU, LISTENS_S)


async def into_the_queue(house: House, phone: Phone, place: int, version: str) -> None:
    """Ask for a person, and hear this version's music."""
    await phone.press("0")
    await phone.begins_to_hear(HOLD, LISTENS_S)
    await until(lambda: waits(house, place))
    await phone.begins_to_hear(MUSIC[version], LISTENS_S)


async def hears_the_line(phone: Phone, place: str, version: str) -> None:
    """An announcement in this version's words, and its music again."""
    await phone.begins_to_hear(place, LISTENS_S)
    await phone.hears(KEY[version], LISTENS_S)
    await phone.begins_to_hear(MUSIC[version], LISTENS_S)


async def waits(house: House, count: int) -> bool:
    return len((await house.queue("service"))["waiting"]) == count


async def test_who_waits_hears_the_announcements_and_the_music_of_his_version(house: House) -> None:
    old, new = await asyncio.to_thread(written, house)
    async with house.agent("1001") as agent, phone(house, 1) as served:
        await to_the_menu(served)
        await served.press("0")
        await talking(house, agent)
        async with phone(house, 2) as waiting, phone(house, 3) as late, phone(house, 4) as newcomer:
            await to_the_menu(waiting)
            await into_the_queue(house, waiting, 1, "old")
            await to_the_menu(late)
            await asyncio.to_thread(take_over, house, new)
            await into_the_queue(house, late, 2, "old")  # after Asterisk has other music for this queue
            await to_the_menu(newcomer)
            await into_the_queue(house, newcomer, 3, "new")
            await asyncio.gather(
                hears_the_line(waiting, NEXT, "old"),
                hears_the_line(late, "您前面还有", "old"),
                hears_the_line(newcomer, "您前面还有", "new"),
            )
            done = await asyncio.to_thread(publishing.rollback, new, None, signed())
            assert done.running
            await asyncio.gather(
                hears_the_line(late, "您前面还有", "old"), hears_the_line(newcomer, "您前面还有", "new")
            )
            for each, version in ((waiting, "old"), (late, "old"), (newcomer, "new")):
                heard = {one.name for one in each.heard}
                assert heard & set(MUSIC.values()) == {MUSIC[version]}, each.transcript
            await agent.hang_up()  # the first in the line is served next, and nobody has lost a place
            await served.begins_to_hear(RATE)
            await talking(house, agent)
            for each in (served, waiting, late, newcomer):
                await each.hang_up()
    for number, began, outcome in (
        (1, old, "hung_up"), (2, old, "queued"), (3, old, "queued"), (4, new, "queued"),
    ):  # fmt: skip
        assert (await house.left_journey(caller(number), outcome)).flow_version == began.flows.version, number


def caller(number: int) -> str:
    return f"1395557{number:04}"


def phone(house: House, number: int) -> Phone:
    return Phone(house.rig.switch, number=caller(number), index=house.rig.index)
