r"""Asterisk's own files read: what an admin already has, and in tests what we have written.

pyst2's `asterisk.config` reader by subclass. As shipped it fails on templates, `#include`, `+=` and block comments, and
cuts values at an escaped `\;`. Ours follows main/config.c `process_text_line` (22.10.1): templates and inheritance in
file order, `(+)`, `+=` (joined to the value before it by a blank; tried on 22.10.1), `;--` … `--;`, `\;`, and
`#include`, `#tryinclude` with wildcards. `#exec` is refused. Mistakes are collected with their places, never raised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asterisk.config import Category, Config, Item, Line

from dialplan.diagnostics import Diagnostic, did_you_mean
from dialplan.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_DEEPEST = 10
"""Levels of includes. Source: main/config.c MAX_INCLUDE_LEVEL."""

_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]\s*(?:\((?P<options>[^)]*)\))?")
_SETTING = re.compile(r"(?P<name>[^=+]+?)\s*(?P<plus>\+)?=(?P<object>>?)\s*(?P<value>.*)", re.DOTALL)
_INCLUDE = re.compile(r"#(?P<verb>include|tryinclude|exec)\b\s*(?P<target>.*)", re.IGNORECASE)


class Section(Category):
    """A `[name](options)` line and the settings below it."""

    template: bool
    """Whether others build on it and Asterisk itself does not use it (`!`)."""
    adds: bool
    """Whether it continues an earlier section of the same name (`+`)."""
    bases: tuple[str, ...]
    """Sections whose settings come first."""
    span: Span
    """Place of the name."""

    def __init__(self, line: str, comment: str, match: re.Match[str], span: Span) -> None:
        """Made from a line that `_SECTION` matched; pyst2's own reading of the line is not used."""
        self.line, self.comment, self.number, self.span = line, comment, span.line, span
        options = [option.strip() for option in (match["options"] or "").split(",") if option.strip()]
        self.name = match["name"]
        self.template, self.adds = "!" in options, "+" in options
        self.bases = tuple(option for option in options if option not in {"!", "+"})
        self.items, self.comments = [], []

    def get_line(self) -> str:
        """The line as it would be written."""
        options = ["!"] * self.template + ["+"] * self.adds + list(self.bases)
        return f"[{self.name}]" + (f"({','.join(options)})" if options else "")


