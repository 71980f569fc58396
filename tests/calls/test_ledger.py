"""After an eventful quarter of an hour in two minutes, the ledger is what Asterisk's own queue_log says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.phone import Reflex
from lab.rig import Plan, Rig
from tests.calls.asking import CHOOSE, HOLD, RATE, WELCOME, talking, to_the_queue
from tests.calls.conftest import BRISK, House, until
from tests.calls.proof import ANSWERED, Tally, proved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.phone import Phone
    from tests.calls.proof import Proven

pytestmark = pytest.mark.asterisk

VIP = "7002"
BUSY = "目前所有坐席都在忙"
HANDED_OVER = "service_queue: handed over"
IN_LINE = (CHOOSE, WELCOME, HOLD)
EDITS = (
    *BRISK,
    ("hotline.yaml", "    max_length: 20\n", f'    max_length: 20\n    extension: "{VIP}"\n'),
)


@pytest.fixture(scope="module")
def ledger_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Rig(tmp_path_factory.mktemp("ledger"), Plan(edits=EDITS)) as rig:
        yield House(rig)


def verified(house: House, *more: str) -> tuple[int, str]:
    """`hotline ledger verify`: its exit code and what it said."""
    words = [sys.executable, "-m", "ivr.cli.main", "ledger", "verify", str(house.rig.hotline), "--since", "1h", *more]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, check=False, cwd=root, env=house.rig.environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


async def verdict(house: House, visits: int) -> dict[str, Any]:
    """What it says once it has compared so many visits: the newest rows are given a moment."""
    told: dict[str, Any] = {}

    async def compared() -> bool:
        nonlocal told
        _, said = await asyncio.to_thread(verified, house, "--format", "json")
        told = json.loads(said)
        return bool(told["visits"] >= visits)

    await until(compared, within_s=60)
    return told


async def test_the_ledger_is_what_the_log_says_whatever_happened(ledger_house: House) -> None:
    house, cli, tally = ledger_house, ledger_house.rig.asterisk.cli, await Tally.of(ledger_house)
    async with house.agent("1001") as first, house.agent("1003") as second:
        # transferred blindly into another queue, whose only free member joined a moment ago and leaves in mid-call
        cli("queue add member PJSIP/1003 to vip penalty 2")
        async with house.caller("13922220001") as transferred:
            second.reflex = Reflex.RING
            await to_the_queue(transferred)
            await talking(house, first)
            second.reflex = Reflex.ANSWER
            await first.transfer(VIP)
            await talking(house, second)
            await first.hang_up()
            cli("queue remove member PJSIP/1003 from vip")
            await second.hang_up()
            await transferred.begins_to_hear(RATE)
            await transferred.hang_up()
        # one agent paused twice over, and a caller who gives up while the other lets it ring
        second.reflex = Reflex.RING
        for reason in ("lunch", "training"):
            cli(f"queue pause member PJSIP/1001 reason {reason}")
        async with house.caller("13922220002") as impatient:
            await to_the_queue(impatient)
            await second.rings()
            await impatient.hang_up()
        cli("queue unpause member PJSIP/1001")
        # the bridge dies while a phone rings, and misses the answer and the end
        second.reflex = first.reflex = Reflex.RING
        async with house.caller("13922220003") as unseen:
            await to_the_queue(unseen)
            ringing = await _rung(first, second)
            before = house.rig.part_pids()["bridge"]
            os.kill(before, signal.SIGKILL)
            await ringing.answer()
            await asyncio.sleep(1)
            await ringing.hang_up()
            await unseen.begins_to_hear(RATE)
            await unseen.hang_up()

        async def back() -> bool:
            return house.rig.part_pids()["bridge"] != before and house.rig.part_serves("bridge")

        await until(back, within_s=60)
        # nobody answers for too long
        async with house.caller("13922220004") as unserved:
            await to_the_queue(unserved)
            await unserved.begins_to_hear(BUSY, within_s=60)
            await unserved.hang_up()
    told = await verdict(house, 5)
    assert told["differences"] == []
    assert told["set_aside"] == {}
    code, said = verified(house)
    assert (code, said.split(" since ")[0]) == (0, "no difference in 5 visits")
    ended_by = [
        [visit.ended_by for visit in (await _proved(tally, *call)).visits]
        for call in (
            (transferred, (RATE,), "rate_talk: hung up", ["service: answered", "vip: answered"]),
            (impatient, (), HANDED_OVER, ["service: abandoned"]),
            (unseen, (RATE,), "rate_talk: hung up", ["service: answered"]),
            (unserved, (BUSY,), "nobody_free: hung up", ["service: timed_out"]),
        )
    ]
    assert ended_by == [["transfer", "agent"], ["caller"], ["agent"], ["system"]]
    moves = {"entered": 4, "answered": 2, "answered_within": 2, "abandoned": 1, "short_abandoned": 1, "timed_out": 1}
    await tally.moves_by(moves, vip=ANSWERED)
    await _reads_as_it_went(house)


async def _proved(tally: Tally, phone: Phone, then: Sequence[str], last: str, visits: Sequence[str]) -> Proven:
    """One call into the general queue: what was heard behind that, its last step, and its visits."""
    outcome = "queued" if last == HANDED_OVER else "hung_up"
    heard = (*IN_LINE, *then)
    return await proved(tally, phone, heard=heard, way=[last], outcome=outcome, visits=visits, moves=None)


async def _reads_as_it_went(house: House) -> None:
    """The transferred caller's first visit, by the lines it came from."""
    (first_visit, _) = await house.visits("13922220001")
    shown = await asyncio.to_thread(house.rig.run, "ledger", "evidence", str(house.rig.hotline), first_visit.id)
    (house.rig.folder / "evidence.txt").write_text(shown, "utf-8")
    lines = [line[25:].split()[1].split("=")[0] for line in shown.splitlines() if "  ami  " in line]
    assert lines[0] == "QueueCallerJoin"
    assert "AgentConnect" in lines
    assert "|BLINDTRANSFER|7002|" in shown
    assert "13922220001" not in shown


async def _rung(*phones: Any) -> Any:
    """The phone that rings first."""
    waiting = {asyncio.create_task(phone.rings(15)): phone for phone in phones}
    done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    return waiting[done.pop()]
