"""Places in text files: what a diagnostic points at."""

from __future__ import annotations

from dataclasses import dataclass

from dialplan.made_quickly import made_quickly


@made_quickly
@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line of one file."""

    file: str
    """Name of the file as the admin knows it, usually relative to the hotline's folder, with forward slashes."""
    line: int
    """Line number, counted from 1."""
    column: int
    """First character of the stretch, counted from 1 in characters (not bytes, not screen cells)."""
    length: int = 1
    """Characters in the stretch; a stretch never runs past the end of its line when it is shown."""

    def __str__(self) -> str:
        """The place as editors and terminals understand it: `flows/main.yaml:31:14`."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Source:
    """One text file's name and content, kept so that a diagnostic can show the line it speaks about."""

    name: str
    """The same name as in the spans that point into it."""
    text: str
    """The whole content, decoded."""

    def line(self, number: int) -> str | None:
        """The text of line `number` (from 1) without its line end, or None when there is no such line."""
        lines = self.lines()
        return lines[number - 1] if 0 < number <= len(lines) else None

    def lines(self) -> list[str]:
        """All lines without their ends, cut at CR, LF and CRLF only, as editors count them."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
