"""The list of the flows' steps, each with its ways out and how often they were taken. Pure."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ivr.reports.tables import Cell, Column, Table, columns_of
from store.intervals import MINUTES
from store.metrics import METRICS, Tally, reading
from store.metrics.ways import HUNG_UP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.reports.wishes import Span
    from store.intervals import Interval
    from store.metrics.ways import WayTaken

SHOWN: Final = ("steps_entered", "ways_taken", "way_share", "steps_hung_up", "step_hang_up_rate")
"""The metrics of each row."""
WORDS: Final = ("version", "step", "language", *MINUTES)
"""What `--by` takes: each version of its own, all versions together, each language, or intervals."""
_STEP: Final = (
    Column("step", "text", "The step."),
    Column("verb", "text", "What it does."),
    Column("way", "text", "How it was left: a key, a word of the verb, or `hung up`."),
    Column("to", "text", "The step that came next; nothing where the call ended."),
    *columns_of([METRICS[name] for name in SHOWN]),
)
_FLOW: Final = Column("flow", "text", "The flow.")
_VERSION: Final = Column("version", "text", "The version the calls began with.")
_LANGUAGE: Final = Column("language", "text", "The language the calls had chosen; nothing where they had chosen none.")
_FROM: Final = Column("from", "instant", "When the interval begins.")
_HEADS: Final[Mapping[str, tuple[Column, ...]]] = MappingProxyType(
    {"version": (_FLOW, _VERSION), "step": (_FLOW,), "language": (_LANGUAGE, _FLOW)}
)


def ways_table(span: Span, taken: Sequence[WayTaken], by: str = "version", pieces: Sequence[Interval] = ()) -> Table:
    """A row for each way out of each step that a call of the range took, in the order they come.

    Args:
        span: Its range and clock.
        taken: The ways, told apart as `by` says.
        by: One of `WORDS`.
        pieces: The intervals, where `by` is one.
    """
    entered: Counter[tuple[object, ...]] = Counter()
    hung_up: Counter[tuple[object, ...]] = Counter()
    for one in taken:
        entered[_step_of(one)] += one.times
        hung_up[_step_of(one)] += one.times if one.outcome == HUNG_UP else 0
    values = [reading(METRICS[name]) for name in SHOWN]
    rows: list[tuple[Cell, ...]] = []
    for one in taken:
        step = _step_of(one)
        tally = Tally({"steps_entered": entered[step], "ways_taken": one.times, "steps_hung_up": hung_up[step]})
        told = (one.step, one.verb, one.outcome, one.to or None)
        rows.append((*_head_of(one, by, span, pieces), *told, *(value(tally) for value in values)))
    columns = (*_HEADS.get(by, (_FROM, _FLOW)), *_STEP)
    return Table(title="flows", span=span, columns=columns, rows=tuple(rows), notes=(*_notes(taken), *span.odd_days))


def _step_of(one: WayTaken) -> tuple[object, ...]:
    return (one.place, one.language, one.flow, one.version, one.step)


def _head_of(one: WayTaken, by: str, span: Span, pieces: Sequence[Interval]) -> tuple[Cell, ...]:
    match by:
        case "version":
            return (one.flow, one.version)
        case "step":
            return (one.flow,)
        case "language":
            return (one.language or None, one.flow)
        case _:
            return (pieces[one.place].begin.astimezone(span.zone), one.flow)


def _notes(taken: Sequence[WayTaken]) -> list[str]:
    if not taken:
        return ["no call of this range left a step"]
    versions = len({one.version for one in taken} - {""})
    steps = len({(one.flow, one.version, one.step) for one in taken})
    of = f" of {versions:,} version{'' if versions == 1 else 's'}" if versions else ""
    return [f"{steps:,} step{'' if steps == 1 else 's'}{of} {'was' if steps == 1 else 'were'} entered in this range"]
