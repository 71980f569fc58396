"""AMI bytes into whole messages, bounds kept, and nothing decoded before it is whole.

A message ends with an empty line. Asterisk writes CR LF; text is UTF-8 by custom and any bytes in fact (a caller's name
is whatever the network sent), so decoding comes after framing and replaces what is not UTF-8.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from ami_bridge.protocol.errors import PeerError

GREETING: Final = b"Asterisk Call Manager/"
"""How every Asterisk begins (manager.c, ``session_do``); the version of the AMI protocol follows."""

MAX_GREETING: Final = 256
"""Bytes within which the greeting line must end; Asterisk's own is 28."""

MAX_MESSAGE: Final = 4 * 1024 * 1024
"""Bytes one message may have. ``core show channels`` of 10,000 calls is about 1 MB; beyond this the peer is not AMI."""

Headers: TypeAlias = dict[str, str | list[str]]
"""A message's headers as spelt by Asterisk, in order; a header that came several times is a list."""

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
        messages = block.split(_END)
        if any(len(m) > MAX_MESSAGE for m in messages):
            raise PeerError(f"a message of more than {MAX_MESSAGE} bytes")
        # Asterisk may write a further line end after a message; what is left then is empty or starts with one
        return [m for m in (raw.lstrip(b"\r\n") for raw in messages) if m]

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


def parse(raw: bytes) -> Headers:
    """The headers of a whole message; empty values are kept, a line without a colon is kept under the empty name.

    One space after the colon belongs to the syntax, all others to the value.
    """
    lines = raw.decode("utf-8", "replace").split("\r\n")
    # a list of pairs, or else ValueError: a third faster than a loop
    pairs = cast("list[tuple[str, str]]", [line.split(": ", 1) for line in lines])
    try:
        headers: Headers = dict(pairs)
    except ValueError:
        return _parse_with_care(lines)
    return headers if len(headers) == len(pairs) else _gathered(pairs)


def _gathered(pairs: list[tuple[str, str]]) -> Headers:
    """The headers of which some came several times."""
    headers: Headers = {}
    for name, value in pairs:
        before = headers.get(name)
        if before is None:
            headers[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            headers[name] = [before, value]
    return headers


def _parse_with_care(lines: list[str]) -> Headers:
    """As ``parse``: for repeated headers, ``Name:value`` without a space, and lines that are no headers at all."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            name, value = "", line
        pairs.append((name, value.removeprefix(" ")))
    return _gathered(pairs)
