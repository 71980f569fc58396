"""The sample hotline's first promise: a balance that is true, in the caller's language, after a PIN."""

from __future__ import annotations

import calendar
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.calls.asking import CHOOSE
from tests.calls.conftest import ZONE
from tests.calls.proof import Tally, proved

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk


OFFER = "人工服务请按0，返回主菜单请按1"
MORE = {
    "zh-CN": "返回主菜单请按1，人工服务请按0",
    "yue-HK": "返回主目錄請按1，搵客戶服務員請按0",
    "en": "To return to the main menu, press 1. To speak to a person, press 0.",
}
DAYS = """\
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth
twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"""


def as_of(language: str) -> str:
    """How today is told as the day a figure was true, made here by other means than the hotline's."""
    today = datetime.now(ZONE)
    if language == "en":
        return f"as of the {DAYS.split()[today.day - 1]} of {calendar.month_name[today.month]}"
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(today.year))
    return f"截至{year}年{_below_a_hundred(today.month)}月{_below_a_hundred(today.day)}日"


def _below_a_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    digits = " 一二三四五六七八九"
    return ("" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十") + digits[ones].strip()


@pytest.mark.parametrize(
    ("caller", "key", "language", "welcome", "pin", "amount"),
    [
        ("13800138000", "1", "zh-CN", "欢迎致电96956热线", "4711", "您的话费余额是一百二十三元四角五分"),
        ("13800138002", "2", "yue-HK", "歡迎致電96956熱線", "2468", "你嘅話費餘額係五分"),
        ("85291234567", "3", "en", "Welcome to the 9 6 9 5 6 hotline", "9090", "one hundred one yuan and one fen"),
    ],
)
async def test_a_caller_hears_the_true_balance_and_its_day_in_the_chosen_language(  # noqa: PLR0917 - a row of the table above
    house: House, caller: str, key: str, language: str, welcome: str, pin: str, amount: str
) -> None:
    tally = await Tally.of(house)
    async with house.caller(caller) as phone:
        await phone.call("96956")
        await phone.begins_to_hear(CHOOSE)
        await phone.press(key)
        await phone.hears(welcome)
        await phone.press("1")
        await phone.press(f"{pin}#")
        await phone.hears(amount, within_s=60)
        await phone.hears(as_of(language))
        await phone.begins_to_hear(MORE[language])
        assert {one.language for one in phone.heard[-3:]} == {language}
        await phone.hang_up()
    heard = (CHOOSE, welcome, amount, as_of(language), MORE[language])
    way = ["check_pin: found", "read: found", "tell: said", "told: returned", "balance: returned"]
    way += ["anything_else: hung up"]
    await proved(tally, phone, heard=heard, way=way, outcome="hung_up")
    journey = await house.journey(caller)
    assert (journey.language, journey.flow) == (language, "main")


async def test_a_wrong_pin_hears_no_balance_and_is_offered_a_person(house: House) -> None:
    tally = await Tally.of(house)
    async with house.caller("13800138004") as phone:
        await phone.call("96956")
        await phone.press("1")
        await phone.hears("欢迎致电96956热线")
        await phone.press("1")
        await phone.press("9999#")
        await phone.hears("密码不正确")
        await phone.press("0")
        await phone.begins_to_hear(OFFER)
        assert "余额是" not in phone.transcript
        await phone.hang_up()
    await proved(tally, phone, heard=["密码不正确", OFFER], way=["offer_person: hung up"], outcome="hung_up")


@pytest.mark.parametrize(("delay_s", "fail"), [(6.0, False), (0.0, True)], ids=["late", "broken"])
async def test_a_balance_that_cannot_be_had_is_said_so_and_a_person_offered(
    house: House,
    delay_s: float,
    fail: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    tally = await Tally.of(house)
    async with house.caller("13800138000") as phone:
        await phone.call("96956")
        await phone.hears("欢迎致电96956热线")  # the language was remembered
        await phone.press("1")
        await phone.begins_to_hear("请输入服务密码")
        house.rig.billing_faults(delay_s=delay_s, fail=fail)
        try:
            await phone.press("4711#")
            await phone.hears("暂时无法查询余额", within_s=20)
            await phone.begins_to_hear(OFFER)
        finally:
            house.rig.billing_faults()
        assert "余额是" not in phone.transcript
        await phone.hang_up()
    await proved(tally, phone, heard=["暂时无法查询余额", OFFER], way=["offer_person: hung up"], outcome="hung_up")


async def test_no_pin_is_in_any_log_or_database(house: House) -> None:
    rig, tally = house.rig, await Tally.of(house)
    async with house.caller("13800138000") as phone:
        await phone.call("96956")
        await phone.hears("欢迎致电96956热线")
        await phone.press("1")
        await phone.begins_to_hear("请输入服务密码")
        await phone.press("834761#")
        await phone.hears("密码不正确")
        await phone.hang_up()
    await proved(tally, phone, heard=["密码不正确"], way=["wrong_pin: hung up"], outcome="hung_up")
    with sqlite3.connect(rig.state / "hotline.db") as database:
        kept = "\n".join(database.iterdump())
    logs = [rig.folder / "service.log", rig.folder / "backend.log"]
    logs += [path for path in rig.asterisk.log.rglob("*") if path.is_file()]
    assert "hotline.csv" in {path.name for path in logs}, "CEL is read, too"
    told = "\n".join(path.read_text(errors="replace") for path in logs)
    assert "ask_pin" in kept
    assert "834761" not in kept + told
