"""A table as a page that prints well: no script, nothing from elsewhere, charts as inline SVG. Pure."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Final

from ivr.reports.tables import Cell, Column, Table, clock_of, shown, span_in_words
from store.metrics import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLE: Final = """
:root { color-scheme: light; font: 14px/1.4 system-ui, "Noto Sans", "Noto Sans SC", sans-serif; color: #1c1f24; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
p { margin: .2rem 0; color: #4b5563; }
figure { margin: 1.4rem 0; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { width: 100%; height: auto; }
svg text { font-size: 11px; fill: #4b5563; }
table { border-collapse: collapse; margin: 1.2rem 0; width: 100%; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #e5e7eb; text-align: right; white-space: nowrap; }
th { font-weight: 600; border-bottom: 2px solid #9ca3af; }
td { font-variant-numeric: tabular-nums; }
.text, .instant { text-align: left; }
.many th, .many td { padding: .25rem .35rem; font-size: .8rem; }
tfoot td { border-top: 2px solid #9ca3af; border-bottom: 0; font-weight: 600; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
dl { font-size: .85rem; color: #4b5563; }
dt { font-weight: 600; } dd { margin: 0 0 .3rem 0; }
@media print { body { margin: 0; max-width: none; } }
"""
"""What stands in the page's one `style`, to the letter: a server may allow it by its hash (CSP)."""
_WIDE, _HIGH, _LEFT, _FOOT = 960.0, 150.0, 46.0, 18.0
MANY: Final = 10
"""Columns; more are written smaller, so that a printed page holds them."""
MOST_BARS: Final = 200
"""More bars than this are thinner than a printed line; the table has the figures."""


def as_html(table: Table) -> str:
    """The page."""
    title = f"{table.title}  {span_in_words(table.span)}"
    clock = clock_of(table.span)
    heads = "".join(
        f'<th class="{one.kind}" title="{escape(one.meaning)}">{escape(one.name)}</th>' for one in table.columns
    )

    def line(row: Sequence[Cell]) -> str:
        cells = zip(row, table.columns, strict=True)
        told = (f'<td class="{one.kind}">{escape(shown(cell, one.kind, clock))}</td>' for cell, one in cells)
        return f"<tr>{''.join(told)}</tr>"

    size = "many" if len(table.columns) > MANY else "few"
    foot = f"<tfoot>{line(table.total)}</tfoot>" if table.total else ""
    meanings = "".join(f"<dt>{escape(one.name)}</dt><dd>{escape(one.meaning)}</dd>" for one in table.columns)
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{STYLE}</style></head><body>",
            f"<h1>{escape(table.title)}</h1>",
            f"<p>{escape(span_in_words(table.span))}, metrics edition {VERSION}</p>",
            *(f"<p>{escape(note)}</p>" for note in table.notes),
            *_charts(table),
            f'<table class="{size}">',
            f"<thead><tr>{heads}</tr></thead>{foot}<tbody>",
            *(line(row) for row in table.rows),
            f"</tbody></table><dl>{meanings}</dl></body></html>",
        ]
    )


def _charts(table: Table) -> list[str]:
    """One of the first number of each row, one of its first share."""
    if not 1 < len(table.rows) <= MOST_BARS:
        return []
    charts = []
    for kind in ("count", "share"):
        place = next((n for n, column in enumerate(table.columns) if column.kind == kind), None)
        if place is not None:
            charts.append(_chart(table, place, table.columns[place]))
    return charts


def _chart(table: Table, place: int, column: Column) -> str:
    clock = clock_of(table.span)
    values = [_number(row[place]) for row in table.rows]
    most = 1.0 if column.kind == "share" else max([value for value in values if value is not None], default=0.0) or 1.0
    step = (_WIDE - _LEFT) / len(values)
    bars, names = [], []
    every = max(1, len(values) // 12)
    for number, (row, value) in enumerate(zip(table.rows, values, strict=True)):
        left = _LEFT + number * step
        texts = (n for n, one in enumerate(table.columns) if one.kind in {"text", "instant"})
        label = " ".join(shown(row[n], table.columns[n].kind, clock) for n in texts)
        if value is not None:
            high = (_HIGH - _FOOT) * value / most
            told = f"{label}: {shown(row[place], column.kind, clock)}"
            bars.append(
                f'<rect x="{left + step * 0.1:.1f}" y="{_HIGH - _FOOT - high:.1f}" width="{step * 0.8:.1f}" '
                f'height="{high:.1f}" fill="#2563eb"><title>{escape(told)}</title></rect>'
            )
        if number % every == 0:
            middle = f'x="{left + step / 2:.1f}" y="{_HIGH - 4:.1f}" text-anchor="middle"'
            names.append(f"<text {middle}>{escape(_short(row[0], label))}</text>")
    top = "100 %" if column.kind == "share" else f"{most:,.0f}"
    return (
        f"<figure><figcaption>{escape(column.name)}</figcaption>"
        f'<svg viewBox="0 0 {_WIDE:g} {_HIGH:g}" role="img" aria-label="{escape(column.name)} by row">'
        f'<text x="0" y="11">{top}</text><text x="0" y="{_HIGH - _FOOT:g}">0</text>'
        f'<path d="M{_LEFT:g} 0V{_HIGH - _FOOT:g}H{_WIDE:g}" fill="none" stroke="#9ca3af"/>'
        f"{''.join(bars)}{''.join(names)}</svg></figure>"
    )


def _number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def _short(first: Cell, label: str) -> str:
    """A name that fits below a bar."""
    if isinstance(first, datetime):
        return f"{first:%m-%d}" if (first.hour, first.minute) == (0, 0) else f"{first:%H:%M}"
    return label[:12]
