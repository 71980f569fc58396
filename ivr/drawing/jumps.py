"""Lines that would run past half of the picture end in a small sign instead: the name of the step, and a link to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ivr.drawing.flowchart import Box
from ivr.drawing.graph import Graph, Line, Size
from ivr.drawing.layers import depths, lines_back

if TYPE_CHECKING:
    from ivr.drawing.flowchart import Chart

FARTHEST: Final = 9
"""Layers of steps that a line may span."""
_ROUNDS: Final = 4
"""A line that is gone lets boxes move, which may make another one long."""
_SIZE: Final = Size(1, 1)


def with_jumps(chart: Chart, start: str) -> Chart:
    """The chart with a sign for each line that is too long; every step keeps one line that comes to it from above."""
    for _ in range(_ROUNDS):
        cut = _with_jumps(chart, start)
        if cut is chart:
            break
        chart = cut
    return chart


def _with_jumps(chart: Chart, start: str) -> Chart:
    lines = tuple(Line(each.source, each.target) for each in chart.links)
    graph = Graph(dict.fromkeys(chart.boxes, _SIZE), lines, start)
    back = lines_back(graph)
    depth = depths(graph, back)
    span = [abs(depth[each.target] - depth[each.source]) for each in lines]
    nearest: dict[str, int] = {}
    for number, line in enumerate(lines):
        if number not in back and span[number] < span[nearest.get(line.target, number)] + (line.target not in nearest):
            nearest[line.target] = number
    far = {n for n, each in enumerate(lines) if span[n] > FARTHEST and nearest.get(each.target) != n}
    if not far:
        return chart
    boxes, links = dict(chart.boxes), list(chart.links)
    for number in sorted(far):
        link = chart.links[number]
        name = f"{link.source} → {link.target}"
        arrow = "↑" if number in back else "↓"
        boxes[name] = Box(name, "jump", (f"{arrow} {link.target}",), f"to {link.target}", None, leads_to=link.target)
        links[number] = replace(link, target=name, leads_to=link.target)
    return replace(chart, boxes=boxes, links=tuple(links))
