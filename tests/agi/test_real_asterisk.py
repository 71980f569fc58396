"""Our server and a real Asterisk: what the encoder sends arrives, and the bounds we state are Asterisk's."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from agi.encoding import MAX_COMMAND_BYTES, Raw
from agi.errors import ChannelGone, CommandFailed, Gone
from agi.results import Collected, Ended
from agi.scripts import ScriptHost
from agi.server import AgiServer
from lab.asterisk import AsteriskProcess, Setup
from lab.rootfs import find_rootfs
from tests.agi.support import until
from tests.transcripts.agi.record import CONFIG, EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from agi.channel import Channel

pytestmark = pytest.mark.asterisk


class Switch:
    """A running Asterisk whose AGI calls come to this process."""

    def __init__(self, asterisk: AsteriskProcess, port: int) -> None:
        self.asterisk, self.port = asterisk, port

    @asynccontextmanager
    async def serving(self, routes: dict[str, Callable[[Channel], Awaitable[None]]]) -> AsyncIterator[AgiServer]:
        async with AgiServer(routes) as server:
            await server.start(port=self.port)
            yield server

    async def call(self, name: str, context: str = "agi", other: str = "wait") -> None:
        await asyncio.to_thread(self.asterisk.cli, f"channel originate Local/{name}@{context}/n extension {other}@keys")

    async def leads(self, route: Callable[[Channel], Awaitable[object]], other: str = "wait") -> object:
        """One call led by ``route``; what it returns or raises."""
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        async def noting(channel: Channel) -> None:
            try:
                done.set_result(await route(channel))
            except BaseException as error:  # whatever ends the route is what the test is to see
                done.set_exception(error)
                raise

        async with self.serving({"flow": noting}) as server:
            await self.call("led", other=other)
            async with asyncio.timeout(60):
                try:
                    return await done
                finally:
                    await server.drain(1.0)
                    await asyncio.to_thread(self.asterisk.cli, "channel request hangup all")


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    root = find_rootfs()
    if root is None:
        pytest.skip("no Asterisk root folder; lab/rootfs.sh builds it")
    port = _free_port()
    files = CONFIG | {"extensions.conf": EXTENSIONS.format(port=port)}
    with AsteriskProcess(Setup(tmp_path_factory.mktemp("asterisk"), (), files, root=root)) as asterisk:
        yield Switch(asterisk, port)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_every_printable_character_survives_a_variable(switch: Switch) -> None:
    value = "".join(chr(code) for code in range(32, 127)) + "陈大文 \t ü"

    async def route(channel: Channel) -> object:
        await channel.set_variable("V", value)
        return await channel.get_variable("V"), await channel.get_text("V")

    assert await switch.leads(route) == (value, value)


async def test_the_longest_line_arrives_whole_and_keeps_step(switch: Switch) -> None:
    name = "V"
    room = MAX_COMMAND_BYTES - len(f'SET VARIABLE "{name}" ""')

    async def route(channel: Channel) -> object:
        await channel.set_variable(name, "x" * room)
        await channel.noop()
        await channel.set_variable(name, "x" * (room - 1))
        return len(await channel.get_full_variable("${V}") or "")

    assert await switch.leads(route) == room - 1


async def test_the_most_words_arrive_and_keep_step(switch: Switch) -> None:
    async def route(channel: Channel) -> object:
        await channel.execute(Raw("NOOP", tuple(f"{number}" for number in range(126))))
        await channel.noop()
        return "in step"

    assert await switch.leads(route) == "in step"


@pytest.mark.parametrize(
    ("keys", "found", "secret"),
    [
        ("k1234", Collected("1234", Ended.KEYS), False),
        ("k12#", Collected("12", Ended.KEYS), False),
        ("k#", Collected("", Ended.EMPTY), False),
        ("k12", Collected("12", Ended.TIMEOUT), False),
        ("k12", Collected("12", Ended.TIMEOUT), True),
        ("wait", Collected("", Ended.TIMEOUT), False),
    ],
)
async def test_keys_are_collected_over_several_files(
    switch: Switch, keys: str, found: Collected, *, secret: bool
) -> None:
    async def route(channel: Channel) -> object:
        await channel.answer()
        return await channel.get_data("beep", "beep", "beep", max_keys=4, secret=secret)

    assert await switch.leads(route, keys) == found


async def test_keys_pressed_during_the_first_of_several_secret_files_are_all_there(switch: Switch) -> None:
    async def route(channel: Channel) -> object:
        await channel.answer()
        return await channel.get_data("demo-congrats", "beep", max_keys=4, secret=True)

    assert await switch.leads(route, "k4711") == Collected("4711", Ended.KEYS)


@pytest.mark.parametrize("files", [("demo-congrats",), ("demo-congrats", "beep")])
async def test_a_hangup_while_collecting_is_channelgone(switch: Switch, files: tuple[str, ...]) -> None:
    async def route(channel: Channel) -> object:
        await channel.answer()
        try:
            return await channel.get_data(*files, max_keys=4)
        except ChannelGone as gone:
            return gone.how

    assert await switch.leads(route, "hang") in {Gone.HANGUP, Gone.DEAD}


async def test_a_missing_file_is_no_hangup(switch: Switch) -> None:
    async def route(channel: Channel) -> object:
        await channel.answer()
        with pytest.raises(CommandFailed, match="STREAM FILE"):
            await channel.stream_file("no-such-file")
        return channel.hung_up

    assert await switch.leads(route) is False


async def test_a_callers_name_with_a_line_break_leads_no_call(switch: Switch) -> None:
    async def route(channel: Channel) -> None:
        raise AssertionError(channel.request.args)

    async with switch.serving({"flow": route}) as server:
        await switch.call("forged", "forge")
        await until(lambda: server.counts.faults == 1)
        assert server.counts.calls == 0


async def test_a_pyst2_script_leads_a_real_call(switch: Switch, tmp_path: Path) -> None:
    script = (
        "from asterisk.agi import AGI\nagi = AGI()\nagi.answer()\nagi.set_variable('N', 'say \"hi\" \\\\ 你')\n"
        "agi.database_put('hot', 'k', agi.get_variable('N'))\nagi.stream_file('beep')\nagi.hangup()\n"
    )
    (tmp_path / "led.py").write_text(script, encoding="utf-8")

    async def route(channel: Channel) -> None:
        # the dialplan of this test knows the path flow/ only
        await ScriptHost(tmp_path)(channel)

    async with switch.serving({"flow": route}) as server:
        await switch.call("led")
        await until(lambda: server.counts.calls == 1)
        await until(lambda: server.calls == 0)
        assert server.counts.failed == 0
    found = await asyncio.to_thread(switch.asterisk.cli, "database get hot k")
    assert re.search(r'Value: say "hi" \\ 你', found)
