"""One test for each known way of going wrong that other modules' tests do not name already.

Numbers are those of the style study's table of anti-patterns; F and P are the findings about panoramisk's FastAGI
server and pyst2. Named elsewhere: F2, F10-F13, F16 and 15 (test_server, test_channel, test_request), F3 (test_wire),
P1-P12 (test_scripts).
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from agi import commands
from agi.errors import ChannelGone, CommandFailed, CommandRefused, WrongUsage
from agi.results import Played
from agi.server import Limits
from agi.session import Session
from tests.agi.replay import said
from tests.agi.support import Peer, calling, header, serving, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from agi.channel import Channel


async def talk(route: Callable[[Channel], Awaitable[None]], play: Callable[[Peer], Awaitable[None]]) -> None:
    async with serving({"flow": route}) as server, calling(server) as peer:
        await play(peer)
        await peer.ended()
        await until(lambda: server.calls == 0)
        assert server.counts.failed == 0


async def test_1_f1_a_peer_that_connects_and_leaves_does_not_stop_the_loop() -> None:
    async def answering(channel: Channel) -> None:
        await channel.answer()

    async with serving({"flow": answering}) as server, calling(server) as call:
        assert await call.hear() == "ANSWER"
        for data in (b"", b"agi_network: yes\n", header()[:-1]):
            async with calling(server, None) as stranger:
                stranger.say_bytes(data)
                stranger.leave()
        async with calling(server, None) as stranger:
            stranger.cut()
        await until(lambda: server.counts.strangers == 4)
        call.say("200 result=0")
        await call.ended()
        assert server.counts.calls == 1


async def test_a_slow_and_a_flooding_peer_do_not_disturb_a_call() -> None:
    async def chatting(channel: Channel) -> None:
        for _ in range(50):
            await channel.noop()

    async with (
        serving({"flow": chatting}) as server,
        calling(server) as call,
        calling(server, None) as slow,
        calling(server, None) as flood,
        calling(server, None) as garbage,
    ):
        slow.say_bytes(b"a")
        with capture_logs() as logs:
            flood.say_bytes(b"agi_network: yes\n" * 200_000)
            garbage.say_bytes(bytes(range(256)) * 1000)
            for _ in range(50):
                assert await call.hear() == "NOOP"
                call.say("200 result=0")
            await call.ended()
            await flood.ended()
            await garbage.ended()
        assert [entry["event"] for entry in logs] == ["peer_fault", "peer_fault"]
        assert server.counts.faults == 2


def test_2_f13_a_name_is_decoded_whole() -> None:
    session = Session()
    block = said("normal-call").partition(b"\n\n")[0] + b"\n\n"
    events = [event for byte in block for event in session.receive_data(bytes([byte]))]
    assert getattr(events[0], "callerid_name", "") == '陈大文 "VIP" (x)'


async def test_4_f8_a_variable_with_the_value_hangup_is_no_hangup() -> None:
    async def route(channel: Channel) -> None:
        assert await channel.get_variable("V") == "hangup"
        assert not channel.hung_up

    async def play(peer: Peer) -> None:
        assert await peer.hear() == 'GET VARIABLE "V"'
        peer.say("200 result=1 (hangup)")

    await talk(route, play)


async def test_f8_a_result_of_minus_one_on_a_living_channel_keeps_the_call() -> None:
    async def route(channel: Channel) -> None:
        with pytest.raises(CommandFailed, match="living channel"):
            await channel.stream_file("nope")
        assert await channel.stream_file("beep") == Played("", 3520)

    async def play(peer: Peer) -> None:
        for answer in ("-1 endpos=0", "6", "0 endpos=3520"):
            await peer.hear()
            peer.say(f"200 result={answer}")

    await talk(route, play)


@pytest.mark.parametrize("lines", [("HANGUP",), ("511 Command Not Permitted on a dead channel",), ()])
async def test_5_f5_f18_hangup_line_511_and_eof_are_hangups(lines: tuple[str, ...]) -> None:
    async def route(channel: Channel) -> None:
        with pytest.raises(ChannelGone):
            await channel.answer()
        assert channel.hung_up

    async def play(peer: Peer) -> None:
        assert await peer.hear() == "ANSWER"
        peer.say(*lines)
        if "511" not in "".join(lines):
            peer.leave()

    await talk(route, play)


async def test_f4_a_hangup_line_does_not_shift_later_answers() -> None:
    async def route(channel: Channel) -> None:
        assert await channel.get_variable("A") == "a"
        assert await channel.database_get("f", "k") == "k"

    async def play(peer: Peer) -> None:
        assert await peer.hear() == 'GET VARIABLE "A"'
        peer.say("HANGUP", "200 result=1 (a)", "HANGUP")
        assert await peer.hear() == 'DATABASE GET "f" "k"'
        peer.say("200 result=1 (k)")

    await talk(route, play)


async def test_6_f6_usage_errors_keep_step_and_their_end_is_bounded() -> None:
    async def route(channel: Channel) -> None:
        with pytest.raises(WrongUsage) as error:
            await channel.noop()
        assert error.value.usage == ("Usage: NOOP", "  more")
        with pytest.raises(WrongUsage):
            await channel.noop()
        await channel.noop()
        with pytest.raises(ChannelGone):
            await channel.noop()

    async def play(peer: Peer) -> None:
        await peer.hear()
        peer.say("520-Invalid command syntax.", "Usage: NOOP", "  more", "520 End of proper usage.")
        await peer.hear()
        peer.say("520 Invalid command syntax.  Proper usage not available.")
        await peer.hear()
        peer.say("200 result=0")
        await peer.hear()
        peer.say("520-Invalid command syntax.", "Usage")
        peer.leave()

    await talk(route, play)


def test_7_every_text_is_quoted_by_the_encoder_and_none_by_a_verb() -> None:
    assert commands.StreamFile("my file").encode() == b'STREAM FILE "my file" "" 0\n'
    source = inspect.getsource(inspect.getmodule(commands.StreamFile) or commands)
    assert "quote(" not in source


@pytest.mark.parametrize("name", ['"Bob" <1>', "a\\", "b)", "陈\t", "';DROP"])
def test_8_a_callers_name_stays_one_argument(name: str) -> None:
    line = commands.SetVariable("X", name).encode()
    assert line.count(b"\n") == 1
    assert line.endswith(b'"\n')


@pytest.mark.parametrize("name", ["a\nEXEC System id", "a\r", "\0"])
def test_8_f15_a_line_break_in_a_value_is_refused(name: str) -> None:
    with pytest.raises(CommandRefused):
        commands.SetVariable("X", name).encode()


async def test_f7_a_timeout_is_not_lost() -> None:
    async def route(channel: Channel) -> None:
        found = await channel.get_data("m")
        assert (found.keys, found.ended.name) == ("", "TIMEOUT")

    async def play(peer: Peer) -> None:
        await peer.hear()
        peer.say("200 result= (timeout)")

    await talk(route, play)


async def test_f9_a_value_over_several_lines_keeps_step() -> None:
    async def route(channel: Channel) -> None:
        assert await channel.get_variable("V") == "one\ntwo\nthree"
        await channel.noop()

    async def play(peer: Peer) -> None:
        await peer.hear()
        peer.say("200 result=1 (one", "two", "three)")
        assert await peer.hear() == "NOOP"
        peer.say("200 result=0")

    await talk(route, play)


async def test_16_f14_any_async_callable_is_a_route() -> None:
    class Route:
        async def __call__(self, channel: Channel) -> None:
            await channel.noop()

    async def play(peer: Peer) -> None:
        assert await peer.hear() == "NOOP"
        peer.say("200 result=0")

    await talk(Route(), play)


async def test_f17_a_value_of_70_kilobytes_arrives() -> None:
    async def route(channel: Channel) -> None:
        assert len(await channel.get_variable("V") or "") == 70_000

    async def play(peer: Peer) -> None:
        await peer.hear()
        peer.say(f"200 result=1 ({'x' * 70_000})")

    await talk(route, play)


async def test_f19_the_number_of_calls_is_bounded_and_closing_waits() -> None:
    async def route(channel: Channel) -> None:
        await channel.noop()

    async with serving({"flow": route}, Limits(calls=1)) as server, calling(server) as first:
        assert await first.hear() == "NOOP"
        async with calling(server) as second:
            await second.ended()
        assert server.counts.refused == 1
        drained = asyncio.create_task(server.drain(5))
        first.say("200 result=0")
        assert await drained == 0
