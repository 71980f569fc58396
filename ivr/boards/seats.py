"""The seat map of a tile: rows of agents' numbers, gangways (`~`) and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.boards.fields import Slots
from ivr.flow.yaml_reader import Mapping, Scalar
from wallboard.boards import Row, Seat

if TYPE_CHECKING:
    from ivr.boards.fields import Notes
    from ivr.flow.yaml_reader import Node
    from ivr.flow.yaml_reader import Scalar as Written

MOST_ROWS: Final = 60
MOST_SEATS: Final = 60
_SEAT: Final = "an agent's number, ~ for a gangway, or {label: …}"
_ROW: Final = "a row: [1001, 1002, ~, 1003], or {label: …} above some"


def read_rows(slots: Slots, show: str | None) -> tuple[Row, ...]:
    """The rows of a seat map; a mistake is noted, and the seat left empty."""
    node, notes = slots.node("rows"), slots.notes
    if show != "seats":
        if node is not None and show is not None:
            notes.error("B010", slots.at("rows"), f"'{show}' has no seats", "show: seats")
        return ()
    if node is None:
        notes.error("B002", slots.span, "the seat map has no 'rows'", _ROW)
        return ()
    items = notes.items(node, "a list of rows")
    if len(items) > MOST_ROWS:
        notes.error("B003", node.span, f"{len(items)} rows", f"at most {MOST_ROWS}")
    sat: dict[str, Written] = {}
    return tuple(_row(notes, item, sat) for item in items[:MOST_ROWS])


def _row(notes: Notes, node: Node, sat: dict[str, Written]) -> Row:
    if isinstance(node, Mapping):
        return Row(heading=_label(notes, node))
    items = notes.items(node, _ROW)
    if len(items) > MOST_SEATS:
        notes.error("B003", node.span, f"{len(items)} seats in a row", f"at most {MOST_SEATS}")
    return Row(tuple(_seat(notes, item, sat) for item in items[:MOST_SEATS]))


def _seat(notes: Notes, node: Node, sat: dict[str, Written]) -> Seat:
    if isinstance(node, Mapping):
        return Seat(label=_label(notes, node))
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        notes.wrong(node, _SEAT)
        return Seat()
    if node.value is None and not node.quoted:
        return Seat()
    agents = notes.names.agents
    if agents is not None and node.text not in agents:
        number = next((number for number, name in agents.items() if name == node.text), None)
        if number is None:
            notes.unknown("B010", node.span, "agent", node.text, agents)
        else:
            message, hint = f"'{node.text}' is a name", f"did you mean '{number}'?"
            notes.error("B010", node.span, message, "an agent's number", hint)
        return Seat()
    first = sat.setdefault(node.text, node)
    if first is not node:
        notes.error("B011", node.span, f"agent {node.text} has a seat already", "each agent once", f"at {first.span}")
        return Seat()
    return Seat(agent=node.text)


def _label(notes: Notes, node: Mapping) -> dict[str, str]:
    slots = Slots(node, notes, "a label")
    words = slots.node("label")
    slots.finish()
    if words is None:
        notes.wrong(node, "{label: Team A}")
        return {}
    return notes.words(words)
