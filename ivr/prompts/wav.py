"""What a WAV file says about itself, without its sound: enough to tell most of those that cannot become a prompt."""

from __future__ import annotations

import wave
from typing import BinaryIO, Final

SHORTEST_S: Final = 0.05
LONGEST_S: Final = 300.0
RATES: Final = range(8000, 192_001)
WIDTHS: Final = frozenset({1, 2, 3, 4})
"""Bytes of one sample."""
_STEREO: Final = 2


class UnusableAudio(Exception):  # noqa: N818 - a state of the file, not a fault of the program
    """A WAV file that cannot become a prompt; the text says what was found."""


def refuse_format(width: int, rate: int, channels: int) -> None:
    """Raise for a format that prompts are not made of.

    Raises:
        UnusableAudio: with what it is.
    """
    if width not in WIDTHS or rate not in RATES or not 1 <= channels <= _STEREO:
        raise UnusableAudio(f"{rate} Hz, {8 * width} bit, {channels} channels")


def refuse_length(seconds: float) -> None:
    """Raise for a length no prompt has.

    Raises:
        UnusableAudio: with how long it is.
    """
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise UnusableAudio(f"{seconds:.2f} s long")


def refuse_header(file: BinaryIO) -> None:
    """Raise for a file whose beginning shows already that it cannot be used; its sound is not read.

    Raises:
        UnusableAudio: not PCM WAV, or of a length or rate no prompt has.
    """
    try:
        with wave.open(file) as recording:
            channels, width, rate, count = recording.getparams()[:4]
    except (wave.Error, EOFError) as error:
        raise UnusableAudio(f"not a PCM WAV file ({str(error) or 'cut off'})") from None
    refuse_format(width, rate, channels)
    refuse_length(count / rate)
