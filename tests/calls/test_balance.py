"""The sample hotline's first promise: a balance that is true, in the caller's language, after a PIN."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk


@pytest.mark.parametrize(
    ("caller", "key", "language", "welcome", "pin", "amount"),
    [
        ("13800138000", "1", "zh-CN", "欢迎致电96956热线", "4711", "您的话费余额是一百二十三元四角五分"),
        ("13800138002", "2", "yue-HK", "歡迎致電96956熱線", "2468", "你嘅話費餘額係五分"),
        ("85291234567", "3", "en", "Welcome to the 9 6 9 5 6 hotline", "9090", "one hundred one yuan and one fen"),
    ],
)
async def test_a_caller_hears_the_true_balance_in_the_chosen_language(  # noqa: PLR0917 - a row of the table above
    house: House, caller: str, key: str, language: str, welcome: str, pin: str, amount: str
) -> None:
    async with house.caller(caller) as phone:
        await phone.call("96956")
        await phone.begins_to_hear("普通话请按1")
        await phone.press(key)
        await phone.hears(welcome)
        await phone.press("1")
        await phone.press(f"{pin}#")
        await phone.hears(amount, within_s=20)
        assert {one.language for one in phone.heard[-3:]} == {language}
        await phone.hang_up()
    journey = await house.left_journey(caller, "hung_up")
    assert (journey.language, journey.flow) == (language, "main")
    assert await house.visits(caller) == ()


async def test_a_wrong_pin_hears_no_balance_and_is_offered_a_person(house: House) -> None:
    async with house.caller("13800138004") as phone:
        await phone.call("96956")
        await phone.press("1")
        await phone.hears("欢迎致电96956热线")
        await phone.press("1")
        await phone.press("9999#")
        await phone.hears("密码不正确")
        await phone.press("0")
        await phone.begins_to_hear("人工服务请按0，返回主菜单请按1")
        assert "余额是" not in phone.transcript
        await phone.hang_up()


@pytest.mark.parametrize(("delay_s", "fail"), [(6.0, False), (0.0, True)], ids=["late", "broken"])
async def test_a_balance_that_cannot_be_had_is_said_so_and_a_person_offered(
    house: House,
    delay_s: float,
    fail: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    async with house.caller("13800138000") as phone:
        await phone.call("96956")
        await phone.hears("欢迎致电96956热线")  # the language was remembered
        await phone.press("1")
        await phone.begins_to_hear("请输入服务密码")
        house.rig.billing_faults(delay_s=delay_s, fail=fail)
        try:
            await phone.press("4711#")
            await phone.hears("暂时无法查询余额", within_s=20)
            await phone.begins_to_hear("人工服务请按0，返回主菜单请按1")
        finally:
            house.rig.billing_faults()
        assert "余额是" not in phone.transcript
        await phone.hang_up()


async def test_no_pin_is_in_any_log_or_database(house: House) -> None:
    rig = house.rig
    async with house.caller("13800138000") as phone:
        await phone.call("96956")
        await phone.hears("欢迎致电96956热线")
        await phone.press("1")
        await phone.begins_to_hear("请输入服务密码")
        await phone.press("834761#")
        await phone.hears("密码不正确")
        await phone.hang_up()
    await house.left_journey("13800138000", "hung_up")
    with sqlite3.connect(rig.state / "hotline.db") as database:
        kept = "\n".join(database.iterdump())
    logs = [rig.folder / "service.log", rig.folder / "backend.log", *rig.asterisk.log.iterdir()]
    told = "\n".join(path.read_text(errors="replace") for path in logs)
    assert "ask_pin" in kept
    assert "834761" not in kept + told
