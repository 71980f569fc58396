"""Who hears whom, where sound is mixed on its way: each side hums at a pitch of its own, and pitches are looked for.

What a spy hears, and what is whispered into a talk, is decoded, added and encoded again, so no byte of it is the
speaker's (`lab.listening` would find nothing). A pitch survives that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from lab.listening import alaw_to_linear, linear_to_alaw

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE: Final = 8000
LOUD: Final = 8000
"""Amplitude of a hum, of 32767."""
WINDOW: Final = 1600
"""Samples looked at at once: 200 ms, a resolution of 5 Hz."""
HEARD: Final = 0.25
"""Of the hum's own amplitude: what a person would call hearing it."""
UNHEARD: Final = 0.01
"""Less than this is silence: A-law's own noise is below it."""


def hum(hz: int, seconds: int) -> bytes:
    """A-law bytes of a hum; whole hertz, so that seconds join without a click."""
    second = linear_to_alaw(round(LOUD * math.sin(2 * math.pi * hz * at / RATE)) for at in range(RATE))
    return second * seconds


def levels(audio: bytes, hz: int) -> NDArray[np.float64]:
    """How loud that pitch is in each window of A-law bytes, 1 as it was hummed."""
    samples = np.frombuffer(alaw_to_linear(audio), dtype="<i2").astype(np.float64)
    windows = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    shape = np.hanning(WINDOW)
    wave = np.exp(-2j * np.pi * hz * np.arange(WINDOW) / RATE)
    found: NDArray[np.float64] = np.abs((windows * shape) @ wave) * 2 / shape.sum() / LOUD
    return found


def is_heard(audio: bytes, hz: int) -> bool:
    """Whether that pitch is there for two windows in a row or more."""
    loud = levels(audio, hz) > HEARD
    return bool((loud[1:] & loud[:-1]).any())


def loudest(audio: bytes, hz: int) -> float:
    """How loud that pitch ever is, 1 as it was hummed; 0 of nothing."""
    return float(levels(audio, hz).max(initial=0.0))
