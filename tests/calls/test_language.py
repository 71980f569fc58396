"""The language: chosen once, remembered for the number, changed with 9, and never remembered for nobody."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.calls.asking import CHOOSE, NUMBER, said, way_of
from tests.calls.proof import Tally, proved

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

CANTONESE, ENGLISH, MANDARIN = "歡迎致電96956熱線", "Welcome to the 9 6 9 5 6 hotline", "欢迎致电96956热线"


async def test_a_language_is_remembered_until_key_9_changes_it(house: House) -> None:
    caller, tally = "13933330001", await Tally.of(house)
    async with house.caller(caller) as phone:
        await phone.call(NUMBER)
        await phone.begins_to_hear(CHOOSE)
        await phone.press("2")
        await phone.begins_to_hear(CANTONESE)
        await phone.hang_up()
    way = ["language: key 2", "recognise: missing", "greet: hung up"]
    await proved(tally, phone, heard=[CHOOSE, CANTONESE], way=way, outcome="hung_up")
    assert (await house.journey(caller)).language == "yue-HK"

    again = await Tally.of(house)
    async with house.caller(caller) as phone:
        await phone.call(NUMBER)
        await phone.begins_to_hear(CANTONESE)
        assert CHOOSE not in said(phone)
        await phone.press("9")
        await phone.begins_to_hear(CHOOSE)
        await phone.press("3")
        await phone.begins_to_hear(ENGLISH)
        await phone.hang_up()
        assert [one.language for one in phone.heard if one.prompt][-1] == "en"
    way = ["main_menu: key 9", "language: key 3", "recognise: missing", "greet: hung up"]
    await proved(again, phone, heard=[CANTONESE, CHOOSE, ENGLISH], way=way, outcome="hung_up")
    changed = await house.journey(caller)
    assert (changed.language, (await way_of(house, changed))[0]) == ("en", "language: remembered 2")

    once_more = await Tally.of(house)
    async with house.caller(caller) as phone:
        await phone.call(NUMBER)
        await phone.begins_to_hear(ENGLISH)
        assert {one.language for one in phone.heard} == {"en"}
        await phone.hang_up()
    way = ["language: remembered 3", "recognise: missing", "greet: hung up"]
    await proved(once_more, phone, heard=[ENGLISH], way=way, outcome="hung_up")
    with sqlite3.connect(house.rig.state / "hotline.db") as database:
        kept = database.execute("SELECT * FROM remembered").fetchall()
    assert kept
    assert caller not in str(kept)


async def test_another_number_is_asked(house: House) -> None:
    for caller in ("13933330002", "13933330003"):
        tally = await Tally.of(house)
        async with house.caller(caller) as phone:
            await phone.call(NUMBER)
            await phone.begins_to_hear(CHOOSE)
            await phone.press("1")
            await phone.begins_to_hear(MANDARIN)
            await phone.hang_up()
        way = ["language: key 1", "recognise: missing", "greet: hung up"]
        await proved(tally, phone, heard=[CHOOSE, MANDARIN], way=way, outcome="hung_up")


@pytest.mark.parametrize("number", ["anonymous", "unknown", "Restricted"])
async def test_a_withheld_number_is_asked_each_time(house: House, number: str) -> None:
    for _ in range(2):
        tally = await Tally.of(house)
        async with house.caller(number, "Anonymous") as phone:
            await phone.call(NUMBER)
            await phone.begins_to_hear(CHOOSE)
            await phone.press("3")
            await phone.begins_to_hear(ENGLISH)
            await phone.hang_up()
        heard, way = [CHOOSE, ENGLISH], ["greet: hung up"]
        await proved(tally, phone, heard=heard, way=way, outcome="hung_up", caller="")
        journey = await house.journey("")
        assert (journey.caller, journey.language) == ("", "en")
