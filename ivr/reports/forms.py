"""A table as text, CSV and JSON. Pure."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from ivr.reports.tables import Cell, ColumnKind, Table, clock_of, printable, shown, span_in_words
from store.metrics import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEFT: Final[tuple[ColumnKind, ...]] = ("text", "instant")
_BEGINS_A_FORMULA: Final = "=+-@\t\n＝＋－＠"
"""What makes a spreadsheet compute a cell of a CSV file; callers' names and queues are text.

The list is OWASP's ("CSV Injection"): spreadsheets set to Chinese or Japanese take the full-width signs, too.
"""


def as_text(table: Table) -> str:
    """The heading, the table, the sum below a rule, and the notes."""
    clock = clock_of(table.span)
    kinds = [column.kind for column in table.columns]
    head = [column.name for column in table.columns]
    body = [[shown(cell, kind, clock) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows]
    foot = [[shown(cell, kind, clock) for cell, kind in zip(row, kinds, strict=True)] for row in [table.total] if row]
    wide = [max(map(width, column)) for column in zip(head, *body, *foot, strict=True)]
    lines = [f"{table.title}  {span_in_words(table.span)}", "", _line(head, wide, kinds)]
    lines += [_line(row, wide, kinds) for row in body]
    if foot:
        lines += ["─" * (sum(wide) + 2 * (len(wide) - 1)), _line(foot[0], wide, kinds)]
    return "\n".join([*lines, *([""] if table.notes else []), *map(printable, table.notes)])


def as_csv(table: Table, separator: str = ",") -> str:
    """A line of names, then a line for each row; shares from 0 to 1, instants with their offset, empty for None.

    The sum is left out: whoever adds up rows must not find it among them.
    """
    made = io.StringIO()
    writer = csv.writer(made, delimiter=separator, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([_in_csv(cell) for cell in row] for row in table.rows)
    return made.getvalue().rstrip("\n")


def as_json(table: Table) -> str:
    """The same for programs, with the range, the sum and the notes."""
    return json.dumps(as_plain(table), ensure_ascii=False, indent=2)


def as_plain(table: Table) -> dict[str, object]:
    """The table as plain data: what JSON and the API say."""
    names = [column.name for column in table.columns]
    return {
        "report": table.title,
        "metrics_version": VERSION,
        "from": table.span.since.astimezone(table.span.zone).isoformat(),
        "to": table.span.until.astimezone(table.span.zone).isoformat(),
        "time_zone": table.span.zone.key,
        "columns": [{"name": one.name, "unit": one.kind, "meaning": one.meaning} for one in table.columns],
        "rows": [dict(zip(names, map(_plain, row), strict=True)) for row in table.rows],
        "total": table.total and dict(zip(names, map(_plain, table.total), strict=True)),
        "notes": list(table.notes),
    }


def _line(cells: Sequence[str], wide: Sequence[int], kinds: Sequence[ColumnKind]) -> str:
    parts = []
    for cell, columns, kind in zip(cells, wide, kinds, strict=True):
        filling = " " * (columns - width(cell))
        parts.append(cell + filling if kind in _LEFT else filling + cell)
    return "  ".join(parts).rstrip()


def width(text: str) -> int:
    """How many columns of a terminal it takes: Chinese characters two each."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _in_csv(cell: Cell) -> object:
    if not isinstance(cell, str):
        return _plain(cell)
    # A lone carriage return is quoted by `csv` only from Python 3.13 on, and a spreadsheet begins a row there.
    told = cell.replace("\r", "\n")
    return f"'{told}" if told and told[0] in _BEGINS_A_FORMULA else told


def _plain(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return round(cell, 6) if isinstance(cell, float) else cell
