"""What `alarms.yaml` may name, and the values that several of its keys share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ivr.boards.fields import Names, Notes, Slots
from ivr.flow.yaml_reader import Mapping, Scalar, Sequence
from wallboard.alarms.rules import Secret

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping as Table

    from ivr.flow.yaml_reader import Node

FILE: Final = "alarms.yaml"
CODES: Final = {"B001": "A001", "B003": "A003", "B012": "A004"}
"""A board's code for what it has in common with us, and ours."""
_PLACE: Final = "{env: NAME} or {file: path}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the hotline has. What could not be read is None, and then nothing is said about it."""

    names: Names = field(default_factory=Names)
    schedules: frozenset[str] | None = None
    trunks: Table[str, bool] | None = None
    """By name, whether Asterisk can tell that it is there."""
    mail: bool | None = None
    """Whether there is a server for letters."""


def notes_of(known: Known) -> Notes:
    """Notes in our codes."""
    return Notes(known.names, FILE, codes=CODES)


def slots_of(notes: Notes, node: Node, owner: str, expected: str) -> Slots | None:
    """A mapping, ready to be read; what is none is noted."""
    if isinstance(node, Mapping):
        return Slots(node, notes, owner)
    notes.wrong(node, expected, "A003")
    return None


def names_in(
    notes: Notes, node: Node | None, kind: str, known: Collection[str] | None, code: str = "A004"
) -> tuple[str, ...]:
    """A list of names that exist, or one name alone."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        notes.wrong(node, f"at least one {kind}", "A003")
    found = []
    for item in items:
        name = notes.text(item, f"a {kind}'s name")
        if name is None:
            continue
        if known is not None and name not in known:
            notes.unknown(code, item.span, kind, name, sorted(known))
        found.append(name)
    return tuple(dict.fromkeys(found))


def seconds(notes: Notes, node: Node | None, low_ms: int, high_ms: int, default: float) -> float:
    """A duration within bounds, in seconds."""
    value = None if node is None else notes.seconds(node, low_ms, high_ms, "A003")
    return default if value is None else value


def secret(notes: Notes, node: Node) -> Secret | None:
    """The place of a secret; one that is written out is refused."""
    if isinstance(node, Scalar):
        hint = "and change it: it has been in a file"
        notes.error("A010", node.span, "a secret is written here", _PLACE, hint)
        return None
    if not isinstance(node, Mapping):
        notes.wrong(node, _PLACE, "A003")
        return None
    slots = Slots(node, notes, "a secret")
    env, file = slots.node("env"), slots.node("file")
    slots.finish()
    if (env is None) == (file is None):
        notes.wrong(node, _PLACE, "A003")
        return None
    place = notes.text(env or file or node, _PLACE)
    if place is None or (file is not None and ".." in place.split("/")):
        if place is not None:
            notes.wrong(node, "a file below the hotline's folder, or a path that begins with '/'", "A003")
        return None
    return Secret(env=place) if env is not None else Secret(file=place)
