"""What happens to a waiting caller that is not the caller's doing: agents, other callers, the switch.

A dialogue says `comes back: withdrawn` or `queues: {service: {ahead: 0}}`; here is what makes it so on a real line.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from lab.ports import LOOPBACK
from tests.calls.conftest import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from ivr.rehearsal.model import Line
    from lab.phone import Phone
    from lab.rig import Rig
    from tests.calls.conftest import House

Condition: TypeAlias = Callable[[], Awaitable[bool]]
_ANSWERED_WITHIN_S = 60.0
_TURN_S = 180.0
"""A caller's turn comes when others have gone their ways through menus and lines."""


class Outside:
    """What one call meets; that of most tests, in which agents and clocks do the rest."""

    async def before_dialling(self) -> None:
        """The caller is about to dial."""

    async def comes_back(self, house: House, phone: Phone, queue: str, outcome: str) -> None:
        """The caller is on the way into this queue, or in it, and is to come back like this."""
        if outcome == "withdrawn":
            channel = await waiting_channel(house, phone.number, queue)
            await until(lambda: withdraw(house.rig, channel, queue))

    async def lines_stand(self, lines: Mapping[str, Line]) -> None:
        """The queues are to stand like this from now on."""
        raise AssertionError(f"nobody makes the queues stand so: {lines}")

    async def before_leaving(self) -> None:
        """The caller has done all there was to do, and is about to hang up."""


OUTSIDE = Outside()


async def waiting_channel(house: House, number: str, queue: str) -> str:
    """The channel of this number, once Asterisk runs Queue(queue,…) on it."""
    channel = ""

    async def there() -> bool:
        nonlocal channel
        shown = await asyncio.to_thread(house.rig.asterisk.cli, "core show channels concise")
        lines = [line.split("!") for line in shown.splitlines()]
        found = [line for line in lines if number in line and any(part.split(",")[0] == queue for part in line)]
        channel = next((name for name, *told in found if "Queue" in told), "")
        return bool(channel)

    await until(there)
    return channel


async def withdraw(rig: Rig, channel: str, queue: str) -> bool:
    """Take a waiting caller out of the line, as a supervisor's program does (AMI `QueueWithdrawCaller`, Asterisk 20).

    Asterisk only notes it; the caller leaves at the next turn of app_queue's loop, a second later at most. False when
    it refuses: the channel may be on its way into the line yet.
    """
    reader, writer = await asyncio.open_connection(LOOPBACK, rig.ports.ami)
    secret = rig.environment["HOTLINE_AMI_SECRET"]
    try:
        await reader.readline()  # the greeting
        for action in (
            {"Action": "Login", "Username": "hotline", "Secret": secret, "Events": "off"},
            {"Action": "QueueWithdrawCaller", "Queue": queue, "Caller": channel},
        ):
            writer.write("".join(f"{name}: {value}\r\n" for name, value in action.items()).encode() + b"\r\n")
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _ANSWERED_WITHIN_S)
            if b"Response: Success" not in answer:
                assert action["Action"] != "Login", answer
                return False
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    return True


@contextlib.asynccontextmanager
async def queues_are(house: House, pattern: str, instead: str) -> AsyncIterator[None]:
    """Have Asterisk know its queues otherwise for a while: what matches in the rendered file is `instead` then."""
    path = house.rig.asterisk.etc / "generated" / "queues-hotline.conf"
    before = path.read_text("utf-8")
    after = re.sub(pattern, instead, before)
    assert after != before
    await _reload(house, path, after)
    try:
        yield
    finally:
        await _reload(house, path, before)


async def _reload(house: House, path: Path, text: str) -> None:
    """Asterisk has read the file when its command line answers (app_queue.c, `reload_handler`)."""
    await asyncio.to_thread(path.write_text, text, "utf-8")
    await asyncio.to_thread(house.rig.asterisk.cli, "queue reload all")


class InTurn(Outside):
    """A caller who dials when the line stands so, and hangs up when it stands otherwise.

    Args:
        before: What is waited for before dialling.
        leaves_after: What is waited for before hanging up.
    """

    def __init__(self, before: Condition | None = None, leaves_after: Condition | None = None) -> None:
        self._before = before
        self._leaves_after = leaves_after

    async def before_dialling(self) -> None:
        """In turn."""
        if self._before is not None:
            await until(self._before, _TURN_S)

    async def before_leaving(self) -> None:
        """Not before the others are done."""
        if self._leaves_after is not None:
            await until(self._leaves_after, _TURN_S)
