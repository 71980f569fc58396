r"""A peer that plays Asterisk from a transcript, for tests of whatever is built on this package.

A transcript is text: ``< `` a line from Asterisk, ``> `` the line we are expected to send, ``# `` a remark, ``< EOF``
the end from Asterisk's side, ``> EOF`` from ours; ``\xNN`` is a byte and ``\\`` a backslash. ``ScriptedAsterisk``
connects to a server and plays its part in chunks of your choosing; a line from us that is not the expected one
fails with both.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

EOF = b"\x04EOF"
"""Stands for the end of a side's bytes in ``Step.line``."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a transcript."""

    ours: bool
    """Whether we send it (else Asterisk does)."""
    line: bytes
    """The line without its newline, or ``EOF``."""


class TranscriptError(AssertionError):
    """What happened is not what the transcript says."""


def parse_transcript(text: str) -> tuple[Step, ...]:
    """A transcript's steps.

    Raises:
        ValueError: a line is neither ``<``, ``>`` nor ``#``.
    """
    steps = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line[:2] not in {"< ", "> ", "<", ">"}:
            raise ValueError(f"transcript line {number}: expected '< ', '> ' or '# ', found {line[:20]!r}")
        steps.append(Step(line[0] == ">", EOF if line[2:] == "EOF" else _bytes(line[2:])))
    return tuple(steps)


def whole(data: bytes) -> Iterator[bytes]:
    """All at once."""
    yield data


def by_byte(data: bytes) -> Iterator[bytes]:
    """One byte at a time."""
    for index in range(len(data)):
        yield data[index : index + 1]


def cut_at(*offsets: int) -> Callable[[bytes], Iterable[bytes]]:
    """In pieces that end at these offsets."""

    def cut(data: bytes) -> Iterator[bytes]:
        for start, end in pairwise((0, *offsets, len(data))):
            if data[start:end]:
                yield data[start:end]

    return cut


class ScriptedAsterisk:
    """Plays the ``<`` side of a transcript against a server."""

    def __init__(
        self, transcript: str | Sequence[Step], chunks: Callable[[bytes], Iterable[bytes]] = whole, reply_s: float = 5.0
    ) -> None:
        self._steps = parse_transcript(transcript) if isinstance(transcript, str) else tuple(transcript)
        self._chunks = chunks
        self._reply_s = reply_s
        self.heard: list[bytes] = []
        """Every line we sent."""

    async def play(self, port: int, host: str = "127.0.0.1") -> None:
        """Connect and play to the end.

        Raises:
            TranscriptError: a line from us was not the expected one, or did not come within ``reply_s`` seconds.
            OSError: nobody listens there.
        """
        reader, writer = await asyncio.open_connection(host, port)
        try:
            await self._play(reader, writer)
        finally:
            writer.close()

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = bytearray()
        for step in self._steps:
            if not step.ours:
                if step.line is EOF:
                    break
                said += step.line + b"\n"
                continue
            await self._say(writer, said)
            said.clear()
            await self._hear(reader, step.line)
        await self._say(writer, said)

    async def _say(self, writer: asyncio.StreamWriter, said: bytearray) -> None:
        """Send what Asterisk says up to our next line, in the chunks wanted."""
        for chunk in self._chunks(bytes(said)):
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)  # a chunk is a segment of its own only if the loop sends it

    async def _hear(self, reader: asyncio.StreamReader, expected: bytes) -> None:
        """Wait for our line and compare."""
        try:
            async with asyncio.timeout(self._reply_s):
                line = await reader.readline()
        except TimeoutError:
            raise TranscriptError(f"expected {_shown(expected)}, nothing came in {self._reply_s} s") from None
        found = line.removesuffix(b"\n") if line else EOF
        self.heard.append(found)
        if found != expected:
            raise TranscriptError(f"expected {_shown(expected)}\n   found {_shown(found)}")


def _bytes(text: str) -> bytes:
    """A transcript's text as the bytes it stands for."""
    return re.sub(
        rb"\\(\\|x[0-9a-f]{2})",
        lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1][1:], 16)]),
        text.encode(),
    )


def _shown(line: bytes) -> str:
    return "the end" if line is EOF else repr(line.decode("utf-8", "replace"))
