"""What `hotline test` tells a person: every failure with its place and the way there, then what is not covered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

from dialplan.report import display_width
from ivr.rehearsal.edges import condition_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dialplan.source import Source, Span
    from ivr.flow.model import FlowSet
    from ivr.rehearsal.edges import Edge
    from ivr.rehearsal.player import Failure, Played
    from ivr.rehearsal.run import Advice, Rehearsal

MOST_MISSED: Final = 40
"""Ways that are listed; more are counted."""


@dataclass(frozen=True, slots=True)
class Colors:
    """ANSI colours, or none."""

    on: bool = False

    def bad(self, text: str) -> str:
        """What is wrong."""
        return typer.style(text, fg="red", bold=True) if self.on else text

    def good(self, text: str) -> str:
        """What is right."""
        return typer.style(text, fg="green") if self.on else text

    def dim(self, text: str) -> str:
        """What stands beside."""
        return typer.style(text, dim=True) if self.on else text


def report(
    rehearsal: Rehearsal,
    advice: Advice,
    sources: Mapping[str, Source],
    *,
    min_coverage: float,
    took_s: float,
    colors: Colors,
) -> str:
    """The whole report, with a line end."""
    lines: list[str] = []
    for played in rehearsal.failed:
        lines += [*failure_lines(played, sources, colors), ""]
    lines += _files(rehearsal, colors)
    lines += ["", *_coverage(rehearsal, advice, min_coverage, colors)]
    count, failed = len(rehearsal.played), len(rehearsal.failed)
    told = f"{_plural(count, 'dialogue')}, {failed} failed, {took_s * 1000:.0f} ms"
    lines += ["", colors.bad(told) if failed else colors.good(told)]
    return "\n".join(lines) + "\n"


def failure_lines(played: Played, sources: Mapping[str, Source], colors: Colors) -> list[str]:
    """One dialogue that went another way: where, what was expected, what came instead, and how it came there."""
    failure = played.failure
    if failure is None:
        return []
    lines = [f"{failure.at or played.dialogue.at} {colors.bad('failed')}  {played.dialogue.name}"]
    lines += _snippet(failure.at, sources, colors)
    lines += [f"      = {line}" for line in _told(failure)]
    if played.traces:
        lines.append("      = on the way:")
        lines += [f"          {line}" for line in way_lines(played)]
    return lines


def way_lines(played: Played) -> list[str]:
    """The steps of a call, each with how it was left."""
    places = [f"{trace.flow}.{trace.step}" for trace in played.traces]
    width = max(map(display_width, places), default=0)
    return [
        f"{place}{' ' * (width - display_width(place))}  {trace.outcome}"
        for place, trace in zip(places, played.traces, strict=True)
    ]


def _told(failure: Failure) -> Iterator[str]:
    yield f"expected: {failure.expected}"
    yield f"found:    {failure.found}"
    if failure.hint:
        yield f"hint:     {failure.hint}"


def _snippet(at: Span | None, sources: Mapping[str, Source], colors: Colors) -> list[str]:
    """The line and the one before it."""
    source = sources.get(at.file) if at else None
    if source is None or at is None:
        return []
    lines = []
    for number in (at.line - 1, at.line):
        text = source.line(number)
        if text is not None and text.strip():
            lines.append(f"{colors.dim(f'{number:>5} |')} {text}")
    text = source.line(at.line) or ""
    pad = display_width(text[: at.column - 1])
    lines.append(f"{colors.dim('      |')} {' ' * pad}{colors.bad('^' * max(1, at.length))}")
    return lines


def _files(rehearsal: Rehearsal, colors: Colors) -> list[str]:
    passed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for played in rehearsal.played:
        (passed if played.passed else failed)[played.dialogue.at.file] += 1
    names = list(dict.fromkeys(played.dialogue.at.file for played in rehearsal.played))
    width = max(map(display_width, names), default=0)
    lines = []
    for name in names:
        told = f"{passed[name]:>4} passed"
        if failed[name]:
            told += f", {colors.bad(f'{failed[name]} failed')}"
        lines.append(f"{name}{' ' * (width - display_width(name))} {told}")
    return lines


def _coverage(rehearsal: Rehearsal, advice: Advice, min_coverage: float, colors: Colors) -> list[str]:
    coverage = rehearsal.coverage
    taken = len(coverage.edges) - len(coverage.missed)
    told = f"{taken} of {len(coverage.edges)} ways taken ({coverage.per_cent:.1f} %)"
    told += f", {coverage.steps_taken} of {coverage.steps} steps"
    lines = [f"coverage   {told if coverage.per_cent >= min_coverage else colors.bad(told)}"]
    if coverage.per_cent < min_coverage:
        lines.append(f"           {colors.bad(f'at least {min_coverage:g} % are wanted')}")
    missed = coverage.missed
    if not missed:
        return lines
    lines += ["", "never taken"]
    shown = missed[:MOST_MISSED]
    width = max(display_width(f"{edge.flow}.{edge.step}") for edge in shown)
    for edge in shown:
        place = f"{edge.flow}.{edge.step}"
        lines.append(
            f"  {place}{' ' * (width - display_width(place))}  {edge.way}{colors.dim(_when(rehearsal.flows, edge))}"
        )
    if len(missed) > len(shown):
        lines.append(f"  and {len(missed) - len(shown)} more")
    lines.append("")
    if advice.proposal is not None:
        lines.append(f"a dialogue for {colors.good(str(advice.proposal.edge))}, to be put into tests/")
        lines += [f"  {line}" for line in advice.proposal.text.splitlines()]
    elif advice.unreachable:
        lines.append("no caller can take any of them, whatever is pressed and answered")
    else:
        lines.append("no short dialogue was found for any of them")
    return lines


def _when(flows: FlowSet, edge: Edge) -> str:
    condition = condition_of(flows, edge)
    return f" ({condition})" if condition else ""


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
