from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from agi.errors import AgiError, Gone
from agi.ping import PONG, PROBE, ping
from agi.server import AgiServer, Limits
from tests.agi.support import calling, header, serving, until

if TYPE_CHECKING:
    from agi.channel import Channel


async def answering(channel: Channel) -> None:
    await channel.answer()


async def test_a_call_goes_to_the_route_its_first_segment_names() -> None:
    seen: list[tuple[str, str, str]] = []

    async def flow(channel: Channel) -> None:
        seen.append((channel.request.route, channel.request.name, channel.request.uniqueid))

    async with serving({"flow": flow}) as server, calling(server, "flow/sub/main?x=1") as peer:
        await peer.ended()
        assert server.counts.calls == 1
        await until(lambda: server.calls == 0)
    assert seen == [("flow", "sub/main", "1.1")]


async def test_an_unknown_script_is_closed_and_named() -> None:
    with capture_logs() as logs:
        async with serving({"flow": answering}) as server, calling(server, "fluw/x") as peer:
            await peer.ended()
            assert server.counts.unknown == 1
    (found,) = [entry for entry in logs if entry["event"] == "unknown_script"]
    assert found["script"] == "fluw/x"
    assert found["known"] == ["flow"]


async def test_the_probe_gets_its_line() -> None:
    async with serving({"ping": ping}) as server, calling(server, None) as peer:
        peer.say_bytes(PROBE)
        assert (await peer.hear()) + "\n" == PONG.decode()
        peer.leave()
        await until(lambda: server.calls == 0)
        assert server.counts.failed == 0


async def test_a_stranger_who_says_nothing_is_shown_out_in_time() -> None:
    async with serving({"flow": answering}, Limits(header_s=0.05)) as server:
        async with calling(server, None) as peer:
            await peer.ended()
        assert server.counts.strangers == 1


async def test_a_header_a_byte_a_time_has_the_same_deadline() -> None:
    """F2: panoramisk holds 200 of 200 half-open requests. Each byte waits until a fifth of the deadline has gone."""
    header_s, sent = 0.2, 0
    loop = asyncio.get_running_loop()
    async with serving({"flow": answering}, Limits(header_s=header_s)) as server:
        async with calling(server, None) as peer:
            began, block = loop.time(), header()
            while server.counts.strangers == 0 and sent < 20:
                peer.say_bytes(block[sent : sent + 1])
                sent += 1
                due = began + sent * header_s / 5
                await until(lambda due=due: loop.time() >= due or server.counts.strangers == 1)  # type: ignore[misc]  # mypy does not infer a default's type
            assert server.counts.strangers == 1, (
                f"{sent} bytes, the last long after the deadline, and still not shown out"
            )
            await peer.ended()
        assert server.counts.calls == 0


async def test_too_many_strangers_push_out_the_oldest_not_a_call() -> None:
    async with serving({"flow": answering}, Limits(strangers=2)) as server, calling(server) as call:
        assert await call.hear() == "ANSWER"
        async with calling(server, None) as first, calling(server, None) as second, calling(server, None) as third:
            await first.ended()
            for late in (second, third):
                late.say_bytes(header())
                assert await late.hear() == "ANSWER"
        call.say("200 result=0")
        await call.ended()


async def test_a_call_too_many_is_closed_at_once() -> None:
    async with serving({"flow": answering}, Limits(calls=1)) as server, calling(server) as first:
        assert await first.hear() == "ANSWER"
        async with calling(server) as second:
            assert await second.hear() == ""
        assert server.counts.refused == 1
        first.say("200 result=0")
        await first.ended()


async def test_what_a_route_raises_ends_its_own_call_only() -> None:
    async def broken(channel: Channel) -> None:
        await channel.answer()
        raise RuntimeError("a mistake in a route")

    with capture_logs() as logs:
        async with serving({"bad": broken, "flow": answering}) as server:
            async with calling(server) as good, calling(server, "bad/x") as bad:
                assert await bad.hear() == "ANSWER"
                bad.say("200 result=0")
                await bad.ended()
                assert await good.hear() == "ANSWER"
                good.say("200 result=0")
                await good.ended()
            assert server.counts.failed == 1
    (found,) = [entry for entry in logs if entry["event"] == "call_failed"]
    assert found["uniqueid"] == "1.1"
    assert found["exc_info"]


