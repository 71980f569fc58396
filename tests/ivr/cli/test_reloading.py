"""`--reload` with the real processes: what is saved is what new calls hear, and what is wrong is told."""

from __future__ import annotations

import asyncio
import itertools
import signal
from typing import TYPE_CHECKING, Self

from ami_bridge.testing import ScriptedManager
from tests.ivr.cli.machine import FLOW, SECRETS, SENTENCES

if TYPE_CHECKING:
    from types import TracebackType

    from tests.ivr.cli.machine import Machine

HEADERS = {
    "network": "yes", "network_script": "flow/main", "request": "agi://127.0.0.1/flow/main", "channel": "PJSIP/t-1",
    "language": "en", "type": "PJSIP", "uniqueid": "t-1-1.1", "version": "22.10.1", "callerid": "13800138000",
    "calleridname": "unknown", "callingpres": "0", "callingani2": "0", "callington": "0", "callingtns": "0",
    "dnid": "100", "rdnis": "unknown", "context": "main", "extension": "100", "priority": "1", "enhanced": "0.0",
    "accountcode": "", "threadid": "1",
}  # fmt: skip
_NUMBERS = itertools.count(1)
"""No two calls have one id."""
TWO_MESSAGES = FLOW.replace("then: wait}", "then: more}").replace(
    "  wait:", "  more: {play: rescue, then: wait}\n  wait:"
)


class Call:
    """Asterisk's side of one call, which agrees to everything."""

    def __init__(self, machine: Machine) -> None:
        self._port = machine.ports.agi
        self._headers = {**HEADERS, "uniqueid": f"t-1-1.{next(_NUMBERS)}"}
        self.sounds: list[str] = []
        """What the caller was told, so far."""

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write("".join(f"agi_{name}: {value}\n" for name, value in self._headers.items()).encode() + b"\n")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._writer.close()

    async def to_the_first_sound(self) -> None:
        """Agree until a message is to be said; the answer to it is still to come."""
        async with asyncio.timeout(60):
            while not self.sounds and await self._command():
                if not self.sounds:
                    self._writer.write(b"200 result=0\n")

    async def to_the_end(self, *, first: bytes = b"200 result=0 endpos=800\n") -> list[str]:
        """Answer the sentence that waits with `first`, agree to the rest; everything that was said."""
        async with asyncio.timeout(60):
            if self.sounds:
                self._writer.write(first)
            while await self._command():
                self._writer.write(b"200 result=0 endpos=800\n")
        return self.sounds

    async def _command(self) -> bool:
        line = (await self._reader.readline()).decode()
        words = line.split()
        if words[:2] in (["STREAM", "FILE"], ["GET", "DATA"]):  # what a key may interrupt is said by the second
            self.sounds.append(words[2].strip('"'))
        return bool(line)


async def test_what_is_saved_is_what_new_calls_hear_and_old_calls_end_on_theirs(machine: Machine) -> None:
    async with machine.running("agi", "{DIR}", "--reload") as run:
        await run.says('"serving"')
        await run.says('"watching"')
        async with Call(machine) as first, Call(machine) as old:
            await first.to_the_first_sound()
            await old.to_the_first_sound()
            before = await first.to_the_end()
            machine.write("prompts/en.yaml", SENTENCES.replace("Welcome.", "Good day to you."))
            await run.says('"reloaded"')
            run.said.clear()
            machine.write("flows/main.yaml", TWO_MESSAGES)
            await run.says('"reloaded"')
            async with Call(machine) as new:
                after = await new.to_the_end()
            ended = await old.to_the_end()
        assert ended == before, "a call in progress ends on its version"
        assert len(before) == 1
        assert len(after) == 2
        assert after[0] != before[0], "the new sentence is another sound"
        assert await run.end(signal.SIGTERM) == 0
    machine.expect_nothing_left(run.process.pid)


async def test_what_is_wrong_is_told_and_the_old_version_stays(machine: Machine) -> None:
    async with machine.running("agi", "{DIR}", "--reload") as run:
        await run.says('"watching"')
        async with Call(machine) as call:
            before = await call.to_the_end()
        machine.write("flows/main.yaml", FLOW.replace("play: welcome", "play: welcom"))
        await run.says("flows/main.yaml:4:17 error F017  unknown message 'welcom'")
        await run.says("'welcome'?")
        await run.says('"not_reloaded"')
        async with Call(machine) as call:
            assert await call.to_the_end() == before
        machine.write("flows/main.yaml", TWO_MESSAGES)
        await run.says('"reloaded"')
        async with Call(machine) as call:
            assert len(await call.to_the_end()) == 2
        assert await run.end(signal.SIGTERM) == 0


async def test_what_takes_a_restart_is_told(machine: Machine) -> None:
    async with machine.running("agi", "{DIR}", "--reload") as run:
        await run.says('"watching"')
        settings = (machine.folder / "hotline.yaml").read_text("utf-8")
        machine.write("hotline.yaml", settings.replace("SELECT tier", "SELECT tier AS tier"))
        await run.says("hotline.yaml: a change of lookups needs a restart of hotline up")
        assert await run.end(signal.SIGTERM) == 0


async def test_the_whole_hotline_reloads_too(machine: Machine) -> None:
    manager = ScriptedManager(secret=SECRETS["TINY_AMI_SECRET"])
    await manager.start(machine.ports.ami)
    try:
        async with machine.running("up", "{DIR}", "--reload") as run:
            await run.says("ready      http://127.0.0.1:")
            await run.says('"folder"')
            machine.write("prompts/en.yaml", SENTENCES.replace("Welcome.", "Good evening."))
            await run.says('"reloaded"')
            assert await run.end(signal.SIGTERM) == 0
        machine.expect_nothing_left(run.process.pid)
    finally:
        await manager.stop()
