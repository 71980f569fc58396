"""A prompts file's texts with the place of every character, so that a mistake inside a sentence is shown inside it.

Only YAML's structure is used: every value is text (`5` and `yes` are what they look like), so that the words of
callers never meet YAML's ideas of numbers and dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

import yaml

from dialplan.diagnostics import Diagnostic
from dialplan.made_quickly import made_quickly
from dialplan.source import Span
from ivr.flow.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dialplan.source import Source

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TAG = re.compile(r"(?:^|[\s\[{,])!\S", re.MULTILINE)
"""What may be a YAML tag; an exclamation mark behind a word is none."""
_DEEPEST = 4
"""Levels of grouping; enough for `identify.pin.retry`, and an end for a file whose anchor contains itself."""
_QUOTE_HINT = "a text that begins with '{' stands in quotes"
_MOST_MESSAGES = 20_000
"""Messages in one file; repeated anchors must not fill the memory."""


class Row(Sequence[tuple[int, int]]):
    """The places of characters that stand one beside the other, as most sentences do."""

    __slots__ = ("_column", "_length", "_line")

    def __init__(self, line: int, column: int, length: int) -> None:
        self._line, self._column, self._length = line, column, length

    def __len__(self) -> int:
        return self._length + 1

    def span(self, file: str, start: int, end: int) -> Span:
        """From one character to another; the end of the text is told at its last character."""
        last = max(0, self._length - 1)
        first = min(start, last)
        return Span(file, self._line, self._column + first, max(1, min(end - 1, last) - first + 1))

    @overload
    def __getitem__(self, index: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[int, int]]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, int] | Sequence[tuple[int, int]]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        at = index if index >= 0 else len(self) + index
        if not 0 <= at <= self._length:
            raise IndexError(index)
        return self._line, self._column + min(at, max(0, self._length - 1))  # the end is told at the last character


@made_quickly
@dataclass(frozen=True, slots=True)
class Text:
    """One value as the sentence it is, and where each of its characters was written."""

    value: str
    places: Sequence[tuple[int, int]]
    """(line, column) from 1, one per character, and one for the end."""
    file: str

    def span(self, start: int, end: int) -> Span:
        """The place of `value[start:end]`, cut at the end of its first line."""
        if isinstance(self.places, Row):
            return self.places.span(self.file, start, end)
        line, column = self.places[start]
        last = max(start, min(end, len(self.value)) - 1)
        while last > start and self.places[last][0] != line:
            last -= 1
        return Span(self.file, line, column, max(1, self.places[last][1] - column + 1) if end > start else 1)


@made_quickly
@dataclass(frozen=True, slots=True)
class Entry:
    """One message as written: one text, or several with their languages."""

    name: str
    texts: tuple[tuple[str | None, Text], ...]
    """Language (None: the file's own) and text."""
    at: Span
    """Its name."""


@dataclass(slots=True)
class _Reading:
    source: Source
    entries: dict[str, Entry] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def complain(self, code: str, at: Span, message: str, expected: str | None = None, hint: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, "error", at, message, expected, hint))


