from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from agi import commands
from agi.channel import Channel
from agi.errors import ChannelGone, CommandFailed, CommandRefused, Gone, PeerError, UnknownCommand, WrongUsage
from agi.results import ChannelState, Collected, Ended, Played, RecordingEnd
from tests.agi.support import Peer, calling, serving

if TYPE_CHECKING:
    from agi.server import AgiServer

Talk = Callable[[Channel], Awaitable[object]]


class Stage:
    """A server whose one call is led by the test itself."""

    def __init__(self, server: AgiServer, peer: Peer, channel: Channel) -> None:
        self.server, self.peer, self.channel = server, peer, channel

    async def plays(self, awaitable: Awaitable[object], *script: str) -> object:
        """Run a verb while the peer expects ``> `` lines and says ``< `` lines."""
        task = asyncio.ensure_future(awaitable)  # noqa: TID251  # awaited two lines below
        try:
            for line in script:
                if line.startswith("> "):
                    assert await self.peer.hear() == line[2:]
                else:
                    self.peer.say(line[2:])
            return await task
        finally:
            task.cancel()


async def on_stage(act: Callable[[Stage], Awaitable[None]]) -> None:
    here: asyncio.Future[Channel] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def route(channel: Channel) -> None:
        here.set_result(channel)
        await done.wait()

    async with serving({"flow": route}) as server, calling(server) as peer:
        channel = await here
        try:
            await act(Stage(server, peer, channel))
        finally:
            done.set()


TALKS: list[tuple[Talk, tuple[str, ...], object]] = [
    (lambda c: c.answer(), ("> ANSWER", "< 200 result=0"), None),
    (
        lambda c: c.stream_file("beep", "12"),
        ('> STREAM FILE "beep" "12" 0', "< 200 result=49 endpos=800"),
        Played("1", 800),
    ),
    (
        lambda c: c.get_data("a", max_keys=4),
        ('> GET DATA "a" 0 4', "< 200 result=12 (timeout)"),
        Collected("12", Ended.TIMEOUT),
    ),
    (
        lambda c: c.get_data("a", "b", max_keys=4),
        (
            '> EXEC "Read" "AGI_KEYS,a&b,4"',
            "< 200 result=0",
            '> GET FULL VARIABLE "${READSTATUS}:${AGI_KEYS}"',
            "< 200 result=1 (OK:12)",
        ),
        Collected("12", Ended.KEYS),
    ),
    (
        lambda c: c.get_data("a", "b", "c", max_keys=4, secret=True),
        (
            '> STREAM FILE "a" "0123456789*#ABCD" 0',
            "< 200 result=0 endpos=1",
            '> STREAM FILE "b" "0123456789*#ABCD" 0',
            "< 200 result=52 endpos=1",
            '> GET DATA "" 0 3',
            "< 200 result=711",
        ),
        Collected("4711", Ended.KEYS),
    ),
    (
        lambda c: c.get_data("a", "b", max_keys=4, secret=True),
        ('> STREAM FILE "a" "0123456789*#ABCD" 0', "< 200 result=52 endpos=1", '> GET DATA "" 0 3', "< 200 result="),
        Collected("4", Ended.KEYS),
    ),
    (
        lambda c: c.get_data("a", "b", max_keys=4, secret=True),
        ('> STREAM FILE "a" "0123456789*#ABCD" 0', "< 200 result=35 endpos=1"),
        Collected("", Ended.EMPTY),
    ),
    (
        lambda c: c.get_data("a", "b", max_keys=1, secret=True),
        ('> STREAM FILE "a" "0123456789*#ABCD" 0', "< 200 result=52 endpos=1"),
        Collected("4", Ended.KEYS),
    ),
    (lambda c: c.get_option("a", "1"), ('> GET OPTION "a" "1"', "< 200 result=0 endpos=9"), Played("", 9)),
    (lambda c: c.wait_for_digit(500), ("> WAIT FOR DIGIT 500", "< 200 result=35"), "#"),
    (lambda c: c.wait_for_digit(500), ("> WAIT FOR DIGIT 500", "< 200 result=0"), ""),
    (lambda c: c.say_digits("12"), ('> SAY DIGITS "12" ""', "< 200 result=0"), ""),
    (lambda c: c.say_number(7, "#"), ('> SAY NUMBER "7" "#"', "< 200 result=35"), "#"),
    (lambda c: c.say_alpha("ab"), ('> SAY ALPHA "ab" ""', "< 200 result=0"), ""),
    (lambda c: c.say_phonetic("ab"), ('> SAY PHONETIC "ab" ""', "< 200 result=0"), ""),
    (lambda c: c.say_date(0), ('> SAY DATE "0" ""', "< 200 result=0"), ""),
    (lambda c: c.say_time(0), ('> SAY TIME "0" ""', "< 200 result=0"), ""),
    (
        lambda c: c.say_datetime(0, pattern="HM", zone="UTC"),
        ('> SAY DATETIME "0" "" "HM" "UTC"', "< 200 result=0"),
        "",
    ),
    (lambda c: c.set_music("jazz"), ('> SET MUSIC "on" "jazz"', "< 200 result=0"), None),
    (lambda c: c.stop_music(), ('> SET MUSIC "off"', "< 200 result=0"), None),
    (lambda c: c.set_variable("A", 'b"'), ('> SET VARIABLE "A" "b\\""', "< 200 result=1"), None),
    (lambda c: c.get_variable("A"), ('> GET VARIABLE "A"', "< 200 result=1 (hangup)"), "hangup"),
    (lambda c: c.get_variable("A"), ('> GET VARIABLE "A"', "< 200 result=0"), None),
    (
        lambda c: c.get_text("A"),
        ('> GET FULL VARIABLE "${BASE64_ENCODE(${A})}"', "< 200 result=1 (b25lCnR3byAoMikKdGhyZWU=)"),
        "one\ntwo (2)\nthree",
    ),
    (lambda c: c.database_get("f", "k"), ('> DATABASE GET "f" "k"', "< 200 result=1 (a (b) c)"), "a (b) c"),
    (lambda c: c.database_put("f", "k", "v"), ('> DATABASE PUT "f" "k" "v"', "< 200 result=1"), None),
    (lambda c: c.database_del("f", "k"), ('> DATABASE DEL "f" "k"', "< 200 result=0"), False),
    (lambda c: c.exec("NoOp"), ('> EXEC "NoOp" ""', "< 200 result=0"), 0),
    (lambda c: c.exec("X"), ('> EXEC "X" ""', "< 200 result=-1", "> CHANNEL STATUS", "< 200 result=6"), -1),
    (
        lambda c: c.gosub("sub", "s", "1"),
        ('> GOSUB "sub" "s" "1"', "< 100 result=0 Trying...", "< 200 result=0 Gosub complete"),
        None,
    ),
    (lambda c: c.hangup(), ("> HANGUP", "< 200 result=1"), None),
    (lambda c: c.channel_status(), ("> CHANNEL STATUS", "< 200 result=6"), ChannelState.UP),
    (lambda c: c.channel_status("X/1"), ('> CHANNEL STATUS "X/1"', "< 200 result=-1"), None),
    (lambda c: c.verbose("x", 4), ('> VERBOSE "x" 4', "< 200 result=1"), None),
    (lambda c: c.noop(), ("> NOOP", "< 200 result=0"), None),
]


