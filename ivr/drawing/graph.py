"""What is laid out: boxes of known size and lines between them that carry labels; and the layered form of both.

The method is that of Sugiyama, Tagawa and Toda (1981): circles are broken, boxes get layers, long lines get a point in
every layer they pass, layers are put in an order with few crossings, and points get their places. Every second layer is
for labels, which are boxes to the layout like any other: so none covers a box, a line or another label.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line from box to box."""

    source: str
    target: str
    label: Size = Size(0, 0)
    """Room for its label; none is no label."""


@dataclass(frozen=True, slots=True)
class Graph:
    """What is to be laid out; the order of everything decides where there is a choice."""

    boxes: dict[str, Size]
    lines: tuple[Line, ...]
    start: str
    """The box everything begins with."""


@dataclass(slots=True)
class Layered:
    """The graph in layers: points for boxes, labels and the places where lines pass a layer."""

    layers: list[list[int]]
    """Points from left to right."""
    size: list[Size]
    """Of each point."""
    below: list[list[int]]
    """Point to the points of the next layer that lines lead to."""
    above: list[list[int]] = field(default_factory=list)
    is_bend: list[bool] = field(default_factory=list)
    """Whether a point is only where a line passes; lines are to be straight there."""
    layer_of: list[int] = field(default_factory=list)
    box: dict[str, int] = field(default_factory=dict)
    """Box to its point."""
    way: list[list[int]] = field(default_factory=list)
    """Line (by number) to its points from top to bottom, the two boxes included; empty for a line to its own box."""
    label: dict[int, int] = field(default_factory=dict)
    """Line to the point of its label."""
    back: set[int] = field(default_factory=set)
    """Lines that lead up again."""

    def add(self, layer: int, size: Size, *, bend: bool = False) -> int:
        """A new point at the end of a layer."""
        point = len(self.size)
        self.size.append(size)
        self.below.append([])
        self.above.append([])
        self.is_bend.append(bend)
        self.layer_of.append(layer)
        self.layers[layer].append(point)
        return point

    def connect(self, upper: int, lower: int) -> None:
        """A stretch of a line between two layers."""
        self.below[upper].append(lower)
        self.above[lower].append(upper)
