"""The list of the flows' steps, each with its ways out and how often they were taken. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from ivr.reports.tables import Cell, Column, Table, columns_of
from store.metrics import METRICS, Tally, reading
from store.metrics.ways import HUNG_UP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.reports.wishes import Span
    from store.metrics.ways import WayTaken

SHOWN: Final = ("steps_entered", "ways_taken", "way_share", "steps_hung_up", "step_hang_up_rate")
"""The metrics of each row."""
COLUMNS: Final = (
    Column("flow", "text", "The flow."),
    Column("version", "text", "The version the calls began with."),
    Column("step", "text", "The step."),
    Column("verb", "text", "What it does."),
    Column("way", "text", "How it was left: a key, a word of the verb, or `hung up`."),
    Column("to", "text", "The step that came next; nothing where the call ended."),
    *columns_of([METRICS[name] for name in SHOWN]),
)


def ways_table(span: Span, taken: Sequence[WayTaken]) -> Table:
    """A row for each way out of each step that a call of the range took, in the order they come."""
    entered: Counter[tuple[str, str, str]] = Counter()
    hung_up: Counter[tuple[str, str, str]] = Counter()
    for one in taken:
        step = (one.flow, one.version, one.step)
        entered[step] += one.times
        hung_up[step] += one.times if one.outcome == HUNG_UP else 0
    values = [reading(METRICS[name]) for name in SHOWN]
    rows: list[tuple[Cell, ...]] = []
    for one in taken:
        step = (one.flow, one.version, one.step)
        tally = Tally({"steps_entered": entered[step], "ways_taken": one.times, "steps_hung_up": hung_up[step]})
        told = (one.flow, one.version, one.step, one.verb, one.outcome, one.to or None)
        rows.append((*told, *(value(tally) for value in values)))
    return Table(title="flows", span=span, columns=COLUMNS, rows=tuple(rows), notes=(*_notes(taken), *span.odd_days))


def _notes(taken: Sequence[WayTaken]) -> list[str]:
    if not taken:
        return ["no call of this range left a step"]
    versions = len({one.version for one in taken})
    steps = len({(one.flow, one.version, one.step) for one in taken})
    return [f"{steps:,} steps of {versions:,} version{'' if versions == 1 else 's'} were entered in this range"]
