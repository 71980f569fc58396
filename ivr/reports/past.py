"""The history view's question and answer: metrics by interval, of one queue or all, beside another range. Pure.

The words are those of `hotline report queues`, the metrics of `store.metrics`; what the page, the API and the command
say is therefore the same figure. Another range (`against`) is laid beside the first by the wall clock: what happened at
09:15 stands beside what happened at 09:15, also where one of the two days has 23 or 25 hours.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ivr.reports.tables import Column, Table
from ivr.reports.wishes import Span, WishError, is_of, metrics, moment, pieces, span
from store.intervals import MINUTES
from store.metrics import METRICS, VERSION, reading
from store.metrics.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ivr.reports.tables import Cell, Tallies
    from store.intervals import Interval
    from store.metrics import Metric

WORDS: Final = ("from", "to", "by", "queue", "metrics", "against")
DEFAULT: Final = (
    "entered", "answered", "abandoned", "sl_negative", "connection_rate", "asa_s", "aht_s", "longest_wait_s",
)  # fmt: skip
MOST_PIECES: Final = 3000
"""A screen has no more columns of light: a month of quarters of an hour, ten days of five minutes."""
LONGEST: Final = timedelta(days=400)
"""A year and the month before it. More is a report's work, not a page's that everybody opens."""
MOST_CELLS: Final = 300_000
"""A report of more takes a workbook's writer seconds, and hundreds of megabytes, while others look at the board."""
_BACK: Final = {"day": 1, "week": 7}


class UnknownWordError(ValueError):
    """The question has a word there is not; the text names it, and those there are."""


