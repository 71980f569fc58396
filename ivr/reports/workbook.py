"""A table as an Excel workbook: real numbers, per cents and times, the meanings on a second sheet. Pure but for memory.

XlsxWriter, not openpyxl: it only writes, which is all that is wanted, needs nothing else, and is released several times
a year; openpyxl reads, too, and was last released in 2024.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Final

from xlsxwriter import Workbook

from ivr.reports.forms import width
from ivr.reports.tables import Cell, ColumnKind, Table, clock_of, shown, span_in_words
from ivr.reports.wishes import WishError
from store.metrics import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Format, Worksheet

_FORMATS: Final[Mapping[ColumnKind, str]] = {
    "text": "@",
    "instant": "yyyy-mm-dd hh:mm",
    "share": "0.0%",
    "seconds": "#,##0.0",
    "count": "#,##0",
}
_FIRST: Final = 3
"""The row of the names: above are the title and the range."""
MOST_ROWS: Final = 1_048_576 - _FIRST - 2
"""A sheet has no more rows than 2 to the 20th (Excel specifications and limits); one is for the sum."""


def as_workbook(table: Table) -> bytes:
    """The file.

    Raises:
        WishError: There are more rows than a sheet has (R011); they would be missing in silence.
    """
    if len(table.rows) > MOST_ROWS:
        told = f"that is {len(table.rows):,} rows; a workbook takes {MOST_ROWS:,}"
        raise WishError("R011", f"{told}; expected a shorter range, longer intervals, or csv")
    made = io.BytesIO()
    # Names are strangers' text: none of it may become a formula or a link.
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": table.title, "comments": f"metrics edition {VERSION}"})
    sheet = book.add_worksheet(table.title)
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    sums = {kind: book.add_format({"num_format": form, "bold": True, "top": 1}) for kind, form in _FORMATS.items()}
    sheet.write_string(0, 0, table.title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, span_in_words(table.span))
    clock = clock_of(table.span)
    for place, column in enumerate(table.columns):
        sheet.write_string(_FIRST, place, column.name, bold)
        cells = [shown(row[place], column.kind, clock) for row in table.rows[:200]]
        sheet.set_column(place, place, max(map(width, [column.name, *cells])) + 2)
    for number, row in enumerate(table.rows, _FIRST + 1):
        _row(sheet, number, row, table, formats)
    if table.total:
        _row(sheet, _FIRST + 1 + len(table.rows), table.total, table, sums)
    sheet.freeze_panes(_FIRST + 1, 0)
    meanings = book.add_worksheet("meaning")
    meanings.set_column(0, 0, 24)
    for number, column in enumerate(table.columns):
        meanings.write_string(number, 0, column.name)
        meanings.write_string(number, 1, column.meaning)
    for number, note in enumerate(table.notes, len(table.columns) + 1):
        meanings.write_string(number, 0, note)
    book.close()
    return made.getvalue()


def _row(
    sheet: Worksheet, number: int, row: Sequence[Cell], table: Table, formats: Mapping[ColumnKind, Format]
) -> None:
    for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        form = formats[column.kind]
        match cell:
            case None:
                sheet.write_blank(number, place, None, form)
            case datetime():  # a workbook knows no time zones: the hotline's clock
                sheet.write_datetime(number, place, cell.astimezone(table.span.zone).replace(tzinfo=None), form)
            case int() | float():
                sheet.write_number(number, place, cell, form)
            case _:
                sheet.write_string(number, place, cell, form)
