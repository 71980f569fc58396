"""YAML 1.2 text into nodes that remember their place: libyaml's events, a schema of ours, and bounds on everything.

Stock PyYAML reads `12:30` as 750, `NO` as false, `on` as true, `0123` as 83, and keeps the last of two equal keys.
Here a plain scalar is null, true, false, a whole number or a decimal number by the YAML 1.2 core schema, and else
the text it looks like; a number with a leading zero is text, because it is a telephone number.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import yaml

from dialplan.diagnostics import Diagnostic
from dialplan.made_quickly import made_quickly
from dialplan.source import Source, Span
from ivr.full_width import slip_in

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_FILE: Final = 1_000_000
"""Bytes of one YAML file; a flow of 3,000 steps has about 400,000."""
MOST_NODES: Final = 100_000
"""Nodes of one file, every use of an anchor counted anew: the bound on "billion laughs"."""
DEEPEST: Final = 32
"""Nested mappings and lists; the flow language needs 7."""

_NULLS = frozenset({"", "null", "Null", "NULL", "~"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+")
_BEGIN_NUMBERS = frozenset("+-.0123456789")
_LONGEST_NUMBER = 18
"""Characters; what is longer is no number anybody counts with, and stays text."""
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)

_Event = Any
"""One of libyaml's events; the stubs do not say which attributes each kind has."""

Value = str | int | Decimal | bool | None


@made_quickly
@dataclass(frozen=True, slots=True)
class Scalar:
    """One value."""

    value: Value
    """What it means by the schema; quoted values and blocks are always text."""
    text: str
    """What was written, without quotes: `13800138000` and `007` as they stand."""
    span: Span
    quoted: bool = False
    """Written in quotes, or as a block."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a mapping."""

    key: Scalar
    value: Node


@made_quickly
@dataclass(frozen=True, slots=True)
class Mapping:
    """`key: value` pairs in the order of the file; no key twice."""

    entries: tuple[Entry, ...]
    span: Span
    repeated: tuple[Entry, ...] = ()
    """What was given once more under a key that is there already (Y009): it counts for nothing."""

    def find(self, key: str) -> Entry | None:
        """The entry whose key was written `key`."""
        for entry in self.entries:
            if entry.key.text == key:
                return entry
        return None


@made_quickly
@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read."""

    root: Node | None
    """None when nothing could be read."""
    diagnostics: tuple[Diagnostic, ...]
    source: Source
    """The text the spans point into; empty when it could not be decoded."""


def read_yaml(data: bytes, name: str) -> Document:
    """Read one file; everything wrong with it becomes diagnostics (codes Y001 to Y010), nothing is raised."""
    text, problems = decode(data, name)
    source = Source(name, text or "")
    if text is None:
        return Document(None, tuple(problems), source)
    empty = Diagnostic("Y004", "error", None, "the file is empty", expected="YAML", file=name)
    if not text.strip("\ufeff \t\r\n"):
        return Document(None, (*problems, empty), source)
    composer = _Composer(text, name)
    root = composer.compose()
    if root is None and not composer.problems:  # nothing but comments
        problems.append(empty)
    return Document(root, (*problems, *composer.problems), source)


def plain(node: Node) -> object:
    """A node as dicts, lists and values, for content that is compared or hashed; keys are text."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {entry.key.text: plain(entry.value) for entry in node.entries}


def decode(data: bytes, name: str) -> tuple[str | None, list[Diagnostic]]:
    """The text of a file, or None; and what is wrong with its bytes (Y001 to Y003)."""

    def refuse(code: str, message: str, expected: str) -> tuple[None, list[Diagnostic]]:
        return None, [Diagnostic(code, "error", None, message, expected=expected, file=name)]

    if len(data) > LARGEST_FILE:
        return refuse("Y001", f"the file has more than {LARGEST_FILE:,} bytes", "several files, or a smaller one")
    for mark, encoding in _OTHER_ENCODINGS:
        if data.startswith(mark):
            return refuse("Y002", f"the file is {encoding}", "UTF-8; save it again with that encoding")
    problems = []
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        message = "the file begins with a byte order mark, which is left out"
        problems.append(Diagnostic("Y003", "warning", None, message, expected="UTF-8 without BOM", file=name))
    try:
        return _BREAKS.sub("\n", data.decode("utf-8")), problems
    except UnicodeDecodeError as error:
        head = data[: error.start].decode("utf-8")
        line = head.count("\n") + 1
        span = Span(name, line, len(head) - (head.rfind("\n") + 1) + 1)
        found = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return None, [
            Diagnostic("Y002", "error", span, found, expected="UTF-8; save the file again with that encoding")
        ]


