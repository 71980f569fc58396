"""One rule of `alarms.yaml`, read key by key and held against what it watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from dialplan.diagnostics import Diagnostic
from ivr.alarms.fields import FILE, names_in, seconds, slots_of
from ivr.boards.thresholds import HIGHEST_COUNT, LONGEST_MS, shown
from ivr.flow.yaml_reader import Mapping, Scalar, Sequence
from wallboard.alarms import rules as on
from wallboard.alarms.rules import METRICS, SYSTEM, Rule

if TYPE_CHECKING:
    from ivr.alarms.fields import Known
    from ivr.boards.fields import Notes, Slots
    from ivr.flow.yaml_reader import Node
    from wallboard.alarms.rules import Severity
    from wallboard.boards import Unit

FOR_MS: Final = (0, 3_600_000)
WINDOW_MS: Final = (10_000, 3_600_000)
REPEAT_MS: Final = (60_000, 86_400_000)
MOST_COUNT: Final = 10_000
_PER_CENT: Final = 100.0
_WORDS: Final = ("when", "severity", "for", "clear", "to", "repeat", "sound", "title")
_OF_KIND: Final[dict[str, tuple[str, ...]]] = {
    on.NODE: (),
    on.AMI: (),
    on.DATABASE: (),
    on.TRUNK: ("trunks", "contacts", "registrations"),
    on.NO_AGENTS: ("queues", "hours"),
    on.FAILED: ("over", "within", "at_least"),
    on.PHONES: ("queues", "hours", "within", "at_least", "share"),
}
"""What a rule may say beside `_WORDS`, by what it watches."""
_OF_METRICS: Final = ("queues", "hours", "over", "under")
_EVERY: Final = tuple(dict.fromkeys((*_OF_METRICS, *(key for keys in _OF_KIND.values() for key in keys))))
_FOR_S: Final = {on.NODE: 30.0, on.AMI: 15.0, on.DATABASE: 15.0, on.TRUNK: 30.0, on.NO_AGENTS: 60.0, on.PHONES: 5.0}
_CLEAR_S: Final = {on.NODE: 5.0, on.AMI: 5.0, on.DATABASE: 5.0, on.TRUNK: 10.0, on.NO_AGENTS: 10.0}
_WINDOW_S: Final = {on.FAILED: 300.0, on.PHONES: 60.0}


@dataclass(frozen=True, slots=True)
class Told:
    """Who can be told."""

    senders: frozenset[str]
    """The names of all senders."""
    everybody: tuple[str, ...]
    """Where alarms go that do not say."""


def read_rule(notes: Notes, name: str, node: Node, known: Known, told: Told) -> Rule | None:
    """The rule; None where something about it is wrong."""
    before = len(notes.diagnostics)
    slots = slots_of(notes, node, "a rule", "{when: longest_wait, over: 60s}")
    if slots is None:
        return None
    nodes = {key: slots.node(key) for key in (*_WORDS, *_EVERY)}
    slots.finish()
    watched = nodes["when"]
    if watched is None:
        notes.error("A002", node.span, f"the rule '{name}' has no 'when'", "when: ami_gone, or a metric and its bound")
        return None
    when = notes.choice(watched, (*SYSTEM, *METRICS), "condition", "A005")
    if when is None:
        return None
    _refuse_others(slots, nodes, when)
    rule = Rule(
        name=name,
        when=when,
        severity=cast("Severity", _word(notes, nodes["severity"])),
        for_s=seconds(notes, nodes["for"], *FOR_MS, _FOR_S.get(when, 0.0)),
        clear_s=_clear_s(notes, nodes["clear"], when),
        over=_bound(notes, nodes["over"], when),
        under=_bound(notes, nodes["under"], when),
        clear_at=_clear_at(notes, nodes["clear"], when),
        queues=_queues(notes, nodes["queues"], known),
        trunks=(*_trunks(notes, nodes["trunks"], known), *names_in(notes, nodes["contacts"], "contact", None)),
        registrations=names_in(notes, nodes["registrations"], "registration", None),
        hours=next(iter(names_in(notes, nodes["hours"], "schedule", known.schedules)), ""),
        window_s=seconds(notes, nodes["within"], *WINDOW_MS, _WINDOW_S.get(when, 300.0)),
        count=_count(notes, nodes["at_least"], when),
        share=_bound(notes, nodes["share"], on.PHONES),
        to=names_in(notes, nodes["to"], "sender", told.senders) if nodes["to"] is not None else told.everybody,
        repeat_s=seconds(notes, nodes["repeat"], *REPEAT_MS, 0.0) or None,
        sound=notes.truth(nodes["sound"]) if nodes["sound"] is not None else False,
        title=notes.words(nodes["title"]) if nodes["title"] is not None else {},
    )
    _whole(slots, rule, nodes)
    errors = [each for each in notes.diagnostics[before:] if each.severity == "error"]
    return None if errors else rule


def _refuse_others(slots: Slots, nodes: dict[str, Node | None], when: str) -> None:
    allowed = _OF_KIND.get(when, _OF_METRICS)
    for key in _EVERY:
        if nodes[key] is not None and key not in allowed:
            expected = f"no '{key}' here" if not allowed else f"beside it only {', '.join(allowed)}"
            slots.notes.error("A006", slots.at(key), f"'{when}' has no '{key}'", expected)


def _whole(slots: Slots, rule: Rule, nodes: dict[str, Node | None]) -> None:
    """What belongs together is there, and agrees."""
    notes, when = slots.notes, rule.when
    if when in METRICS:
        if nodes["over"] is None and nodes["under"] is None:
            notes.error("A002", slots.at("when"), f"'{when}' has no bound", "over: …, or under: …, in its unit")
        if nodes["over"] is not None and nodes["under"] is not None:
            notes.error("A006", slots.at("under"), "both 'over' and 'under'", "one of them; two rules for both")
    elif when == on.FAILED and nodes["over"] is None:
        notes.error("A002", slots.at("when"), "'failed_calls' has no bound", "over: 20, per cent of the calls")
    elif when == on.TRUNK and not rule.trunks and not rule.registrations:
        notes.error("A002", slots.at("when"), "no trunk is named", "trunks: [carrier], contacts or registrations")
    elif when == on.PHONES and nodes["share"] is None and nodes["at_least"] is None:
        notes.error("A002", slots.at("when"), "how many are many is not said", "share: 50, at_least: 5, or both")
    bound, clear, at = rule.over if rule.over is not None else rule.under, rule.clear_at, nodes["clear"]
    if bound is None or clear is None or at is None:
        return
    unit = _unit(when)
    if (clear > bound) if rule.over is not None else (clear < bound):
        side = "at most" if rule.over is not None else "at least"
        message = f"clear {shown(clear, unit)} is not better than the bound {shown(bound, unit)}"
        notes.error("A007", at.span, message, f"{side} {shown(bound, unit)}")


def _unit(when: str) -> Unit:
    return METRICS.get(when, "per_cent")


def _word(notes: Notes, node: Node | None) -> str:
    return "red" if node is None else notes.choice(node, ("yellow", "red"), "severity", "A003") or "red"


def _bound(notes: Notes, node: Node | None, when: str) -> float | None:
    if node is None:
        return None
    unit = _unit(when)
    if unit == "seconds":
        return notes.seconds(node, 0, LONGEST_MS, "A006")
    highest = _PER_CENT if unit == "per_cent" else HIGHEST_COUNT
    form = "per cent, from 0 to 100" if unit == "per_cent" else f"a number from 0 to {HIGHEST_COUNT}"
    value = notes.number(node, form, "A006")
    if value is not None and not 0 <= value <= highest:
        notes.wrong(node, form, "A006")
        return None
    return value


def _clear_at(notes: Notes, node: Node | None, when: str) -> float | None:
    """`clear: 40s` for a metric, `clear: {at: 40s, for: 1min}` or `clear: {for: 10s}`."""
    if node is None:
        return None
    slots = slots_of(notes, node, "clear", "{at: …, for: 30s}") if isinstance(node, Mapping) else None
    at = node if slots is None else slots.node("at")
    if slots is not None:
        slots.node("for")
        slots.finish()
    if at is None:
        return None
    if when not in METRICS and when != on.FAILED:
        notes.error("A006", at.span, f"'{when}' has no value to be over at", "clear: {for: 30s}")
        return None
    return _bound(notes, at, when)


def _clear_s(notes: Notes, node: Node | None, when: str) -> float:
    lasts = node.find("for") if isinstance(node, Mapping) else None
    return seconds(notes, lasts.value if lasts is not None else None, *FOR_MS, _CLEAR_S.get(when, 0.0))


def _queues(notes: Notes, node: Node | None, known: Known) -> tuple[str, ...] | None:
    return None if node is None else names_in(notes, node, "queue", known.names.queues)


def _trunks(notes: Notes, node: Node | None, known: Known) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    for item in items:
        name = item.text if isinstance(item, Scalar) else ""
        if known.trunks is not None and known.trunks.get(name) is False:
            message = f"nobody knows whether the trunk '{name}' is there, so this never fires"
            expected = "its contact, and qualify: 30s, in hotline.yaml"
            notes.diagnostics.append(Diagnostic("A009", "warning", item.span, message, expected=expected, file=FILE))
    return names_in(notes, node, "trunk", known.trunks)


def _count(notes: Notes, node: Node | None, when: str) -> int:
    if node is None:
        return {on.FAILED: 10, on.PHONES: 3}.get(when, 0)
    return notes.whole(node, 1, MOST_COUNT, 1)