class Setting(Item):
    """A `name = value` line."""

    plus: bool
    """Whether it adds to the value before it (`+=`)."""
    span: Span
    """Place of the name."""

    def __init__(self, line: str, comment: str, match: re.Match[str], span: Span) -> None:
        """Made from a line that `_SETTING` matched, with the escapes already taken away."""
        self.line, self.comment, self.number, self.span = line, comment, span.line, span
        self.name = match["name"].strip()
        self.plus, self.style, self.value = bool(match["plus"]), match["object"], match["value"].strip()

    def get_line(self) -> str:
        """The line as it would be written."""
        return f"{self.name} {'+' * self.plus}={self.style} {self.value.replace(';', chr(92) + ';')}".rstrip()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the reader is."""

    file: str
    number: int
    column: int

    def span(self, length: int) -> Span:
        return Span(self.file, self.number, self.column, max(1, length))


class ConfFile(Config):
    """One file of Asterisk with all it includes.

    After construction `sections` are in file order, `sources` hold every file read, and `diagnostics` what is wrong.
    """

    def __init__(self, filename: str | Path, *, root: Path | None = None, text: str | None = None) -> None:
        """Read `filename`.

        Args:
            filename: the file; also its name in diagnostics.
            root: folder that relative includes start from (Asterisk's configuration folder); the file's own by default.
            text: the content, when it is not to be read from the disk.
        """
        self.root = root or Path(filename).parent
        self.sections: list[Section] = []
        self.sources: dict[str, Source] = {}
        self.diagnostics: list[Diagnostic] = []
        self._text = text
        self.lines: list[Line] = []
        self.categories: list[Category] = []
        super().__init__(str(filename))

    def load(self) -> None:
        """Read the file itself; a missing or undecodable one becomes a diagnostic."""
        text = self._text if self._text is not None else self._read(Path(self.filename), None)
        self.raw_lines = self._keep(self.filename, text or "")

    def parse(self) -> None:
        """Turn the lines into sections and settings, following includes."""
        self._parse(self.filename, self.raw_lines, None, 0)

    def resolved(self) -> dict[str, list[tuple[str, str]]]:
        """Settings by section as Asterisk uses them: inherited ones first, `(+)` and `+=` applied, templates left out.

        Of two sections of the same name (`[1001]` as endpoint and as auth) the settings follow one another here;
        `sections` keeps them apart.
        """
        known: dict[str, list[tuple[str, str]]] = {}
        templates: set[str] = set()
        for section in self.sections:
            settings = [pair for base in section.bases for pair in known.get(base, [])]
            settings = [*known.get(section.name, []), *settings]
            for item in section.items:
                _add(settings, item)
            known[section.name] = settings
            if section.template:
                templates.add(section.name)
        return {name: settings for name, settings in known.items() if name not in templates}

    def dump(self) -> str:
        """The file as text again, without comments; reading it gives the same sections."""
        return "".join(f"{line.get_line()}\n" for line in self.lines)

    def _keep(self, name: str, text: str) -> list[str]:
        source = Source(name, text.removeprefix("\ufeff"))
        self.sources[name] = source
        return source.lines()

    def _read(self, path: Path, span: Span | None) -> str | None:
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            self._say("D103", f"cannot read '{path}': {error.strerror}", span, "a file that is there", str(path))
        except UnicodeDecodeError:
            self._say("D103", f"'{path}' is not UTF-8", span, "text in UTF-8", str(path))
        return None

    def _say(self, code: str, message: str, span: Span | None, expected: str | None, file: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, "error", span, message, expected, None, None if span else file))

    def _parse(self, file: str, lines: Sequence[str], section: Section | None, depth: int) -> Section | None:
        """Read one file's lines; settings belong to `section` until another begins. Returns the section last begun."""
        block: Span | None = None
        for number, raw in enumerate(lines, 1):
            text, comment, block = _without_comments(raw, block, file, number)
            bare = text.strip()
            if not bare:
                continue
            place = _Place(file, number, len(raw) - len(raw.lstrip()) + 1)
            if include := _INCLUDE.match(bare):
                section = self._include(include, place, section, depth)
            else:
                section = self._line(bare, comment, place, section)
        if block:
            self._say("D107", "block comment without an end", block, "--;")
        return section

    def _line(self, text: str, comment: str, place: _Place, section: Section | None) -> Section | None:
        if text.startswith("["):
            match = _SECTION.fullmatch(text)
            if match is None:
                self._say("D101", f"unfinished section '{text}'", place.span(len(text)), "[name] or [name](template)")
                return section
            return self._begin(Section(text, comment, match, place.span(len(text))))
        match = _SETTING.fullmatch(text)
        if match is None:
            self._say("D101", f"'{text}' says nothing", place.span(len(text)), "name = value")
            return section
        item = Setting(text, comment, match, place.span(len(match["name"])))
        if section is None:
            self._say("D102", f"'{item.name}' stands before the first section", item.span, "[section] above it")
            return None
        section.append(item)
        self.lines.append(item)
        return section

    def _begin(self, section: Section) -> Section:
        known = [earlier.name for earlier in self.sections]
        wanted = [*section.bases, *([section.name] if section.adds else [])]
        for name in wanted:
            if name not in known:
                self.diagnostics.append(
                    Diagnostic(
                        "D106",
                        "error",
                        section.span,
                        f"section '{name}' does not stand above",
                        "an earlier section's name",
                        did_you_mean(name, known),
                    )
                )
        self.sections.append(section)
        self.categories.append(section)
        self.lines.append(section)
        return section

    def _include(self, match: re.Match[str], place: _Place, section: Section | None, depth: int) -> Section | None:
        """Follow an include; as in Asterisk, settings after it belong to the section last begun inside it."""
        verb, target = match["verb"].lower(), match["target"].strip().strip('"<>').strip()
        span = place.span(len(match[0]))
        if verb == "exec":
            self._say("D104", f"#exec of '{target}' is not followed", span, "#include of a file")
            return section
        if depth >= _DEEPEST:
            self._say("D105", f"'{target}' is included at level {depth + 1}", span, f"at most {_DEEPEST} levels")
            return section
        paths = sorted(self.root.glob(target)) if target and not Path(target).is_absolute() else [Path(target)]
        paths = [path for path in paths if path.is_file()]
        if not paths and verb == "include" and "*" not in target:
            self._say("D103", f"included file '{target}' is not there", span, "a file, or #tryinclude")
        for path in paths:
            text = self._read(path, span)
            if text is not None:
                section = self._parse(str(path), self._keep(str(path), text), section, depth + 1)
        return section


def _add(settings: list[tuple[str, str]], item: Item) -> None:
    """Put a setting behind the others, or onto the last one of its name (`+=`)."""
    if isinstance(item, Setting) and item.plus:
        for index in range(len(settings) - 1, -1, -1):
            if settings[index][0] == item.name:
                settings[index] = (item.name, f"{settings[index][1]} {item.value}")
                return
    settings.append((item.name, item.value))


def _without_comments(raw: str, block: Span | None, file: str, number: int) -> tuple[str, str, Span | None]:
    r"""A line without its comments and escapes, the comment, and the block comment still open at its end.

    Source: main/config.c, the loop over COMMENT_META: `;--` opens a block unless a third `-` follows, `\;` is a `;`.
    """
    kept: list[str] = []
    position = 0
    while position < len(raw):
        if block is not None:
            end = raw.find("--;", position)
            if end < 0:
                return "".join(kept), "", block
            position, block = end + 3, None
        elif raw.startswith("\\;", position):
            kept.append(";")
            position += 2
        elif raw.startswith(";--", position) and raw[position + 3 : position + 4] != "-":
            block = Span(file, number, position + 1, 3)
            position += 3
        elif raw[position] == ";":
            return "".join(kept), raw[position + 1 :].strip(), None
        else:
            kept.append(raw[position])
            position += 1
    return "".join(kept), "", block
