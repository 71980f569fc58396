"""One file of `shifts/` as a plan; every mistake of it noted at its place, nothing raised."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from dialplan.diagnostics import Diagnostic, did_you_mean
from dialplan.source import Source, Span
from ivr.flow.yaml_reader import decode
from store.intervals import local_moment
from store.metrics.shifts import ACTIVITIES, Planned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from zoneinfo import ZoneInfo

    from dialplan.diagnostics import Severity
    from store.metrics.shifts import Activity

COLUMNS: Final = ("agent", "begin", "end", "activity")
_SEPARATORS: Final = ("\t", ";", ",")
_FORM: Final = "a time of the hotline's clock: 2026-11-23T09:00"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a plan that was understood, and where it stands."""

    planned: Planned
    at: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file."""

    rows: tuple[Row, ...]
    diagnostics: tuple[Diagnostic, ...]
    source: Source


def read_shifts(data: bytes, file: str, zone: ZoneInfo, agents: Collection[str] | None) -> Reading:
    """Read one file.

    Args:
        data: its bytes; a byte order mark, as spreadsheets write one, is left out.
        file: its name, `shifts/2026-11.csv`.
        zone: the hotline's clock.
        agents: those of hotline.yaml; None when they could not be read, and then nothing is said about them.
    """
    text, problems = decode(data, file)
    problems = [one for one in problems if one.code != "Y003"]
    if text is None:
        return Reading((), tuple(problems), Source(file, ""))
    source = Source(file, text)
    lines = _Lines(source)
    head = lines.head(problems)
    rows: list[Row] = []
    if head is not None:
        for number, cells in lines.body():
            row = _row(_Line(file, number, lines.text(number), cells, head, problems), zone, agents)
            rows += [row] if row is not None else []
    return Reading(tuple(rows), tuple(problems), source)


def overlaps(rows: Iterable[Row]) -> list[Diagnostic]:
    """S007: what an agent was to do while he was to do something else, in all files together."""
    found = []
    last: dict[str, Row] = {}
    for row in sorted(rows, key=lambda one: (one.planned.agent, one.planned.begin, one.at)):
        before = last.get(row.planned.agent)
        if before is not None and row.planned.begin < before.planned.end:
            where = f"line {before.at.line}" if before.at.file == row.at.file else str(before.at)
            message = f"agent {row.planned.agent} is to do '{before.planned.activity}' at that time ({where})"
            found.append(Diagnostic("S007", "error", row.at, message, "a begin at the end of that, or after it"))
        if before is None or row.planned.end > before.planned.end:
            last[row.planned.agent] = row
    return found


class _Lines:
    """A file of comma separated values, line by line; a cell does not go over a line's end."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.lines()
        first = self._lines[0]
        self._separator = next((one for one in _SEPARATORS if one in first), ",")

    def text(self, number: int) -> str:
        return self._lines[number - 1]

    def cells(self, number: int) -> list[str]:
        try:
            return next(csv.reader([self.text(number)], delimiter=self._separator), [])
        except csv.Error:  # a cell longer than any name or time
            return [self.text(number)]

    def head(self, problems: list[Diagnostic]) -> dict[str, int] | None:
        """Which column stands where; None where the first line does not say it."""
        names = [cell.strip() for cell in self.cells(1)]
        expected = f"a first line {self._separator.join(COLUMNS)}"
        for place, name in enumerate(names):
            if name not in COLUMNS or name in names[:place]:
                at = Span(self._source.name, 1, self.text(1).find(name) + 1, max(1, len(name)))
                hint = did_you_mean(name, [one for one in COLUMNS if one not in names])
                message = f"unknown column '{name}'" if name not in COLUMNS else f"the column '{name}' comes twice"
                problems.append(Diagnostic("S001", "error", at, message, expected, hint))
                return None
        missing = [name for name in COLUMNS if name not in names]
        if missing:
            at = Span(self._source.name, 1, 1, max(1, len(self.text(1))))
            problems.append(Diagnostic("S001", "error", at, f"there is no column '{missing[0]}'", expected))
            return None
        return {name: place for place, name in enumerate(names)}

    def body(self) -> Iterable[tuple[int, list[str]]]:
        """Every line behind the first that is not empty, with its number."""
        for number in range(2, len(self._lines) + 1):
            if self.text(number).strip():
                yield number, self.cells(number)


@dataclass(slots=True)
class _Line:
    """One line, whose cells are asked for by their column."""

    file: str
    number: int
    text: str
    cells: list[str]
    head: Mapping[str, int]
    problems: list[Diagnostic]

    def cell(self, column: str) -> str:
        place = self.head[column]
        return self.cells[place].strip() if place < len(self.cells) else ""

    def at(self, column: str) -> Span:
        """Where a cell stands: the first place behind those before it where its text is."""
        start = 0
        for place, cell in enumerate(self.cells):
            found = self.text.find(cell.strip(), start)
            begin = found if found >= 0 else start
            if place == self.head[column]:
                return Span(self.file, self.number, begin + 1, max(1, len(cell.strip())))
            start = begin + len(cell.strip())
        return Span(self.file, self.number, max(1, len(self.text)))

    def note(
        self, code: str, column: str, message: str, expected: str, hint: str | None = None, *, warns: bool = False
    ) -> None:
        """Note what is wrong with a cell."""
        expects = None if hint else expected
        severity: Severity = "warning" if warns else "error"
        self.problems.append(Diagnostic(code, severity, self.at(column), message, expects, hint))


def _row(line: _Line, zone: ZoneInfo, agents: Collection[str] | None) -> Row | None:
    agent, activity = line.cell("agent"), line.cell("activity")
    if not agent or (agents is not None and agent not in agents):
        said = f"there is no agent '{agent}' in hotline.yaml" if agent else "the line names no agent"
        near = did_you_mean(agent, sorted(agents or ()))
        line.note("S002", "agent", said, "one of `agents`", near, warns=bool(agent))
        if not agent:
            return None
    known = activity in ACTIVITIES
    if not known:
        expected = f"one of {', '.join(ACTIVITIES)}"
        line.note("S003", "activity", f"unknown activity '{activity}'", expected, did_you_mean(activity, ACTIVITIES))
    begin, end = _moment(line, "begin", zone), _moment(line, "end", zone)
    if begin is None or end is None or not known:
        return None
    if end <= begin:
        line.note("S006", "end", f"the shift ends at {line.cell('end')} and begins at {line.cell('begin')}",
                  "an end after its begin; over midnight, on the next day")  # fmt: skip
        return None
    planned = Planned(agent=agent, begin=begin, end=end, activity=cast("Activity", activity))
    return Row(planned, line.at("begin"))


def _moment(line: _Line, column: str, zone: ZoneInfo) -> datetime | None:
    told = line.cell(column)
    try:
        found = local_moment(told, zone)
    except (ValueError, OverflowError):
        line.note("S004", column, f"'{told}' is no time", _FORM)
        return None
    if found is None:
        offset = f"{datetime.fromisoformat(told).replace(tzinfo=zone, fold=1):%z}"
        expected = f"its offset from UTC, too, as in {told}{offset[:3]}:{offset[3:]}"
        line.note("S005", column, f"the clock of {zone.key} does not show '{told}' exactly once", expected)
    return found
