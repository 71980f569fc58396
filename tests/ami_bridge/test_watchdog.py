"""Who answers, who refuses, who is silent; and who is moved, once."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from ami_bridge.client import Reply
from ami_bridge.protocol.errors import ActionFailed, LinkDown
from ami_bridge.settings import AgiServer, WatchdogSettings, place_of
from ami_bridge.spoken import Heard
from ami_bridge.watchdog import Health, Watchdog, probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ami_bridge.protocol.actions import Fields

    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

heard: list[bytes] = []
PATIENCE = 20.0
"""Seconds in which what must come has come, on the slowest machine."""


async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    heard.append(await reader.readuntil(b"\n\n"))
    writer.write(b"VERBOSE pong\n")
    writer.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def slams(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@contextlib.asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[AgiServer]:
    open_ones: set[asyncio.StreamWriter] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        with contextlib.suppress(ConnectionError):
            await serve(reader, writer)

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    yield AgiServer(port=server.sockets[0].getsockname()[1])
    server.close()
    for writer in open_ones:
        writer.transport.abort()
    await server.wait_closed()  # from Python 3.12 on this waits for the connections too
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("serve", "health"), [(answers, Health.ANSWERS), (silent, Health.SILENT), (slams, Health.REFUSES)]
)
async def test_a_probe_tells_silence_from_an_answer_and_a_refusal(serve: Serve, health: Health) -> None:
    async with serving(serve) as server:
        found = await probe(server, 0.1 if serve is silent else PATIENCE)
    assert found in ({health, Health.ANSWERS} if serve is slams else {health})


async def test_a_probe_looks_like_asterisk_asking_for_ping() -> None:
    heard.clear()
    async with serving(answers) as server:
        await probe(server, PATIENCE)
    assert b"agi_network_script: ping\n" in heard[0]


async def test_nobody_there_is_a_refusal() -> None:
    async with serving(answers) as server:
        gone = server
    assert await probe(gone, PATIENCE) is Health.REFUSES


class Switch:
    """Answers CoreShowChannels with these channels, and remembers every Redirect."""

    def __init__(self, *channels: Heard) -> None:
        self.channels = channels
        self.moved: list[str] = []
        self.trouble: Exception | None = None

    async def ask(self, name: str, fields: Fields | None) -> Reply:
        if self.trouble is not None:
            raise self.trouble
        if name == "Redirect":
            assert fields is not None
            assert (fields["Context"], fields["Exten"], fields["Priority"]) == ("hotline-rescue", "s", 1)
            self.moved.append(str(fields["Channel"]))
            return Reply(Heard({"Response": "Success"}))
        assert name == "CoreShowChannels"
        return Reply(Heard({"Response": "Success"}), self.channels)


def channel(number: int, application: str, data: str, context: str = "hotline-run", asked: str = "") -> Heard:
    headers = {"Channel": f"PJSIP/t-{number}", "Uniqueid": f"1.{number}", "Context": context}
    variables = ["HL_NUMBER=96956", f"HL_AGI={asked}"]
    return Heard({**headers, "Application": application, "ApplicationData": data, "ChanVariable": variables})


async def test_only_callers_of_the_stalled_server_are_moved_and_each_once() -> None:
    async with serving(silent) as server:
        switch = Switch(
            channel(1, "AGI", f"agi://{server.address}/flow/main,x"),
            channel(2, "AGI", "agi://127.0.0.1:1/flow/main"),
            channel(3, "Queue", "normal", "hotline-do"),
        )
        another = AgiServer(port=1)
        dog = Watchdog(WatchdogSettings(servers=(server, another), answer_s=0.05), switch.ask)
        await dog.look_at(server)
        assert switch.moved == []  # one silence is not yet a stall
        await dog.look_at(server)
        assert switch.moved == ["PJSIP/t-1"]
        switch.channels = (*switch.channels, channel(4, "AGI", f"agi://{server.address}/flow/main"))
        await dog.look_at(server)
        await dog.look_at(server)
        assert switch.moved == ["PJSIP/t-1", "PJSIP/t-4"]
        assert dog.rescues == 2


async def test_a_caller_is_found_although_an_exec_left_its_own_name_as_the_application() -> None:
    async with serving(silent) as server:
        switch = Switch(channel(1, "Read", "AGI_KEYS,/sounds/a&/sounds/b,1"))
        dog = Watchdog(WatchdogSettings(servers=(server,), answer_s=0.05, misses=1), switch.ask)
        await dog.look_at(server)
    assert switch.moved == ["PJSIP/t-1"]


async def test_of_two_servers_only_the_stalled_ones_callers_are_moved_whatever_they_are_in() -> None:
    async with serving(silent) as server:
        healthy = AgiServer(host="ivr-127.0.0.1", port=server.port)  # holds the other's address, letter by letter
        switch = Switch(
            channel(1, "Read", "AGI_KEYS,/sounds/a,1", asked=server.address),
            channel(2, "Read", "AGI_KEYS,/sounds/a,1", asked=healthy.address),
            channel(3, "AGI", f"agi://{healthy.address}/flow/main", asked=healthy.address),
            channel(4, "Playback", "/sounds/a"),  # of a dialplan without HL_AGI: whose it is cannot be told
            channel(5, "AGI", f"agi://{healthy.address}/flow/main", asked=server.address),  # on the way to the next
            channel(6, "Queue", "service", "hotline-do", asked=server.address),
        )
        dog = Watchdog(WatchdogSettings(servers=(server, healthy), answer_s=0.05, misses=1), switch.ask)
        await dog.look_at(server)
    assert switch.moved == ["PJSIP/t-1"]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("agi://127.0.0.1:4573/flow/main,cursor", ("127.0.0.1", 4573)),
        ("127.0.0.1:45730", ("127.0.0.1", 45730)),
        ("agi://[0:0:0:0:0:0:0:1]:4574/flow/main", ("::1", 4574)),
        ("agi://ivr.example/script/x", ("ivr.example", 4573)),
        ("IVR.example:4573", ("ivr.example", 4573)),
        ("AGI_KEYS", None),
        ("agi://127.0.0.1:port/x", None),
        ("", None),
    ],
)
def test_addresses_are_compared_by_what_they_mean(address: str, place: tuple[str, int] | None) -> None:
    assert place_of(address) == place
    if place:
        assert (
            place_of(AgiServer(host=place[0], port=place[1]).address) == AgiServer(host=place[0], port=place[1]).place
        )


async def test_a_caller_who_does_not_move_is_reported_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(silent) as server:
        switch = Switch(channel(1, "AGI", f"agi://{server.address}/flow/main"))
        dog = Watchdog(WatchdogSettings(servers=(server,), answer_s=0.05, misses=1), switch.ask)
        for _ in range(4):
            await dog.look_at(server)
    out = capsys.readouterr().out
    assert out.count("agi.rescue_did_not_take") == 1
    assert "AGIEXITONHANGUP=yes" in out


@pytest.mark.parametrize("trouble", [LinkDown("not connected"), ActionFailed("Redirect", "No such channel")])
async def test_trouble_with_the_switch_is_tried_again(trouble: Exception) -> None:
    async with serving(silent) as server:
        switch = Switch(channel(1, "AGI", f"agi://{server.address}/x"))
        switch.trouble = trouble
        dog = Watchdog(WatchdogSettings(servers=(server,), answer_s=0.05, misses=1), switch.ask)
        await dog.look_at(server)
        switch.trouble = None
        await dog.look_at(server)
    assert switch.moved == ["PJSIP/t-1"]


async def test_a_refused_connection_moves_nobody() -> None:
    async with serving(answers) as server:
        gone = server
    switch = Switch(channel(1, "AGI", f"agi://{gone.address}/x"))
    dog = Watchdog(WatchdogSettings(servers=(gone,), misses=1), switch.ask)
    for _ in range(3):
        assert await dog.look_at(gone) is Health.REFUSES
    assert switch.moved == []
