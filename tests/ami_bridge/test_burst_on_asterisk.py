"""A real Asterisk that says very much at once, and one whose user may not do what a bridge needs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from ami_bridge.bridge import Bridge
from ami_bridge.client import LinkSettings
from ami_bridge.settings import BridgeSettings
from dialplan.model import Ami, Sip
from dialplan.render import install, rendered
from lab.asterisk import AsteriskProcess, Setup
from lab.ports import claim_ports
from lab.rootfs import find_rootfs
from store.rows import Membership
from tests.ami_bridge.test_bridge import Rows, running
from tests.dialplan.surroundings import small_switch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.asterisk

SWITCH = small_switch()
EVENTS = 20_000
PAUSES = 400
"""Events among them that the ledger is made of."""
USERS = """
[loud]
secret = loud
read = none
write = user,agent
permit = 127.0.0.1/255.255.255.255

[deaf]
secret = deaf
read = call,agent,user,dialplan
write = call,agent,reporting
permit = 127.0.0.1/255.255.255.255

[weak]
secret = weak
read = system,call,agent,user,dialplan
write = call,agent
permit = 127.0.0.1/255.255.255.255
"""


@pytest.fixture(scope="module")
def ami_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The AMI of a switch on the configuration we generate, with some users more."""
    root = find_rootfs()
    if root is None:
        pytest.skip("no Asterisk: lab/rootfs.sh builds one")
    folder = tmp_path_factory.mktemp("burst")
    block = claim_ports()
    ports = block.ports
    sip = Sip(port=ports.sip, rtp_first=ports.rtp_start, rtp_last=ports.rtp_end)
    switch = replace(SWITCH, ami=Ami("secret", port=ports.ami), sip=sip, sounds_dir=str(folder / "sounds"))
    install(folder / "etc")
    files = {f"generated/{name}": text.text for name, text in rendered(switch).items()}
    files["generated/manager-hotline.conf"] += USERS
    try:
        with AsteriskProcess(Setup(folder / "asterisk", [folder / "etc"], files, root=root)):
            yield ports.ami
    finally:
        block.close()


def settings(folder: Path, port: int, user: str = "hotline", secret: str = "secret") -> BridgeSettings:
    return BridgeSettings(
        node="gz-1",
        link=LinkSettings(port=port, username=user, secret=secret),
        feed_path=folder / "feed.sock",
        agents={agent.id: agent.name for agent in SWITCH.agents},
    )


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - Asterisk's own time
            await asyncio.sleep(0.05)


async def shout(port: int, interface: str) -> None:
    """20,000 events as fast as Asterisk takes the actions, a pause or an unpause among every fifty."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told: list[str] = ["Action: Login\r\nUsername: loud\r\nSecret: loud\r\nEvents: off\r\n\r\n"]
    padding = "x" * 400
    for number in range(EVENTS):
        if number % (EVENTS // PAUSES) == 0:
            pause = number // (EVENTS // PAUSES) % 2 == 0
            told.append(f"Action: QueuePause\r\nInterface: {interface}\r\nPaused: {str(pause).lower()}\r\n\r\n")
        else:
            told.append(f"Action: UserEvent\r\nUserEvent: Noise\r\nNumber: {number}\r\nPadding: {padding}\r\n\r\n")
    answers = 0

    async def listen() -> None:
        nonlocal answers
        while answers < len(told):
            answers += b"Response: " in await reader.readuntil(b"\r\n\r\n")

    async with asyncio.timeout(180), asyncio.TaskGroup() as group:
        group.create_task(listen())
        for begin in range(0, len(told), 200):
            writer.write("".join(told[begin : begin + 200]).encode())
            await writer.drain()
    writer.close()


async def test_twenty_thousand_events_at_once_cut_nobody_off_and_none_that_counts_is_lost(
    ami_port: int, tmp_path: Path
) -> None:
    sink = Rows()
    with capture_logs() as told:
        async with running(Bridge(settings(tmp_path, ami_port), sink)) as bridge:
            await until(lambda: bridge.state.knowing == "complete" and bridge.state.doing)
            agent = next(a for a in bridge.state.agents.values() if a.members)
            before, skipped = len(sink), bridge.link.protocol.skipped
            interface = next(iter(agent.members.values())).interface
            await shout(ami_port, interface)
            expected = PAUSES * len(agent.members)
            await until(lambda: sum(isinstance(row, Membership) for row in sink[before:]) >= expected)
            seen = [row for row in sink[before:] if isinstance(row, Membership)]
            await until(lambda: bridge.link.protocol.skipped - skipped >= EVENTS - PAUSES)  # some come behind
            heard = bridge.link.protocol.skipped - skipped
    first = [row.paused for row in seen if row.queue == seen[0].queue]
    assert first == [True, False] * (PAUSES // 2)
    assert len(seen) == expected
    assert heard >= EVENTS - PAUSES, "the noise did not come: nothing was tried"
    assert bridge.link.backlog.dropped == 0
    assert [one for one in told if one["event"] in {"ami.down", "bridge.overflow"}] == []


@pytest.mark.parametrize(("user", "lacks"), [("deaf", "read system"), ("weak", "write reporting")])
async def test_a_user_without_a_class_is_told_with_the_line_to_write(
    ami_port: int, tmp_path: Path, user: str, lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ami_bridge.domain.rights.BOOTED_WITHIN", timedelta(seconds=0.5))

    def found() -> list[Any]:
        return [one for one in told if one["event"] == "ami.class_missing"]

    with capture_logs() as told:
        async with running(Bridge(settings(tmp_path, ami_port, user, user), Rows())):
            await until(found)
    assert [one["lacks"] for one in found()] == [lacks]
    assert found()[0]["user"] == user


async def test_the_user_we_generate_lacks_nothing(
    ami_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ami_bridge.domain.rights.BOOTED_WITHIN", timedelta(seconds=0.1))
    with capture_logs() as told:
        async with running(Bridge(settings(tmp_path, ami_port), Rows())) as bridge:
            await until(lambda: bridge.state.knowing == "complete")
            await asyncio.sleep(2.5)  # two ticks
    wrong = {"ami.class_missing", "ami.rights_unknown", "ami.asterisk_too_old", "clocks.differ", "clock.jumped"}
    assert [one for one in told if one["event"] in wrong] == []
