"""The acts of a dialogue on a real telephone, each when the simulated call says that it is time to."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from ivr.prompts.message import Choice, Literal
from ivr.prompts.values_alone import is_value_alone
from ivr.rehearsal import model
from ivr.rehearsal.outside import Queueing
from lab.listening import plain
from lab.phone import State
from tests.calls.asking import TONE
from tests.calls.conftest import until
from tests.calls.pace import LONGEST_S, PATIENCE_S

if TYPE_CHECKING:
    from ivr.prompts.message import Part
    from ivr.rehearsal.call import Call, Heard
    from ivr.rehearsal.house import House as Rehearsed
    from lab.phone import Phone
    from tests.calls.conftest import House
    from tests.calls.outside import Outside

SHORTEST_TALK_S = 1.5
"""As long a voice as any recording needs."""


class OnThePhone:
    """Does each act on the real phone when the simulated call says that it is time to."""

    call_id = ""
    """Which call it is, where the number does not tell."""

    def __init__(self, house: House, rehearsed: Rehearsed, call: Call, phone: Phone, outside: Outside) -> None:
        self._house = house
        self._rehearsed = rehearsed
        self._call = call
        self._phone = phone
        self._outside = outside
        self._heard = 0
        """Sentences of the simulated call that the real phone has begun to hear."""

    async def do(self, act: model.Act) -> None:
        """Do one act on both."""
        match act:
            case model.Expect(messages):
                self._listen_for(messages[-1])
                await self._catch_up()
            case model.Press(keys):
                await self._press(keys)
            case model.Wait(ms):
                await self._wait(ms)
            case model.Speak(ms):
                await self._speak(ms)
            case model.Queued():
                while self._call.listen():
                    pass
                await self._catch_up()
            case model.ComesBack(outcome):
                assert isinstance(self._call.doing, Queueing)
                queue = self._call.doing.effect.queue
                await self._outside.comes_back(self._house, self._phone, queue, outcome)
                self._call.come_back(outcome)
            case model.SetLines(lines):
                await self._catch_up()  # what was told of the line as it stood until now
                await self._outside.lines_stand(lines)
                self._call.lines.update(lines)
            case model.LeaveCall():
                await self._leave()
            case _:
                raise AssertionError(f"{type(act).__name__} cannot be done on a telephone")

    async def _press(self, keys: str) -> None:
        await self._in_line()
        self._call.press(keys[0])
        await self._catch_up()  # what the first key interrupts must have begun
        for key in keys[1:]:
            self._call.pause()
            self._call.press(key)
        await self._phone.press(keys)

    async def _wait(self, ms: int) -> None:
        """The real caller waits by listening for what comes of it; in a line that may be nothing, so time passes."""
        self._call.settle()
        if isinstance(self._call.doing, Queueing) and self._call.lines:
            await self._in_line()
            await asyncio.sleep(ms / 1000)
        self._call.wait(ms)

    async def _speak(self, ms: int) -> None:
        self._call.settle()
        await self._catch_up()
        greeting = self._call.heard[-1]
        await self._phone.hears(self._words(greeting), PATIENCE_S)
        recording, began_ms = self._call.doing, self._call.now_ms
        self._call.speak(ms)
        cut = self._call.doing is not recording
        self._phone.say(TONE * (2 + (math.ceil((self._call.now_ms - began_ms) / 1000) if cut else 0)))
        await asyncio.sleep(SHORTEST_TALK_S)

    async def _leave(self) -> None:
        await self._in_line()
        await self._outside.before_leaving()
        self._call.hang_up()
        if self._phone.state is not State.ENDED:
            await self._phone.hang_up()

    async def _in_line(self) -> None:
        """Where the simulated caller waits in a queue, wait until the real one does."""
        queue = self._call.doing
        if isinstance(queue, Queueing):
            await until(lambda: self._waits(queue.effect.queue))

    async def _waits(self, queue: str) -> bool:
        waiting = (await self._house.queue(queue))["waiting"]
        if self.call_id:
            return any(f"/{self.call_id}/" in one["visit_id"] for one in waiting)
        return any(one["caller"].endswith(self._phone.number[-4:]) for one in waiting)

    def _listen_for(self, message: str) -> None:
        while not any(one.message == message for one in self._call.heard[self._heard :]):
            assert self._call.listen(), message

    async def _catch_up(self) -> None:
        """Wait until the real caller has begun to hear what the simulated one has."""
        for one in self._call.heard[self._heard :]:
            if is_value_alone(one.message):
                continue  # digits of a number: they come between what is said before and after
            await self._phone.begins_to_hear(self._words(one), PATIENCE_S + LONGEST_S)
        self._heard = len(self._call.heard)

    def said(self, *, whole: bool) -> list[str]:
        """What the real caller must have heard: what the simulated one had by the last act, or by the end."""
        heard = self._call.heard if whole else self._call.heard[: self._heard]
        return [self._words(one) for one in heard if not is_value_alone(one.message)]

    def _words(self, one: Heard) -> str:
        """The words a sentence begins with, for its values are not those of today; where a choice is first, all of it.

        What begins with a choice tells of a line, whose figures are arranged.
        """
        first = self._first(one)
        return first.text if isinstance(first, Literal) else one.text

    def _first(self, one: Heard) -> Part:
        return self._rehearsed.catalogue.messages[one.language][one.message].sections[0].parts[0]

    @property
    def announcements(self) -> list[str]:
        """What the simulated caller was told of the line."""
        return [one.text for one in self._call.heard if isinstance(self._first(one), Choice)]

    def announced(self) -> int:
        """How often the real caller was told of the line: how many such sentences began."""
        wanted, heard = list(map(plain, self.announcements)), [plain(one.text) for one in self._phone.heard]
        return sum(any(each.startswith(words) for each in wanted) for words in heard if words)

    def words_of(self, message: str) -> str:
        """Some words of a message in the language spoken at the end, whatever its values."""
        said = self._rehearsed.catalogue.messages[self._call.cursor.language][message]
        return next(part.text for section in said.sections for part in section.parts if isinstance(part, Literal))
