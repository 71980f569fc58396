"""Acts on callers and numbers, on a real Asterisk: seen in `queue show`, on the boards, in the ledger, heard."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ami_bridge.client import AmiLink, LinkSettings
from lab.phone import State
from tests.acts.stage import CLOSING, OF_SERVICE, queue_show
from tests.calls.asking import GOODBYE, RATE, said, talking, to_the_queue
from tests.calls.conftest import NUMBER, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from lab.phone import Phone
    from tests.acts.stage import Board
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk


@dataclass
class Line:
    """One agent who talks, and two callers who wait for him."""

    agent: Phone
    served: Phone
    first: Phone
    second: Phone


async def waiting(house: House, queue: str = "service") -> list[str]:
    """The line as the board has it."""
    return [caller["visit_id"] for caller in (await house.queue(queue))["waiting"]]


@asynccontextmanager
async def line(house: House, numbers: str, agent: str = "1001") -> AsyncIterator[Line]:
    """Three callers, numbered `numbers` and 0 to 2, in this order."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(house.agent(agent))
        callers = [await stack.enter_async_context(house.caller(f"{numbers}{number}")) for number in range(3)]
        await to_the_queue(callers[0])
        await talking(house, phone)
        for place, caller in enumerate(callers[1:], start=1):
            await to_the_queue(caller)
            await until(lambda place=place: _has(house, place))  # type: ignore[misc]  # bound at once
        yield Line(phone, *callers)


async def _has(house: House, count: int) -> bool:
    return len(await waiting(house)) == count


def in_line(house: House, queue: str) -> list[str]:
    """The waiting callers as Asterisk itself shows them: place and priority."""
    return [line for line in queue_show(house, queue) if "(wait:" in line]


async def test_a_waiting_caller_goes_to_another_queue_and_is_answered_there(house: House, desk: Board) -> None:
    async with line(house, "1392220000") as here, house.agent("1007") as other:
        _, second = await waiting(house)
        assert (await desk.do("move_caller", visit=second, queue="nowhere"))["code"] == "unknown_queue"
        await desk.done("pause", agent="1007", queue="vip")  # there, so that callers may wait, and takes none yet
        told = await desk.done("move_caller", visit=second, queue="vip")
        assert "goes from service to vip, place 1" in told["words"]
        assert "waits in vip" in told["seen"]
        assert len(in_line(house, "vip")) == 1
        assert len(in_line(house, "service")) == 1
        await until(lambda: _waits_in(house, "vip", here.second.number))
        assert (await desk.do("move_caller", visit=second, queue="vip"))["code"] == "caller_gone"
        await desk.done("unpause", agent="1007")
        await talking(house, other)
        assert here.second.state is State.TALKING
        await other.hang_up()
        await here.second.begins_to_hear(RATE)
        await here.second.hang_up()

        async def written() -> bool:
            return [one.outcome for one in await house.visits(here.second.number)] == ["withdrawn", "answered"]

        await until(written)
        before, after = await house.visits(here.second.number)
        assert (before.queue, after.queue, before.next_visit_id) == ("service", "vip", after.id)
        assert (before.call_id, after.agent) == (after.call_id, "1007")


async def test_a_caller_is_not_moved_to_where_nobody_is_and_keeps_his_place(house: House, desk: Board) -> None:
    async with line(house, "1392220005", "1005") as here:
        before = await waiting(house)
        told = await desk.do("move_caller", visit=before[0], queue="vip")
        assert (told["code"], told["result"]) == ("nobody_there", "refused")
        assert await waiting(house) == before
        assert here.first.state is State.TALKING


async def test_a_caller_whom_the_other_queue_turns_away_comes_back_to_the_head(house: House) -> None:
    async with line(house, "1392220006", "1002") as here:
        _, second = await waiting(house)
        name = next(line for line in in_line(house, "service") if line.startswith("2."))[2:].split()[0]
        fields = {"Queue": "service", "Caller": name, "WithdrawInfo": "0001vip"}
        async with ami(house) as manager:  # as it is when the last agent leaves in that very moment
            await manager.action("QueueWithdrawCaller", fields)

        async def came_back() -> bool:
            line = await waiting(house)
            return len(line) == 2 and second not in line

        await until(came_back)
        first_now = (await house.queue("service"))["waiting"][0]
        assert first_now["caller"].endswith(here.second.number[-4:])

        async def written() -> bool:
            found = [(one.queue, one.outcome) for one in await house.visits(here.second.number)]
            return found == [("service", "withdrawn"), ("vip", "join_empty"), ("service", None)]

        await until(written)


@asynccontextmanager
async def ami(house: House) -> AsyncIterator[AmiLink]:
    """A manager of our own, beside the bridge's."""
    settings = LinkSettings(port=house.rig.ports.ami, secret=house.rig.environment["HOTLINE_AMI_SECRET"])
    link = AmiLink(settings)
    running = asyncio.create_task(link.run())
    try:
        await until(lambda: _is_up(link))
        yield link
    finally:
        link.close()
        await running


async def _is_up(link: AmiLink) -> bool:
    return link.is_up


async def _waits_in(house: House, queue: str, number: str) -> bool:
    return any(one["caller"].endswith(number[-4:]) for one in (await house.queue(queue))["waiting"])


