"""The figures of `bench.calls` as the table that is printed and kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.cpu import Spread, ratios, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Costs = Mapping[str, float]

SWITCH, AGI, BRIDGE, WALLBOARD = "asterisk", "agi", "bridge", "wallboard"
PROCESSES: Mapping[str, str] = {
    SWITCH: "Asterisk",
    AGI: "AGI server",
    BRIDGE: "bridge: history, live numbers",
    WALLBOARD: "wallboard, nobody looking",
}
CALL_PATH = (SWITCH, AGI)
"""What a caller waits for; the bridge and the wallboard have no counterpart in a dialplan."""
_WIDE, _COLUMN = 34, 24


@dataclass(frozen=True, slots=True)
class Figures:
    """CPU milliseconds per call by process, one entry per block, in the order they were measured."""

    ours: Sequence[Costs]
    """Calls through the hotline."""
    plain: Sequence[Costs]
    """The same calls in plain dialplan, each block beside the one of `ours` at the same place."""
    alone: Sequence[Costs] = ()
    """Plain dialplan while no service runs."""


def headline(figures: Figures) -> Spread:
    """The one number: Asterisk and AGI server for a call through the hotline, by Asterisk for the same in dialplan."""
    return spread(
        ratios(_sums(figures.ours, CALL_PATH), _sums(figures.plain, (SWITCH,))),
    )


def render(figures: Figures) -> str:
    """A Markdown table, aligned so that a terminal shows it as well, and below it the ratios."""
    columns = [("through the hotline", figures.ours), ("plain dialplan", figures.plain)]
    if figures.alone:
        columns.append(("plain, no service runs", figures.alone))
    lines = [_row("CPU ms per call", [name for name, _ in columns]), _row("---", ["---:"] * len(columns))]
    for process, title in PROCESSES.items():
        lines.append(_row(title, [_cell(blocks, (process,)) for _, blocks in columns]))
    lines.append(_row("Asterisk + AGI server", [_cell(blocks, CALL_PATH) for _, blocks in columns]))
    lines.append(_row("everything", [_cell(blocks, tuple(PROCESSES)) for _, blocks in columns]))
    one = headline(figures)
    whole = ratios(_sums(figures.ours, tuple(PROCESSES)), _sums(figures.plain, (SWITCH,)))
    lines += [
        "",
        f"Asterisk + AGI server / Asterisk in plain dialplan: **{_told(one)}**",
        f"Everything / Asterisk in plain dialplan: {_told(spread(whole))}",
    ]
    if figures.alone:
        apart = spread(_sums(figures.ours, tuple(PROCESSES))).median / spread(_sums(figures.alone, (SWITCH,))).median
        lines.append(f"Everything / Asterisk in plain dialplan, no service runs: {apart:.2f} (medians, not neighbours)")
    return "\n".join(lines)


def _sums(blocks: Iterable[Costs], processes: Sequence[str]) -> list[float]:
    return [sum(block[process] for process in processes if process in block) for block in blocks]


def _cell(blocks: Sequence[Costs], processes: Sequence[str]) -> str:
    if not any(process in block for block in blocks for process in processes):
        return "–"
    return _told(spread(_sums(blocks, processes)), digits=1)


def _told(what: Spread, digits: int = 2) -> str:
    return f"{what.median:.{digits}f} ({what.lowest:.{digits}f} to {what.highest:.{digits}f})"


def _row(title: str, cells: Sequence[str]) -> str:
    told = " | ".join(f"{cell:>{_COLUMN}}" for cell in cells)
    return f"| {title:<{_WIDE}} | {told} |"
