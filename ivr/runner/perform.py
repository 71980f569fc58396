"""Effects into AGI verbs: one small function for each effect that waits for an input.

Questions and interruptible speech are one `GET DATA` each (docs/decisions/0005-questions-are-get-data.md).
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agi.commands import RecordFile
from agi.errors import CommandFailed
from agi.results import Ended, RecordingEnd
from ivr.engine.inputs import Found, HungUp, Keys, LookupFailed, LookupLate, Recorded, Silence, Spoken
from ivr.flow.units import whole_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from agi.channel import Channel
    from ivr.engine.effects import Ask, LookUp, Record, Say, Utterance
    from ivr.runner.ports import Lookups, Speech

BREATH_S = 0.7
"""A pause the caller does not notice as waiting: only a lookup that takes longer is covered by its `meanwhile`."""
SAMPLES_PER_S = 8000
"""RECORD FILE counts in samples of an 8 kHz file."""
MOST_SILENCE_S: Final = 1.1
"""A recording that silence ended and that is no longer has no word in it: of silence a second is left, and the frame in
which it was found long enough (`ivr.flow.units.SILENCE_LEFT_MS`)."""


class Voice:
    """Speaks and listens on one channel for one segment."""

    def __init__(self, channel: Channel, speech: Speech, recordings: Path, zone: tzinfo) -> None:
        self._channel = channel
        self._speech = speech
        self._recordings = recordings
        self._zone = zone
        self._first_key_ms: int | None = None
        self._next_key_ms: int | None = None

    async def say(self, effect: Say) -> Spoken:
        """Speak; the key that interrupted, if it may."""
        files = self._files(effect.utterances)
        if not files:
            return Spoken()
        if not effect.interruptible:
            await self._channel.exec("Playback", "&".join(files))
            return Spoken()
        # 1 ms after the last sound is as good as at once: GET DATA takes 0 for "ask the channel's clocks". The key may
        # be the first of a PIN typed ahead, so it must not enter a channel variable.
        collected = await self._channel.get_data(*files, timeout_ms=1, max_keys=1, secret=True)
        if collected.ended is Ended.EMPTY:
            return Spoken("#")
        return Spoken(collected.keys or None)

    async def ask(self, effect: Ask) -> Keys | Silence:
        """Speak and take keys, those typed ahead first."""
        ahead = effect.typed_ahead
        if effect.terminator and effect.terminator in ahead:
            return Keys(ahead.split(effect.terminator, 1)[0], "terminator")
        if len(ahead) >= effect.max_keys:
            return Keys(ahead[: effect.max_keys], "length")
        await self._set_clocks(effect.next_key_ms if ahead else effect.first_key_ms, effect.next_key_ms)
        files = () if ahead else self._files(effect.utterances)
        # One key of a menu tells nothing; several are somebody's number and must not enter a channel variable.
        wanted = effect.max_keys - len(ahead)
        secret = effect.sensitive or effect.max_keys > 1
        collected = await self._channel.get_data(*files, timeout_ms=0, max_keys=wanted, secret=secret)
        keys = ahead + collected.keys
        match collected.ended:
            case Ended.EMPTY if not effect.terminator:
                return Keys(keys + "#", "length")
            case Ended.EMPTY:
                return Keys(keys, "terminator")
            case Ended.TIMEOUT:
                return Keys(keys, "timeout") if keys else Silence()
            case _:
                full = len(keys) >= effect.max_keys
                return Keys(keys, "length" if full else "terminator")

    async def look_up(self, effect: LookUp, lookups: Lookups) -> Found | LookupLate | LookupFailed | HungUp:
        """Ask a data source; cover a long wait with a message; stop asking when the caller hangs up."""
        asking = asyncio.create_task(lookups.look_up(effect))
        leaving = asyncio.create_task(self._channel.wait_hangup())
        try:
            await asyncio.wait({asking, leaving}, timeout=BREATH_S, return_when=asyncio.FIRST_COMPLETED)
            if effect.meanwhile is not None and not asking.done() and not leaving.done():
                await self._channel.exec("Playback", "&".join(self._files((effect.meanwhile,))))
            await asyncio.wait({asking, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return await asking if asking.done() else HungUp()
        finally:
            leaving.cancel()
            asking.cancel()

    async def record(self, effect: Record) -> tuple[Recorded | HungUp, str, float]:
        """Speak, then record. Returns what to tell the engine, the file without ending, and its seconds.

        No seconds is that nothing was said: no file, or one of nothing but the silence that ended it.

        Raises:
            CommandFailed: Asterisk could not write it; a caller must not think that a message was left.
        """
        await self._channel.exec("Playback", "&".join(self._files((effect.utterance,))))
        name = str(self._recordings / uuid.uuid4().hex)
        recorded = await self._channel.record_file(
            RecordFile(name, "wav", "#", effect.longest_ms, silence_s=whole_seconds(effect.silence_ms))
        )
        seconds = recorded.end_samples / SAMPLES_PER_S
        if recorded.ended is RecordingEnd.TIMEOUT and seconds <= MOST_SILENCE_S < effect.longest_ms / 1000:
            seconds = 0.0
            await asyncio.to_thread(_discard, f"{name}.wav")
        gone = recorded.ended is RecordingEnd.HANGUP or self._channel.hung_up
        if recorded.ended is RecordingEnd.FAILED and not gone:
            raise CommandFailed("RECORD FILE", f"nothing could be recorded into {self._recordings}")
        return (HungUp() if gone else Recorded(seconds)), name, seconds

    def _files(self, utterances: Iterable[Utterance]) -> tuple[str, ...]:
        return tuple(
            file
            for utterance in utterances
            for file in self._speech.files(utterance.message, _in_zone(utterance.args, self._zone), utterance.language)
        )

    async def _set_clocks(self, first_key_ms: int, next_key_ms: int) -> None:
        """GET DATA's two clocks, told to Asterisk only when they change: most questions share theirs.

        A question for one key (a menu) has no second clock: 0.
        """
        if first_key_ms != self._first_key_ms:
            await self._channel.set_variable("TIMEOUT(response)", f"{first_key_ms / 1000:.3f}")
            self._first_key_ms = first_key_ms
        if next_key_ms and next_key_ms != self._next_key_ms:
            await self._channel.set_variable("TIMEOUT(digit)", f"{next_key_ms / 1000:.3f}")
            self._next_key_ms = next_key_ms


def _discard(path: str) -> None:
    """Take a file of nothing but silence away, where it can be: the file may be Asterisk's alone."""
    with suppress(OSError):
        Path(path).unlink(missing_ok=True)


def _in_zone(args: Mapping[str, object], zone: tzinfo) -> dict[str, object]:
    """Instants as the caller's clock shows them: data sources may tell them in any zone."""
    return {name: value.astimezone(zone) if isinstance(value, datetime) else value for name, value in args.items()}
