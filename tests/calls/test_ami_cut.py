"""The AMI connection of a real Asterisk is cut in the middle of an event, again and again, while a call goes on.

The bridge that is cut is a second one, in this process, beside the hotline's own: the test must know when its link is
up again, and the hotline's own, never cut, has seen the same call. Both must tell the same of it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ami_bridge.bridge import Bridge
from ami_bridge.client import LinkSettings
from ami_bridge.domain.model import QueueRules
from ami_bridge.settings import BridgeSettings
from lab.phone import Reflex
from store.rows import Visit
from tests.calls.asking import CHOOSE, HOLD, RATE, WELCOME, to_the_queue
from tests.calls.conftest import until
from tests.calls.proof import ANSWERED, Tally, proved

if TYPE_CHECKING:
    from pathlib import Path

    from store.rows import Row
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk


class Cable:
    """A TCP connection to Asterisk that can be cut in the middle of whatever comes next."""

    def __init__(self, far: int) -> None:
        self._far = far
        self._cut = False
        self.cuts = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def plug_in(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut_in_the_next_event(self) -> None:
        self._cut = True

    async def unplug(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far)
        ways = {
            asyncio.create_task(self._pump(reader, far_writer, may_cut=False)),
            asyncio.create_task(self._pump(far_reader, writer, may_cut=True)),
        }
        self._open |= ways
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (writer, far_writer):
            end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, may_cut: bool) -> None:
        while data := await source.read(65536):
            event = data.find(b"Event: ")
            if may_cut and self._cut and event >= 0:
                self._cut = False
                self.cuts += 1
                target.write(data[: event + 11])  # into the event's own name
                await target.drain()
                return
            target.write(data)
            await target.drain()


class Rows:
    """Keeps the last form of every visit."""

    def __init__(self) -> None:
        self.visits: dict[str, Visit] = {}

    def put(self, row: Row) -> None:
        if isinstance(row, Visit):
            self.visits[row.id] = row


async def test_a_call_is_one_visit_however_often_the_connection_is_cut(house: House, tmp_path: Path) -> None:
    rig = house.rig
    cable, rows, tally = Cable(rig.ports.ami), Rows(), await Tally.of(house)
    await cable.plug_in()
    link = LinkSettings(port=cable.port, secret=rig.environment["HOTLINE_AMI_SECRET"], backoff_first_s=0.05)
    settings = BridgeSettings(
        node="cut",
        link=replace(link, backoff_cap_s=0.2),
        feed_path=tmp_path / "feed.sock",
        queues={"service": QueueRules(title="service")},
        agents={"1001": "陈美玲"},
        queue_log=rig.asterisk.log / "queue_log",
    )
    bridge = Bridge(settings, rows)
    watching = asyncio.create_task(bridge.run())

    async def cut_and_heal() -> None:
        before = cable.cuts
        cable.cut_in_the_next_event()
        for word in ("pause", "unpause"):  # somebody else's event, in the middle of which the connection breaks
            rig.asterisk.cli(f"queue {word} member PJSIP/1005 queue service")
        await until(lambda: _is(cable.cuts > before and bridge.link.is_up))

    try:
        await until(lambda: _is(bridge.link.is_up))
        async with house.agent("1001", Reflex.RING) as agent, house.caller("13900000021") as phone:
            await to_the_queue(phone)
            await agent.rings()
            await cut_and_heal()
            await agent.answer()
            await until(lambda: house.agent_is("1001", "on_queue_call"))
            await cut_and_heal()
            await agent.hang_up()
            await phone.begins_to_hear(RATE)
            await cut_and_heal()
            await phone.hang_up()
        await until(lambda: _is(any(visit.ended_at is not None for visit in rows.visits.values())))
    finally:
        bridge.close()
        await asyncio.gather(watching, return_exceptions=True)
        await cable.unplug()
    ours = [visit for visit in rows.visits.values() if visit.caller.endswith("13900000021")]
    assert [(visit.queue, visit.outcome, visit.agent) for visit in ours] == [("service", "answered", "1001")]
    assert cable.cuts == 3
    heard, way = [CHOOSE, WELCOME, HOLD, RATE], ["service_queue: answered", "rate_talk: hung up"]
    proven = await proved(
        tally, phone, heard=heard, way=way, outcome="hung_up", visits=["service: answered"], moves=ANSWERED
    )
    [cut], uncut = ours, proven.visit
    for fact in ("channel_id", "call_id", "ordinal", "position", "caller", "number", "language", "agent", "ended_by"):
        assert getattr(cut, fact) == getattr(uncut, fact), fact


async def _is(fact: bool) -> bool:  # noqa: FBT001 - a fact is what it takes
    return fact
