"""Boxes, labels and lines with their places: the whole layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ivr.drawing.columns import columns
from ivr.drawing.graph import Size
from ivr.drawing.layers import layered
from ivr.drawing.order import put_in_order

if TYPE_CHECKING:
    from ivr.drawing.graph import Graph, Layered

ROW_GAP: Final = (14.0, 70.0)
"""Pixels between a layer and the next, for lines to bend in: at least and at most."""
SLOPE: Final = 0.09
"""Pixels of height for each that a line goes to the side between two layers: flat lines would lie on each other."""
PORT_GAP: Final = 16.0
"""Between lines that begin or end at one side of a box."""


@dataclass(frozen=True, slots=True)
class Place:
    """A box or a label: its middle and its size, in pixels from the top left."""

    x: float
    y: float
    width: float
    height: float

    def covers(self, other: Place) -> bool:
        """Whether the two have more than an edge in common."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 - 0.05
            and abs(self.y - other.y) < (self.height + other.height) / 2 - 0.05
        )


@dataclass(frozen=True, slots=True)
class Route:
    """A line: where it passes, from its source to its target."""

    points: tuple[tuple[float, float], ...]
    """Pairs of points: between the second of a pair and the first of the next the line bends, else it is straight."""
    label: Place | None
    back: bool
    """Whether it leads up again."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything in its place."""

    size: Size
    boxes: dict[str, Place]
    routes: tuple[Route | None, ...]
    """By number of the line; None for one from a box to itself."""


def lay_out(graph: Graph) -> Layout:
    """Find a place for everything; the same graph gets the same places."""
    found = layered(graph)
    put_in_order(found)
    x = columns(found)
    ports = _ports(found, x)
    tops, height = _rows(found, x)
    middle = [tops[layer][0] + tops[layer][1] / 2 for layer in found.layer_of]
    boxes = {
        name: Place(x[point], middle[point], found.size[point].width, found.size[point].height)
        for name, point in found.box.items()
    }
    routes = tuple(
        _route(found, number, (x, tops, ports), boxes) if found.way[number] else None
        for number in range(len(graph.lines))
    )
    width = max((place.x + place.width / 2 for place in boxes.values()), default=0.0)
    labels = [each.label for each in routes if each is not None and each.label is not None]
    width = max([width, *(each.x + each.width / 2 for each in labels), *x])
    return Layout(Size(round(width, 1), round(height, 1)), boxes, routes)


def _rows(graph: Layered, x: list[float]) -> tuple[list[tuple[float, float]], float]:
    """Top and height of every layer, and the height of all."""
    tops, at = [], 0.0
    for layer in graph.layers:
        height = max((graph.size[point].height for point in layer), default=0.0)
        tops.append((round(at, 1), height))
        farthest = max((abs(x[one] - x[other]) for one in layer for other in graph.below[one]), default=0.0)
        gap = min(ROW_GAP[1], ROW_GAP[0] + SLOPE * farthest)
        at += height + gap
    last = tops[-1] if tops else (0.0, 0.0)
    return tops, last[0] + last[1]


Ports = dict[tuple[int, bool], float]
"""Line and whether at its upper end, to how far from the middle of the box."""


def _ports(graph: Layered, x: list[float]) -> Ports:
    """Where lines begin and end at a box: side by side, in the order of where they go."""
    found: Ports = {}
    for upper in (True, False):
        ends: dict[int, list[tuple[float, int]]] = {}
        for number, way in enumerate(graph.way):
            if way:
                box, beside = (way[0], way[1]) if upper else (way[-1], way[-2])
                ends.setdefault(box, []).append((x[beside], number))
        for box, lines in ends.items():
            gap = min(PORT_GAP, graph.size[box].width * 0.8 / len(lines))
            for n, (_, number) in enumerate(sorted(lines)):
                found[number, upper] = (n - (len(lines) - 1) / 2) * gap
    return found


def _route(
    graph: Layered, number: int, known: tuple[list[float], list[tuple[float, float]], Ports], boxes: dict[str, Place]
) -> Route:
    x, tops, ports = known
    way, back = graph.way[number], number in graph.back
    points: list[tuple[float, float]] = []
    label = None
    by_point = {graph.box[name]: place for name, place in boxes.items()}
    for position, point in enumerate(way):
        top, height = tops[graph.layer_of[point]]
        at = x[point]
        if position == 0:
            begin = by_point[point]
            at += ports[number, True]
            points += [(at, begin.y + begin.height / 2), (at, top + height)]
        elif position == len(way) - 1:
            end = by_point[point]
            at += ports[number, False]
            points += [(at, top), (at, end.y - end.height / 2)]
        else:
            points += [(at, top), (at, top + height)]
        if graph.label.get(number) == point:
            size = graph.size[point]
            label = Place(at, top + height / 2, size.width, size.height)
    rounded = [(round(a, 1), round(b, 1)) for a, b in points]
    return Route(tuple(reversed(rounded) if back else rounded), label, back)
