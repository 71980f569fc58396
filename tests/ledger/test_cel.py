"""Real calls as CEL tells them: what the ledger has is the same, and a row that was changed by hand is named."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from ami_bridge.cel.calls import calls_of
from ami_bridge.cel.lines import CEL, CelEvent
from ami_bridge.queue_log.reading import read_log
from lab.phone import Phone, Reflex, State
from lab.ports import AGENTS
from lab.rig import Plan, Rig
from tests.calls.asking import greeted, talking, to_the_queue
from tests.calls.conftest import BRISK, House, until
from tests.calls.test_ledger import verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ami_bridge.cel.call import Call

pytestmark = pytest.mark.asterisk

VIP = "7002"
EDITS = (*BRISK, ("hotline.yaml", "    max_length: 20\n", f'    max_length: 20\n    extension: "{VIP}"\n'))


@pytest.fixture(scope="module")
def cel_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Rig(tmp_path_factory.mktemp("cel"), Plan(edits=EDITS)) as rig:
        yield House(rig)


async def test_the_ledger_is_what_cel_tells_and_a_changed_row_is_named(cel_house: House) -> None:
    house = cel_house
    async with house.agent("1001", Reflex.RING) as first, house.agent("1003") as second:
        house.rig.asterisk.cli("queue pause member PJSIP/1003 queue service")  # he is for transfers
        await asyncio.gather(_balance(house), _gives_up(house, first))
        first.reflex = Reflex.ANSWER
        await _is_served(house, first)
        await _is_sent_on(house, first, second)
        await _is_joined_to_another(house, first, second)
    told = await verdict(house, calls=5)
    assert (told["cel"]["differences"], told["cel"]["set_aside"], told["differences"]) == ([], {}, [])
    code, said = verified(house)
    assert code == 0
    assert "no difference in 5 calls CEL tells of" in {line.split(" since ")[0] for line in said.splitlines()}

    calls = {call.legs[0].number: call for call in calls_of(_events(house))}
    assert {number: _told(call) for number, call in calls.items()} == {
        "13800138000": ([], []),
        "13933330001": ([], []),
        "13933330002": (["1001"], []),
        "13933330003": (["1001", "1003"], [("blind", "1003")]),
        "13933330004": (["1001", "1003"], [("attended", "1003")]),
    }
    await _talk_after_the_transfer_is_not_counted_twice(house, calls["13933330003"])
    _one_row_is_changed(house)
    code, said = verified(house)
    call = calls["13933330002"].id
    assert code == 1
    [named] = [line for line in said.splitlines() if line.startswith("call ")]
    assert named.startswith(f"call {call} (139****0002, ")
    assert named.endswith("), service: the ledger says the caller ended it; CEL says the agent ended it")


async def _balance(house: House) -> None:
    """A caller who is told his balance, and never meets a person."""
    async with house.caller("13800138000") as phone:
        await greeted(phone, then="1")
        await phone.press("4711#")
        await phone.begins_to_hear("您的话费余额是", within_s=60)
        await phone.hang_up()


async def _gives_up(house: House, agent: Phone) -> None:
    """A caller who hangs up while a telephone rings."""
    async with house.caller("13933330001") as phone:
        await to_the_queue(phone)
        await agent.rings()
        await phone.hang_up()


async def _is_served(house: House, agent: Phone) -> None:
    async with house.caller("13933330002") as phone:
        await to_the_queue(phone)
        await talking(house, agent)
        await agent.hang_up()
        await phone.begins_to_hear("请为刚才的服务评分")
        await phone.hang_up()


async def _is_sent_on(house: House, agent: Phone, other: Phone) -> None:
    """A blind transfer to another agent; they talk on for three seconds."""
    async with house.caller("13933330003") as phone:
        await to_the_queue(phone)
        await talking(house, agent)
        await agent.transfer(other.number)
        await other.reaches(State.TALKING)
        await agent.hang_up()
        await asyncio.sleep(3)
        await phone.hang_up()


async def _is_joined_to_another(house: House, agent: Phone, other: Phone) -> None:
    """An attended transfer: the agent asks another on a second telephone first."""
    rig = house.rig
    second_line = Phone(rig.switch, number=agent.number, password=rig.agent_secret, host=AGENTS, index=rig.index)
    async with house.caller("13933330004") as phone, second_line as asking:
        await to_the_queue(phone)
        await talking(house, agent)
        await asking.call(other.number)
        await other.reaches(State.TALKING)
        await until(
            lambda: _bridged(house, 2)
        )  # before that Asterisk joins the caller to an application, not to a person
        await agent.join(asking)
        await until(lambda: _joined(house))
        await asyncio.gather(agent.hang_up(), asking.hang_up())
        await phone.hang_up()


async def _bridged(house: House, pairs: int) -> bool:
    """Whether so many pairs talk, as Asterisk sees it: a telephone that has answered is not in a bridge at once."""
    bridges = house.rig.asterisk.cli("bridge show all").splitlines()[1:]
    return [line.split()[2] for line in bridges if line.strip()].count("2") == pairs


async def _joined(house: House) -> bool:
    return "|ATTENDEDTRANSFER|" in (house.rig.asterisk.log / "queue_log").read_text("utf-8")


async def verdict(house: House, calls: int) -> dict[str, Any]:
    """What `hotline ledger verify` says once it has compared so many calls: the newest rows are given a moment."""
    told: dict[str, Any] = {}

    async def compared() -> bool:
        nonlocal told
        _, said = await asyncio.to_thread(verified, house, "--format", "json")
        told = json.loads(said)
        return bool(told["cel"]["calls"] >= calls)

    await until(compared, within_s=60)
    return told


def _events(house: House) -> list[CelEvent]:
    log = house.rig.asterisk.log / "cel-custom" / "hotline.csv"
    return [line.told for line in read_log(log, CEL) if isinstance(line.told, CelEvent)]


def _told(call: Call) -> tuple[list[str], list[tuple[str, str]]]:
    """Whom the caller talked to, in order, and who he was sent to."""
    names = {leg.channel_id: leg.device.removeprefix("PJSIP/") for leg in call.legs}
    partners = [names[who] for talk in call.talks if (who := talk.partner(call.id)) is not None]
    return partners, [(one.kind, one.exten or names[one.to]) for one in call.transfers]


async def _talk_after_the_transfer_is_not_counted_twice(house: House, call: Call) -> None:
    """The visit ends with its agent's part; what the caller talked after it is in CEL alone."""
    [visit] = await house.visits("13933330003")
    before, after = call.talks
    assert visit.talk_s is not None
    assert before.until is not None
    assert after.until is not None
    assert abs(visit.talk_s - (before.until - before.since).total_seconds()) < 1
    assert (after.until - after.since).total_seconds() > 2  # three seconds by the clock of those who talk
    assert (visit.ended_by, visit.next_visit_id) == ("transfer", None)


def _one_row_is_changed(house: House) -> None:
    with sqlite3.connect(house.rig.state / "hotline.db") as database:
        changed = database.execute("UPDATE visits SET ended_by = 'caller' WHERE caller = '13933330002'")
        assert changed.rowcount == 1