async def test_a_hangup_leaves_no_line_in_the_log() -> None:
    with capture_logs() as logs:
        async with serving({"flow": answering}) as server, calling(server) as peer:
            assert await peer.hear() == "ANSWER"
            peer.leave()
            await until(lambda: server.calls == 0)
    assert logs == []


async def test_a_peer_that_is_cut_off_ends_its_call() -> None:
    async with serving({"flow": answering}) as server, calling(server) as peer:
        assert await peer.hear() == "ANSWER"
        peer.cut()
        await until(lambda: server.calls == 0)


async def test_garbage_in_a_call_ends_it_with_one_line() -> None:
    with capture_logs() as logs:
        async with serving({"flow": answering}) as server, calling(server) as peer:
            assert await peer.hear() == "ANSWER"
            peer.say_bytes(b"\xff\x00 4711\n" * 1000)
            await peer.ended()
            await until(lambda: server.calls == 0)
            assert server.counts.faults == 1
    assert [entry["event"] for entry in logs] == ["peer_fault", "peer_answer"]
    assert "4711" not in repr(logs)


async def test_draining_lets_calls_finish_and_takes_no_more() -> None:
    async with serving({"flow": answering}) as server, calling(server) as peer:
        assert await peer.hear() == "ANSWER"
        port = server.port
        drained = asyncio.create_task(server.drain(5.0))
        await asyncio.sleep(0)
        with pytest.raises(OSError, match=r"."):
            await asyncio.open_connection("127.0.0.1", port)
        peer.say("200 result=0")
        assert await drained == 0
        await peer.ended()
        with pytest.raises(AgiError, match="does not listen"):
            _ = server.port


async def test_draining_cuts_what_does_not_finish_and_cancellation_is_clean() -> None:
    """F10 and anti-pattern 15: panoramisk swallows the cancellation and reports a call as done."""
    ended: list[str] = []

    async def endless(channel: Channel) -> None:
        try:
            await channel.wait_hangup()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async with serving({"flow": endless}) as server, calling(server) as peer:
        await until(lambda: server.calls == 1)
        assert await server.drain(0.01) == 1
        assert ended == ["cancelled"]
        await peer.ended()


async def test_the_wire_log_shows_no_value_and_no_key() -> None:
    """P10: pyst2 writes PINs to stderr."""
    with capture_logs() as logs:

        async def route(channel: Channel) -> None:
            await channel.set_variable("HL_CURSOR", "secret-cursor")
            await channel.get_data("ask-pin", max_keys=4)
            await channel.get_variable("CALLERID(name)")
            await channel.wait_for_digit(1000)

        async with serving({"flow": route}, Limits(wire_log=True)) as server, calling(server) as peer:
            for answer in ("1", "4711 (timeout)", "1 (stranger 4711)", "52"):
                await peer.hear()
                peer.say(f"200 result={answer}")
            await peer.ended()
    shown = [entry.get("command") or entry["reply"] for entry in logs]
    assert shown == [
        "SET VARIABLE HL_CURSOR (13 characters)",
        "200 result=1",
        "GET DATA ask-pin",
        "200 result=… (timeout)",
        "GET VARIABLE CALLERID(name)",
        "200 result=… (…)",
        "WAIT FOR DIGIT",
        "200 result=…",
    ]
    for secret in ("secret", "4711", "stranger", "52"):
        assert secret not in repr(shown)


async def test_a_hangup_while_a_route_waits_for_something_else_is_an_event() -> None:
    seen: list[Gone] = []

    async def route(channel: Channel) -> None:
        seen.append(await channel.wait_hangup())

    async with serving({"flow": route}) as server, calling(server) as peer:
        peer.say("HANGUP")
        await peer.ended()
    assert seen == [Gone.HANGUP]


async def test_a_busy_port_is_an_oserror_of_one_line() -> None:
    async with serving({}) as server:
        with pytest.raises(OSError, match="in use"):
            await AgiServer({}).start(port=server.port)


def test_a_call_is_led_on_uvloop_too() -> None:
    """Uvloop's transports are no ``asyncio.Transport`` by class."""
    uvloop = pytest.importorskip("uvloop")

    async def act() -> None:
        async with serving({"flow": answering}) as server, calling(server) as peer:
            assert await peer.hear() == "ANSWER"
            peer.say("200 result=0")
            await peer.ended()
            assert server.counts.calls == 1

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(act())
