"""G.711 exactly as Asterisk encodes it, so that a file read from disk is what its own transcoder would have sent.

Asterisk fills its tables by walking all samples upwards and keeping the last of each bin, eight samples wide for
A-law and four for µ-law: the code of a sample is that of the bin's last sample. (ITU-T G.711 leaves the rounding
inside a bin open.)
Source: `main/alaw.c` (`linear2alaw`, `ast_alaw_init`) and `main/ulaw.c` (`linear2ulaw`, `ast_ulaw_init`) of
Asterisk 22, without `G711_NEW_ALGORITHM`, which is its default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.int16]

ALAW_SILENCE = b"\xd5"
"""The A-law byte of a zero sample."""
ULAW_SILENCE = b"\xff"
"""The µ-law byte of a zero sample."""

_ALAW_MASK = 0x55
"""Even bits are inverted on the wire (G.711, table 1a)."""
_ULAW_BIAS = 0x84
_ULAW_CLIP = 32635


def to_alaw(samples: Samples) -> bytes:
    """16-bit samples as A-law, one byte each."""
    last = samples.astype(np.int32) | 7
    magnitude = np.abs(last)
    segment = np.maximum(_bits(magnitude) - 8, 0)
    step = np.where(segment == 0, 4, segment + 3)
    code = (segment << 4) | ((magnitude >> step) & 0x0F)
    mask = np.where(last >= 0, _ALAW_MASK | 0x80, _ALAW_MASK)
    return bytes((code ^ mask).astype(np.uint8))


def to_ulaw(samples: Samples) -> bytes:
    """16-bit samples as µ-law, one byte each."""
    last = samples.astype(np.int32) | 3
    magnitude = np.minimum(np.abs(last), _ULAW_CLIP) + _ULAW_BIAS
    exponent = _bits(magnitude) - 8
    code = np.where(last < 0, 0x80, 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F)
    return bytes((~code & 0xFF).astype(np.uint8))


def from_alaw(data: bytes) -> Samples:
    """A-law back into samples: the middle of each bin."""
    code = np.frombuffer(data, np.uint8).astype(np.int32) ^ _ALAW_MASK
    value = ((code & 0x0F) << 4) + 8
    segment = (code & 0x70) >> 4
    value = np.where(segment == 0, value, (value + 0x100) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, value, -value).astype(np.int16)


def from_ulaw(data: bytes) -> Samples:
    """µ-law back into samples: the middle of each bin."""
    code = 255 - np.frombuffer(data, np.uint8).astype(np.int32)
    exponent = (code & 0x70) >> 4
    value = (((code & 0x0F) << 3) + _ULAW_BIAS << exponent) - _ULAW_BIAS
    return np.where(code & 0x80, -value, value).astype(np.int16)


def _bits(magnitude: NDArray[np.int32]) -> NDArray[np.int32]:
    """How many bits each number needs; exact, since a float holds every 16-bit number."""
    return np.frexp(magnitude.astype(np.float64))[1].astype(np.int32)
