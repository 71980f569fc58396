"""Watches the AGI servers Asterisk sends callers to, and takes the callers of a stalled one to a person.

A caller in the hands of a server is known by the place in the dialplan and by HL_AGI, which the dialplan sets before
each AGI(), not by the application: an `EXEC` of the server leaves its own name there until the AGI ends (seen on
Asterisk 22.10.1: `Read` while the caller was long in a GET DATA).

A server that refuses the connection needs nobody: Asterisk goes on in the dialplan by itself. One that accepts and then
says nothing is never timed out by Asterisk; its callers sit in silence until someone moves them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import structlog

from ami_bridge.protocol.errors import AmiError
from ami_bridge.settings import place_of
from ami_bridge.translate import variables_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ami_bridge.client import Reply
    from ami_bridge.protocol.actions import Fields
    from ami_bridge.settings import AgiServer, WatchdogSettings
    from ami_bridge.spoken import Heard

    Ask = Callable[[str, Fields | None], Awaitable[Reply]]

log = structlog.get_logger("bridge.watchdog")

PROBE = (
    b"agi_network: yes\n"
    b"agi_network_script: ping\n"
    b"agi_request: agi://localhost/ping\n"
    b"agi_channel: none\n"
    b"agi_uniqueid: probe\n"
    b"\n"
)
"""A header block like Asterisk's own; our server answers the script ``ping`` with a line and hangs up."""


_EXPECTED = "AGIEXITONHANGUP=yes set before AGI(): without it Asterisk stays with the stalled server"
"""Seen on Asterisk 22.10.1: a Redirect is answered with Success either way, and is followed only with that variable."""


class Health(Enum):
    """What one probe found."""

    ANSWERS = "answers"
    REFUSES = "refuses"
    """Nobody listens: Asterisk notices by itself."""
    SILENT = "silent"
    """Somebody took the connection and said nothing in time."""


async def probe(server: AgiServer, answer_s: float) -> Health:
    """Asks one server for a line. Anything it says is an answer; an orderly end without a word is one too."""
    try:
        async with asyncio.timeout(answer_s):
            reader, writer = await asyncio.open_connection(server.host, server.port)
    except TimeoutError:
        return Health.SILENT  # a full accept queue: Asterisk's callers wait in it as well
    except OSError:
        return Health.REFUSES
    try:
        async with asyncio.timeout(answer_s):
            writer.write(PROBE)
            await writer.drain()
            await reader.readline()
    except TimeoutError:
        return Health.SILENT
    except OSError:
        return Health.REFUSES
    finally:
        writer.transport.abort()
    return Health.ANSWERS


@dataclass(slots=True)
class Stall:
    """One server's record."""

    silent: int = 0
    """Unanswered probes in a row."""
    rescued: set[str] = field(default_factory=set)
    """Channels (by Uniqueid) already moved in this stall; none is moved twice."""
    stuck: set[str] = field(default_factory=set)
    """Of these, those still in AGI afterwards; said once each."""


class Watchdog:
    """Probes every server in turn and rescues the callers of those that stall."""

    def __init__(self, settings: WatchdogSettings, ask: Ask) -> None:
        self.settings = settings
        self.rescues = 0
        """Callers moved since the start."""
        self._ask = ask
        self._stalls = {server: Stall() for server in settings.servers}

    async def run(self) -> None:
        """Watches for ever."""
        while True:
            await asyncio.gather(*(self.look_at(server) for server in self.settings.servers))
            await asyncio.sleep(self.settings.every_s)

    async def look_at(self, server: AgiServer) -> Health:
        """One probe, and what follows from it."""
        health = await probe(server, self.settings.answer_s)
        stall = self._stalls.setdefault(server, Stall())
        if health is not Health.SILENT:
            if stall.silent >= self.settings.misses:
                log.info("agi.recovered", server=server.address, rescued=len(stall.rescued), found=health.value)
            self._stalls[server] = Stall()
            return health
        stall.silent += 1
        if stall.silent == self.settings.misses:
            log.error("agi.stalled", server=server.address, silent_probes=stall.silent)
        if stall.silent >= self.settings.misses:
            await self._rescue(server, stall)
        return health

    async def _rescue(self, server: AgiServer, stall: Stall) -> None:
        try:
            listed = await self._ask("CoreShowChannels", None)
        except AmiError as wrong:
            log.warning("agi.rescue_failed", server=server.address, reason=str(wrong))
            return
        for row in listed.rows:
            if not self._is_in_the_hands_of(server, row):
                continue
            channel_id = row.text("Uniqueid")
            if channel_id not in stall.rescued:
                await self._move(server, stall, row.text("Channel"), channel_id)
            elif channel_id not in stall.stuck:
                stall.stuck.add(channel_id)
                log.error("agi.rescue_did_not_take", channel_id=channel_id, expected=_EXPECTED)

    def _is_in_the_hands_of(self, server: AgiServer, row: Heard) -> bool:
        """Whether this server leads the call.

        An address in AGI's own data decides. Where only AGI runs, the dialplan's HL_AGI does; a dialplan that is older
        than that variable leaves no doubt only where there is but one server.
        """
        if row.text("Application") == "AGI" and (named := place_of(row.text("ApplicationData").partition(",")[0])):
            return named == server.place
        if row.text("Context") != self.settings.run_context:
            return False
        asked = variables_of(row).get("HL_AGI")
        return place_of(asked) == server.place if asked else self.settings.servers == (server,)

    async def _move(self, server: AgiServer, stall: Stall, channel: str, channel_id: str) -> None:
        s = self.settings
        try:
            await self._ask(
                "Redirect",
                {"Channel": channel, "Context": s.context, "Exten": s.exten, "Priority": s.priority},
            )
        except AmiError as wrong:
            log.warning("agi.rescue_failed", server=server.address, channel_id=channel_id, reason=str(wrong))
            return
        stall.rescued.add(channel_id)
        self.rescues += 1
        log.warning("agi.rescued", server=server.address, channel_id=channel_id)
