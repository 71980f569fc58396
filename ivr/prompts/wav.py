"""The head of a WAV file: what `hotline check` looks at, so that a wrong recording shows before any sound is made."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from typing import BinaryIO, Final

WIDTHS: Final = range(1, 5)
"""Bytes a sample may have."""
_SHORTEST_S, _LONGEST_S = 0.05, 300.0
_RATES = range(8000, 192_001)
_MOST_CHANNELS: Final = 2

USABLE: Final = "PCM WAV, 8 to 32 bit, 8 to 192 kHz, mono or stereo, 50 ms to 5 min of speech"


class UnusableAudio(Exception):  # noqa: N818 - a state of the file, not a fault of the program
    """A WAV file that cannot become a prompt; the text says what was found."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says about itself."""

    channels: int
    width: int
    """Bytes of one sample."""
    rate: int
    """Samples a second."""
    samples: int
    """As the file says; one that was written to a pipe has fewer."""


def read_head(file: BinaryIO, size: int) -> Head:
    """The head of an open WAV file; the sound itself is not read.

    Args:
        file: at its beginning.
        size: bytes the whole file has.

    Raises:
        UnusableAudio: not PCM WAV, cut off in the middle, or of a length or rate no prompt has.
    """
    try:
        with wave.open(file) as sound:
            channels, width, rate, samples = sound.getparams()[:4]
            head = Head(channels, width, rate, samples)
            there = size - file.tell()
    except (wave.Error, EOFError) as error:
        raise UnusableAudio(f"not a PCM WAV file ({str(error) or 'cut off'})") from None
    if width not in WIDTHS or rate not in _RATES or not 1 <= channels <= _MOST_CHANNELS:
        raise UnusableAudio(f"{rate} Hz, {8 * width} bit, {channels} channels")
    told_s, there_s = samples / rate, max(0, there) / (width * channels * rate)
    refuse_length(min(told_s, there_s))
    if there_s + _SHORTEST_S < told_s <= _LONGEST_S:  # who writes to a pipe knows no length, and tells of hours
        raise UnusableAudio(f"cut off: {there_s:.2f} of {told_s:.2f} s are there")
    return head


def refuse_length(seconds: float) -> None:
    """Refuse what is too short to be heard or too long to be a prompt.

    Raises:
        UnusableAudio: it is.
    """
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise UnusableAudio(f"{seconds:.2f} s long")
