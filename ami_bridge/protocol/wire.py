"""AMI bytes into whole messages, bounds kept, and nothing decoded before it is whole.

A message ends with an empty line. Asterisk writes CR LF; text is UTF-8 by custom and any bytes in fact (a caller's name
is whatever the network sent), so decoding comes after framing and replaces what is not UTF-8.
"""

from __future__ import annotations

from itertools import repeat
from typing import Final

from ami_bridge.protocol.errors import PeerError

GREETING: Final = b"Asterisk Call Manager/"
"""How every Asterisk begins (manager.c, ``session_do``); the version of the AMI protocol follows."""

MAX_GREETING: Final = 256
"""Bytes within which the greeting line must end; Asterisk's own is 28."""

MAX_MESSAGE: Final = 4 * 1024 * 1024
"""Bytes one message may have. ``core show channels`` of 10,000 calls is about 1 MB; beyond this the peer is not AMI."""

_END = b"\r\n\r\n"


class Framing:
    """Cuts a byte stream into messages; linear in its input however it is split."""

    def __init__(self) -> None:
        self.version: str | None = None
        """The protocol version of the greeting (``11.0.0``); None until it came."""
        self._held = bytearray()

    @property
    def held(self) -> int:
        """Bytes of the message that is not yet whole."""
        return len(self._held)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages these bytes complete, without their ends.

        Raises:
            PeerError: no AMI greeting, or a message beyond ``MAX_MESSAGE``. The stream is useless afterwards.
        """
        held = self._held
        if not held and self.version is not None and (end := data.rfind(_END)) >= 0:  # as mostly
            held += data[end + len(_END) :]
            return self._cut(data[:end])
        fresh_from = len(held)
        held += data
        if self.version is None:
            if not self._greeted():
                return []
            fresh_from = 0
        # the end may straddle the border of old and new bytes by up to three
        end = held.rfind(_END, max(0, fresh_from - len(_END) + 1))
        if end < 0:
            if len(held) > MAX_MESSAGE:
                raise PeerError(f"a message of more than {MAX_MESSAGE} bytes")
            return []
        block = bytes(held[:end])
        del held[: end + len(_END)]
        return self._cut(block)

    @staticmethod
    def _cut(block: bytes) -> list[bytes]:
        messages = block.split(_END)
        if len(block) > MAX_MESSAGE and max(map(len, messages)) > MAX_MESSAGE:
            raise PeerError(f"a message of more than {MAX_MESSAGE} bytes")
        # Asterisk may write a further line end after a message; what is left then is empty or starts with one, but the
        # last end was looked for from behind, and so the spare one, if any, stands before it
        messages[-1] = messages[-1].removesuffix(b"\r\n")
        return list(filter(None, map(bytes.lstrip, messages, repeat(b"\r\n"))))

    def _greeted(self) -> bool:
        held = self._held
        start = bytes(held[: len(GREETING)])
        if not GREETING.startswith(start):
            raise PeerError(f"no AMI greeting, but {bytes(held[:40])!r}")
        end = held.find(b"\r\n", 0, MAX_GREETING)
        if end < 0:
            if len(held) > MAX_GREETING:
                raise PeerError("an endless AMI greeting")
            return False
        self.version = held[len(GREETING) : end].decode("ascii", "replace")
        del held[: end + 2]
        return True


def event_name(raw: bytes) -> bytes | None:
    """The event a raw message reports, told by its first line alone; None for a response."""
    if not raw.startswith(b"Event: "):
        return None
    end = raw.find(b"\r", 7)
    return raw[7:end] if end > 0 else raw[7:]
