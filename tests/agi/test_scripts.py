from __future__ import annotations

import inspect
import signal
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from asterisk.agi import AGI
from structlog.testing import capture_logs

from agi.script_thread import PATIENCE, Bounds
from agi.scripts import ScriptHost
from tests.agi.support import Peer, calling, serving, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from agi.channel import Channel
    from agi.server import AgiServer

TOP = "from asterisk.agi import AGI\nagi = AGI()\n"


class Stage:
    """A folder of scripts and a server that runs them."""

    def __init__(self, folder: Path, server: AgiServer, host: ScriptHost) -> None:
        self.folder, self.server, self.host = folder, server, host

    def write(self, text: str, name: str = "s") -> None:
        (self.folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")

    async def plays(self, script: str, *talk: str) -> None:
        """Run a script that starts with TOP: ``> `` lines are expected, ``< `` lines are said, then it ends."""
        self.write(TOP + textwrap.dedent(script))
        async with calling(self.server, "script/s") as peer:
            await follow(peer, *talk)
            await peer.ended()


async def follow(peer: Peer, *talk: str) -> None:
    for line in talk:
        if line.startswith("> "):
            assert await peer.hear() == line[2:]
        else:
            peer.say(line[2:])


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    host = ScriptHost(tmp_path)
    async with serving({"script": host}) as server:
        yield Stage(tmp_path, server, host)


async def test_a_script_written_for_pyst2_runs_unchanged(stage: Stage) -> None:
    await stage.plays(
        """
        import sys
        agi.answer()
        agi.verbose("calling " + agi.env["agi_channel"], 4)
        digits = agi.get_data("enter", 5000, 4)
        if digits == "4711":
            agi.set_variable("OK", 1)
        agi.hangup()
        sys.exit(0)
        """,
        "> ANSWER",
        "< 200 result=0",
        '> VERBOSE "calling PJSIP/t-1" 4',
        "< 200 result=1",
        '> GET DATA "enter" 5000 4',
        "< 200 result=4711",
        '> SET VARIABLE "OK" "1"',
        "< 200 result=1",
        "> HANGUP",
        "< 200 result=1",
    )


@pytest.mark.parametrize(
    "how",
    [
        "from asterisk.agi import AGI\na = AGI()",
        "from asterisk.agi import *\na = AGI()",
        "import asterisk.agi\na = asterisk.agi.AGI()",
        "import asterisk.agi as agi\na = agi.AGI()",
        "from asterisk import agi\na = agi.AGI()",
        "import sys\nfrom asterisk.agi import AGI\na = AGI(sys.stdin, sys.stdout, sys.stderr)",
        "from asterisk.agi import AGI\nclass Mine(AGI):\n    pass\na = Mine()",
        "import beside\na = beside.make()",
    ],
)
async def test_every_way_to_import_pyst2_gives_this_call(stage: Stage, how: str) -> None:
    stage.write("from asterisk.agi import AGI\ndef make():\n    return AGI()\n", "beside")
    stage.write(f"{how}\na.noop()\n")
    async with calling(stage.server, "script/s") as peer:
        await follow(peer, "> NOOP", "< 200 result=0")
        await peer.ended()


async def test_the_rest_of_the_process_keeps_the_original(stage: Stage) -> None:
    before = (sys.argv[:], sys.path[:], signal.getsignal(signal.SIGHUP))
    script = """
        import sys, signal
        sys.argv.append("x")
        sys.path.append("/x")
        signal.signal(signal.SIGHUP, lambda *a: None)
        agi.noop()
        """
    await stage.plays(script, "> NOOP", "< 200 result=0")
    assert (sys.argv[:], sys.path[:], signal.getsignal(signal.SIGHUP)) == before
    assert AGI.execute.__module__ == "asterisk.agi"


async def test_nothing_of_a_script_reaches_our_stdout_or_stderr(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    """P10: pyst2 writes every line to stderr, keyed PINs included."""
    script = "import sys\nsys.stderr.write('4711')\nprint('4711')\nagi.get_data('pin')\n"
    with capture_logs() as logs:
        await stage.plays(script, '> GET DATA "pin" 2000 255', "< 200 result=4711")
    assert capfd.readouterr() == ("", "")
    assert "4711" not in repr(logs)


async def test_arguments_come_as_argv(stage: Stage) -> None:
    stage.write(TOP + "import sys\nagi.verbose('|'.join(sys.argv[1:]), 1)\n")
    async with calling(stage.server, None) as peer:
        peer.say("agi_network_script: script/s.py", "agi_arg_1: first", "agi_arg_2: two words", "")
        await follow(peer, '> VERBOSE "first|two words" 1', "< 200 result=1")


async def test_two_scripts_run_at_the_same_time(stage: Stage) -> None:
    stage.write(TOP + "agi.get_data('menu')\nagi.noop()\n")
    async with calling(stage.server, "script/s") as one, calling(stage.server, "script/s") as two:
        for peer in (one, two):
            await follow(peer, '> GET DATA "menu" 2000 255')
        for peer in (two, one):
            await follow(peer, "< 200 result=1", "> NOOP", "< 200 result=0")
            await peer.ended()


async def test_sleeping_gives_way_to_other_calls(stage: Stage) -> None:
    stage.write(TOP + "import time\nagi.noop()\ntime.sleep(30)\n")
    stage.write(TOP + "agi.noop()\n", "other")
    async with calling(stage.server, "script/s") as sleeper:
        await follow(sleeper, "> NOOP", "< 200 result=0")
        async with calling(stage.server, "script/other") as other:
            await follow(other, "> NOOP", "< 200 result=0")
            await other.ended()
        assert stage.server.calls == 1


async def test_a_hangup_reaches_a_script_as_agihangup(stage: Stage) -> None:
    """P4 and P11: pyst2 raises ValueError for the HANGUP line and for EOF."""
    await stage.plays(
        """
        from asterisk.agi import AGIHangup, AGISIGHUPHangup
        try:
            agi.stream_file("long")
        except AGIHangup as e:
            agi_first = type(e).__name__
        try:
            agi.noop()
        except AGISIGHUPHangup:
            pass
        agi.set_variable("SEEN", agi_first)
        try:
            agi.answer()
        except AGIHangup:
            agi.verbose("still here")
        """,
        '> STREAM FILE "long" "" 0',
        "< HANGUP",
        "< 200 result=-1 endpos=0",
        '> SET VARIABLE "SEEN" "AGIHangup"',
        "< 200 result=1",
        "> ANSWER",
        "< 511 Command Not Permitted on a dead channel or intercept routine",
        '> VERBOSE "still here" 1',
        "< 200 result=1",
    )


async def test_an_uncaught_hangup_is_an_ordinary_end(stage: Stage) -> None:
    with capture_logs() as logs:
        await stage.plays("agi.answer()", "> ANSWER", "< 511 Command Not Permitted on a dead channel")
    assert logs == []


async def test_a_scripts_mistake_is_one_line_with_its_place(stage: Stage) -> None:
    with capture_logs() as logs:
        await stage.plays(
            "pin = agi.get_data('pin')\nint('x' + pin)\n", '> GET DATA "pin" 2000 255', "< 200 result=4711"
        )
    (found,) = logs
    assert (found["event"], found["script"], found["line"], found["error"]) == (
        "script_failed",
        "s.py",
        4,
        "ValueError",
    )
    assert "4711" not in repr(logs)


async def test_a_script_that_ignores_the_end_is_parked(stage: Stage) -> None:
    stage.write(TOP + "while True:\n    try:\n        agi.answer()\n    except:\n        pass\n")
    with capture_logs() as logs:
        async with calling(stage.server, "script/s") as peer:
            assert await peer.hear() == "ANSWER"
        await until(lambda: stage.server.calls == 0)
    assert stage.host.parked == 1
    assert [entry["event"] for entry in logs] == ["script_ignores_the_end"]
    assert logs[0]["after"] == PATIENCE


async def test_a_script_can_clean_up_when_the_server_closes(stage: Stage, tmp_path: Path) -> None:
    stage.write(TOP + f"try:\n    agi.answer()\nfinally:\n    open({str(tmp_path / 'cleaned')!r}, 'w').close()\n")
    async with calling(stage.server, "script/s") as peer:
        assert await peer.hear() == "ANSWER"
        assert await stage.server.drain(0.01) == 1
    assert (tmp_path / "cleaned").exists()


async def test_a_script_that_swallows_the_closing_is_parked(stage: Stage) -> None:
    stage.write(TOP + "while True:\n    try:\n        agi.answer()\n    except:\n        pass\n")
    with capture_logs():
        async with calling(stage.server, "script/s") as peer:
            assert await peer.hear() == "ANSWER"
            assert await stage.server.drain(0.01) == 1
    assert stage.host.parked == 1


async def test_a_script_that_computes_too_long_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(TOP + "agi.noop()\nsum(range(1000))\n")
    with capture_logs() as logs:
        async with (
            serving({"script": ScriptHost(tmp_path, Bounds(slow_s=0.0))}) as server,
            calling(server, "script/s") as peer,
        ):
            await follow(peer, "> NOOP", "< 200 result=0")
            await peer.ended()
    assert {entry["event"] for entry in logs} == {"script_computed_long"}


@pytest.mark.parametrize("name", ["nope", "../s", "a/b", ".hidden", "", "s.sh"])
async def test_a_script_that_is_not_there_is_said_in_one_line(stage: Stage, name: str) -> None:
    stage.write("x = 1\n")
    with capture_logs() as logs:
        async with calling(stage.server, f"script/{name}") as peer:
            await peer.ended()
    assert [entry["event"] for entry in logs] == ["call_refused_by_route"]
    assert str(logs[0]["reason"]).startswith("script ")


async def test_a_script_that_does_not_compile_is_said_with_its_line(stage: Stage) -> None:
    stage.write("x = 1\ny = = 2\n")
    with capture_logs() as logs:
        async with calling(stage.server, "script/s") as peer:
            await peer.ended()
    assert "s.py:2: the script does not compile" in str(logs[0]["reason"])


async def test_a_changed_script_is_read_again(stage: Stage) -> None:
    await stage.plays("agi.verbose('one')", '> VERBOSE "one" 1', "< 200 result=1")
    await stage.plays("agi.verbose('second')", '> VERBOSE "second" 1', "< 200 result=1")


VERBS: dict[str, tuple[str, tuple[str, ...]]] = {
    "P5: a usage error in one line": (
        "from asterisk.agi import AGIUsageError\ntry:\n    agi.noop()\nexcept AGIUsageError:\n    agi.verbose('ok')",
        ("> NOOP", "< 520 Invalid command syntax.  Proper usage not available.", '> VERBOSE "ok" 1', "< 200 result=1"),
    ),
    "P6: database_get quotes once": (
        "agi.verbose(agi.database_get('fam', 'key'))",
        ('> DATABASE GET "fam" "key"', "< 200 result=1 (v (1))", '> VERBOSE "v (1)" 1', "< 200 result=1"),
    ),
    "P7: everything is escaped": (
        "agi.set_variable('N', 'say \"hi\" \\\\ x')\nagi.stream_file('my file')\nagi.set_callerid('\"Bob\" <1>')",
        (
            '> SET VARIABLE "N" "say \\"hi\\" \\\\ x"',
            "< 200 result=1",
            '> STREAM FILE "my file" "" 0',
            "< 200 result=0 endpos=1",
            '> SET CALLERID "\\"Bob\\" <1>"',
            "< 200 result=1",
        ),
    ),
    "P7: a newline never makes a second command": (
        """
        from asterisk.agi import AGIUnknownError
        try:
            agi.set_variable('X', 'a"\\nEXEC System "id')
        except AGIUnknownError:
            agi.noop()
        """,
        ("> NOOP", "< 200 result=0"),
    ),
    "P7: what a script quoted itself stays": (
        "agi.stream_file('\"my file\"')",
        ('> STREAM FILE "my file" "" 0', "< 200 result=0 endpos=1"),
    ),
    "P8: get_data knows its time-out": (
        "d = agi.get_data('m')\nagi.verbose('%s %s' % (d, d.timed_out))",
        ('> GET DATA "m" 2000 255', "< 200 result=12 (timeout)", '> VERBOSE "12 True" 1', "< 200 result=1"),
    ),
    "P8: record_file gives no NUL for a time-out": (
        "k = agi.record_file('r', 'wav')\nagi.verbose('%r %s' % (str(k), k.end_samples))",
        (
            '> RECORD FILE "r" "wav" "#" 20000 0 "beep"',
            "< 200 result=0 (timeout) endpos=1600",
            "> VERBOSE \"'' 1600\" 1",
            "< 200 result=1",
        ),
    ),
    "P9: a variable that says hangup is no hangup": (
        "agi.verbose(agi.get_variable('V') + agi.get_full_variable('${V}'))",
        (
            '> GET VARIABLE "V"',
            "< 200 result=1 (hangup)",
            '> GET FULL VARIABLE "${V}"',
            "< 200 result=1 (hangup)",
            '> VERBOSE "hanguphangup" 1',
            "< 200 result=1",
        ),
    ),
    "P12: verbs pyst2 has not": (
        "agi.gosub('sub', 's', 1)\nagi.set_music(True, 'jazz')\nagi.speech_create('e')\nagi.receive_text(5)",
        (
            '> GOSUB "sub" "s" "1"',
            "< 100 result=0 Trying...",
            "< 200 result=0 Gosub complete",
            '> SET MUSIC on "jazz"',
            "< 200 result=0",
            '> SPEECH CREATE "e"',
            "< 200 result=1",
            "> RECEIVE TEXT 5",
            "< 200 result=1 (hi)",
        ),
    ),
    "a failure on a living channel is AGIAppError and no hangup": (
        """
        from asterisk.agi import AGIAppError, AGIHangup
        try:
            agi.stream_file('no')
        except AGIHangup:
            agi.verbose('wrong')
        except AGIAppError:
            agi.verbose('right')
        """,
        (
            '> STREAM FILE "no" "" 0',
            "< 200 result=-1 endpos=0",
            "> CHANNEL STATUS",
            "< 200 result=6",
            '> VERBOSE "right" 1',
            "< 200 result=1",
        ),
    ),
    "a script's own execute goes out as it is": (
        "agi.execute('EXEC', 'Wait', '1')",
        ("> EXEC Wait 1", "< 200 result=0"),
    ),
    "exec_command joins with commas": (
        "agi.exec_command('Dial', 'PJSIP/1', 30)",
        ('> EXEC "Dial" "PJSIP/1,30"', "< 200 result=0"),
    ),
    "channel_status of an unknown channel is -1": (
        "agi.verbose(str(agi.channel_status('X/1')))",
        (
            '> CHANNEL STATUS "X/1"',
            "< 200 result=-1",
            "> CHANNEL STATUS",
            "< 200 result=6",
            '> VERBOSE "-1" 1',
            "< 200 result=1",
        ),
    ),
    "keys come as characters": (
        "agi.verbose(agi.wait_for_digit(10) + agi.say_digits('12') + agi.get_option('m', '1'))",
        (
            "> WAIT FOR DIGIT 10",
            "< 200 result=35",
            '> SAY DIGITS "12" ""',
            "< 200 result=0",
            '> GET OPTION "m" "1"',
            "< 200 result=49 endpos=1",
            '> VERBOSE "#1" 1',
            "< 200 result=1",
        ),
    ),
}


@pytest.mark.parametrize("what", VERBS)
async def test_verbs_without_pyst2s_defects(stage: Stage, what: str) -> None:
    script, talk = VERBS[what]
    await stage.plays(script, *talk)


async def test_the_servers_own_module_of_pyst2_says_that_it_is_not_needed(stage: Stage) -> None:
    """P1: asterisk.fastagi cannot be imported at all on Python 3."""
    stage.write("import asterisk.fastagi\n")
    with capture_logs() as logs:
        async with calling(stage.server, "script/s") as peer:
            await peer.ended()
    assert logs[0]["error"] == "ImportError"


async def test_pyst2s_other_modules_are_the_originals(stage: Stage) -> None:
    script = "from asterisk import config\nagi.verbose(config.Config.__module__)"
    await stage.plays(script, '> VERBOSE "asterisk.config" 1', "< 200 result=1")


async def test_verbs_from_a_thread_are_refused(stage: Stage) -> None:
    """P2: pyst2's AGI() fails in any thread; ours works in the script's own and says so in another."""
    await stage.plays(
        """
        import threading
        said = []
        def run():
            try:
                agi.noop()
            except RuntimeError as e:
                said.append(str(e))
        t = threading.Thread(target=run)
        t.start()
        t.join()
        agi.verbose(said[0])
        """,
        '> VERBOSE "AGI verbs work in the script\'s own thread only" 1',
        "< 200 result=1",
    )


def test_a_route_is_what_the_host_is(tmp_path: Path) -> None:
    route: Callable[[Channel], Awaitable[None]] = ScriptHost(tmp_path)
    assert inspect.iscoroutinefunction(type(route).__call__)
