"""`alarms.yaml` into rules and senders: every mistake at once, with its place and the nearest valid name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import has_errors
from ivr.alarms.fields import FILE, Known, names_in, notes_of, slots_of
from ivr.alarms.rules import Told, read_rule
from ivr.alarms.senders import read_senders
from ivr.flow.yaml_reader import Mapping, read_yaml
from wallboard.alarms.rules import Alarms, built_in
from wallboard.alarms.words import page_language

if TYPE_CHECKING:
    from dialplan.diagnostics import Diagnostic
    from dialplan.source import Source
    from ivr.boards.fields import Notes, Slots
    from ivr.flow.yaml_reader import Node
    from wallboard.alarms.rules import Rule

AT_MOST: Final = (1, 60)
_MASK: Final = "•"
_TOP: Final = "senders, rules, to, language, at_most"


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of the file."""

    alarms: Alarms | None
    """None when there is an error in it."""
    diagnostics: tuple[Diagnostic, ...]
    source: Source


def read_alarms(data: bytes, known: Known) -> Reading:
    """Read the file.

    Args:
        data: its bytes.
        known: what it may name.
    """
    document = read_yaml(data, FILE)
    notes = notes_of(known)
    notes.diagnostics += document.diagnostics
    alarms = defaults(known)
    if isinstance(document.root, Mapping):
        slots = slots_of(notes, document.root, FILE, _TOP)
        if slots is not None:
            alarms = _alarms(notes, slots, known)
    elif document.root is not None:
        notes.wrong(document.root, _TOP, "A003")
    found = tuple(notes.diagnostics)
    return Reading(None if has_errors(found) else alarms, found, _masked(document.source, found))


def _masked(source: Source, found: tuple[Diagnostic, ...]) -> Source:
    """The text with every secret that was written in it made unreadable: reports show lines of it."""
    lines = source.text.split("\n")
    for each in found:
        if each.code == "A010" and each.span is not None:
            line, start, stop = lines[each.span.line - 1], each.span.column - 1, each.span.column - 1 + each.span.length
            lines[each.span.line - 1] = line[:start] + _MASK * len(line[start:stop]) + line[stop:]
    return replace(source, text="\n".join(lines))


def defaults(known: Known) -> Alarms:
    """What is watched without a file: the system, on the boards alone."""
    return Alarms(rules=built_in(_seen(known)), language=_language(known))


def _seen(known: Known) -> tuple[str, ...]:
    return tuple(name for name, seen in (known.trunks or {}).items() if seen)


def _language(known: Known) -> str:
    return page_language((known.names.languages or ("en",))[0])


def _alarms(notes: Notes, slots: Slots, known: Known) -> Alarms:
    to, language, at_most = (slots.node(key) for key in ("to", "language", "at_most"))
    senders, rules = slots.node("senders"), slots.node("rules")
    slots.finish()
    ways = read_senders(notes, senders, known)
    named = frozenset(_names(senders))
    everybody = names_in(notes, to, "sender", named)
    written = _rules(notes, rules, known, Told(named, everybody))
    kinds = {rule.when for rule in written.values()}
    base = {name: _told(rule, everybody) for name, rule in built_in(_seen(known)).items() if rule.when not in kinds}
    tag = notes.choice(language, known.names.languages or (), "language", "A004") if language is not None else None
    return Alarms(
        rules={**base, **written},
        senders=ways,
        at_most=notes.whole(at_most, *AT_MOST, 6) if at_most is not None else 6,
        language=page_language(tag) if tag else _language(known),
    )


def _told(rule: Rule, everybody: tuple[str, ...]) -> Rule:
    return replace(rule, to=everybody)


def _names(node: Node | None) -> list[str]:
    return [entry.key.text for entry in node.entries] if isinstance(node, Mapping) else []


def _rules(notes: Notes, node: Node | None, known: Known, told: Told) -> dict[str, Rule]:
    slots = None if node is None else slots_of(notes, node, "rules", "names and rules: {cut: {when: ami_gone}}")
    found: dict[str, Rule] = {}
    for name in slots.written() if slots is not None else ():
        written = slots.node(name) if slots is not None else None
        rule = None if written is None else read_rule(notes, name, written, known, told)
        if rule is not None:
            found[name] = rule
    return found
