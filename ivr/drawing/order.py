"""The order within layers: few crossings, by medians and by swapping neighbours.

Source of the method: Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993), section 3.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass
from itertools import pairwise, product
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ivr.drawing.graph import Layered

_SWEEPS = 12
"""From each beginning."""
_BEGINNINGS: Final = tuple(product((False, True), repeat=3))
"""Whether the first order is taken from the right, the first sweep goes up, and equal points change places."""

_WALKS: Final = 24
"""More beginnings, for what is still crossed then."""
_SEED: Final = 1


@dataclass(slots=True)
class _Rows:
    """Every second layer, with the lines between them.

    A point of the layers between, which are for labels, has one line up and one down: it stands by those.
    """

    layers: list[list[int]]
    above: list[list[int]]
    below: list[list[int]]


def put_in_order(graph: Layered) -> None:
    """Reorder the points of every layer; of several beginnings the best order seen is kept."""
    through = graph.layers[1::2]
    between = {point for layer in through for point in layer}
    rows = _Rows(
        graph.layers[::2],
        [[graph.above[each][0] if each in between else each for each in near] for near in graph.above],
        [[graph.below[each][0] if each in between else each for each in near] for near in graph.below],
    )
    rows.layers = _best(rows)
    graph.layers[::2] = rows.layers
    place = {point: n for layer in rows.layers for n, point in enumerate(layer)}
    for layer in through:
        layer.sort(key=lambda point: (place[graph.above[point][0]], place[graph.below[point][0]]))


def crossings(graph: Layered) -> int:
    """How often lines cross between layers that follow each other."""
    return sum(_between(graph.below, *each) for each in pairwise(graph.layers))


def _best(rows: _Rows) -> list[list[int]]:
    first = [list(layer) for layer in rows.layers]
    best, fewest = first, _crossings(rows)
    chance = Random(_SEED)  # noqa: S311 - the same each time, so that pictures are
    for number in range(len(_BEGINNINGS) + _WALKS):
        mirrored, up, turned = _BEGINNINGS[number % len(_BEGINNINGS)]
        begin = first if number < len(_BEGINNINGS) else _walk(rows, first, chance)
        rows.layers = [layer[::-1] if mirrored else list(layer) for layer in begin]
        for sweep in range(_SWEEPS):
            if not fewest:
                return best
            _by_medians(rows, down=(sweep % 2 == 0) != up, turned=turned and sweep % 4 < 2)  # noqa: PLR2004 - two by two
            _swap_neighbours(rows)
            now = _crossings(rows)
            if now < fewest:
                best, fewest = [list(layer) for layer in rows.layers], now
    return best


def _walk(rows: _Rows, layers: list[list[int]], chance: Random) -> list[list[int]]:
    """Each layer as a walk from above comes to its points, which takes the branches of each in some order."""
    number = {point: n for n, layer in enumerate(layers) for point in layer}
    found: list[dict[int, None]] = [{} for _ in layers]
    waiting = [point for layer in layers[::-1] for point in layer[::-1]]
    while waiting:
        point = waiting.pop()
        if point not in found[number[point]]:
            found[number[point]][point] = None
            branches = list(rows.below[point])
            chance.shuffle(branches)
            waiting += branches
    return [list(layer) for layer in found]


def _crossings(rows: _Rows) -> int:
    return sum(_between(rows.below, *each) for each in pairwise(rows.layers))


def _between(below: list[list[int]], upper: list[int], lower: list[int]) -> int:
    place = {point: n for n, point in enumerate(lower)}
    seen: list[int] = []
    found = 0
    for point in upper:
        ends = sorted(place[each] for each in below[point])
        found += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return found


def _by_medians(rows: _Rows, *, down: bool, turned: bool) -> None:
    """Each layer after the one before it, every point at the median of its neighbours there; who has none stays."""
    layers = rows.layers if down else rows.layers[::-1]
    for fixed, layer in pairwise(layers):
        place = {point: n for n, point in enumerate(fixed)}
        neighbours = rows.above if down else rows.below
        wanted = {point: _median(sorted(place[each] for each in neighbours[point])) for point in layer}
        free = [point for point in (layer[::-1] if turned else layer) if wanted[point] is not None]
        rest = iter(sorted(free, key=lambda point: wanted[point] or 0.0))
        layer[:] = [point if wanted[point] is None else next(rest) for point in layer]


def _median(places: list[int]) -> float | None:
    """The weighted median: between the two in the middle, nearer to where the others lie closer together."""
    if not places:
        return None
    middle = len(places) // 2
    if len(places) % 2:
        return float(places[middle])
    if len(places) == 2:  # noqa: PLR2004 - of two the middle
        return sum(places) / 2
    left, right = places[middle - 1] - places[0], places[-1] - places[middle]
    if not left + right:
        return (places[middle - 1] + places[middle]) / 2
    return (places[middle - 1] * right + places[middle] * left) / (left + right)


def _swap_neighbours(rows: _Rows) -> None:
    """Swap two that stand side by side wherever fewer lines cross then, until nothing gets better."""
    places = {point: n for layer in rows.layers for n, point in enumerate(layer)}
    better = True
    while better:
        better = False
        for layer in rows.layers:
            for n in range(len(layer) - 1):
                one, other = layer[n], layer[n + 1]
                if _crossed(rows, one, other, places) > _crossed(rows, other, one, places):
                    layer[n], layer[n + 1] = other, one
                    places[one], places[other] = n + 1, n
                    better = True


def _crossed(rows: _Rows, left: int, right: int, places: dict[int, int]) -> int:
    """Crossings between the lines of two points, the first left of the second."""
    return sum(
        places[one] > places[other]
        for neighbours in (rows.above, rows.below)
        for one in neighbours[left]
        for other in neighbours[right]
    )
