"""What goes on in a call between two inputs: one class for each effect that waits, performed as the real runner does.

`DOINGS` says which. What holds of keys, clocks and hanging up is that of `ivr.runner.perform` on Asterisk: a question
collects keys and knows two clocks, a message that may be interrupted takes one key, and everything else (a message
that may not, a lookup, a recording's greeting, a queue) drops them (docs/decisions/0005-questions-are-get-data.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.engine import effects as fx
from ivr.engine.inputs import HungUp, Keys, Recorded, Schedule, ScriptEnded, Silence, Spoken
from ivr.flow.units import SILENCE_LEFT_MS, whole_seconds
from ivr.rehearsal import keeping
from ivr.rehearsal.doing import Doing
from ivr.rehearsal.lines import told_of
from ivr.rehearsal.outside import Dialling, Queueing, Transferring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.inputs import Input
    from ivr.rehearsal.call import Call

BREATH_MS: Final = 700
"""A lookup that takes longer is covered by its `meanwhile` (`ivr.runner.perform.BREATH_S`)."""
_S: Final = 1000


class Saying(Doing):
    """A message."""

    def __init__(self, call: Call, effect: fx.Say) -> None:
        super().__init__(call)
        self._left = list(effect.utterances)
        self._interruptible = effect.interruptible

    @property
    def is_speaking(self) -> bool:
        """Until its end has been heard."""
        return True

    def listen(self) -> Input | None:
        """The next sentence, or the end."""
        if not self._left:
            return Spoken()
        self.call.hear(self._left.pop(0))
        return None

    def key(self, key: str) -> Input | None:
        """Interrupts, where that is allowed."""
        if self._left:
            self.call.hear(self._left.pop(0))
        if self._interruptible:
            return Spoken(key)
        self.call.dropped(key)
        return None


class Asking(Doing):
    """A question: `GET DATA` with what was typed ahead before it (`ivr.runner.perform.Voice.ask`)."""

    goes_on = False

    def __init__(self, call: Call, effect: fx.Ask) -> None:
        super().__init__(call)
        self.effect = effect
        self._ahead = effect.typed_ahead
        self._keys = ""
        self._left = [] if self._ahead else list(effect.utterances)

    @property
    def waits(self) -> str:
        """One key, or several."""
        return "a key" if self.effect.max_keys == 1 else "keys"

    def begin(self) -> Input | None:
        """Keys typed ahead may be all it needs."""
        effect, ahead = self.effect, self._ahead
        if effect.terminator and effect.terminator in ahead:
            return Keys(ahead.split(effect.terminator, 1)[0], "terminator")
        if len(ahead) >= effect.max_keys:
            return Keys(ahead[: effect.max_keys], "length")
        self._set_clock()
        return None

    @property
    def is_speaking(self) -> bool:
        """Until its last sentence has begun."""
        return bool(self._left)

    def listen(self) -> Input | None:
        """The next sentence; behind the last one the first clock starts."""
        if self._left:
            self.call.hear(self._left.pop(0))
            self._set_clock()
        return None

    def key(self, key: str) -> Input | None:
        """Takes it; `#` always ends the entry."""
        if len(self._left) == len(self.effect.utterances) and self._left:
            self.call.hear(self._left[0])
        self._left.clear()
        if key == "#":
            return self._ended_by_hash()
        self._keys += key
        if len(self._ahead) + len(self._keys) >= self.effect.max_keys:
            return Keys(self._ahead + self._keys, "length")
        self.due_ms = self.call.now_ms + self.effect.next_key_ms
        return None

    def expire(self) -> Input:
        """No key in time."""
        keys = self._ahead + self._keys
        return Keys(keys, "timeout") if keys else Silence()

    def _ended_by_hash(self) -> Input:
        keys = self._ahead + self._keys
        if not self._keys and not self.effect.terminator:
            return Keys(f"{keys}#", "length")
        return Keys(keys, "terminator")

    def _set_clock(self) -> None:
        if not self._left:
            clock_ms = self.effect.next_key_ms if self._ahead else self.effect.first_key_ms
            self.due_ms = self.call.now_ms + clock_ms


class LookingUp(Doing):
    """A question to a data source."""

    def __init__(self, call: Call, effect: fx.LookUp) -> None:
        super().__init__(call)
        self._effect = effect
        self._coming = call.backend.ask(effect, call.moment_of_lookup(effect.lookup))
        self._answered_ms = call.now_ms + self._coming.after_ms
        self._covered = effect.meanwhile is None or self._coming.after_ms <= BREATH_MS

    def begin(self) -> Input | None:
        """A quick answer is there at once."""
        if not self._coming.after_ms:
            return self._coming.told
        self.due_ms = self._answered_ms if self._covered else self.call.now_ms + BREATH_MS
        return None

    def expire(self) -> Input | None:
        """First the breath, then the answer."""
        if not self._covered and self._effect.meanwhile is not None:
            self._covered = True
            self.due_ms = self._answered_ms
            self.call.hear(self._effect.meanwhile)
            return None
        return self._coming.told


class AskingHours(Doing):
    """A schedule."""

    def __init__(self, call: Call, effect: fx.AskHours) -> None:
        super().__init__(call)
        self._schedule = effect.schedule

    def begin(self) -> Input:
        """Decided by the call's clock."""
        return Schedule(self.call.house.is_open(self._schedule, self.call.moment(f"the hours '{self._schedule}'")))


