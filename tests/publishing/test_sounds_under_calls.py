"""Recordings are replaced and versions published under real calls: each hears, from the RTP, what it began with."""

from __future__ import annotations

import asyncio
import io
import math
import shutil
import struct
import wave
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from ivr.app import publishing, speech
from ivr.app.copies import keep
from ivr.publishing.records import First
from lab.phone import Phone
from lab.rig import Plan, Rig
from tests.calls.conftest import STEADY, House

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.app.loading import Ready
    from ivr.app.publishing import Signed

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(900)]

LANGUAGE: Final = "zh-CN"
RECORDED: Final = ("welcome", "wrong-key")
"""Heard at once, and whenever the caller presses a key the menu does not have."""
MENU: Final = {"old": "查询话费余额请按1", "new": "查话费请按1"}
LISTENS_S: Final = 60.0
PATIENT = ("flows/main.yaml", "{after: 5s, tries: 3, message: no-key", "{after: 1min, tries: 3, message: no-key")
"""A caller may stay in the menu while a busy machine publishes."""
RATE: Final = 16_000


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("rig"), Plan(edits=(*STEADY, PATIENT))) as running:
        shutil.rmtree(running.hotline / "tests")  # they are of a less patient menu
        yield running


@pytest.fixture
def house(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> House:
    """The hotline, and this process as a shell its admin would type in."""
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    return House(rig)


@dataclass(frozen=True)
class Edition:
    """A version that is kept, and the names of the files that are its recordings' sounds."""

    ready: Ready
    files: dict[str, str]


def sweep(low: float) -> bytes:
    """A second of a tone that rises: no part of it sounds as another part, or as another sweep."""
    samples = (math.sin(2 * math.pi * (low + 200 * at / RATE) * at / RATE) for at in range(RATE))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", round(9000 * sample)) for sample in samples))
    return out.getvalue()


def record(house: House, low: float) -> None:
    """Put other recordings into the folder."""
    folder = house.rig.hotline / "prompts" / LANGUAGE
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(RECORDED):
        (folder / f"{name}.wav").write_bytes(sweep(low + 500 * number))


def written(house: House, low: float) -> Edition:
    """The folder with other recordings, kept as a version and made into sound; nobody is told yet."""
    record(house, low)
    ready = publishing.fit_to_publish(house.rig.hotline, lambda *_: None)
    copy = ready.places.versions / ready.flows.version
    keep(ready.source, copy)
    kept = replace(ready, source=copy)
    speech.build_sentences(kept)
    house.rig.learn_prompts()
    spoken = speech.speech_of(kept)
    return Edition(kept, {name: Path(spoken.files(name, {}, LANGUAGE)[0]).name for name in RECORDED})


def reworded(house: House) -> None:
    path = house.rig.hotline / "prompts" / f"{LANGUAGE}.yaml"
    text = path.read_text("utf-8")
    assert MENU["old"] in text
    path.write_text(text.replace(MENU["old"], MENU["new"]), "utf-8")


def signed() -> Signed:
    return publishing.Signed("林小姐", "as asked", datetime.now(UTC))


async def published(edition: Edition, first: First | None = None) -> None:
    done = await asyncio.to_thread(publishing.publish, edition.ready, first, signed(), ())
    assert done.running


async def in_the_menu(phone: Phone, edition: Edition, words: str) -> None:
    """Dial, and hear this version's recording of the greeting, then the beginning of its menu."""
    await phone.call("96956")
    await phone.begins_to_hear("普通话请按1", LISTENS_S)
    await phone.press("1")
    await phone.hears(edition.files["welcome"], LISTENS_S)
    await phone.begins_to_hear(MENU[words], LISTENS_S)


async def presses_wrong(phone: Phone, edition: Edition, words: str) -> None:
    """A key the menu does not have: this version's recording says so, and its menu comes again."""
    await phone.press("7")
    await phone.hears(edition.files["wrong-key"], LISTENS_S)
    await phone.begins_to_hear(MENU[words], LISTENS_S)


async def test_each_call_hears_the_recordings_it_began_with(house: House) -> None:
    old = await asyncio.to_thread(written, house, 300)
    reworded(house)
    new = await asyncio.to_thread(written, house, 1300)
    assert not set(old.files.values()) & set(new.files.values())
    await published(old)
    async with phone(house, 1) as began, phone(house, 2) as later, phone(house, 3) as back, phone(house, 4) as listed:
        await in_the_menu(began, old, "old")
        await published(new)
        await presses_wrong(began, old, "old")
        await in_the_menu(later, new, "new")

        record(house, 2300)  # a draft
        await asyncio.to_thread(house.rig.run, "prompts", str(house.rig.hotline))
        await presses_wrong(began, old, "old")
        await presses_wrong(later, new, "new")

        done = await asyncio.to_thread(publishing.rollback, new.ready, None, signed())
        assert done.running
        await in_the_menu(back, old, "old")
        await presses_wrong(later, new, "new")

        callers = await asyncio.to_thread(publishing.caller_hashes, new.ready, [caller(4)])
        await published(new, First("", callers=callers, shown=("139****0004",)))
        await in_the_menu(listed, new, "new")
        await presses_wrong(listed, new, "new")
        await presses_wrong(back, old, "old")
        for each in (began, later, back, listed):
            await each.hang_up()


def caller(number: int) -> str:
    return f"1395556{number:04}"


def phone(house: House, number: int) -> Phone:
    return Phone(house.rig.switch, number=caller(number), index=house.rig.index)
