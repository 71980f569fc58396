"""One file of `boards/` as a board; every mistake of it noted at its place, nothing raised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from dialplan.diagnostics import has_errors
from ivr.boards.fields import Notes, Slots
from ivr.boards.seats import read_rows
from ivr.boards.thresholds import read_thresholds
from ivr.flow.yaml_reader import Mapping, Scalar, read_yaml
from wallboard.boards import COLUMNS, DEFAULT_COLUMNS, FIGURES, VIEWS, WIDE, WORD_OF, Board, Tile

if TYPE_CHECKING:
    from dialplan.diagnostics import Diagnostic
    from dialplan.source import Source
    from ivr.boards.fields import Names
    from ivr.flow.yaml_reader import Node
    from wallboard.boards import Callers, Theme

ALL: Final = "all"
THEMES: Final = ("dark", "light")
CALLERS: Final = ("masked", "hidden")
SHOWN: Final = (*FIGURES, *VIEWS)
"""What a tile can show."""
ROTATE_MS: Final = (3_000, 3_600_000)
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_NAME_FORM: Final = "Latin letters, digits, - and _, at most 40: floor.yaml"
_MOST_TILES: Final = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file."""

    board: Board | None
    """None when something in it is wrong."""
    diagnostics: tuple[Diagnostic, ...]
    source: Source


def read_board(data: bytes, name: str, names: Names) -> Reading:
    """Read one board.

    Args:
        data: the bytes of the file.
        name: the board's, which is that of its file without `.yaml`.
        names: what it may name.
    """
    file = f"boards/{name}.yaml"
    document = read_yaml(data, file)
    notes = Notes(names, file, list(document.diagnostics))
    board = None
    if not NAME.fullmatch(name):
        notes.error("B009", None, f"a board cannot be called '{name}'", _NAME_FORM)
    if isinstance(document.root, Mapping):
        board = _board(Slots(document.root, notes, "a board"), name)
    elif document.root is not None:
        notes.wrong(document.root, "title, tiles, …")
    found = tuple(notes.diagnostics)
    return Reading(None if has_errors(found) else board, found, document.source)


def _board(slots: Slots, name: str) -> Board:
    notes = slots.notes
    title, queues, columns, language, theme, callers = (
        slots.node(key) for key in ("title", "queues", "columns", "language", "theme", "callers")
    )
    tiles, pages, rotate = (slots.node(key) for key in ("tiles", "pages", "rotate"))
    slots.finish()
    if title is None:
        notes.error("B002", None, "the board has no 'title'", "title: {zh-CN: 大厅, en: Floor}, or one text")
    scope = _queues(notes, queues)
    width = notes.whole(columns, *COLUMNS, DEFAULT_COLUMNS) if columns is not None else DEFAULT_COLUMNS
    shown = _pages(slots, tiles, pages, scope, width)
    return Board(
        name,
        notes.words(title) if title is not None else {},
        shown,
        scope,
        width,
        _language(notes, language),
        cast("Theme | None", notes.choice(theme, THEMES, "theme")) if theme is not None else None,
        cast("Callers", notes.choice(callers, CALLERS, "word") or "masked") if callers is not None else "masked",
        _rotation(slots, rotate, pages),
    )


def _language(notes: Notes, node: Node | None) -> str:
    languages = notes.names.languages
    if node is None or languages is None:
        return ""
    return notes.choice(node, languages, "language", "B012") or ""


def _rotation(slots: Slots, rotate: Node | None, pages: Node | None) -> float | None:
    """Pages turn, and only pages do: each of the two needs the other."""
    notes = slots.notes
    count = len(getattr(pages, "items", ())) if pages is not None else 1
    if rotate is None:
        if count > 1:
            notes.error("B008", slots.at("pages"), f"{count} pages, and nothing turns them", "rotate: 20s")
        return None
    if count <= 1:
        notes.error("B008", slots.at("rotate"), "there is one page only, and nothing to turn to", "two pages or more")
    return notes.seconds(rotate, *ROTATE_MS)


def _pages(
    slots: Slots, tiles: Node | None, pages: Node | None, scope: tuple[str, ...] | None, columns: int
) -> tuple[tuple[Tile, ...], ...]:
    notes = slots.notes
    if tiles is not None and pages is not None:
        notes.error("B002", slots.at("pages"), "the board has both 'tiles' and 'pages'", "tiles, or pages of tiles")
        return ()
    if tiles is None and pages is None:
        notes.error("B002", None, "the board shows nothing", "tiles: [waiting, longest_wait, queues]")
        return ()
    lists = [tiles] if tiles is not None else list(notes.items(cast("Node", pages), "a list of pages"))
    found = []
    for number, node in enumerate(lists, 1):
        items = notes.items(node, "a list of tiles: [waiting, queues]")
        if not items or len(items) > _MOST_TILES:
            notes.error("B002", node.span, f"a page of {len(items)} tiles", f"from 1 to {_MOST_TILES}")
        found.append(tuple(_tile(notes, item, f"{number}.{at}", scope, columns) for at, item in enumerate(items, 1)))
    return tuple(found)


def _tile(notes: Notes, node: Node, place: str, scope: tuple[str, ...] | None, columns: int) -> Tile:
    if isinstance(node, Scalar):
        show = _shown(notes, node)
        if show == "seats":
            notes.error("B002", node.span, "the seat map has no 'rows'", "{show: seats, rows: [[1001, ~, 1002]]}")
        return Tile(place, show or "", queues=scope, wide=min(columns, WIDE.get(show or "", 1)))
    if not isinstance(node, Mapping):
        notes.wrong(node, "a figure or a view: waiting, or {show: waiting, red: 5}")
        return Tile(place, "")
    slots = Slots(node, notes, "a tile")
    shows, title, queues, wide = (slots.node(key) for key in ("show", "title", "queues", "wide"))
    show = _shown(notes, shows) if shows is not None else None
    if shows is None:
        notes.error("B002", node.span, "the tile has no 'show'", "show: waiting, or another figure or view")
    thresholds, rows = read_thresholds(slots, show), read_rows(slots, show)
    slots.finish()
    return Tile(
        place,
        show or "",
        notes.words(title) if title is not None else {},
        _queues(notes, queues, scope) if queues is not None else scope,
        notes.whole(wide, 1, columns, 1) if wide is not None else min(columns, WIDE.get(show or "", 1)),
        thresholds,
        rows,
    )


def _shown(notes: Notes, node: Node) -> str | None:
    """What a tile shows, by its word; the name of the metric says the same (docs/metrics.md)."""
    said = node.text if isinstance(node, Scalar) else ""
    return WORD_OF[said] if said in WORD_OF else notes.choice(node, SHOWN, "tile", "B005")


def _queues(notes: Notes, node: Node | None, within: tuple[str, ...] | None = None) -> tuple[str, ...] | None:
    """`all`, or names; those of a tile are among those of its board."""
    if node is None or (isinstance(node, Scalar) and node.text == ALL):
        return within
    if isinstance(node, Scalar):
        notes.wrong(node, "all, or a list: [service, vip]")
        return within
    items = notes.items(node, "all, or a list: [service, vip]")
    if not items:
        notes.wrong(node, "all, or at least one queue")
    known, found = notes.names.queues, []
    for item in items:
        name = notes.text(item, "a queue's name")
        if name is None:
            continue
        if known is not None and name not in known:
            notes.unknown("B004", item.span, "queue", name, sorted(known))
        elif within is not None and name not in within:
            notes.error("B004", item.span, f"the board does not show queue '{name}'", f"one of {', '.join(within)}")
        found.append(name)
    return tuple(dict.fromkeys(found))
