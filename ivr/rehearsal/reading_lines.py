"""`queues` of a dialogue: how each queue stands, in the figures that `queue_state` and announcements tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.flow.yaml_reader import Mapping, Scalar
from ivr.rehearsal.model import Line

if TYPE_CHECKING:
    from collections.abc import Mapping as Table

    from ivr.flow.yaml_reader import Entry, Node
    from ivr.rehearsal.written import Notes

UNKNOWN: Final = "unknown"
FORM: Final = "how it stands: {waiting: 3, free: 0}, or unknown"
COUNTS: Final[Table[str, str]] = {
    "waiting": "waiting",
    "places": "places",
    "agents": "agents",
    "free": "free",
    "ahead": "ahead",
}
WAITS: Final[Table[str, str]] = {"longest_wait": "longest_wait_s", "expected_wait": "expected_wait_s"}
FIGURES: Final[Table[str, str]] = {**COUNTS, **WAITS}
"""Every figure, and the field of `Line` it is."""
_S: Final = 1000


def read_lines(node: Node, notes: Notes) -> dict[str, Line]:
    """How each queue stands; mistakes are noted."""
    if not isinstance(node, Mapping):
        notes.wrong(node, "queues and how they stand: {service: {waiting: 3, free: 0}}")
        return {}
    found = {}
    for entry in node.entries:
        queue = notes.must_exist("T005", entry.key, "queue", entry.key.text, notes.names.queues)
        found[queue] = _line(entry.value, notes)
    return found


def _line(node: Node, notes: Notes) -> Line:
    if isinstance(node, Scalar) and node.text == UNKNOWN:
        return Line()
    if not isinstance(node, Mapping):
        notes.wrong(node, FORM, "T020")
        return Line()
    figures: dict[str, int | None] = {}
    for entry in node.entries:
        if entry.key.text in FIGURES:
            figures[FIGURES[entry.key.text]] = _figure(entry, notes)
        else:
            notes.unknown("T020", entry.key.span, "figure", entry.key.text, FIGURES)
    return Line(**figures)


def _figure(entry: Entry, notes: Notes) -> int | None:
    node = entry.value
    if isinstance(node, Scalar) and node.value is None and not node.quoted:
        return None
    if entry.key.text in WAITS:
        return -(-notes.duration(node) // _S)
    value = getattr(node, "value", None)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    notes.wrong(node, "a whole number, or null where it is not known", "T020")
    return None
