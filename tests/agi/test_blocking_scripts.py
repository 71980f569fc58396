"""A script may block, compute, ignore everything or never return: the other calls go on, and so does the server."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING, Self

import pytest
import structlog
from structlog.testing import capture_logs

from agi.ping import PONG, PROBE, ping
from agi.script_thread import PATIENCE, Bounds
from agi.scripts import ScriptHost
from tests.agi.support import calling, serving, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from agi.channel import Channel
    from agi.server import AgiServer, Route

TOP = "from asterisk.agi import AGI\nagi = AGI()\n"
MANY = 40


class Silent:
    """A database that takes every connection and answers none; no event loop has part in it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._taken: list[socket.socket] = []
        self.port: int = self._socket.getsockname()[1]

    async def asked_by(self, count: int) -> None:
        """Wait until so many scripts wait for an answer."""
        while len(self._taken) < count:
            taken = await asyncio.to_thread(self._socket.accept)
            await asyncio.to_thread(taken[0].recv, 1)  # its question: what follows in the script is recv()
            self._taken.append(taken[0])

    def hang_up(self) -> None:
        """Let all that wait go on."""
        for taken in self._taken:
            taken.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        self._socket.close()


class Stage:
    def __init__(self, folder: Path, server: AgiServer, hosts: tuple[ScriptHost, ScriptHost], silent: Silent) -> None:
        self._folder, self.server, self.silent = folder, server, silent
        self.host, self.impatient = hosts

    def write(self, text: str, name: str = "s") -> None:
        (self._folder / f"{name}.py").write_text(TOP + textwrap.dedent(text), encoding="utf-8")

    def write_blocking(self, after: str = "", name: str = "s") -> None:
        """A script that waits for the silent database, 3 s at most, and what it does then."""
        ask = f"""
            import socket
            with socket.create_connection(("127.0.0.1", {self.silent.port})) as line:
                line.settimeout(3)
                line.send(b"?")
                line.recv(1)
            """
        self.write(textwrap.dedent(ask) + textwrap.dedent(after), name)

    async def others_are_served(self) -> None:
        """The probe is answered, and a call's verbs are."""
        async with calling(self.server, None) as probe:
            probe.say_bytes(PROBE)
            assert await probe.hear() == PONG.decode().rstrip("\n")
        async with calling(self.server, "live/x") as live:
            for _ in range(3):
                assert await live.hear() == "NOOP"
                live.say("200 result=0")
            await live.ended()


async def three_noops(channel: Channel) -> None:
    for _ in range(3):
        await channel.noop()


IMPATIENT = Bounds(after_s=0.05, close_s=0.05)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    hosts = (ScriptHost(tmp_path, Bounds(at_once=MANY)), ScriptHost(tmp_path, IMPATIENT))
    routes: dict[str, Route] = {"script": hosts[0], "impatient": hosts[1], "live": three_noops, "ping": ping}
    before = set(threading.enumerate())
    with Silent() as silent:
        async with serving(routes) as server:
            yield Stage(tmp_path, server, hosts, silent)
            silent.hang_up()
        await until(lambda: not [one for one in set(threading.enumerate()) - before if one.name.startswith("script ")])


async def test_a_script_that_waits_for_a_database_holds_nobody_up(stage: Stage) -> None:
    stage.write_blocking("agi.verbose('answered')")
    async with calling(stage.server, "script/s") as peer:
        await stage.silent.asked_by(1)
        await stage.others_are_served()
        assert stage.host.running == 1, "it waits still"
        stage.silent.hang_up()
        assert await peer.hear() == 'VERBOSE "answered" 1'


async def test_many_such_scripts_hold_nobody_up_either(stage: Stage) -> None:
    stage.write_blocking()
    peers = [calling(stage.server, "script/s") for _ in range(MANY)]
    await asyncio.gather(*(peer.__aenter__() for peer in peers))
    await stage.silent.asked_by(MANY)
    await stage.others_are_served()
    assert stage.host.running == MANY
    stage.silent.hang_up()
    await until(lambda: stage.host.running == 0)
    await asyncio.gather(*(peer.__aexit__(None, None, None) for peer in peers))


