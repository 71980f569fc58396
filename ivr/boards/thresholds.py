"""Yellow and red of a tile: read in the figure's own unit, and checked against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from ivr.boards.fields import Slots
from ivr.flow.units import duration_text
from ivr.flow.yaml_reader import Mapping
from wallboard.boards import FIGURES
from wallboard.levels import Bound, Thresholds

if TYPE_CHECKING:
    from ivr.boards.fields import Notes
    from ivr.flow.yaml_reader import Node
    from wallboard.boards import Unit
    from wallboard.levels import Worse

DIRECTIONS: Final = ("higher", "lower")
LONGEST_FOR_MS: Final = 3_600_000
"""The longest a value may have to be bad before its level begins."""
LONGEST_MS: Final = 86_400_000
HIGHEST_COUNT: Final = 100_000
_PER_CENT: Final = 100
_FORMS: Final[dict[str, str]] = {
    "count": f"a number from 0 to {HIGHEST_COUNT}",
    "per_cent": "per cent, from 0 to 100",
}


def read_thresholds(slots: Slots, show: str | None) -> Thresholds | None:
    """The thresholds of a tile; None where there are none, or where something about them is wrong."""
    notes = slots.notes
    direction, *nodes = (slots.node(key) for key in ("worse", "yellow", "red"))
    if direction is None and not any(nodes):
        return None
    if show is None:
        return None  # told already
    if show not in FIGURES:
        key = next(key for key in ("worse", "yellow", "red") if slots.node(key) is not None)
        notes.error("B006", slots.at(key), f"'{show}' is no figure and has no threshold", "a tile that shows a figure")
        return None
    figure, before = FIGURES[show], len(notes.diagnostics)
    worse = figure.worse
    if direction is not None:
        worse = cast("Worse | None", notes.choice(direction, DIRECTIONS, "direction"))
    elif worse is None:
        hint = "worse: higher, or worse: lower"
        notes.error("B006", slots.span, f"whether much or little '{show}' is bad is not said", hint)
    if not any(nodes):
        notes.error("B006", slots.at("worse"), "a direction without a threshold", "yellow, red or both beside it")
    if worse is None:
        return None
    yellow, red = (_bound(notes, node, figure.unit, worse) for node in nodes)
    if yellow is not None and red is not None:
        _in_order(slots, Thresholds(worse, yellow, red), figure.unit)
    return Thresholds(worse, yellow, red) if len(notes.diagnostics) == before else None


def _bound(notes: Notes, node: Node | None, unit: Unit, worse: Worse) -> Bound | None:
    """`30s`, or `{from: 30s, until: 20s, for: 5s, sound: true}`."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        value = _value(notes, node, unit)
        return None if value is None else Bound(value)
    slots = Slots(node, notes, "a threshold")
    begins, until, lasts, sound = (slots.node(key) for key in ("from", "until", "for", "sound"))
    slots.finish()
    if begins is None:
        notes.error("B002", node.span, "the threshold has no 'from'", "from: the first value that is bad")
        return None
    first = _value(notes, begins, unit)
    bound = Bound(
        0.0 if first is None else first,
        _value(notes, until, unit) if until is not None else None,
        (notes.seconds(lasts, 0, LONGEST_FOR_MS) or 0.0) if lasts is not None else 0.0,
        notes.truth(sound) if sound is not None else False,
    )
    if first is None:
        return None
    if until is not None and bound.until is not None and not _is_better(bound.until, first, worse):
        side = "below" if worse == "higher" else "above"
        message = f"until {shown(bound.until, unit)} is not better than from {shown(first, unit)}"
        notes.error("B007", until.span, message, f"a value {side} {shown(first, unit)}, where {worse} is worse")
    return bound


def _in_order(slots: Slots, both: Thresholds, unit: Unit) -> None:
    yellow, red = both.yellow, both.red
    if yellow is None or red is None:
        return
    side = "higher" if both.worse == "higher" else "lower"
    if not _is_better(yellow.begins, red.begins, both.worse):
        message = f"red from {shown(red.begins, unit)} would begin before yellow from {shown(yellow.begins, unit)}"
        expected = f"red {side} than yellow"
        hint = None
        if yellow.begins != red.begins:
            hint = "did you mean them the other way round?"
        slots.notes.error("B006", slots.at("red"), message, expected, hint)
        return
    over = [replace(each, until=each.until if each.until is not None else each.begins) for each in (yellow, red)]
    if over[0].until is not None and over[1].until is not None and _is_better(over[1].until, over[0].until, both.worse):
        message = (
            f"yellow would be over at {shown(over[0].until, unit)}, while it is red until {shown(over[1].until, unit)}"
        )
        slots.notes.error("B007", slots.at("red"), message, "red over before yellow is, or with it")


def _value(notes: Notes, node: Node, unit: Unit) -> float | None:
    if unit == "seconds":
        return notes.seconds(node, 0, LONGEST_MS, "B013")
    highest = _PER_CENT if unit == "per_cent" else HIGHEST_COUNT
    value = notes.number(node, _FORMS[unit], "B013")
    if value is not None and not 0 <= value <= highest:
        notes.wrong(node, _FORMS[unit], "B013")
        return None
    return value


def _is_better(value: float, than: float, worse: Worse) -> bool:
    return value < than if worse == "higher" else value > than


def shown(value: float, unit: Unit) -> str:
    """A value as the file would say it."""
    return duration_text(round(value * 1000)) if unit == "seconds" else f"{value:g}"
