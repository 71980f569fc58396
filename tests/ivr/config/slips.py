"""Slips of an admin's hand in a YAML file: lines lost, doubled, moved, indented anew; values swapped, kinds changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

VALUES = (
    "", "null", "~", "true", "no", "0", "09", "-1", "1.5", "1e3", "1:30", "99999999999999999999", "x", "'x'", "x",
    "[]", "{}", "[x]", "{x: y}", "[[]]", "{x: {y: z}}", "6", "6s", "6 s", "1d", "0s", "= x", "= x.y + 1", "call",
    "call.caller", "language", "end", "*a", "&a x", "!!str x", "|", ">", "- x", "? x", "<<", "2026-02-30", "25:61",
    "Mo-Su 24:00-26:00", "PH off", "zh-CN", "xx", "{amount, money}", "'{n, plural, other {#}}'", "'{'", "'}'",
    '"\\u0000"', "热线", "：", "x" * 300, "sqlite://", "postgres://", "http://", "http://[", "{env: X}",
    "{file: ../x}", "__class__", "().__class__", "1 / 0", "a.b.c.d", "'' in x", "not x", "length(x, y)",
    "number('x')", "x" + "(" * 50, "1-5", "5-1", "'*'", "#", "'#'", "1.2.3.4:99999",
)  # fmt: skip
"""Values to be put in the place of others: every kind, and what YAML, durations, expressions and messages trip over."""
_VALUE = re.compile(r"(?<=[:\[,{] )[^\s,\[\]{}#][^,\[\]{}#\n]*|(?<=: )[^\n#]+")
_KEY = re.compile(r"[\w.-]+(?=:)")


def slipped(data: bytes, chance: random.Random) -> bytes:
    """The file with one slip to three."""
    text = data.decode("utf-8")
    for _ in range(chance.randint(1, 3)):
        text = chance.choice(SLIPS)(text, chance)
    return text.encode("utf-8", "surrogatepass")


def without_a_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    return "".join([*lines[:at], *lines[at + chance.choice([1, 1, 1, 2, 5]) :]])


def doubled(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    return "".join([*lines[:at], *lines[at : at + 3], *lines[at:]])


def moved(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    at, to = chance.randrange(len(lines) + 1), chance.randrange(len(lines) + 1)
    piece = lines[at : at + 2]
    rest = [*lines[:at], *lines[at + 2 :]]
    return "".join([*rest[:to], *piece, *rest[to:]])


def indented(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    shift = chance.choice([" ", "  ", "    ", "\t"])
    lines[at : at + 3] = [
        shift + line if chance.random() < 0.5 else line.removeprefix("  ") for line in lines[at : at + 3]
    ]
    return "".join(lines)


def another_value(text: str, chance: random.Random) -> str:
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    place = chance.choice(found)
    return text[: place.start()] + chance.choice(VALUES) + text[place.end() :]


def swapped(text: str, chance: random.Random) -> str:
    found = list(_VALUE.finditer(text))
    if len(found) < 2:
        return text
    one, other = sorted(chance.sample(found, 2), key=lambda each: each.start())
    if one.end() > other.start():
        return text
    middle = text[one.end() : other.start()]
    return text[: one.start()] + other.group() + middle + one.group() + text[other.end() :]


def another_key(text: str, chance: random.Random) -> str:
    found = list(_KEY.finditer(text))
    if not found:
        return text
    place = chance.choice(found)
    new = chance.choice([*(each.group() for each in found), *VALUES, place.group()[:-1]])
    return text[: place.start()] + new + text[place.end() :]


def cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


SLIPS = (
    without_a_line, doubled, moved, indented, another_value, another_value, another_value, another_value, swapped,
    another_key, another_key, cut,
)  # fmt: skip
