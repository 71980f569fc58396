"""Acts on agents, on a real Asterisk: seen in `queue show`, on the other board, in the ledger and in the audit."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.acts.stage import OF_SERVICE, member_line, shows
from tests.calls.asking import went_through
from tests.calls.conftest import until

if TYPE_CHECKING:
    from tests.acts.stage import Board
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk


async def test_paused_with_a_reason_and_back(house: House, desk: Board) -> None:
    began = datetime.now(UTC)
    async with house.agent("1001"):
        told = await desk.done("pause", agent="1001", reason="午休 <b>")
        assert "1001 陈美玲 is paused in service: 午休 <b>" in told["words"]
        assert "paused (午休 <b>)" in told["seen"]
        await shows(house, "service", "1001", "paused", "午休 <b>")
        await until(lambda: house.agent_is("1001", "paused"))
        agent = next(one for one in (await house.live())["agents"] if one["id"] == "1001")
        assert agent["reason"] == "午休 <b>"
        again = await desk.do("pause", agent="1001", reason="午休 <b>")
        assert (again["code"], again["result"]) == ("already_so", "nothing")

        await desk.done("unpause", agent="1001")
        await until(lambda: house.agent_is("1001", "available"))
        assert "paused" not in member_line(house, "service", "1001")
        assert (await desk.do("unpause", agent="1001"))["code"] == "already_so"
        await went_through(house, "1001", began, "available", "paused", "available")


async def test_a_pause_of_one_queue_leaves_the_other_and_a_supervisor_reaches_only_his_own(
    house: House, desk: Board
) -> None:
    async with house.agent("1006"):
        desk.person = OF_SERVICE
        assert (await desk.do("pause", agent="1006", queue="vip"))["code"] == "not_your_queue"
        await desk.done("pause", agent="1006", reason="training")
        await shows(house, "service", "1006", "paused")
        assert "paused" not in member_line(house, "vip", "1006")
        await desk.done("unpause", agent="1006", queue="service")
        assert "paused" not in member_line(house, "service", "1006")
        assert (await desk.do("close_number", number="96956", message="goodbye"))["code"] == "not_allowed"


async def test_added_with_a_penalty_changed_and_taken_out_again(house: House, desk: Board) -> None:
    async with house.agent("1002"):
        await desk.done("add_member", agent="1002", queue="vip", penalty=3)
        await shows(house, "vip", "1002", "dynamic", "penalty 3")
        assert "李志强" in member_line(house, "vip", "1002")
        assert (await desk.do("add_member", agent="1002", queue="vip", penalty=3))["code"] == "already_so"
        assert (await desk.do("add_member", agent="1002", queue="vip", penalty=4))["code"] == "is_a_member"
        await desk.done("set_penalty", agent="1002", queue="vip", penalty=1)
        await shows(house, "vip", "1002", "penalty 1")
        agent = next(one for one in (await desk.live())["agents"] if one["id"] == "1002")
        assert agent["queues"] == {"service": 0, "vip": 1}
        await desk.done("remove_member", agent="1002", queue="vip")
        await shows(house, "vip", "1002")
        assert (await desk.do("remove_member", agent="1002", queue="vip"))["code"] == "already_so"


async def test_one_of_hotline_yaml_is_not_taken_out_and_it_is_said_why(house: House, desk: Board) -> None:
    told = await desk.do("remove_member", agent="1001", queue="service")
    assert (told["code"], told["result"]) == ("static_member", "refused")
    assert "Pause there instead" in told["words"]
    assert member_line(house, "service", "1001")


async def test_signed_off_is_out_of_what_was_added_and_paused_in_the_rest(house: House, desk: Board) -> None:
    async with house.agent("1003"):
        await desk.done("add_member", agent="1003", queue="vip")
        told = await desk.done("sign_off", agent="1003")
        assert "out of vip" in told["words"]
        await shows(house, "vip", "1003")
        await shows(house, "service", "1003", "paused", "signed off")
        assert (await desk.do("sign_off", agent="1003"))["code"] == "already_so"
        await desk.done("unpause", agent="1003")


async def test_two_supervisors_at_once_do_it_once(house: House, desk: Board) -> None:
    async with house.agent("1004"):
        told = await asyncio.gather(*(desk.do("pause", agent="1004", reason="lunch") for _ in range(4)))
        assert sorted(one["code"] for one in told) == ["already_so", "already_so", "already_so", "done"]
        await desk.done("unpause", agent="1004")


async def test_a_key_seen_before_gets_its_answer_also_after_the_bridge_was_killed(house: House, desk: Board) -> None:
    async with house.agent("1005"):
        first = await desk.done("pause", agent="1005", reason="lunch")
        again = await desk.do("pause", key=first["key"], agent="1005", reason="lunch")
        assert again == {**first, "repeated": True}
        await desk.done("unpause", agent="1005")
        os.kill(house.rig.part_pids()["bridge"], signal.SIGKILL)

        async def answers() -> bool:  # while it is away nothing is done, and that is said
            told = await desk.do("pause", key=first["key"], agent="1005", reason="lunch")
            assert told["code"] in {"not_seen", "no_answer", "done"}
            return bool(told["repeated"])

        await until(answers)
        replayed = await desk.do("pause", key=first["key"], agent="1005", reason="lunch")
        assert replayed == {**first, "repeated": True}
        assert "paused" not in member_line(house, "service", "1005")
        other = await desk.do("pause", key=first["key"], agent="1004", reason="lunch")
        assert other["code"] == "key_reused"


@pytest.mark.parametrize(
    ("act", "fields", "code"),
    [
        ("pause", {"agent": "100"}, "unknown_agent"),
        ("pause", {"agent": "1001", "queue": "nowhere"}, "unknown_queue"),
        ("hang_up", {"agent": "1001"}, "not_talking"),
        ("listen", {"agent": "1001", "phone": "1008"}, "not_talking"),
        ("move_caller", {"visit": "gz-1/1.1/1", "queue": "vip"}, "caller_gone"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_is_known(
    desk: Board, act: str, fields: dict[str, str], code: str
) -> None:
    told = await desk.do(act, **fields)
    assert (told["code"], told["result"]) == (code, "refused")
    assert told["words"]
    assert (await desk.audit(told["key"])).code == code