def read_entries(source: Source) -> tuple[tuple[Entry, ...], tuple[Diagnostic, ...]]:
    """All messages of one file in the order written, and every mistake in their names and shapes."""
    reading = _Reading(source)
    try:
        top = yaml.compose(source.text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        _not_yaml(reading, error)
        return (), tuple(reading.diagnostics)
    except (ValueError, RecursionError) as error:  # characters or nesting the C reader gives up on
        reading.complain("P001", Span(source.name, 1, 1), f"not YAML: {error}", "a mapping of names to texts")
        return (), tuple(reading.diagnostics)
    if _TAG.search(source.text):
        _refuse_tags(reading)
    if isinstance(top, yaml.MappingNode):
        _read_group(reading, top, "", 1)
    elif top is not None:
        reading.complain("P001", _at(source, top), "the file is not a mapping", "a mapping of names to texts")
    return tuple(reading.entries.values()), tuple(reading.diagnostics)


def _not_yaml(reading: _Reading, error: yaml.YAMLError) -> None:
    """The complaint in the words, and with the advice, that other files get."""
    source = reading.source
    found = next((each for each in read_yaml(source.text.encode(), source.name).diagnostics), None)
    if found is None or found.span is None:
        place, message, hint = _error_place(error, source), f"not YAML: {_problem(error)}", None
    else:
        place, message, hint = found.span, found.message.removeprefix("this is "), found.hint
    reading.complain("P001", place, message, "a mapping of names to texts", _hint(place, source) or hint)


def _refuse_tags(reading: _Reading) -> None:
    """Y007: a tag would change nothing here, and whoever writes one means something by it."""
    for event in yaml.parse(reading.source.text, Loader=yaml.CBaseLoader):
        tag = getattr(event, "tag", None)
        if tag and tag != "!" and event.start_mark is not None:
            at = Span(reading.source.name, event.start_mark.line + 1, event.start_mark.column + 1)
            reading.complain("Y007", at, f"the tag '{tag}'", "no tags: write the text alone, in quotes if need be")


def _read_group(reading: _Reading, group: yaml.MappingNode, prefix: str, depth: int) -> None:
    seen: dict[str, int] = {}
    for key, value in group.value:
        at = _at(reading.source, key)
        word = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not _NAME.fullmatch(word):
            reading.complain("P002", at, f"'{str(word)[:64]}' is not a message name", "letters, digits, '-' and '_'")
            continue
        name = prefix + word
        if word in seen or name in reading.entries:
            earlier = seen.get(word) or reading.entries[name].at.line
            reading.complain("P002", at, f"'{name}' is written twice", hint=f"first on line {earlier}")
            if isinstance(value, yaml.MappingNode) and not value.flow_style and depth < _DEEPEST:
                _read_group(reading, value, f"{name}.", depth + 1)  # what stands in it is not missing besides
            continue
        seen[word] = at.line
        _read_value(reading, name, at, value, depth)


def _read_value(reading: _Reading, name: str, at: Span, value: yaml.Node, depth: int) -> None:
    if isinstance(value, yaml.MappingNode):
        if value.flow_style and value.value:
            reading.complain(
                "P004", _at(reading.source, value), f"'{name}' is a YAML mapping in braces", "a text", _QUOTE_HINT
            )
        elif depth >= _DEEPEST:
            reading.complain("P002", at, f"'{name}' is grouped too deeply", f"at most {_DEEPEST} levels")
        elif len(reading.entries) < _MOST_MESSAGES:
            _read_group(reading, value, f"{name}.", depth + 1)
        return
    texts = _sections(reading, name, value) if isinstance(value, yaml.SequenceNode) else _single(reading, name, value)
    if texts:
        reading.entries[name] = Entry(name, texts, at)


def _single(reading: _Reading, name: str, value: yaml.Node) -> tuple[tuple[str | None, Text], ...]:
    text = _text(reading.source, value)
    if text is None:
        reading.complain("P004", _at(reading.source, value), f"'{name}' says nothing", "a text")
        return ()
    return ((None, text),)


def _sections(reading: _Reading, name: str, value: yaml.SequenceNode) -> tuple[tuple[str | None, Text], ...]:
    found: list[tuple[str | None, Text]] = []
    for item in value.value:
        at = _at(reading.source, item)
        pair = item.value[0] if isinstance(item, yaml.MappingNode) and len(item.value) == 1 else None
        text = _text(reading.source, pair[1]) if pair else None
        if pair is None or not isinstance(pair[0], yaml.ScalarNode) or text is None:
            reading.complain(
                "P004", at, f"'{name}' has a part that is not 'language: text'", "such as '- en: For English, press 3'"
            )
            return ()
        found.append((pair[0].value, text))
    if not found:
        reading.complain("P004", _at(reading.source, value), f"'{name}' says nothing", "a text")
    return tuple(found)


def _text(source: Source, node: yaml.Node) -> Text | None:
    """The text of a scalar; None when it is no scalar, or there is nothing in it to say."""
    if not isinstance(node, yaml.ScalarNode) or not any(map(str.isalnum, node.value)):
        return None
    plain_null = not node.style and node.value in {"null", "~"}
    return None if plain_null else Text(node.value, _character_places(source.text, node), source.name)


def _character_places(whole: str, node: yaml.ScalarNode) -> Sequence[tuple[int, int]]:
    """Where each character of the value stands: found again, in order, in what was written.

    Folding and quoting only leave out or change white space, quotes and backslashes, so every other character is
    still there in its order. One that was written as an escape keeps the place of the character before it.
    """
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    raw = whole[node.start_mark.index : node.end_mark.index]
    quotes = len(node.style or "") if node.style in {"'", '"'} else 0
    if raw[quotes : len(raw) - quotes] == node.value and "\n" not in raw:
        return Row(line, column + quotes, len(node.value))
    positions: list[tuple[int, int]] = []
    for character in raw:
        positions.append((line, column))
        line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
    if not positions:
        return ((line, column),) * (len(node.value) + 1)
    places: list[tuple[int, int]] = []
    at = 1 if node.style else 0
    for character in node.value:
        found = raw.find(character, at)
        if found >= 0 and not (character.isspace() and raw[at:found].strip()):
            at = found + 1
            places.append(positions[found])
        else:
            places.append(positions[min(at, len(positions) - 1)])
    places.append(places[-1] if places else positions[0])
    return tuple(places)


def _at(source: Source, node: yaml.Node) -> Span:
    start, end = node.start_mark, node.end_mark
    length = end.column - start.column if end.line == start.line else 1
    return Span(source.name, start.line + 1, start.column + 1, max(1, length))


def _error_place(error: yaml.YAMLError, source: Source) -> Span:
    mark = getattr(error, "problem_mark", None)
    return Span(source.name, mark.line + 1, mark.column + 1) if mark else Span(source.name, 1, 1)


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable").splitlines()[0]


def _hint(place: Span, source: Source) -> str | None:
    """The commonest slip by far: YAML takes a brace at the beginning of a value for its own."""
    line = source.line(place.line) or ""
    return _QUOTE_HINT if re.match(r"\s*[^\s:]+:\s+\{", line) else None
