"""Where points stand in their layer: long lines straight, points amid their neighbours, nothing nearer than it may be.

Source of the method: Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001). Four layouts, each
aligned to one of its corners, are made; a point stands in the middle of the two middle ones. Blocks are pushed together
along the graph of who stands left of whom, not by the paper's classes and shifts, which leave overlaps
(erratum of 2020, arXiv:2008.01252).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.drawing.graph import Layered

GAP = 26.0
"""Pixels between boxes or labels side by side."""
LINE_GAP = 14.0
"""Between lines, and between a line and a box."""


@dataclass(frozen=True, slots=True)
class _View:
    """The layers as they look from one of the four corners."""

    layers: list[list[int]]
    before: list[list[int]]
    """Neighbours in the layer that comes before, from here."""


def columns(graph: Layered) -> list[float]:
    """The middle of every point, in pixels from the left edge of the leftmost."""
    if not graph.size:
        return []
    conflicts = _conflicts(graph)
    found = []
    for down in (True, False):
        for left in (True, False):
            layers = [layer if left else layer[::-1] for layer in (graph.layers if down else graph.layers[::-1])]
            view = _View(layers, graph.above if down else graph.below)
            places = _pushed(graph, view, _blocks(view, conflicts, len(graph.size)))
            found.append(places if left else [-each for each in places])
    _side_by_side(graph, found)
    middle = [sum(sorted(each[point] for each in found)[1:3]) / 2 for point in range(len(graph.size))]
    leftmost = min(place - graph.size[point].width / 2 for point, place in enumerate(middle))
    return [round(place - leftmost, 1) for place in middle]


def _conflicts(graph: Layered) -> set[tuple[int, int]]:
    """Stretches that cross the inner stretch of a long line: they give way, so that long lines are straight."""
    place = {point: n for layer in graph.layers for n, point in enumerate(layer)}
    found: set[tuple[int, int]] = set()
    for upper in graph.layers:
        stretches = [(one, other) for one in upper for other in graph.below[one]]
        inner = [each for each in stretches if graph.is_bend[each[0]] and graph.is_bend[each[1]]]
        for one, other in stretches:
            if graph.is_bend[one] and graph.is_bend[other]:
                continue
            if any((place[one] - place[a]) * (place[other] - place[b]) < 0 for a, b in inner):
                found.add((one, other))
    return found


def _blocks(view: _View, conflicts: set[tuple[int, int]], points: int) -> list[int]:
    """Each point to the first of the block it stands in one line with: it takes its median neighbour, where it can."""
    root, taken = list(range(points)), [False] * points
    place = {point: n for layer in view.layers for n, point in enumerate(layer)}
    for layer in view.layers[1:]:
        last = -1
        for point in layer:
            neighbours = sorted(view.before[point], key=lambda each: place[each])
            count = len(neighbours)
            for middle in dict.fromkeys(((count - 1) // 2, count // 2)) if count else ():
                other = neighbours[middle]
                crossed = (other, point) in conflicts or (point, other) in conflicts
                if root[point] == point and not crossed and place[other] > last and not taken[other]:
                    root[point] = root[other]
                    taken[other] = True
                    last = place[other]
    return root


def _pushed(graph: Layered, view: _View, root: list[int]) -> list[float]:
    """Every block as far to the left as those left of it let it; then back towards what stands right of it."""
    left_of: dict[int, list[tuple[int, float]]] = {each: [] for each in root}
    right_of: dict[int, list[tuple[int, float]]] = {each: [] for each in root}
    for layer in view.layers:
        for one, other in pairwise(layer):
            gap = apart(graph, one, other)
            left_of[root[other]].append((root[one], gap))
            right_of[root[one]].append((root[other], gap))
    order = _sorted(left_of, right_of)
    place: dict[int, float] = {}
    for block in order:
        place[block] = max((place[other] + gap for other, gap in left_of[block]), default=0.0)
    for block in reversed(order):
        nearest = min((place[other] - gap for other, gap in right_of[block]), default=None)
        if nearest is not None and nearest > place[block]:
            place[block] = nearest
    return [place[root[point]] for point in range(len(root))]


def _sorted(left_of: dict[int, list[tuple[int, float]]], right_of: dict[int, list[tuple[int, float]]]) -> list[int]:
    """Blocks, each after those left of it."""
    waiting = {block: len(others) for block, others in left_of.items()}
    ready = [block for block, count in waiting.items() if not count]
    found = []
    while ready:
        block = ready.pop()
        found.append(block)
        for other, _ in right_of[block]:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return found


def apart(graph: Layered, one: int, other: int) -> float:
    """How far the middles of two neighbours must be from each other."""
    gap = LINE_GAP if graph.is_bend[one] or graph.is_bend[other] else GAP
    return (graph.size[one].width + graph.size[other].width) / 2 + gap


def _side_by_side(graph: Layered, found: list[list[float]]) -> None:
    """Put the four layouts over each other: those aligned left by their left edge, the others by their right one."""

    def edges(places: list[float]) -> tuple[float, float]:
        half = [size.width / 2 for size in graph.size]
        return min(p - h for p, h in zip(places, half, strict=True)), max(
            p + h for p, h in zip(places, half, strict=True)
        )

    spans = [edges(each) for each in found]
    low, high = min(spans, key=lambda span: span[1] - span[0])
    for number, places in enumerate(found):
        shift = low - spans[number][0] if number % 2 == 0 else high - spans[number][1]
        places[:] = [each + shift for each in places]