class AskingQueue(Doing):
    """How a queue stands."""

    def __init__(self, call: Call, effect: fx.AskQueue) -> None:
        super().__init__(call)
        self._queue = effect.queue

    def begin(self) -> Input:
        """As the dialogue says."""
        return told_of(self.call.line(self._queue))


class Recording(Doing):
    """A voicemail or a record: a greeting that cannot be interrupted, a tone, the caller's words.

    Its length is that of Asterisk's file (`ivr.runner.perform.Voice.record`): silence that ends it is cut off but for a
    second, silence before `#`, before the longest length or before the caller hangs up belongs to it.
    """

    def __init__(self, call: Call, effect: fx.Record) -> None:
        super().__init__(call)
        self._effect = effect
        self._greeting: fx.Utterance | None = effect.utterance
        self._began_ms: int | None = None
        self._silent_ms = 0
        """Since when nothing has been said."""

    @property
    def waits(self) -> str:
        """A voice."""
        return "what the caller says"

    @property
    def is_speaking(self) -> bool:
        """Until the tone."""
        return self._began_ms is None

    def listen(self) -> Input | None:
        """The greeting, then the tone."""
        if self._greeting is not None:
            self.call.hear(self._greeting)
            self._greeting = None
        elif self._began_ms is None:
            self._began_ms = self._silent_ms = self.call.now_ms
            self._set_clock()
        return None

    def speak(self, ms: int) -> Input | None:
        """The caller speaks; the recording ends when it is as long as it may be."""
        most_ms = (self._began_ms or 0) + self._effect.longest_ms - self.call.now_ms
        self.call.now_ms += min(ms, most_ms)
        if ms >= most_ms:
            return self._ended(gone=False)
        if ms:
            self._silent_ms = self.call.now_ms
            self._set_clock()
        return None

    def key(self, key: str) -> Input | None:
        """`#` ends it."""
        if self._greeting is not None:
            self.listen()
        if key == "#" and self._began_ms is not None:
            return self._ended(gone=False)
        self.call.dropped(key)
        return None

    def expire(self) -> Input:
        """Silence for long enough, or the longest length."""
        silence_ms = whole_seconds(self._effect.silence_ms) * _S
        if self.call.now_ms - (self._began_ms or 0) >= self._effect.longest_ms:
            return self._ended(gone=False)
        if self._silent_ms == self._began_ms:
            return Recorded(0.0)
        return self._ended(gone=False, cut_ms=silence_ms - SILENCE_LEFT_MS)

    def hang_up(self) -> Input:
        """What was said before is kept; of a `record` the flow is told, and does what waits for nobody."""
        told = self._ended(gone=True)
        return told if told.recording else HungUp()

    def _ended(self, *, gone: bool, cut_ms: int = 0) -> Recorded:
        ms = self.call.now_ms - self._began_ms - cut_ms if self._began_ms is not None else 0
        if ms <= 0:
            return Recorded(0.0)
        which = self.call.keep(keeping.words(self._effect.box, ms))
        return Recorded(ms / _S, which if self._effect.box is None else "", gone=gone)

    def _set_clock(self) -> None:
        silent_ms = self._silent_ms + whole_seconds(self._effect.silence_ms) * _S
        self.due_ms = min(silent_ms, (self._began_ms or 0) + self._effect.longest_ms)


class RunningScript(Doing):
    """A classic script: well, unless the dialogue says otherwise."""

    def __init__(self, call: Call, effect: fx.RunScript) -> None:
        super().__init__(call)
        self._script = effect.script

    def begin(self) -> Input:
        """At once."""
        return ScriptEnded(self.call.surroundings.scripts.get(self._script, True))


class Over(Doing):
    """The call has ended."""

    goes_on = False

    def __init__(self, call: Call, _effect: fx.HangUp | fx.Rescue) -> None:
        super().__init__(call)

    @property
    def waits(self) -> str:
        """Nothing any more."""
        return "nothing: it is over"


DOINGS: Final[Mapping[type[fx.Effect], type[Doing]]] = {
    fx.Say: Saying,
    fx.Ask: Asking,
    fx.LookUp: LookingUp,
    fx.AskHours: AskingHours,
    fx.AskQueue: AskingQueue,
    fx.Record: Recording,
    fx.RunScript: RunningScript,
    fx.Enqueue: Queueing,
    fx.DialOut: Dialling,
    fx.TransferOut: Transferring,
    fx.HangUp: Over,
    fx.Rescue: Over,
}
"""Every effect that ends a turn, and what it begins. A test compares it with the engine's own list."""
