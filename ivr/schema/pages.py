"""What an editor shows when the pointer rests on a word: taken from the pages for admins, docs/*.md."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE: Final = Path(__file__).resolve().parent
_HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z`])|(?<=;)\s+")
_ROW = re.compile(r"^\| (`.+?) \| (.+?) \|$", re.MULTILINE)


def page(name: str) -> str:
    """A page: inside the installed package, or in `docs/` of a checkout; empty where there is none."""
    for folder in (_HERE / "docs", _HERE.parents[1] / "docs"):
        if (folder / name).is_file():
            return (folder / name).read_text("utf-8")
    return ""


@cache
def sections(name: str) -> dict[str, str]:
    """Heading to what stands under it."""
    _, *parts = _HEADING.split(page(name))
    return dict(zip(parts[::2], parts[1::2], strict=True))


@cache
def about_verb(verb: str) -> str:
    """The words of docs/flows.md about a verb, without its example."""
    return _prose(sections("flows.md").get(verb, ""))


@cache
def about_key(verb: str, key: str) -> str:
    """The sentences about a verb that name one of its keys."""
    found = [each for each in _SENTENCE.split(about_verb(verb)) if re.search(rf"`{re.escape(key)}\b", each)]
    return " ".join(found) or _head_rows().get(key, "")


def about_head(key: str) -> str:
    """The words about a key of a flow's head."""
    return _head_rows().get(key, "")


@cache
def about_setting(path: tuple[str, ...]) -> str:
    """The words of docs/hotline-yaml.md about a setting, by its path of keys."""
    tables = sections("hotline-yaml.md")
    if len(path) == 1:
        rows = {**_rows(tables.get("Settings", "")), **_rows(tables.get("This machine", ""))}
        return rows.get(path[0], "")
    heading = next((each for each in tables if f"`{path[0]}`" in each), "")
    found = [row[path[-1]] for row in _each_row(tables.get(heading, "")) if path[-1] in row]
    position = re.findall(r"`(\w+)`", heading).index(path[0]) if heading else 0
    return found[min(position, len(found) - 1)] if found else ""


def about_dialogue(key: str) -> str:
    """The words of docs/testing-flows.md about a key of a dialogue."""
    return _rows(sections("testing-flows.md").get("The world", "")).get(key, "")


@cache
def about_act(word: str) -> str:
    """The words of docs/testing-flows.md about an act of a talk, or about what stands beside one."""
    for cell, meaning in _ROW.findall(sections("testing-flows.md").get("The talk", "")):
        if re.search(rf"`{re.escape(word)}[:`]", cell):
            return meaning if meaning.startswith("(nothing)") or cell.startswith("`says") else f"The caller {meaning}"
    return ""


def about_board(key: str) -> str:
    """The words of docs/boards.md about a key of a board."""
    return _rows(sections("boards.md").get("A board", "")).get(key, "")


def about_tile(key: str) -> str:
    """The words of docs/boards.md about a key of a tile."""
    return _rows(sections("boards.md").get("A tile", "")).get(key, "")


def about_shown(word: str) -> str:
    """The words of docs/boards.md about a figure or a view."""
    parts = sections("boards.md")
    return {**_rows(parts.get("Figures", "")), **_rows(parts.get("Views", ""))}.get(word, "")


def about_threshold(key: str) -> str:
    """The words of docs/boards.md about a key of a threshold."""
    return _rows(sections("boards.md").get("Thresholds", "")).get(key, "")


def _head_rows() -> dict[str, str]:
    return _rows(sections("flows.md").get("The head of a flow", ""))


@cache
def _rows(section: str) -> dict[str, str]:
    """Each word of a table's first column with the meaning beside it."""
    return {word: meaning for row in _each_row(section) for word, meaning in row.items()}


def _each_row(section: str) -> Iterator[dict[str, str]]:
    """Row by row; where a row has a meaning for each of its words, each word has its own."""
    for cell, meaning in _ROW.findall(section):
        words = re.findall(r"`(\w+)`", cell)
        parts = meaning.split("; ")
        yield dict(zip(words, parts if len(parts) == len(words) else [meaning] * len(words), strict=True))


def _prose(section: str) -> str:
    text = section.partition("```")[0].strip()
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)
