"""Speech as the telephone wants it: 8 kHz, mono, one level, no dead air, whole 20 ms frames, in three codings.

Pure functions on arrays and bytes; files are somebody else's business.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import soxr  # type: ignore[import-untyped]  # it ships neither stubs nor py.typed

from ivr.prompts.g711 import to_alaw, to_ulaw
from ivr.prompts.wav import UnusableAudio, read_head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Samples = NDArray[np.int16]
    Signal = NDArray[np.float32]

RATE = 8000
"""Samples a second of a telephone."""
FRAME = 160
"""Samples of one RTP packet of 20 ms; a file that ends inside one would be filled up with whatever the switch likes."""
REVISION = 1
"""Counted up when the same input gives other bytes, so that every sound is made again."""

_WINDOW_S = 0.005
_QUIET_DB = -42.0
"""Below the loudest window by this much is silence: the tail of an f or s is about -35."""
_FLOOR = 10 ** (-60 / 20)
"""Below this of full scale there is no speech in a recording at all."""
_MARGIN_S = 0.02
"""Silence kept at each end: consonants begin softly, and fragments follow each other without a gap of their own."""
_FADE_S = 0.004
"""Ramp at each end: a cut inside a wave clicks."""
_PEAK = 10 ** (-3 / 20)
"""Loudest sample: A-law and the networks behind it distort near full scale."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One fragment, ready for the channel."""

    samples: Samples
    """16 bit, `RATE`, a whole number of `FRAME`s."""

    @property
    def seconds(self) -> float:
        """How long it is heard."""
        return len(self.samples) / RATE

    def files(self) -> Mapping[str, bytes]:
        """File ending to content: WAV for people and slin channels, headerless G.711 for all others."""
        return {".wav": to_wav(self.samples), ".alaw": to_alaw(self.samples), ".ulaw": to_ulaw(self.samples)}


def read_wav(data: bytes) -> tuple[Signal, int]:
    """A WAV file as one channel of floats within ±1, and its rate; stereo is mixed down.

    Raises:
        UnusableAudio: not PCM WAV, cut off in the middle, or of a length or rate no prompt has.
    """
    head = read_head(io.BytesIO(data), len(data))
    with wave.open(io.BytesIO(data)) as file:
        raw = file.readframes(head.samples)
    step = head.width * head.channels
    raw = raw[: len(raw) // step * step]
    return _floats(raw, head.width).reshape(-1, head.channels).mean(axis=1, dtype=np.float32), head.rate


def for_telephone(
    signal: Signal, rate: int, *, level_db: float, pause_before_s: float = 0.0, pause_after_s: float = 0.0
) -> Sound:
    """Resample, trim, level and pad.

    Args:
        signal: one channel within ±1.
        rate: its samples per second.
        level_db: wanted level of the speech itself (RMS of what is not silence), in dB below full scale; held back
            where a peak would pass -3 dB.
        pause_before_s: silence to add in front, where the text begins with a comma or a stop.
        pause_after_s: silence to add behind.

    Raises:
        UnusableAudio: there is nothing to hear in it.
    """
    centred = (signal - signal.mean()).astype(np.float32)
    narrow = centred if rate == RATE else soxr.resample(centred, rate, RATE, quality="HQ").astype(np.float32)
    speech = _levelled(_trimmed(narrow), level_db)
    before, after = (np.zeros(round(pause * RATE), np.float32) for pause in (pause_before_s, pause_after_s))
    whole = np.concatenate([before, speech, after])
    padded = np.pad(whole, (0, -len(whole) % FRAME))
    return Sound(np.rint(padded * 32767).astype(np.int16))


def to_wav(samples: Samples) -> bytes:
    """16-bit mono WAV at `RATE`."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def edges(signal: Signal) -> tuple[int, int, NDArray[np.bool_]]:
    """First and last-but-one sample of what is not silence, at `RATE`, and which windows of 5 ms are not.

    Raises:
        UnusableAudio: everything is silence.
    """
    size = round(_WINDOW_S * RATE)
    windows = np.pad(signal, (0, -len(signal) % size)).reshape(-1, size)
    loudness = np.sqrt(np.mean(np.square(windows, dtype=np.float64), axis=1))
    loudest = float(loudness.max(initial=0.0))
    if loudest < _FLOOR:
        raise UnusableAudio("nothing but silence")
    heard = loudness > loudest * 10 ** (_QUIET_DB / 20)
    found = np.flatnonzero(heard)
    return int(found[0]) * size, min(len(signal), (int(found[-1]) + 1) * size), heard


def _floats(raw: bytes, width: int) -> Signal:
    """PCM bytes of 1 to 4 bytes a sample, within ±1."""
    if width == 1:  # the one unsigned width of WAV
        return ((np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128).astype(np.float32)
    if width == 3:  # noqa: PLR2004 - 24 bit: numpy has no such type, so each sample becomes the top of a 32-bit one
        wide = np.zeros((len(raw) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        raw, width = wide.tobytes(), 4
    scale = float(2 ** (8 * width - 1))
    return (np.frombuffer(raw, f"<i{width}") / scale).astype(np.float32)


def _trimmed(signal: Signal) -> Signal:
    """Speech with its margins and soft ends."""
    first, end, _ = edges(signal)
    margin, fade = round(_MARGIN_S * RATE), round(_FADE_S * RATE)
    cut = signal[max(0, first - margin) : end + margin].copy()
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    cut[:fade] *= ramp
    cut[-fade:] *= ramp[::-1]
    return cut


def _levelled(signal: Signal, level_db: float) -> Signal:
    """Speech at the wanted level, as near as its peaks allow."""
    _, _, heard = edges(signal)
    size = round(_WINDOW_S * RATE)
    active = np.pad(signal, (0, -len(signal) % size)).reshape(-1, size)[heard]
    rms = float(np.sqrt(np.mean(np.square(active, dtype=np.float64))))
    gain = min(10 ** (level_db / 20) / rms, _PEAK / float(np.abs(signal).max()))
    return (signal * np.float32(gain)).astype(np.float32)
