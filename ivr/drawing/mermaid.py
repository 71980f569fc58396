"""A flow as Mermaid text, for wikis and merge requests that draw it themselves.

Source of the notation: https://mermaid.js.org/syntax/flowchart.html; texts in quotes may hold anything but
quotes, which are written as `#quot;`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.drawing.flowchart import FINISH, START

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dialplan.source import Span
    from ivr.drawing.flowchart import Chart, Label, Shape

_SHAPES: Final[Mapping[Shape, tuple[str, str]]] = {
    "ask": ("{{", "}}"),
    "say": ("(", ")"),
    "choose": ("{", "}"),
    "look": ("[[", "]]"),
    "hand": ("([", "])"),
    "keep": ("[/", "/]"),
    "sub": ("[[", "]]"),
    "set": ("[", "]"),
    "end": ("(((", ")))"),
    "start": ("([", "])"),
    "jump": ("([", "])"),
}


def mermaid(chart: Chart, link: Callable[[Span], str]) -> str:
    """The whole text, with a line end; nodes are numbered in the order of the file."""
    number = {name: f"n{n}" for n, name in enumerate(chart.boxes)}
    lines = ["flowchart TD"]
    for name, box in chart.boxes.items():
        begin, end = _SHAPES[box.shape]
        text = "<br/>".join(_text(line) for line in box.lines)
        lines.append(f'  {number[name]}{begin}"{text}"{end}')
    for each in chart.links:
        words = "<br/>".join(filter(None, (_said(chart, each.source, label) for label in each.labels)))
        lines.append(f"  {number[each.source]} --> " + (f'|"{words}"| ' if words else "") + number[each.target])
    for name, box in chart.boxes.items():
        if box.loops:
            words = "<br/>".join(_said(chart, name, label) for label in box.loops)
            lines.append(f'  {number[name]} --> |"{words}"| {number[name]}')
        if box.at is not None and name not in {START, FINISH}:
            lines.append(f'  click {number[name]} href "{_text(link(box.at))}"')
    return "\n".join([*lines, ""])


def _said(chart: Chart, step: str, label: Label) -> str:
    if chart.taken is None:
        return _text(label.text)
    return _text(f"{label.text} · {chart.taken.get((step, label.way), 0)}×".removeprefix(" · "))


def _text(text: str) -> str:
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