@pytest.mark.parametrize(("talk", "script", "result"), TALKS)
async def test_a_verb_says_this_and_means_that(talk: Talk, script: tuple[str, ...], result: object) -> None:
    async def act(stage: Stage) -> None:
        assert await stage.plays(talk(stage.channel), *script) == result

    await on_stage(act)


FAILURES: list[tuple[Talk, tuple[str, ...], type[Exception]]] = [
    (
        lambda c: c.stream_file("gone"),
        ('> STREAM FILE "gone" "" 0', "< 200 result=-1 endpos=0", "> CHANNEL STATUS", "< 200 result=6"),
        CommandFailed,
    ),
    (
        lambda c: c.get_data("a"),
        ('> GET DATA "a" 0 1023', "< 200 result=-1", "> CHANNEL STATUS", "< 511 Command Not Permitted"),
        ChannelGone,
    ),
    (lambda c: c.stream_file("a"), ('> STREAM FILE "a" "" 0', "< 200 result=-1 endpos=0", "< HANGUP"), ChannelGone),
    (
        lambda c: c.get_data("a", "b", max_keys=2),
        (
            '> EXEC "Read" "AGI_KEYS,a&b,2"',
            "< 200 result=0",
            '> GET FULL VARIABLE "${READSTATUS}:${AGI_KEYS}"',
            "< HANGUP",
            "< 200 result=1 (HANGUP:)",
        ),
        ChannelGone,
    ),
    (
        lambda c: c.get_data("a", "b", max_keys=2),
        (
            '> EXEC "Read" "AGI_KEYS,a&b,2"',
            "< 200 result=0",
            '> GET FULL VARIABLE "${READSTATUS}:${AGI_KEYS}"',
            "< 200 result=1 (ERROR:)",
            "> CHANNEL STATUS",
            "< 200 result=6",
        ),
        CommandFailed,
    ),
    (lambda c: c.answer(), ("> ANSWER", "< 511 Command Not Permitted"), ChannelGone),
    (lambda c: c.exec("Nope"), ('> EXEC "Nope" ""', "< 200 result=-2"), UnknownCommand),
    (lambda c: c.noop(), ("> NOOP", "< 510 Invalid or unknown command"), UnknownCommand),
    (lambda c: c.noop(), ("> NOOP", "< 520 Invalid command syntax.  Proper usage not available."), WrongUsage),
    (lambda c: c.noop(), ("> NOOP", "< 520-Invalid.", "< Usage", "< 520 End of proper usage."), WrongUsage),
    (lambda c: c.noop(), ("> NOOP", "< 503 result=-2 Memory allocation failure"), PeerError),
    (lambda c: c.wait_for_digit(1), ("> WAIT FOR DIGIT 1", "< 200 result=x"), PeerError),
    (lambda c: c.noop(), ("> NOOP", "< 200 nothing"), PeerError),
    (lambda c: c.database_put("f", "k", "v"), ('> DATABASE PUT "f" "k" "v"', "< 200 result=0"), CommandFailed),
    (
        lambda c: c.get_text("A"),
        ('> GET FULL VARIABLE "${BASE64_ENCODE(${A})}"', "< 200 result=1 (no base64!)"),
        PeerError,
    ),
]


