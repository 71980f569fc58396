"""A flow as SVG: light and dark by what the reader prefers, legible when printed, each step a link to its line.

Every step is `<g id="node-FLOW-STEP" data-flow data-step>`, every line `<g id="edge-FLOW-STEP-TARGET" data-from data-to
data-ways>`, every way that is named on it `<text id="way-FLOW-STEP-WAY" data-way>`: whoever shows live calls on the
picture finds them so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from dialplan.report import display_width
from ivr.drawing.flowchart import START
from ivr.drawing.graph import Graph, Line, Size
from ivr.drawing.jumps import with_jumps
from ivr.drawing.layout import Place, lay_out
from ivr.drawing.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dialplan.source import Span
    from ivr.drawing.flowchart import Box, Chart, Label, Link
    from ivr.drawing.layout import Layout, Route

MARGIN: Final = 24.0
CELL: Final = 6.9
"""Pixels of a cell at 12 px, a little more than fonts take."""
LINE: Final = 16.0
"""Pixels from one line of text to the next."""
LABEL_CELL: Final = 6.2
LABEL_LINE: Final = 14.0
_PAD: Final = 26.0
_HEAD: Final = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0,0.6 L8,4 L0,7.4 z" class="head"/></marker></defs>'
)
_LOOP: Final = 26.0
"""Pixels right of a box for a way to itself."""


def svg(chart: Chart, link: Callable[[Span], str], *, styled: bool = True) -> str:
    """The whole picture.

    Args:
        chart: the flow.
        link: where a place in a file is opened.
        styled: whether it has its own style; a page that shows it in its own colours takes none.
    """
    chart = with_jumps(chart, START)
    layout = layout_of(chart)
    width, height = layout.size.width + 2 * MARGIN, layout.size.height + 2 * MARGIN
    view = f"{-MARGIN:g} {-MARGIN:g} {width:g} {height:g}"
    flow = f'id="flow-{_id(chart.flow)}" data-flow={quoteattr(chart.flow)}'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width:g}" height="{height:g}" {flow}>',
        f"<title>{escape(chart.flow)}</title>",
        *([f"<style>{STYLE}</style>"] if styled else []),
        _HEAD,
        f'<rect class="ground" x="{-MARGIN:g}" y="{-MARGIN:g}" width="{width:g}" height="{height:g}"/>',
    ]
    for each, route in zip(chart.links, layout.routes, strict=True):
        lines += _line(chart, each, route) if route is not None else []
    for name, box in chart.boxes.items():
        lines += _box(chart, box, layout.boxes[name], link)
    return "\n".join([*lines, "</svg>", ""])


def layout_of(chart: Chart) -> Layout:
    """Where everything of the picture stands, without its margin."""
    return lay_out(
        Graph(
            {name: _size(box, chart) for name, box in chart.boxes.items()},
            tuple(Line(each.source, each.target, _room(each.labels, chart, each.source)) for each in chart.links),
            START,
        )
    )


def _size(box: Box, chart: Chart) -> Size:
    widest = max(display_width(line) for line in box.lines)
    if box.shape in {"start", "jump"}:
        return Size(widest * CELL + _PAD, 24)
    loops = _room(box.loops, chart, box.name)
    beside = 2 * (_LOOP + loops.width) if box.loops else 0
    return Size(round(widest * CELL + _PAD + beside, 1), max(len(box.lines) * LINE + 14, loops.height + 8))


def _room(labels: tuple[Label, ...], chart: Chart, step: str) -> Size:
    texts = [_said(chart, step, each) for each in labels]
    shown = [each for each in texts if each]
    if not shown:
        return Size(0, 0)
    return Size(round(max(map(display_width, shown)) * LABEL_CELL + 10, 1), len(shown) * LABEL_LINE + 4)


def _said(chart: Chart, step: str, label: Label) -> str:
    if chart.taken is None:
        return label.text
    return f"{label.text} · {chart.taken.get((step, label.way), 0)}×".removeprefix(" · ")


def _line(chart: Chart, link: Link, route: Route) -> Iterator[str]:
    untaken = chart.taken is not None and link.source != START
    untaken = untaken and not any((chart.taken or {}).get((link.source, each.way)) for each in link.labels)
    classes = " ".join(["edge", *(["back"] if route.back else []), *(["untaken"] if untaken else [])])
    target = link.leads_to or link.target
    name = f"edge-{_id(chart.flow)}-{_id(link.source)}-{_id(target)}"
    ways = " ".join(each.way.replace(" ", "_") for each in link.labels)
    ends = f"data-from={quoteattr(link.source)} data-to={quoteattr(target)} data-ways={quoteattr(ways)}"
    yield f'<g id="{name}" class="{classes}" {ends}>'
    yield f"<title>{escape(_title(link))}</title>"
    yield f'<path class="line" marker-end="url(#head)" d="{path(route)}"/>'
    if route.label is not None:
        yield from _labels(chart, link.source, link.labels, route.label)
    yield "</g>"


def path(route: Route) -> str:
    """The line: straight past a layer, bent between two."""
    (x, y), *rest = route.points
    told, before = f"M{x:g},{y:g}", (x, y)
    for number, (x, y) in enumerate(rest, start=1):
        if (x, y) == before:
            continue
        if number % 2 or x == before[0]:
            told += f" L{x:g},{y:g}"
        else:
            middle = (y + before[1]) / 2
            told += f" C{before[0]:g},{middle:g} {x:g},{middle:g} {x:g},{y:g}"
        before = (x, y)
    return told


def _labels(chart: Chart, step: str, labels: tuple[Label, ...], place: Place) -> Iterator[str]:
    left, top = place.x - place.width / 2, place.y - place.height / 2
    yield f'<rect class="chip" x="{left:g}" y="{top:g}" width="{place.width:g}" height="{place.height:g}" rx="4"/>'
    shown = [each for each in labels if _said(chart, step, each)]
    for number, label in enumerate(shown):
        untaken = chart.taken is not None and not chart.taken.get((step, label.way))
        classes = " ".join(["label", *(["wrong"] if label.wrong else []), *(["untaken"] if untaken else [])])
        y = top + 2 + (number + 0.78) * LABEL_LINE
        name = f"way-{_id(chart.flow)}-{_id(step)}-{_id(label.way)}"
        text = escape(_said(chart, step, label))
        at = f'x="{place.x:g}" y="{y:g}"'
        yield f'<text id="{name}" class="{classes}" data-way={quoteattr(label.way)} {at}>{text}</text>'


def _title(link: Link) -> str:
    words = ", ".join(each.text or "then" for each in link.labels)
    return f"{link.source} → {link.leads_to or link.target}" + (f": {words}" if words else "")


def _box(chart: Chart, box: Box, place: Place, link: Callable[[Span], str]) -> Iterator[str]:
    loops = _room(box.loops, chart, box.name)
    half = (loops.width + _LOOP) if box.loops else 0.0
    width, height = place.width - 2 * half, place.height
    kind = "jump" if box.leads_to else "node"
    name, step = f"{kind}-{_id(chart.flow)}-{_id(box.name)}", quoteattr(box.leads_to or box.name)
    yield f'<g id="{name}" class="{kind} {box.shape}" data-flow={quoteattr(chart.flow)} data-step={step}>'
    yield f"<title>{escape(box.title)}</title>"
    if box.loops:
        yield from _loop(chart, box, place, (width, loops))
    href = (
        f"#node-{_id(chart.flow)}-{_id(box.leads_to)}" if box.leads_to else link(box.at) if box.at is not None else ""
    )
    yield f"<a href={quoteattr(href)}>" if href else "<g>"
    yield from _shape(box, place.x, place.y, width, height)
    first = place.y - (len(box.lines) - 1) * LINE / 2 + 4
    for number, line in enumerate(box.lines):
        kind = ("name", "what", "words")[min(number, 2)]
        yield f'<text class="{kind}" x="{place.x:g}" y="{first + number * LINE:g}">{escape(line)}</text>'
    yield "</a>" if href else "</g>"
    yield "</g>"


def _loop(chart: Chart, box: Box, place: Place, known: tuple[float, Size]) -> Iterator[str]:
    width, room = known
    right, far = place.x + width / 2, place.x + width / 2 + _LOOP
    low, high = place.y + place.height / 4, place.y - place.height / 4
    way = f"M{right:g},{low:g} C{far:g},{low:g} {far:g},{high:g} {right:g},{high:g}"
    yield f'<path class="line" marker-end="url(#head)" d="{way}"/>'
    yield from _labels(chart, box.name, box.loops, Place(far + room.width / 2 - 4, place.y, room.width, room.height))


def _shape(box: Box, x: float, y: float, width: float, height: float) -> Iterator[str]:
    """The outline: what a caller is asked has points at its sides, what is handed over round ends, and so on."""
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    match box.shape:
        case "ask":
            corners = [
                (left + 9, top),
                (right - 9, top),
                (right, y),
                (right - 9, bottom),
                (left + 9, bottom),
                (left, y),
            ]
        case "choose":
            corners = [(left + 9, top), (right - 9, top), (right, top + 9), (right, bottom - 9)]
            corners += [(right - 9, bottom), (left + 9, bottom), (left, bottom - 9), (left, top + 9)]
        case "keep":
            corners = [(left, top), (right - 10, top), (right, top + 10), (right, bottom), (left, bottom)]
        case _:
            radius = {"say": 7, "hand": height / 2, "end": 12, "start": height / 2, "jump": height / 2}.get(
                box.shape, 2
            )
            yield f'<rect class="box" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"/>'
            if box.shape in {"sub", "look"}:
                yield f'<path class="inner" d="M{left + 6:g},{top:g} V{bottom:g} M{right - 6:g},{top:g} V{bottom:g}"/>'
            return
    yield f'<polygon class="box" points="{" ".join(f"{a:g},{b:g}" for a, b in corners)}"/>'


def _id(text: str) -> str:
    """A name as part of an id: what no id can have is an underscore."""
    return re.sub(r"[^\w-]", "_", text)
