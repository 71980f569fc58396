"""Bytes into lines: bounded, never decoded before they are whole, never searched twice.

Each line is handed out as soon as it is complete, without its newline. What is decoded is a whole line, so a character
that TCP cut in two arrives in one piece.
"""

from __future__ import annotations

from agi.errors import PeerError

MAX_LINE_BYTES = 256 * 1024
"""One line from Asterisk, in bytes. A value we can set is at most 8 KiB (one command line); a dialplan can make longer
ones without limit. Panoramisk and every asyncio stream stop at 64 KiB; we allow four times that."""


class Lines:
    """The unfinished line between two reads."""

    __slots__ = ("_limit", "_tail")

    def __init__(self, limit: int = MAX_LINE_BYTES) -> None:
        self._limit = limit
        self._tail = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are complete now, without newline and carriage return.

        Raises:
            PeerError: a line is longer than the limit, finished or not. The buffer is empty afterwards.
        """
        tail = self._tail
        if tail:
            tail += data
            if b"\n" not in data:
                self._check(len(tail))
                return []
            data = bytes(tail)
            tail.clear()
        lines = data.split(b"\n")
        rest = lines.pop()
        if len(data) > self._limit:
            self._check(max(map(len, (rest, *lines))))
        tail += rest
        return [line.removesuffix(b"\r") for line in lines] if b"\r" in data else lines

    def _check(self, length: int) -> None:
        """Refuse a line that is too long, and forget it."""
        if length > self._limit:
            self._tail.clear()
            raise PeerError(f"a line of more than {self._limit} bytes")
