"""Feeding recorded transcripts to a session, in any pieces."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agi.encoding import Written
from agi.errors import CommandRefused
from agi.session import Event, Session
from agi.testing import EOF, Step, parse_transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDER = Path(__file__).parent.parent / "transcripts" / "agi"
TRANSCRIPTS = {path.stem.partition("-22.10.1-")[2]: path for path in sorted(FOLDER.glob("asterisk-22.10.1-*.txt"))}


def steps(name: str) -> tuple[Step, ...]:
    return parse_transcript(TRANSCRIPTS[name].read_text(encoding="utf-8"))


def said(name: str) -> bytes:
    """Everything Asterisk says in a transcript."""
    return b"".join(step.line + b"\n" for step in steps(name) if not step.ours and step.line is not EOF)


@dataclass(frozen=True, slots=True)
class Played:
    """What a session made of a transcript."""

    events: list[Event]
    """Every event in order."""
    session: Session
    """The session afterwards."""


def replay(
    name: str, chunks: Callable[[bytes], Iterable[bytes]], stop_after: int | None = None, tail: bytes = b""
) -> Played:
    """Play a transcript; after ``stop_after`` bytes, or at its end and after ``tail``, Asterisk's side ends."""
    session = Session()
    events: list[Event] = []
    left = len(said(name)) if stop_after is None else stop_after
    pending = bytearray()

    def say() -> None:
        for chunk in chunks(bytes(pending)):
            events.extend(session.receive_data(chunk))
        pending.clear()

    for step in steps(name):
        if step.ours:
            say()
            if left <= 0 or step.line is EOF:
                break
            try:
                session.send(Written(step.line.decode()))
            except CommandRefused:
                break  # a cut or forged transcript ended the conversation before our line
        elif step.line is not EOF:
            taken = (step.line + b"\n")[: max(left, 0)]
            left -= len(taken)
            pending += taken
    pending += tail
    say()
    events.extend(session.receive_eof())
    return Played(events, session)