class _TooMuchError(Exception):
    """A bound was met; the diagnostic is already written."""


class _Composer:
    """Builds nodes from libyaml's events. Used once."""

    def __init__(self, text: str, name: str) -> None:
        self.problems: list[Diagnostic] = []
        self._name = name
        self._lines = text.split("\n")
        self._text = text
        self._anchors: dict[str, Node] = {}
        self._nodes = 0

    def compose(self) -> Node | None:
        """The root node, or None when the text is not YAML."""
        root: Node | None = None
        try:
            events = iter(yaml.parse(self._text, Loader=yaml.CBaseLoader))
            for event in events:
                if not isinstance(event, yaml.NodeEvent):
                    continue
                if root is not None:
                    self._say(
                        "Y005", event, "a second document begins here", "one document in a file: no further '---'"
                    )
                    break
                root = self._node(event, events, 0)
        except _TooMuchError:
            return None
        except yaml.MarkedYAMLError as error:
            self._not_yaml(error)
            return None
        except yaml.YAMLError as error:
            self._not_readable(error)
            return None
        return root

    def _node(self, event: _Event, events: Iterator[_Event], depth: int) -> Node:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._reuse(event, depth)
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > DEEPEST:
            self._count(event, 0)
            self._bound_depth(event, depth)
        node: Node
        if kind is yaml.ScalarEvent:  # by far the most
            node = self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            node = self._mapping(event, events, depth)
        else:
            span = self._span(event, short=True)
            node = Sequence(tuple(self._items(events, depth)), span)
        if event.tag and event.tag != "!":
            self._say(
                "Y007", event, f"the tag '{event.tag}'", "no tags: write the value alone, in quotes if it is text"
            )
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _items(self, events: Iterator[_Event], depth: int) -> Iterator[Node]:
        for event in events:
            if type(event) is yaml.SequenceEndEvent:
                return
            yield self._node(event, events, depth + 1)

    def _mapping(self, event: _Event, events: Iterator[_Event], depth: int) -> Mapping:
        seen: dict[str, Scalar] = {}
        entries, repeated = [], []
        for begun in events:
            if type(begun) is yaml.MappingEndEvent:
                break
            key = self._node(begun, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                problem = Diagnostic("Y008", "error", key.span, "a list or mapping as a key", expected="a name")
                self.problems.append(problem)
            elif key.text in seen:
                first = seen[key.text].span.line
                self.problems.append(
                    Diagnostic("Y009", "error", key.span, f"'{key.text}' is given twice", hint=f"first in line {first}")
                )
                repeated.append(Entry(key, value))
            else:
                seen[key.text] = key
                entries.append(Entry(key, value))
        return Mapping(tuple(entries), self._span(event, short=True), tuple(repeated))

    def _scalar(self, event: _Event) -> Scalar:
        quoted = event.style is not None and event.style != ""
        text: str = event.value
        return Scalar(text if quoted else schema(text), text, self._span(event), quoted=quoted)

    def _reuse(self, event: _Event, depth: int) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            self._say("Y010", event, f"'*{event.anchor}' has no anchor before it", f"'&{event.anchor}' further up")
            raise _TooMuchError
        size, height = _extent(node, MOST_NODES - self._nodes + 1)
        self._count(event, size)
        self._bound_depth(event, depth + height)
        return node

    def _count(self, event: _Event, more: int) -> None:
        self._nodes += more
        if self._nodes > MOST_NODES:
            self._say(
                "Y006", event, f"more than {MOST_NODES:,} values, every use of an anchor counted", "a smaller file"
            )
            raise _TooMuchError

    def _bound_depth(self, event: _Event, depth: int) -> None:
        if depth > DEEPEST:
            self.problems.append(_too_deep(self._span(event), self._name))
            raise _TooMuchError

    def _span(self, event: _Event, *, short: bool = False) -> Span:
        """The place of an event, to the end of its first line; of a mapping or list only its first character."""
        start, end = event.start_mark, event.end_mark
        number, column = start.line, start.column
        if short:
            return Span(self._name, number + 1, column + 1, 1)
        if end.line == number:
            stop = end.column
        else:
            line = self._lines[number] if number < len(self._lines) else ""
            stop = len(line.rstrip("\r"))
        return Span(self._name, number + 1, column + 1, max(1, stop - column))

    def _say(self, code: str, event: _Event, message: str, expected: str) -> None:
        self.problems.append(Diagnostic(code, "error", self._span(event), message, expected=expected))

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> None:
        """The complaint of libyaml in our words, with the advice that usually helps."""
        mark = error.problem_mark or error.context_mark
        span = Span(self._name, mark.line + 1, mark.column + 1) if mark is not None else None
        line = self._lines[mark.line] if mark is not None and mark.line < len(self._lines) else ""
        said = " ".join(part for part in (error.problem, error.context) if part)
        if "nesting depth" in said:  # libyaml reads ahead of its events, and newer ones stop at a bound of their own
            self.problems.append(_too_deep(span, self._name))
            return
        self.problems.append(
            Diagnostic(
                "Y005",
                "error",
                span,
                f"this is not YAML: {said}",
                hint=_advice(line) or slip_in(self._text, span),
                file=self._name,
            )
        )

    def _not_readable(self, error: yaml.YAMLError) -> None:
        """A character YAML forbids (`ReaderError`), which libyaml tells without line and column."""
        found = _FORBIDDEN.search(self._text)
        if found is None:
            message = f"this is not YAML: {error}".splitlines()[0]
            self.problems.append(Diagnostic("Y005", "error", None, message, file=self._name))
            return
        position = found.start()
        head = self._text[:position]
        span = Span(self._name, head.count("\n") + 1, position - (head.rfind("\n") + 1) + 1)
        message = f"the control character U+{ord(self._text[position]):04X}"
        self.problems.append(Diagnostic("Y005", "error", span, message, expected="text that can be seen"))


def schema(text: str) -> Value:
    """What a plain scalar means: the YAML 1.2 core schema, without octal, hexadecimal, exponents and infinities.

    Those are left out because no setting of a hotline is written so, and `0x1F`, `1e3` or `.inf` in it is a text.
    """
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] in _BEGIN_NUMBERS and len(text) <= _LONGEST_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
    return text


