"""A soak's result as a person reads it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.soak.run import Result

_SHOWN: Final = 40
"""Differences printed; the rest is counted."""


def told(result: Result) -> Iterator[str]:
    """The lines."""
    yield ""
    yield f"{'outcome':<20}{'ledger':>10}{'witness':>10}{'differ':>10}  witness"
    for row in result.proof.rows:
        differ = abs(row.ledger - row.other)
        yield f"{row.outcome:<20}{row.ledger:>10,}{row.other:>10,}{differ:>10,}  {row.witness}"
    visits = [row for row in result.proof.rows if row.witness != "CEL"]
    ours, theirs = sum(row.ledger for row in visits), sum(row.other for row in visits)
    yield f"{'visits':<20}{ours:>10,}{theirs:>10,}{abs(ours - theirs):>10,}"
    yield ""
    yield f"broke     {_counts(result.broken)}"
    yield f"directed  {_counts(result.directed)}"
    repaired = result.knowledge.repaired if result.knowledge else 0
    yield (
        f"blind     {result.blind_s:,.0f} s of {result.took_s:,.0f} s; "
        f"refused at the door meanwhile, and known from queue_log: {result.proof.unheard}"
    )
    yield (
        f"repaired  {repaired:,} visits, by queue_log; before the bridge was started the last time "
        f"{len(result.before['differences'])} differences were left"
    )
    yield f"cut off   {result.proof.cut_off} callers, by the end of Asterisk, before they came to a queue"
    yield f"verify    {result.after['visits']:,} visits, {len(result.after['differences'])} differences"
    calls, cel = result.cel["calls"], result.cel
    yield f"CEL       {calls:,} calls compared in {cel['lines']:,} records, {len(cel['differences'])} differences"
    yield f"agents    {result.after['agents']:,} compared, {len(result.after['agent_differences'])} differences"
    if result.differences:
        yield ""
        yield from (f"  {line}" for line in result.differences[:_SHOWN])
        if len(result.differences) > _SHOWN:
            yield f"  … and {len(result.differences) - _SHOWN} more"
    yield ""


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} × {name}" for name, count in sorted(counted.items())) or "nothing"
