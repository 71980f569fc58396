"""One message to all viewers as a WebSocket frame, made once: as it is, and packed for those who can unpack. Pure.

A frame of a server is not masked (RFC 6455, section 5.1), so that the same bytes do for every viewer. A packed one does
not refer back to the message before (RFC 7692, section 7.1.1: a sender need not), so that it, too, does for all,
whoever came when: packing costs a fraction of a millisecond, once, and each viewer's copy is a tenth of the size.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

WINDOW_BITS: Final = 15
"""Frames are packed with zlib's whole window; a viewer that wants a smaller one is given them as they are."""
_TEXT: Final = 0x81
"""The last frame of a message, which is text: RFC 6455, section 5.2."""
_PACKED: Final = 0x40
"""RSV1: the message is packed (RFC 7692, section 6)."""
_TAIL: Final = b"\x00\x00\xff\xff"
"""What a sync flush ends with; it is taken off, and put on again by the reader (RFC 7692, section 7.2.1)."""
_SHORT: Final = 1024
"""Bytes; a message that fits into one packet anyway is not packed."""
_IN_7_BITS, _IN_16_BITS = 126, 1 << 16


class Message:
    """A message's text, and its frames once somebody wants them."""

    __slots__ = ("_packed", "_plain", "text")

    def __init__(self, text: bytes) -> None:
        self.text: Final = text
        self._plain: bytes | None = None
        self._packed: bytes | None = None

    def frame(self, *, packed: bool) -> bytes:
        """The whole frame, header and all."""
        if packed and len(self.text) >= _SHORT:
            if self._packed is None:
                self._packed = _frame(_TEXT | _PACKED, _deflated(self.text))
            return self._packed
        if self._plain is None:
            self._plain = _frame(_TEXT, self.text)
        return self._plain


def _frame(first: int, body: bytes) -> bytes:
    size = len(body)
    if size < _IN_7_BITS:
        return struct.pack("!BB", first, size) + body
    if size < _IN_16_BITS:
        return struct.pack("!BBH", first, 126, size) + body
    return struct.pack("!BBQ", first, 127, size) + body


def _deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(zlib.Z_BEST_SPEED, zlib.DEFLATED, -WINDOW_BITS)
    return (packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_TAIL)
