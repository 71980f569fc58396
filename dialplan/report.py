"""Diagnostics as people and machines read them: text with the line and a caret, JSON, GitHub annotations, Markdown."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dialplan.diagnostics import CodeDoc, Diagnostic
    from dialplan.source import Source, Span

    Paint = Callable[[str, str], str]

_GUTTER = 5
"""Screen cells for the line number, right-aligned."""

_WIDEST_LINE = 160
"""Screen cells of a source line shown in a snippet; a longer line is shown from near the place on."""

_TAB = "    "
"""What a tab is shown as: a fixed width keeps the caret under its word in every terminal."""

_STYLES = {"error": "1;31", "warning": "1;33", "caret": "1;31", "hint": "36", "dim": "2", "bold": "1"}
"""ANSI styles (Select Graphic Rendition numbers) by what is shown."""


def as_text(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], *, color: bool = False, scope: str = ""
) -> str:
    """All diagnostics for a person, in the order of files and lines, with a last line that counts them.

    Args:
        diagnostics: in any order.
        sources: the files by name; a diagnostic whose file is not there is shown without its snippet.
        color: whether to add ANSI colours.
        scope: what was looked at, for the count: `3 flows, 41 prompts, 3 languages`.
    """
    paint = _painted if color else _plain
    found = in_order(diagnostics)
    lines: list[str] = []
    for diagnostic in found:
        lines += _described(diagnostic, sources, paint)
    lines.append(paint(count_line(found, scope), "bold"))
    return "\n".join(lines) + "\n"


def count_line(diagnostics: Sequence[Diagnostic], scope: str = "") -> str:
    """The last line of a report: `2 errors, 0 warnings in 3 flows`."""
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    count = f"{_plural(errors, 'error')}, {_plural(warnings, 'warning')}"
    return f"{count} in {scope}" if scope else count


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """All diagnostics as one JSON object with a line end, for programs; columns count characters from 1."""
    found = in_order(diagnostics)
    return (
        json.dumps(
            {
                "errors": sum(diagnostic.severity == "error" for diagnostic in found),
                "warnings": sum(diagnostic.severity == "warning" for diagnostic in found),
                "diagnostics": [_record(diagnostic) for diagnostic in found],
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


def as_github(diagnostics: Iterable[Diagnostic]) -> str:
    """One workflow command a line, which GitHub (and compatible forges) shows beside the changed lines."""
    return "".join(_annotation(diagnostic) + "\n" for diagnostic in in_order(diagnostics))


def as_markdown(codes: Mapping[str, CodeDoc]) -> str:
    """The reference page of all codes, one anchor (`#f012`) a code; the docs keep a copy that a test compares."""
    parts = [
        "# Diagnostics\n",
        "Every mistake in a hotline's text files is told with a code that never changes its meaning.\n",
        "| code | rule |\n| --- | --- |\n"
        + "".join(f"| [{doc.code}](#{doc.code.lower()}) | {doc.title} |\n" for doc in codes.values()),
    ]
    for doc in codes.values():
        parts.append(f'<a id="{doc.code.lower()}"></a>\n\n## {doc.code}: {doc.title}\n\n{doc.explanation.strip()}\n')
        parts.append(f"Gives {doc.code}:\n\n{_fenced(doc.bad, doc.language)}\n")
        parts.append(f"Right:\n\n{_fenced(doc.good, doc.language)}\n")
    return "\n".join(parts)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file, then place, then code; what has no line comes first in its file."""

    def place(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
        if diagnostic.span is None:
            return (diagnostic.file or "", 0, 0, diagnostic.code, diagnostic.message)
        return (diagnostic.span.file, diagnostic.span.line, diagnostic.span.column, diagnostic.code, diagnostic.message)

    return sorted(diagnostics, key=place)


def display_width(text: str) -> int:
    """Screen cells a terminal uses for `text`: two for ideographs and full-width signs, none for combining marks."""
    return sum(_cells(character) for character in text)


def _described(diagnostic: Diagnostic, sources: Mapping[str, Source], paint: Paint) -> list[str]:
    head = f"{paint(diagnostic.severity, diagnostic.severity)} {diagnostic.code}  {_visible(diagnostic.message)}"
    lines = [f"{_visible(diagnostic.place)} {head}" if diagnostic.place else head]
    snippet = _snippet(diagnostic, sources, paint) if diagnostic.span else []
    lines += snippet
    margin = " " * (_GUTTER + 1)
    if diagnostic.expected:
        lines.append(f"{margin}= expected: {_visible(diagnostic.expected)}")
    if diagnostic.hint and not snippet:
        lines.append(f"{margin}= {paint(_visible(diagnostic.hint), 'hint')}")
    return lines


def _snippet(diagnostic: Diagnostic, sources: Mapping[str, Source], paint: Paint) -> list[str]:
    """The line before, the line itself and the caret; nothing when the file or the line is not known."""
    span = diagnostic.span
    source = sources.get(span.file) if span else None
    text = source.line(span.line) if source and span else None
    if source is None or span is None or text is None:
        return []
    lines = []
    before = source.line(span.line - 1)
    if before is not None and before.strip():
        lines.append(_numbered(span.line - 1, _clipped(before, 0), paint))
    shown, pad, width = _framed(text, span)
    hint = f" {paint(_visible(diagnostic.hint), 'hint')}" if diagnostic.hint else ""
    lines.append(_numbered(span.line, shown, paint))
    lines.append(f"{paint(' ' * _GUTTER + ' |', 'dim')} {' ' * pad}{paint('^' * width, 'caret')}{hint}")
    return lines


def _numbered(number: int, text: str, paint: Paint) -> str:
    return f"{paint(f'{number:>{_GUTTER}} |', 'dim')} {text}".rstrip()


def _framed(text: str, span: Span) -> tuple[str, int, int]:
    """The line as shown, the cells before the caret, and the caret's width in cells."""
    start = min(max(span.column - 1, 0), len(text))
    stop = min(start + max(span.length, 1), len(text))
    first = 0
    ahead = _shown(text[:start])
    if display_width(ahead) + display_width(_shown(text[start:stop])) > _WIDEST_LINE:
        first = max(0, start - _WIDEST_LINE // 4)
        ahead = "…" + _shown(text[first:start]) if first else ahead
    shown = _clipped(text, first)
    width = max(1, min(display_width(_shown(text[start:stop])), _WIDEST_LINE))
    return shown, display_width(ahead), width


def _clipped(text: str, first: int) -> str:
    """What is shown of a line from character `first` on, with `…` where something is left out."""
    shown = ("…" if first else "") + _shown(text[first:])
    kept: list[str] = []
    cells = 0
    for character in shown:
        cells += _cells(character)
        if cells > 2 * _WIDEST_LINE:
            return "".join(kept) + "…"
        kept.append(character)
    return shown


def _shown(text: str) -> str:
    """Text of a file made safe for a terminal: tabs as spaces, other control characters as one visible sign."""
    return _visible(text.replace("\t", _TAB))


def _visible(text: str) -> str:
    """Text without anything that could move the cursor or break the line: a name from outside may be in a message."""
    return "".join("�" if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def _plain(text: str, style: str) -> str:
    del style
    return text


def _record(diagnostic: Diagnostic) -> dict[str, str | int | None]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "file": span.file if span else diagnostic.file,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "length": span.length if span else None,
        "message": diagnostic.message,
        "expected": diagnostic.expected,
        "hint": diagnostic.hint,
    }


def _annotation(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    facts = {"file": span.file if span else diagnostic.file}
    if span:
        facts |= {"line": str(span.line), "col": str(span.column), "endColumn": str(span.column + span.length)}
    facts["title"] = diagnostic.code
    listed = ",".join(f"{name}={_property(value)}" for name, value in facts.items() if value)
    said = [diagnostic.message]
    if diagnostic.expected:
        said.append(f"expected: {diagnostic.expected}")
    if diagnostic.hint:
        said.append(diagnostic.hint)
    return f"::{diagnostic.severity} {listed}::{_data('; '.join(said))}"


def _data(text: str) -> str:
    """Escaping of a workflow command's message, as GitHub's own toolkit does it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escaping of a workflow command's property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.strip(chr(10))}\n```"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
