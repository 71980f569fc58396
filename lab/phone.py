"""A telephone a test holds in its hand: it dials or is called, understands what it hears, presses keys, hangs up.

    async with Phone(("127.0.0.1", ports.sip), number="13800138000", index=prompts) as phone:
        await phone.call("96956")
        await phone.hears("欢迎致电")
        await phone.press("1")

One call at a time; any number of phones. SIPp drives the demo, the load and the agents (`lab.sipp`); this one exists
because a test decides while the call goes on, and SIPp's scenarios cannot be asked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lab.ear import NotHeardError
from lab.listening import Heard, plain, transcript
from lab.signalling import CallRefusedError, Reflex, State
from lab.user_agent import UserAgent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CallRefusedError", "NotHeardError", "Phone", "Reflex", "State"]

_UNDER_WAY_S = 0.5


class Phone(UserAgent):
    """A user agent with a memory of what a test has already heard; arguments as `UserAgent`."""

    _said = 0

    @property
    def heard(self) -> list[Heard]:
        """Every stretch of a prompt heard in this call, in order."""
        return self.ear.heard

    @property
    def transcript(self) -> str:
        """What was said, letters and digits only; `|` where a prompt was cut or a sound is unknown."""
        return transcript(self.heard)

    async def hears(self, said: str, within_s: float = 60.0) -> None:
        """Wait until these words, or the prompt of this name, were said to their end, after those awaited before.

        Raises:
            NotHeardError: not in time, with everything that was heard.
        """
        self._said += await self._awaits(said, within_s, lambda one: one.complete)

    async def begins_to_hear(self, said: str, within_s: float = 60.0) -> None:
        """Wait until a prompt with these words, or of this name, has begun; `hears` still finds it afterwards."""
        self._said += await self._awaits(said, within_s, lambda _: True) - 1

    async def _awaits(self, said: str, within_s: float, counts: Callable[[Heard], bool]) -> int:

        def found() -> int:
            return _find(self.heard[self._said :], said, counts)

        await self.ear.until(lambda: found() > 0 or (self.state is State.ENDED and self._quiet()), within_s)
        if (end := found()) > 0:
            return end
        story = "\n".join(map(_told, self.heard)) or "  nothing"
        raise NotHeardError(f"{said!r} was not heard within {within_s} s (call {self.state}); heard:\n{story}")

    def _quiet(self) -> bool:
        return time.monotonic() - self.times.get("ended", 0) > _UNDER_WAY_S

    async def press(self, keys: str, hold_ms: int = 100, gap_ms: int = 80) -> None:
        """Press keys as RFC 4733 events."""
        await self.ear.press(keys, hold_ms, gap_ms)

    def say(self, audio: bytes) -> None:
        """Speak A-law bytes."""
        self.ear.say(audio)


def _told(one: Heard) -> str:
    whole = "whole" if one.complete else "cut"
    return f"  {one.started_ms:6} ms {one.frames:4} frames {whole:5} {one.language} {one.name} {one.text}"


def _find(heard: Sequence[Heard], said: str, counts: Callable[[Heard], bool]) -> int:
    """How many stretches to the end of the first that say these words in a row, or are so named; -1 when none do."""
    wanted = plain(said)
    for begin in range(len(heard)):
        row = ""
        for end in range(begin, len(heard)):
            one = heard[end]
            if not counts(one):
                break
            if one.name == said:
                return end + 1
            row += plain(one.text)
            if wanted and wanted in row:
                return end + 1
    return -1
