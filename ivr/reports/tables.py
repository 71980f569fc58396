"""The table a report is: columns by their metrics' names, rows of plain values, what must be said below it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from store.metrics import reading
from store.metrics.tally import Tally, total

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from ivr.reports.wishes import Span
    from store.intervals import Interval
    from store.metrics import Metric

Cell: TypeAlias = str | int | float | datetime | None
ColumnKind: TypeAlias = Literal["text", "instant", "share", "seconds", "count"]
Tallies: TypeAlias = "Mapping[tuple[str, int], Tally]"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what its values are, and what it means."""

    name: str
    kind: ColumnKind
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report.

    Attributes:
        title: What it is about.
        span: Its range and clock.
        columns: Its columns.
        rows: Its rows; a share is 0 to 1, an instant aware, nothing is None.
        total: The row of all together; None where there is none.
        notes: What a reader must know, a sentence each.
    """

    title: str
    span: Span
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a table of metrics is made for.

    Attributes:
        title: What it is about.
        span: Its range and clock.
        pieces: Its intervals.
        names: Its queues or agents, in their order.
        metrics: Its metrics, in their order.
        notes: What must be said.
    """

    title: str
    span: Span
    pieces: Sequence[Interval]
    names: Sequence[str]
    metrics: Sequence[Metric]
    notes: Sequence[str] = field(default=())


def table_of(asked: Asked, tallies: Tallies, *, named: str, by_time: bool) -> Table:
    """A row for each name, or for each name and interval; an interval in which nothing was has its row, too."""
    first = [Column("from", "instant", "When the interval begins.")] if by_time else []
    first += [Column(named, "text", f"The {named}.")]
    readings = [reading(metric) for metric in asked.metrics]
    rows: list[tuple[Cell, ...]] = []
    for number, piece in enumerate(asked.pieces):
        begin: tuple[Cell, ...] = (piece.begin.astimezone(asked.span.zone),) if by_time else ()
        for name in asked.names:
            tally = tallies.get((name, number), Tally())
            rows.append((*begin, name, *(value(tally) for value in readings)))
    whole = total(tallies.values())
    head: tuple[Cell, ...] = ("all", "") if by_time else ("all",)
    return Table(
        title=asked.title,
        span=asked.span,
        columns=(*first, *columns_of(asked.metrics)),
        rows=tuple(rows),
        total=(*head, *(value(whole) for value in readings)),
        notes=tuple(asked.notes),
    )


def by_hour_of_day(asked: Asked, tallies: Tallies) -> Table:
    """A row for each hour the clock shows; the same hour of all days together, all queues as one."""
    of_hour: dict[int, Tally] = {hour: Tally() for hour in range(24)}
    for (_, number), tally in tallies.items():
        of_hour[asked.pieces[number].begin.astimezone(asked.span.zone).hour] += tally
    readings = [reading(metric) for metric in asked.metrics]
    whole = total(of_hour.values())
    return Table(
        title=asked.title,
        span=asked.span,
        columns=(Column("hour", "text", "The hour of the day by the clock."), *columns_of(asked.metrics)),
        rows=tuple((f"{hour:02}:00", *(value(tally) for value in readings)) for hour, tally in of_hour.items()),
        total=("all", *(value(whole) for value in readings)),
        notes=tuple(asked.notes),
    )


def columns_of(metrics: Sequence[Metric]) -> tuple[Column, ...]:
    """A column for each metric, under its name."""
    return tuple(
        Column(metric.name, metric.unit, metric.words if metric.kind == "count" else _meaning(metric))
        for metric in metrics
    )


def _meaning(metric: Metric) -> str:
    return f"{metric.title[0].upper()}{metric.title[1:]}: {metric.formula}."


def shown(cell: Cell, kind: ColumnKind, clock: Callable[[datetime], str]) -> str:
    """A value for people."""
    match cell:
        case None:
            return "–"
        case datetime():
            return clock(cell)
        case float() | int() if kind == "share":
            return f"{100 * cell:.1f} %"
        case float() | int() if kind == "seconds":
            return f"{cell:,.1f}"
        case int() | float():
            return f"{cell:,}"
        case _:
            return printable(cell)


def clock_of(span: Span) -> Callable[[datetime], str]:
    """How instants of a range are written: with their offset where the clock is set in it."""
    first, last = (at.astimezone(span.zone).utcoffset() for at in (span.since, span.until))
    # A range that begins within the day of the change has that day not among its odd days.
    form = "%Y-%m-%d %H:%M" + ("%z" if first != last or span.odd_days else "")
    return lambda instant: f"{instant.astimezone(span.zone):{form}}"


def span_in_words(span: Span) -> str:
    """The range, as a heading says it."""
    zone: ZoneInfo = span.zone
    begin, end = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (span.since, span.until))
    return f"{begin} until {end}, {zone.key}"


def printable(text: str) -> str:
    """Names are strangers' text: what would move the cursor or ring the bell of a terminal is shown as `�`."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