def _extent(node: Node, bound: int) -> tuple[int, int]:
    """How many nodes hang under this one, itself included (counting stops at `bound`), and how deep they go."""
    count = height = 0
    waiting: list[tuple[Node, int]] = [(node, 0)]
    while waiting and count < bound:
        here, level = waiting.pop()
        count, height = count + 1, max(height, level)
        match here:
            case Sequence(items=items):
                waiting.extend((item, level + 1) for item in items)
            case Mapping(entries=entries):
                waiting.extend((entry.value, level + 1) for entry in entries)
                count += len(entries)
    return count, height


def _too_deep(span: Span | None, name: str) -> Diagnostic:
    return Diagnostic(
        "Y006", "error", span, f"nested deeper than {DEEPEST} levels", expected="a flatter file", file=name
    )


def _advice(line: str) -> str | None:
    """What is most often wrong with a line libyaml cannot read."""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return "indent with spaces, not with tabs"
    if line.count(": ") > 1 and "{" not in line:
        return "a text with ': ' in it needs quotes"
    if re.search(r":\s+[*&%@`]", line):
        return "a value that begins with * & % @ or ` needs quotes"
    if re.search(r":\s+['\"].*['\"]\s*\S", line):
        return "put the whole value in one pair of quotes"
    return None


_BREAKS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
"""What ends a line for libyaml beside the line feed: made one, so that its line numbers are those of our reports."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""Characters YAML 1.2 has no place for (5.1, "Character Set")."""