async def test_a_caller_is_brought_to_the_head_of_the_line(house: House, desk: Board) -> None:
    desk.person = OF_SERVICE
    async with line(house, "1392220001", "1002") as here:
        first, second = await waiting(house)
        await desk.done("promote_caller", visit=second)
        await until(lambda: _is_line(house, [second, first]))
        assert "prio: 1" in in_line(house, "service")[0]
        assert (await desk.do("promote_caller", visit=second))["code"] == "already_so"
        await here.agent.hang_up()
        await here.served.begins_to_hear(RATE)
        await here.served.hang_up()
        await until(lambda: _is_line(house, [first]))
        await until(lambda: _talks_to(house, "1002", here.second.number))


async def _is_line(house: House, wanted: list[str]) -> bool:
    return await waiting(house) == wanted


async def _talks_to(house: House, agent: str, number: str) -> bool:
    agents = (await house.live())["agents"]
    return any(
        one["id"] == agent and one["state"] == "on_queue_call" and one["caller"].endswith(number[-4:]) for one in agents
    )


async def test_a_waiting_caller_and_a_talk_are_ended(house: House, desk: Board) -> None:
    async with line(house, "1392220002", "1003") as here:
        first, _ = await waiting(house)
        told = await desk.done("hang_up", visit=first)
        assert "abandoned" in told["seen"] or "left" in told["seen"]
        assert await here.first.ended() == "them"
        assert len(in_line(house, "service")) == 1
        await desk.done("hang_up", agent="1003")
        assert await here.agent.ended() == "them"
        await here.served.begins_to_hear(RATE)  # the caller goes on with his flow


async def test_an_answered_caller_is_moved_no_more(house: House, desk: Board) -> None:
    async with house.agent("1004") as agent, house.caller("13922200301") as caller:
        await to_the_queue(caller)
        await talking(house, agent)
        visits = [one for one in await house.visits(caller.number) if one.ended_at is None]
        told = await desk.do("move_caller", visit=visits[0].id, queue="vip")
        assert (told["code"], "1004 何家豪 has answered" in told["words"]) == ("caller_answered", True)
        assert caller.state is State.TALKING


async def test_a_closed_number_says_its_message_and_calls_in_progress_go_on(house: House, desk: Board) -> None:
    async with (
        house.agent("1004") as agent,
        house.caller("13922200401") as inside,
        house.caller("13922200402") as outside,
    ):
        await to_the_queue(inside)
        await talking(house, agent)
        await desk.done("close_number", number=NUMBER, message=CLOSING)
        for look in (desk.live, house.live):
            await until(lambda look=look: _closes(look, [(NUMBER, "陈主管")]))  # type: ignore[misc]  # bound at once
        await outside.call(NUMBER)
        assert await outside.ended() == "them"
        assert GOODBYE in said(outside)
        assert [one for one in outside.heard if one.text.startswith("普通话请按1")] == []
        assert inside.state is State.TALKING
        journey = await house.left_journey(outside.number, "finished")
        assert journey.number == NUMBER

        before = house.rig.part_pids()
        for part in ("bridge", "agi"):
            os.kill(before[part], signal.SIGKILL)
        await until(lambda: _serves_anew(house, before), within_s=60)
        await until(lambda: _closed_on(desk))
        async with house.caller("13922200403") as later:
            await later.call(NUMBER)
            assert await later.ended() == "them"
            assert GOODBYE in said(later)

        await until(lambda: _opens(desk))
        await until(lambda: _closes(house.live, []))
        async with house.caller("13922200404") as again:
            await to_the_queue(again)
        assert inside.state is State.TALKING


async def _closes(look: Callable[[], Awaitable[dict[str, Any]]], wanted: list[tuple[str, str]]) -> bool:
    return [(one["number"], one["who"]) for one in (await look())["news"]["closed"]] == wanted


async def _closed_on(desk: Board) -> bool:
    shown = await desk.live()
    return shown["standing"]["truth"] == "live" and bool(shown["news"]["closed"])


async def _serves_anew(house: House, before: dict[str, int]) -> bool:
    now = house.rig.part_pids()
    return all(now.get(part) not in {None, before[part]} and house.rig.part_serves(part) for part in ("bridge", "agi"))


async def _opens(desk: Board) -> bool:
    return bool((await desk.do("open_number", number=NUMBER))["code"] == "done")


async def test_a_note_is_on_every_board_until_it_is_taken_down(house: House, desk: Board) -> None:
    told = await desk.done("note", text="<b>Fibre cut</b> in Tianhe", minutes=5)
    for look in (desk.live, house.live):
        await until(lambda look=look: _notes(look, ["<b>Fibre cut</b> in Tianhe"]))  # type: ignore[misc]  # bound at once
    await desk.done("take_note_down", note=told["key"])
    for look in (desk.live, house.live):
        await until(lambda look=look: _notes(look, []))  # type: ignore[misc]  # bound at once


async def _notes(look: Callable[[], Awaitable[dict[str, Any]]], wanted: list[str]) -> bool:
    return [one["text"] for one in (await look())["news"]["notes"]] == wanted
