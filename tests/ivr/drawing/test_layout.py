"""The layout: nothing covers anything, lines end where they should, crossings are few, pictures stay the same."""

from __future__ import annotations

from itertools import pairwise, permutations, product
from math import factorial, prod

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.drawing.columns import apart, columns
from ivr.drawing.graph import Graph, Line, Size
from ivr.drawing.layers import layered, lines_back
from ivr.drawing.layout import Layout, Place, lay_out
from ivr.drawing.order import crossings, put_in_order

MOST_TRIED = 3_000


@st.composite
def graphs(draw: st.DrawFn, most: int = 12) -> Graph:
    names = [f"b{n}" for n in range(draw(st.integers(1, most)))]
    boxes = {name: Size(draw(st.integers(20, 260)), draw(st.integers(20, 80))) for name in names}
    ends = st.tuples(st.sampled_from(names), st.sampled_from(names))
    chosen = draw(st.lists(ends, max_size=2 * len(names), unique=True))
    labels = st.sampled_from([Size(0, 0), Size(30, 18), Size(120, 74)])
    return Graph(boxes, tuple(Line(one, other, draw(labels)) for one, other in chosen), names[0])


@st.composite
def flowing(draw: st.DrawFn) -> Graph:
    """Small, and every box can be reached from the first, as every step of a flow can."""
    graph = draw(graphs(most=7))
    names = list(graph.boxes)
    ends = {(each.source, each.target) for each in graph.lines}
    ends |= {(names[draw(st.integers(0, n - 1))], names[n]) for n in range(1, len(names))}
    return Graph(graph.boxes, tuple(Line(one, other) for one, other in sorted(ends)), names[0])


def places(layout: Layout) -> list[Place]:
    return [
        *layout.boxes.values(),
        *(each.label for each in layout.routes if each is not None and each.label is not None),
    ]


@given(graph=graphs())
def test_nothing_covers_anything(graph: Graph) -> None:
    found = places(lay_out(graph))
    assert [(one, other) for n, one in enumerate(found) for other in found[:n] if one.covers(other)] == []


@given(graph=graphs())
def test_a_label_stands_on_every_line_that_has_one(graph: Graph) -> None:
    for line, route in zip(graph.lines, lay_out(graph).routes, strict=True):
        assert (route is None) == (line.source == line.target)
        if route is not None:
            assert (route.label is not None) == (line.label.width > 0)
            if route.label is not None:
                assert route.label.x in {x for x, _ in route.points}


@given(graph=graphs())
def test_every_line_ends_on_its_boxes(graph: Graph) -> None:
    layout = lay_out(graph)
    for line, route in zip(graph.lines, layout.routes, strict=True):
        if route is None:
            continue
        source, target = layout.boxes[line.source], layout.boxes[line.target]
        for (x, y), box, below in (
            (route.points[0], source, not route.back),
            (route.points[-1], target, route.back),
        ):
            assert abs(x - box.x) <= box.width / 2
            assert abs(y - (box.y + (box.height / 2 if below else -box.height / 2))) < 0.2


@given(graph=graphs())
def test_no_line_runs_through_a_box_or_a_label_of_another(graph: Graph) -> None:
    layout = lay_out(graph)
    for line, route in zip(graph.lines, layout.routes, strict=True):
        if route is None:
            continue
        others = [place for name, place in layout.boxes.items() if name not in {line.source, line.target}]
        others += [each.label for each in layout.routes if each not in {None, route} and each.label is not None]
        for (ax, ay), (bx, by) in pairwise(route.points):
            left, right, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            for box in others:
                beside = right <= box.x - box.width / 2 + 0.1 or left >= box.x + box.width / 2 - 0.1
                above = bottom <= box.y - box.height / 2 + 0.2 or top >= box.y + box.height / 2 - 0.2
                assert beside or above, (line, box)


@given(graph=graphs())
def test_only_lines_of_a_circle_lead_back(graph: Graph) -> None:
    back = lines_back(graph)
    rest = {
        (each.source, each.target) for n, each in enumerate(graph.lines) if n not in back and each.source != each.target
    }
    while rest:  # without them there is always a box nothing leads to
        first = {one for one, _ in rest} - {other for _, other in rest}
        assert first
        rest = {each for each in rest if each[0] not in first}


@given(graph=graphs())
def test_the_same_graph_is_laid_out_the_same(graph: Graph) -> None:
    assert lay_out(graph) == lay_out(graph)


@given(graph=graphs())
def test_neighbours_keep_their_distance_and_their_order(graph: Graph) -> None:
    found = layered(graph)
    put_in_order(found)
    x = columns(found)
    for layer in found.layers:
        for one, other in pairwise(layer):
            assert x[other] - x[one] >= apart(found, one, other) - 0.2


@given(graph=flowing())
@settings(max_examples=150)
def test_no_other_order_of_a_small_graph_has_fewer_crossings(graph: Graph) -> None:
    found = layered(graph)
    if prod(factorial(len(layer)) for layer in found.layers) > MOST_TRIED:
        return
    put_in_order(found)
    now = crossings(found)
    fewest = now
    for layers in product(*(permutations(layer) for layer in found.layers)):
        found.layers[:] = [list(layer) for layer in layers]
        fewest = min(fewest, crossings(found))
    assert now == fewest
