"""Layers: which lines lead back up, how deep each box stands, and a point in every layer a line passes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ivr.drawing.graph import Layered, Size

if TYPE_CHECKING:
    from ivr.drawing.graph import Graph

_PASSES = 50
"""Rounds of pulling boxes nearer; they settle in a few."""


def layered(graph: Graph) -> Layered:
    """The graph in layers: boxes in even ones, labels in odd ones."""
    back = lines_back(graph)
    depth = depths(graph, back)
    found = Layered([[] for _ in range(2 * max(depth.values(), default=0) + 1)], [], [], back=back)
    for name in _in_order(graph, depth):
        found.box[name] = found.add(2 * depth[name], graph.boxes[name])
    for number, line in enumerate(graph.lines):
        found.way.append([])
        if line.source == line.target:
            continue
        upper, lower = (line.target, line.source) if number in back else (line.source, line.target)
        points = [found.box[upper]]
        top, bottom = 2 * depth[upper], 2 * depth[lower]
        for layer in range(top + 1, bottom):
            has_label = line.label.width > 0 and layer == (bottom - 1 if number in back else top + 1)
            points.append(found.add(layer, line.label if has_label else Size(0, 0), bend=not has_label))
            if has_label:
                found.label[number] = points[-1]
        points.append(found.box[lower])
        for one, other in pairwise(points):
            found.connect(one, other)
        found.way[number] = points
    return found


def lines_back(graph: Graph) -> set[int]:
    """The lines that close a circle when everything is gone through from the start, each in the order given."""
    outgoing: dict[str, list[tuple[int, str]]] = {name: [] for name in graph.boxes}
    for number, line in enumerate(graph.lines):
        outgoing[line.source].append((number, line.target))
    found: set[int] = set()
    state: dict[str, int] = {}
    for root in (graph.start, *graph.boxes):
        if root in state:
            continue
        state[root] = 1
        work = [(root, iter(outgoing[root]))]
        while work:
            name, rest = work[-1]
            number, target = next(rest, (-1, ""))
            if number < 0:
                state[name] = 2
                work.pop()
            elif target != name and state.get(target) == 1:
                found.add(number)
            elif target not in state:
                state[target] = 1
                work.append((target, iter(outgoing[target])))
    return found


def depths(graph: Graph, back: set[int]) -> dict[str, int]:
    """How deep each box stands: as high as its lines allow, and then pulled to where they are shortest in sum."""
    down: dict[str, list[str]] = {name: [] for name in graph.boxes}
    up: dict[str, list[str]] = {name: [] for name in graph.boxes}
    for number, line in enumerate(graph.lines):
        if line.source != line.target:
            upper, lower = (line.target, line.source) if number in back else (line.source, line.target)
            down[upper].append(lower)
            up[lower].append(upper)
    depth = dict.fromkeys(graph.boxes, 0)
    waiting = {name: len(up[name]) for name in graph.boxes}
    ready = [name for name in graph.boxes if not waiting[name]]
    while ready:
        name = ready.pop(0)
        for lower in down[name]:
            depth[lower] = max(depth[lower], depth[name] + 1)
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    for _ in range(_PASSES):
        if not _pull(graph, depth, up, down):
            break
    return depth


def _pull(graph: Graph, depth: dict[str, int], up: dict[str, list[str]], down: dict[str, list[str]]) -> bool:
    """Move each box that has more lines on one side towards them, as far as the others let it."""
    moved = False
    for name in sorted(graph.boxes, key=lambda each: -depth[each]):
        if name == graph.start:
            continue
        low = max((depth[each] + 1 for each in up[name]), default=0)
        high = min((depth[each] - 1 for each in down[name]), default=depth[name])
        pull = len(down[name]) - len(up[name])
        wanted = high if pull > 0 else low if pull < 0 else depth[name]
        if wanted != depth[name]:
            depth[name] = wanted
            moved = True
    return moved


def _in_order(graph: Graph, depth: dict[str, int]) -> list[str]:
    """Boxes as a walk from the start meets them, depth first: a first order that keeps branches together."""
    outgoing: dict[str, list[str]] = {name: [] for name in graph.boxes}
    for line in graph.lines:
        outgoing[line.source].append(line.target)
    found: dict[str, None] = {}
    waiting = [*reversed(list(graph.boxes)), graph.start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += reversed([each for each in outgoing[name] if depth[each] > depth[name]])
    return list(found)
