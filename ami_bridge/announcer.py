"""Callers hear how the line stands, from Asterisk's own periodic announcement, which is made for each of them.

Asterisk plays one file per queue, at its own time, and finds it by the channel's language. So a caller's announcement
is put into a folder of its own, and shortly before it is due his channel gets that folder's name for a language; a
moment later it is the plain one again. The caller never leaves the line for it. See docs/decisions/0009.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from ami_bridge.domain.line import Told, heard, line_of, ready, wish_of
from ami_bridge.protocol.errors import ActionRefusedHere, AmiError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ami_bridge.client import Reply
    from ami_bridge.domain.line import Words
    from ami_bridge.domain.model import State, Visit

LOOK_S = 1.0

log = structlog.get_logger("bridge.announcer")


class Voice(Protocol):
    """Makes announcements into sound."""

    async def put(self, words: Words) -> str | None:
        """Have it where Asterisk finds it; the channel language that leads there, None when it cannot be said."""


class Switch(Protocol):
    """One Asterisk, watched: `ami_bridge.bridge.Bridge`."""

    state: State

    async def ask(self, name: str, fields: dict[str, str]) -> Reply:
        """Have it do something."""


class Announcer:
    """Keeps the announcements of waiting callers ready and true."""

    def __init__(self, switch: Switch, voice: Voice, clock: Callable[[], datetime]) -> None:
        self._switch = switch
        self._voice = voice
        self._clock = clock
        self._told: dict[str, Told] = {}
        """By visit."""

    async def run(self) -> None:
        """Look after them each second, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()

    async def look(self) -> None:
        """Every waiting caller once. While we do not know everything nothing is told."""
        state = self._switch.state
        waiting = [
            visit
            for queue in {visit.row.queue for visit in state.visits.values() if wish_of(visit.announce)}
            for visit in line_of(state, queue)
            if wish_of(visit.announce)
        ]
        self._told = {visit.id: self._told.get(visit.id) or Told(visit.row.entered_at) for visit in waiting}
        for visit in waiting:
            await self._look_after(state, visit)

    async def _look_after(self, state: State, visit: Visit) -> None:
        before = self._told[visit.id]
        now = self._clock()
        told = heard(before, visit)
        if state.knowing == "complete":
            told = ready(state, visit, told, now)
        else:
            told = Told(told.since, told.ahead, told.wait_s)
        if told.ready == before.ready:
            self._told[visit.id] = told
        elif told.ready is None:
            await self._speak(visit, visit.row.language)
            self._told[visit.id] = told
        else:
            language = await self._voice.put(told.ready)
            if language is not None and await self._speak(visit, language):
                self._told[visit.id] = told

    async def _speak(self, visit: Visit, language: str) -> bool:
        """Give the caller's channel this language; false when it is gone, or the switch does not answer."""
        fields = {"Channel": visit.row.channel_id, "Variable": "CHANNEL(language)", "Value": language}
        try:
            await self._switch.ask("Setvar", fields)
        except (AmiError, ActionRefusedHere) as wrong:
            log.info("announcer.not_set", reason=str(wrong))
            return False
        return True
