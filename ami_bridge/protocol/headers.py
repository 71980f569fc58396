"""The headers of a whole message, as Asterisk spelt them.

Asterisk writes every event of one kind with the same names in the same order. So what an event looked like is kept as
its kind's shape: the names, and one pattern that takes all values at once. An event of no shape known is read line by
line. A shape only makes reading faster: it gives what ``parse_lines`` gives (a test compares the two on any bytes).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, Protocol, cast


class Said(Protocol):
    """What can be asked for its headers: an event's own, or an answer."""

    def text(self, name: str) -> str:
        """A header's text; empty when it is absent, the last one when it came several times."""

    def lines(self, name: str) -> list[str]:
        """All values of a header, however often it came."""


class Headers(dict[str, "str | list[str]"]):
    """A message's headers as spelt by Asterisk, in order; a header that came several times is a list."""

    __slots__ = ()

    def text(self, name: str) -> str:
        """A header's text; empty when it is absent, the last one when it came several times."""
        value = self.get(name, "")
        return value if type(value) is str else value[-1]

    def lines(self, name: str) -> list[str]:
        """All values of a header, however often it came (A20: ``Output`` of a command)."""
        value = self.get(name)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]


class Shape:
    """What one event of a kind looked like.

    Attributes:
        match: Takes the values of an event that looks the same; None for another one.
        names: Its headers' names, in order, as often as they came.
        last: By name the number of its last value, counted from 1.
        repeated: The places of those that came several times, counted from 0.
    """

    __slots__ = ("last", "match", "names", "repeated")

    def __init__(self, names: list[str]) -> None:
        # a value ends where its line does; one with a "\r" of its own is no part of any shape
        self.match = re.compile("\r\n".join(f"{re.escape(name)}: ([^\r]*)" for name in names)).fullmatch
        self.names = tuple(names)
        self.last = {name: place for place, name in enumerate(names, 1)}
        counts = Counter(names)
        self.repeated = {
            name: tuple(place for place, other in enumerate(names) if other == name)
            for name, count in counts.items()
            if count > 1
        }

    def headers(self, found: re.Match[str]) -> Headers:
        """All of them."""
        values = found.groups()
        headers = Headers(zip(self.names, values))  # noqa: B905 - as many as the pattern has groups; twice as fast
        for name, places in self.repeated.items():
            headers[name] = [values[place] for place in places]
        return headers


class Shaped:
    """An event of a shape known: its lines are told apart, a value is taken out when it is asked for."""

    __slots__ = ("_found", "_shape")

    def __init__(self, shape: Shape, found: re.Match[str]) -> None:
        self._shape = shape
        self._found = found

    def text(self, name: str) -> str:
        """A header's text; empty when it is absent, the last one when it came several times."""
        place = self._shape.last.get(name)
        return self._found[place] if place is not None else ""

    def lines(self, name: str) -> list[str]:
        """All values of a header, however often it came."""
        places = self._shape.repeated.get(name)
        if places is not None:
            return [self._found[place + 1] for place in places]
        return [self.text(name)] if name in self._shape.last else []


MOST_KINDS: Final = 256
"""Kinds of event whose shapes are kept; Asterisk 22 has some 180."""
MOST_SHAPES: Final = 4
"""Of one kind: with and without a second channel, for example."""
MOST_NAMES: Final = 200
"""Headers of a shape; the longest event, a transfer with its channels' variables, has about 120."""
LONGEST_KIND: Final = 64
_SHAPES: Final[dict[bytes, list[Shape]]] = {}
"""By kind of event, the first seen first: a memory, and bounded."""


def read(raw: bytes) -> Said:
    """The headers of a whole message, as far as they are asked for: what the bridge reads events with."""
    for shape in _SHAPES.get(raw[7 : raw.find(b"\r", 7)], ()):
        found = shape.match(raw.decode("utf-8", "replace"))
        if found is not None:
            return Shaped(shape, found)
    return parse(raw)


def parse(raw: bytes) -> Headers:
    """The headers of a whole message; empty values are kept, a line without a colon is kept under the empty name.

    One space after the colon belongs to the syntax, all others to the value.
    """
    kind = raw[7 : raw.find(b"\r", 7)]  # behind "Event: "; of an answer whatever stands there, it is a key
    for shape in _SHAPES.get(kind, ()):
        found = shape.match(raw.decode("utf-8", "replace"))
        if found is not None:
            return shape.headers(found)
    headers, in_order = parse_lines(raw)
    _learn(kind, in_order)
    return headers


def _learn(kind: bytes, names: list[str]) -> None:
    """Remembers what an event of this kind looked like, if it is a plain one and there is room."""
    shapes = _SHAPES.get(kind, [])
    full = len(shapes) >= MOST_SHAPES or (not shapes and len(_SHAPES) >= MOST_KINDS)
    if not full and 0 < len(names) <= MOST_NAMES and len(kind) <= LONGEST_KIND:
        _SHAPES[kind] = [*shapes, Shape(names)]


def parse_lines(raw: bytes) -> tuple[Headers, list[str]]:
    """The headers, read line by line; and all names in their order, none where a line is not ``Name: value``."""
    lines = raw.decode("utf-8", "replace").split("\r\n")
    # a list of pairs, or else ValueError: a third faster than a loop
    pairs = cast("list[tuple[str, str]]", [line.split(": ", 1) for line in lines])
    try:
        headers = Headers(pairs)
    except ValueError:
        return _with_care(lines), []
    return (headers if len(headers) == len(pairs) else _gathered(pairs)), [name for name, _ in pairs]


def _gathered(pairs: list[tuple[str, str]]) -> Headers:
    """The headers of which some came several times."""
    headers = Headers()
    for name, value in pairs:
        before = headers.get(name)
        if before is None:
            headers[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            headers[name] = [before, value]
    return headers


def _with_care(lines: list[str]) -> Headers:
    """For repeated headers, ``Name:value`` without a space, and lines that are no headers at all."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            name, value = "", line
        pairs.append((name, value.removeprefix(" ")))
    return _gathered(pairs)
