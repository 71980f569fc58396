"""Calls that are with somebody outside the flow: a queue, or another telephone.

A waiting caller hears what the bridge would have him told of the line (`ivr.rehearsal.lines`), leaves it by the step's
own keys at any moment, and loses every other key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ivr.engine import effects as fx
from ivr.engine.inputs import Returned
from ivr.prompts.values import CannotSay
from ivr.rehearsal.doing import Doing
from ivr.rehearsal.lines import Told, words_of

if TYPE_CHECKING:
    from ivr.engine.inputs import Input
    from ivr.rehearsal.call import Call


class Outside(Doing):
    """The call is with a queue or another telephone; whoever has it sends it back."""

    goes_on = False
    never: ClassVar[frozenset[str]] = frozenset()
    """Outcomes it does not come back with."""

    def comes_back(self, outcome: str) -> Input:
        """With an outcome in the flow's words."""
        return Returned(outcome)

    def hang_up(self) -> None:
        """Who leaves a queue or a talk does not come back, so the engine is told nothing."""


class Queueing(Outside):
    """In a queue, until somebody answers, a key leads out, or `longest` is over (app_queue's own timeout)."""

    def __init__(self, call: Call, effect: fx.Enqueue) -> None:
        super().__init__(call)
        self.effect = effect
        self._ends_ms = call.now_ms + effect.longest_ms
        self._told = Told(call.now_ms)
        self._every_ms = call.house.announced_every_ms.get(effect.queue, 0)
        """How often Asterisk plays an announcement in this queue, if one lies ready."""
        self._next_ms = call.now_ms + self._every_ms
        self._set_clock()

    @property
    def waits(self) -> str:
        """An agent, or a key."""
        keys = ", ".join(self.effect.exit_keys)
        return f"somebody in queue '{self.effect.queue}'" + (f", or key {keys}" if keys else "")

    def key(self, key: str) -> Input | None:
        """A key of the step leads out of the line; no other does anything."""
        return Returned("left_by_key", key) if key in self.effect.exit_keys else super().key(key)

    def expire(self) -> Input | None:
        """The line is announced, or nobody came in time."""
        if self.call.now_ms >= self._ends_ms:
            return Returned("timed_out")
        self._announce()
        self._next_ms += self._every_ms
        self._set_clock()
        return None

    def _announce(self) -> None:
        call, announce = self.call, self.effect.announce
        line = call.lines.get(self.effect.queue)
        if announce is None or line is None:
            return
        words = words_of(announce, line, self._told, call.now_ms)
        if words is None:
            return
        message, args = words
        try:
            call.hear(fx.Utterance(message, args, call.cursor.language))
        except CannotSay:
            return  # the bridge notes it, and the music goes on
        self._told = self._told.and_now(args, call.now_ms)

    def _set_clock(self) -> None:
        self.due_ms = min(self._next_ms, self._ends_ms) if self._every_ms else self._ends_ms


class Dialling(Outside):
    """Another telephone rings, until somebody answers or `ring` is over."""

    def __init__(self, call: Call, effect: fx.DialOut | fx.TransferOut) -> None:
        super().__init__(call)
        self.to = effect.to
        self.due_ms = call.now_ms + effect.ring_ms

    @property
    def waits(self) -> str:
        """Whoever was called."""
        return f"an answer from '{self.to}'"

    def expire(self) -> Input:
        """Nobody in time."""
        return Returned("no_answer")


class Transferring(Dialling):
    """Another telephone rings; once it is answered the call is away."""

    never = frozenset({"answered"})

    @property
    def waits(self) -> str:
        """Whoever is to have the call."""
        return f"{super().waits}, for good"