async def test_one_script_too_many_is_refused_in_one_line(stage: Stage, tmp_path: Path) -> None:
    host = ScriptHost(tmp_path, Bounds(at_once=1))
    stage.write_blocking()
    async with serving({"script": host}) as server, calling(server, "script/s"):
        await stage.silent.asked_by(1)
        with capture_logs() as logs:
            async with calling(server, "script/s") as second:
                await second.ended()
        assert [entry["reason"] for entry in logs] == [
            "script 's': 1 scripts are running, and no more may at a time (0 of them outlived their calls)"
        ]
        stage.silent.hang_up()
        await until(lambda: host.running == 0)
        async with calling(server, "script/s"):
            await stage.silent.asked_by(1)
            stage.silent.hang_up()
            await until(lambda: host.running == 0)


async def test_a_system_without_another_thread_is_a_refusal_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    stage.write("agi.noop()")
    monkeypatch.setattr("agi.script_thread.Thread.start", cannot)
    with capture_logs() as logs:
        async with calling(stage.server, "script/s") as peer:
            await peer.ended()
    assert [entry["reason"] for entry in logs] == ["script 's': the system gives no more threads"]
    assert stage.host.running == 0


async def test_a_script_that_computes_lets_the_others_have_their_turn(stage: Stage, tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    stage.write(f"import os\nagi.noop()\nwhile not os.path.exists({str(go_on)!r}):\n    sum(range(100))\n")
    async with calling(stage.server, "script/s") as peer:
        assert await peer.hear() == "NOOP"
        peer.say("200 result=0")
        await stage.others_are_served()
        assert stage.host.running == 1
        go_on.touch()
        await peer.ended()


async def test_a_hangup_while_a_script_waits_is_learnt_at_its_next_verb(stage: Stage) -> None:
    """As with pyst2, whose signal handler only takes a note."""
    stage.write_blocking(
        """
        from asterisk.agi import AGISIGHUPHangup
        try:
            agi.answer()
        except AGISIGHUPHangup:
            agi.verbose('seen')
        """
    )
    async with calling(stage.server, "script/s") as peer:
        await stage.silent.asked_by(1)
        peer.say("HANGUP")
        await stage.others_are_served()
        stage.silent.hang_up()
        assert await peer.hear() == 'VERBOSE "seen" 1'


async def test_a_script_that_outlives_its_caller_by_far_is_left_behind(stage: Stage) -> None:
    """Asterisk keeps the channel of a caller who is gone as long as the script's connection lasts."""
    stage.write_blocking("agi.verbose('too late')")
    with capture_logs() as logs:
        async with calling(stage.server, "impatient/s") as peer:
            await stage.silent.asked_by(1)
            peer.say("HANGUP")
            await peer.ended()
        assert (stage.impatient.parked, stage.impatient.running) == (1, 1)
        stage.silent.hang_up()
        await until(lambda: stage.impatient.running == 0)
    assert stage.impatient.parked == 0
    assert [(entry["event"], entry["hung_up"]) for entry in logs] == [("script_outlives_its_call", True)]


async def test_closing_does_not_wait_for_a_script_that_does_not_return(stage: Stage) -> None:
    stage.write_blocking("agi.verbose('too late')")
    with capture_logs() as logs:
        async with calling(stage.server, "script/s"):
            await stage.silent.asked_by(1)
            assert await stage.server.drain(0.0) == 1
        assert (stage.host.parked, stage.host.running) == (1, 1)
        stage.silent.hang_up()
        await until(lambda: stage.host.running == 0)
    assert [(entry["event"], entry["hung_up"]) for entry in logs] == [("script_outlives_its_call", False)]


@pytest.mark.parametrize("how", ["a hang-up", "the closing"])
async def test_a_sleep_ends_with_its_call(stage: Stage, how: str) -> None:
    stage.write("import time\nagi.noop()\ntime.sleep(3600)\nagi.answer()\n")
    async with calling(stage.server, "script/s") as peer:
        assert await peer.hear() == "NOOP"
        peer.say("200 result=0")
        if how == "a hang-up":
            peer.say("HANGUP")
        else:
            await stage.server.drain(0.0)
        await peer.ended()
        await until(lambda: stage.host.running == 0)
    assert stage.host.parked == 0


async def test_sleeping_for_ever_does_not_keep_a_script_alive(stage: Stage) -> None:
    """A loop that calls no verb learns from its sleep that nobody is there."""
    stage.write("import time\nwhile True:\n    time.sleep(0.001)\n")
    async with calling(stage.server, "impatient/s") as peer:
        peer.say("HANGUP")
        await peer.ended()
        await until(lambda: stage.impatient.running == 0)


async def test_a_negative_sleep_is_the_scripts_own_mistake(stage: Stage) -> None:
    stage.write("import time\ntime.sleep(-1)\n")
    with capture_logs() as logs:
        async with calling(stage.server, "script/s") as peer:
            await peer.ended()
    assert [(entry["error"], entry["line"]) for entry in logs] == [("ValueError", 4)]


@pytest.mark.parametrize("verb", ["agi.answer()", "agi.verbose('x')", "time.sleep(0)"])
async def test_a_script_that_ignores_the_end_is_stopped_at_its_verbs(tmp_path: Path, verb: str) -> None:
    """Its thread stands still for ever: nothing can end a thread from outside."""
    host = ScriptHost(tmp_path, IMPATIENT)
    text = f"import time\nagi.noop()\nwhile True:\n    try:\n        {verb}\n    except BaseException:\n        pass\n"
    (tmp_path / "s.py").write_text(TOP + text)
    with capture_logs() as logs:
        async with serving({"script": host}) as server:
            async with calling(server, "script/s") as peer:
                assert await peer.hear() == "NOOP"
                peer.say("200 result=0", "HANGUP")
            await until(lambda: server.calls == 0)
            await until(lambda: logs != [] and logs[-1]["event"] == "script_ignores_the_end")
    assert logs[-1]["after"] == PATIENCE
    assert (host.parked, host.running) == (1, 1)
    assert all(one.daemon for one in threading.enumerate() if one.name.startswith("script ")), "no exit waits for it"


async def test_nothing_a_script_raises_reaches_the_loop(stage: Stage) -> None:
    stage.write("raise KeyboardInterrupt\n")
    with capture_logs() as logs:
        async with calling(stage.server, "script/s") as peer:
            await peer.ended()
        await stage.others_are_served()
    assert [(entry["event"], entry["error"]) for entry in logs] == [("script_failed", "KeyboardInterrupt")]


async def test_the_logs_bound_values_are_the_calls_in_the_scripts_thread_too(stage: Stage) -> None:
    async def as_a_step(channel: Channel) -> None:
        with structlog.contextvars.bound_contextvars(call="1.7"):
            await stage.host.run(channel)

    stage.write("import structlog\nagi.verbose(structlog.contextvars.get_contextvars()['call'])\n")
    async with serving({"flow": as_a_step}) as server, calling(server, "flow/s") as peer:
        assert await peer.hear() == 'VERBOSE "1.7" 1'


async def test_threads_of_a_script_do_not_keep_the_process_either(stage: Stage) -> None:
    stage.write("import threading\nagi.verbose(str(threading.Thread(target=print).daemon))\n")
    async with calling(stage.server, "script/s") as peer:
        assert await peer.hear() == 'VERBOSE "True" 1'


async def test_a_script_may_have_a_loop_of_its_own(stage: Stage) -> None:
    stage.write("import asyncio\nagi.verbose(asyncio.run(asyncio.sleep(0, 'mine')))\n")
    async with calling(stage.server, "script/s") as peer:
        assert await peer.hear() == 'VERBOSE "mine" 1'


def test_a_process_ends_although_a_script_stands_still(tmp_path: Path) -> None:
    """Threads of scripts are daemons; what is left behind must not keep ``hotline agi``."""
    (tmp_path / "s.py").write_text(TOP + "import threading\nagi.noop()\nthreading.Event().wait()\n")
    program = f"""
import asyncio
from pathlib import Path
from agi.script_thread import Bounds
from agi.scripts import ScriptHost
from tests.agi.support import calling, serving

async def main():
    host = ScriptHost(Path({str(tmp_path)!r}), Bounds(close_s=0.01))
    async with serving({{"script": host}}) as server, calling(server, "script/s") as peer:
        await peer.hear()
        peer.say("200 result=0")
        await server.drain(0.0)
        print("left behind:", host.parked)

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.endswith("left behind: 1\n")
    assert done.stderr == ""