@dataclass(frozen=True, slots=True)
class Range:
    """A range and its intervals."""

    span: Span
    pieces: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is asked for.

    Attributes:
        range: The range.
        against: The other one it is compared with; None for none.
        by: How long an interval is.
        queue: The one queue; None for all together.
        metrics: The metrics, in their order.
    """

    range: Range
    against: Range | None
    by: str
    queue: str | None
    metrics: tuple[Metric, ...]

    @property
    def counts(self) -> tuple[str, ...]:
        """What must be counted: what the metrics need, and how many visits nobody saw the end of."""
        wanted = (*(count for metric in self.metrics for count in metric.counts), "unknown_after_gap")
        return tuple(dict.fromkeys(wanted))


def past(words: Mapping[str, str], zone: str, now: datetime) -> Past:
    """The question of a query string: today by quarters of an hour, all queues, unless it says otherwise.

    Raises:
        UnknownWordError: It has a word there is not.
        WishError: A word's value is wrong (R002 to R005, R008, R010).
    """
    for word in words:
        if word not in WORDS:
            near = get_close_matches(word, WORDS, 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise UnknownWordError(f"unknown word '{word}', expected one of {', '.join(WORDS)}{hint}")
        if "\0" in words[word]:
            raise UnknownWordError(f"'{word}' has a NUL in it, which no name and no time has")
    by = words.get("by", "15m")
    first = span(words.get("from", "today"), words.get("to", "now"), zone, now, ("'from'", "'to'"))
    wanted = metrics("queues", words.get("metrics", ",".join(DEFAULT)))
    return Past(
        range=_cut(first, by),
        against=_cut(_other(words["against"], first, now), by) if words.get("against") else None,
        by=by,
        queue=words.get("queue") or None,
        metrics=wanted,
    )


def choices() -> list[dict[str, str]]:
    """Every metric the view can show: name, unit, title and formula."""
    told = (metric for metric in METRICS.values() if is_of("queues", metric))
    return [{"name": one.name, "unit": one.unit, "title": one.title, "formula": one.formula} for one in told]


def answer(asked: Past, found: Tallies, before: Tallies | None, known: Sequence[str]) -> dict[str, object]:
    """The figures as plain data.

    Args:
        asked: The question.
        found: What was counted in its range.
        before: What was counted in the other; None where it is not compared.
        known: The hotline's queues in their order; those of the past follow them.
    """
    told = asked.range
    return {
        "metrics_version": VERSION,
        "time_zone": told.span.zone.key,
        "by": asked.by,
        "queue": asked.queue,
        "metrics": [{"name": m.name, "unit": m.unit, "title": m.title, "formula": m.formula} for m in asked.metrics],
        "range": _side(asked, told, found, known, range(len(told.pieces))),
        "against": None
        if asked.against is None or before is None
        else _side(asked, asked.against, before, known, beside(told, asked.against)),
    }


def beside(first: Range, other: Range) -> list[int | None]:
    """For each interval of the first range the number of the one in the other that the clock shows alike.

    Where the two begin at different times of the day there is nothing alike: then the first stands beside the first.
    """
    if _time_of_day(first) != _time_of_day(other):
        return [number if number < len(other.pieces) else None for number in range(len(first.pieces))]
    there = {place: number for number, place in enumerate(_places(other))}
    return [there.get(place) for place in _places(first)]


def fits_a_sheet(asked: Past, names: int) -> None:
    """See that a report of so many queues is one that a server makes while others wait.

    Raises:
        WishError: It is too large (R010).
    """
    columns = 2 + len(asked.metrics) * (2 if asked.against else 1)
    count = len(asked.range.pieces) * names * columns
    if count > MOST_CELLS:
        raise WishError(
            "R010",
            f"that is a report of {count:,} cells; expected at most {MOST_CELLS:,}: a longer interval, one queue, or "
            "fewer metrics; `hotline report` takes more",
        )


def side_by_side(table: Table, other: Table, first: Range, against: Range) -> Table:
    """Two tables by interval as one: beside each row the same interval of the other range, its names in `against_…`."""
    rows = len(table.rows) // len(first.pieces)
    width = len(other.columns)
    nothing: tuple[Cell, ...] = (None,) * (width - 1)
    both: list[tuple[Cell, ...]] = []
    for number, place in enumerate(beside(first, against)):
        for row in range(rows):
            mine = table.rows[number * rows + row]
            theirs = None if place is None else other.rows[place * rows + row]
            both.append((*mine, *((theirs[0], *theirs[2:]) if theirs else nothing)))
    more = tuple(
        Column(f"against_{one.name}", one.kind, f"The same in the range compared with. {one.meaning}")
        for n, one in enumerate(other.columns)
        if n != 1
    )
    total = None if table.total is None or other.total is None else (*table.total, None, *other.total[2:])
    return replace(table, columns=(*table.columns, *more), rows=tuple(both), total=total)


def _cut(asked: Span, by: str) -> Range:
    if by in MINUTES:
        count = int((asked.until - asked.since) / timedelta(minutes=MINUTES[by]))  # type: ignore[index]  # looked for
        if count > MOST_PIECES:
            raise WishError("R010", f"that is {count:,} intervals of {by}; the history view takes {MOST_PIECES:,}")
        if asked.until - asked.since > LONGEST:
            days = (asked.until - asked.since) / timedelta(days=1)
            raise WishError("R010", f"that is a range of {days:,.0f} days; the history view takes {LONGEST.days}")
    else:
        raise WishError("R008", f"there is no interval '{by}'; the history view is cut by {', '.join(MINUTES)}")
    return Range(asked, pieces("queues", by, asked))


def _other(told: str, first: Span, now: datetime) -> Span:
    """The range compared with: as long by the clock, and earlier, or from where it is said."""
    begin, end = (at.astimezone(first.zone) for at in (first.since, first.until))
    long = end.replace(tzinfo=None) - begin.replace(tzinfo=None)
    if told in _BACK:
        begin -= timedelta(days=_BACK[told])  # of an aware datetime: on the zone's own clock
    elif told == "before":
        begin -= long
    else:
        try:
            begin = moment("'against'", told, first.zone, now).astimezone(first.zone)
        except WishError as wrong:
            near = get_close_matches(told, (*_BACK, "before"), 1)
            hint = f"did you mean '{near[0]}'?" if near else "expected day, week, before, or when it begins"
            if wrong.code != "R002":
                raise
            raise WishError("R002", f"'against' does not understand '{told}'; {hint}") from None
    since, until = begin.astimezone(UTC), (begin + long).astimezone(UTC)
    return Span(since, max(until, since + timedelta(seconds=1)), first.zone)


def _time_of_day(told: Range) -> time:
    return told.span.since.astimezone(told.span.zone).time()


def _places(told: Range) -> list[tuple[timedelta, int]]:
    """Where each interval stands on the clock, counted from the day the range begins; and which of that reading."""
    zone = told.span.zone
    midnight = told.span.since.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    seen: Counter[timedelta] = Counter()
    places = []
    for piece in told.pieces:
        at = piece.begin.astimezone(zone).replace(tzinfo=None) - midnight
        places.append((at, seen[at]))
        seen[at] += 1
    return places


def _side(
    asked: Past, told: Range, found: Tallies, known: Sequence[str], places: Iterable[int | None]
) -> dict[str, object]:
    by_piece: list[Tally] = [Tally()] * len(told.pieces)
    by_queue: dict[str, Tally] = {name: Tally() for name in ([asked.queue] if asked.queue else known)}
    whole = Tally()
    for (queue, number), tally in sorted(found.items()):
        by_piece[number] += tally
        by_queue[queue] = by_queue.get(queue, Tally()) + tally
        whole += tally
    shown = list(places)
    readings = {metric.name: reading(metric) for metric in asked.metrics}
    zone = told.span.zone

    def at(instant: datetime) -> str:
        return instant.astimezone(zone).isoformat()

    return {
        "from": at(told.span.since),
        "to": at(told.span.until),
        "begins": [None if n is None else at(told.pieces[n].begin) for n in shown],
        "ends": [None if n is None else at(told.pieces[n].end) for n in shown],
        "values": {
            name: [None if n is None else _plain(value, by_piece[n]) for n in shown] for name, value in readings.items()
        },
        "unseen_ends": [0 if n is None else by_piece[n].counts.get("unknown_after_gap", 0) for n in shown],
        "is_empty": not found,
        "total": {name: _plain(value, whole) for name, value in readings.items()},
        "queues": {
            queue: {name: _plain(value, tally) for name, value in readings.items()} for queue, tally in by_queue.items()
        },
    }


def _plain(value: Callable[[Tally], float | None], tally: Tally) -> float | None:
    told = value(tally)
    return round(told, 6) if isinstance(told, float) else told
