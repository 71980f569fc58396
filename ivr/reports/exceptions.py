"""The list of exceptions to the plan of the shifts: who did something else, when, and what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.reports.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.reports.wishes import Span
    from store.metrics.shifts import Deviation

COLUMNS: Final = (
    Column("begin", "instant", "When it began."),
    Column("end", "instant", "When it was over, or until when it was seen."),
    Column("agent", "text", "The agent."),
    Column("planned", "text", "What the agent was to do."),
    Column("did", "text", "The state the agent was in when it began."),
    Column("lasted_s", "seconds", "How long it lasted."),
)


def exceptions_table(
    span: Span, found: Sequence[tuple[str, Deviation]], notes: Sequence[str], *, is_planned: bool
) -> Table:
    """The list, oldest first; that nobody differed is said only of who had a plan."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.begin.astimezone(span.zone),
            one.end.astimezone(span.zone),
            agent,
            one.activity,
            one.state,
            (one.end - one.begin).total_seconds(),
        )
        for agent, one in sorted(found, key=lambda each: (each[1].begin, each[0]))
    ]
    said = (
        [] if rows or not is_planned else ["nobody did anything else than planned for a minute or more in this range"]
    )
    return Table(
        title="exceptions", span=span, columns=COLUMNS, rows=tuple(rows), notes=(*said, *notes, *span.odd_days)
    )