@pytest.mark.parametrize(("talk", "script", "error"), FAILURES)
async def test_a_verb_that_fails_says_whose_fault_it_is(
    talk: Talk, script: tuple[str, ...], error: type[Exception]
) -> None:
    async def act(stage: Stage) -> None:
        with pytest.raises(error):
            await stage.plays(talk(stage.channel), *script)

    await on_stage(act)


async def test_a_recording_that_a_hangup_ends_is_kept() -> None:
    async def act(stage: Stage) -> None:
        verb = stage.channel.record_file(commands.RecordFile("/v/1"))
        said = "< 200 result=-1 (hangup) endpos=800"
        found = await stage.plays(verb, '> RECORD FILE "/v/1" "wav" "#" -1 0 "BEEP"', said, "< HANGUP")
        assert getattr(found, "ended", None) is RecordingEnd.HANGUP

    await on_stage(act)


async def test_an_idle_hangup_is_an_event_and_later_verbs_are_refused_without_the_wire() -> None:
    async def act(stage: Stage) -> None:
        assert stage.channel.gone is None
        stage.peer.say("HANGUP")
        assert await stage.channel.wait_hangup() is Gone.HANGUP
        assert stage.channel.hung_up
        with pytest.raises(ChannelGone, match="hung up"):
            await stage.channel.stream_file("beep")
        # what lives on still goes out, and it is the first thing the peer hears
        await stage.plays(stage.channel.set_variable("A", "b"), '> SET VARIABLE "A" "b"', "< 200 result=1")

    await on_stage(act)


async def test_the_end_of_the_connection_ends_the_running_verb_and_every_later_one() -> None:
    async def act(stage: Stage) -> None:
        running = asyncio.create_task(stage.channel.stream_file("beep"))
        waiting = asyncio.create_task(stage.channel.verbose("x"))
        assert await stage.peer.hear() == 'STREAM FILE "beep" "" 0'
        stage.peer.leave()
        for task in (running, waiting):
            with pytest.raises(ChannelGone) as error:
                await task
            assert error.value.how is Gone.CLOSED
        with pytest.raises(ChannelGone):
            await stage.channel.set_variable("A", "b")

    await on_stage(act)


async def test_verbs_of_several_tasks_take_turns() -> None:
    """F12: panoramisk raises RuntimeError in the second task."""

    async def act(stage: Stage) -> None:
        tasks = [asyncio.create_task(stage.channel.get_variable(name)) for name in "ABC"]
        for name in "ABC":
            assert await stage.peer.hear() == f'GET VARIABLE "{name}"'
            stage.peer.say(f"200 result=1 (value of {name})")
        assert await asyncio.gather(*tasks) == ["value of A", "value of B", "value of C"]

    await on_stage(act)


async def test_a_cancelled_verb_keeps_its_turn_until_its_answer_came() -> None:
    """F11: with panoramisk the late answer goes to the next command."""

    async def act(stage: Stage) -> None:
        first = asyncio.create_task(stage.channel.get_variable("A"))
        assert await stage.peer.hear() == 'GET VARIABLE "A"'
        first.cancel()
        second = asyncio.create_task(stage.channel.get_variable("B"))
        queued = asyncio.create_task(stage.channel.get_variable("C"))
        await asyncio.sleep(0)
        queued.cancel()
        stage.peer.say("200 result=1 (late)")
        assert await stage.peer.hear() == 'GET VARIABLE "B"'
        stage.peer.say("200 result=1 (b)")
        assert await second == "b"
        assert first.cancelled()
        await stage.plays(stage.channel.noop(), "> NOOP", "< 200 result=0")

    await on_stage(act)


async def test_a_refused_command_leaves_the_call_as_it_was() -> None:
    async def act(stage: Stage) -> None:
        with pytest.raises(CommandRefused):
            await stage.channel.set_variable("A", "b\nEXEC System id")
        await stage.plays(stage.channel.noop(), "> NOOP", "< 200 result=0")

    await on_stage(act)


async def test_a_closed_channel_takes_no_verb() -> None:
    async def act(stage: Stage) -> None:
        stage.channel.close()
        stage.channel.close()
        with pytest.raises(ChannelGone):
            await stage.channel.noop()
        await stage.peer.ended()

    await on_stage(act)
