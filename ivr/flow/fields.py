"""One mapping of a flow file, field by field: each gives its value, or notes the mistake and gives a harmless one."""

from __future__ import annotations

import keyword
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import did_you_mean
from ivr.flow import units
from ivr.flow.expressions import CONSTANTS, Expression, ExpressionError, constant, parse
from ivr.flow.model import END, Tries, Way
from ivr.flow.yaml_reader import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from dialplan.source import Span
    from ivr.flow.defaults import TriesDefaults
    from ivr.flow.model import Ways
    from ivr.flow.notes import Kind, Notes

RESERVED: Final = frozenset({"call", "queue", "now"})
"""Names every flow can read and none may set. (`language` may be set: it changes what the caller hears.)"""
MOST_TRIES: Final = 10
"""Asking more often than this is no patience but a trap."""
LONGEST_SILENCE_MS: Final = 60_000
"""The longest wait for a first key."""

_SHOWN: Final = 40
"""Characters of a wrong value that are shown."""
VARIABLE_FORM: Final = "a name of Latin letters, digits and _ that begins with a letter"
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def is_variable(name: str) -> bool:
    """Whether a variable may have this name."""
    taken = name in CONSTANTS or keyword.iskeyword(name)
    return _VARIABLE.fullmatch(name) is not None and not taken


def described(node: Node) -> str:
    """A node in the words of a message: what was found."""
    match node:
        case Mapping(entries=entries):
            return "a mapping" if entries else "an empty mapping"
        case Sequence(items=items):
            return "a list" if items else "an empty list"
        case Scalar(text=""):
            return "nothing"
        case Scalar(text=text):
            shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"  # enough to be recognised
            return f"'{shown}'"


_RANGE = re.compile(r"([0-9])-([0-9])")


class Fields:
    """Reads one mapping. Call `finish` at the end: it notes the keys nobody asked for."""

    def __init__(self, mapping: Mapping, notes: Notes, owner: str, at: Span | None = None) -> None:
        self.at = at or mapping.span
        self.notes = notes
        self._mapping = mapping
        self._owner = owner
        self._asked: dict[str, None] = {}

    def node(self, key: str) -> Node | None:
        """The value under a key, or None."""
        self._asked[key] = None
        entry = self._mapping.find(key)
        return entry.value if entry else None

    def need(self, key: str, code: str = "F002", expected: str | None = None) -> Node | None:
        """The value under a key that must be there; what is missing is noted at the mapping's own place."""
        node = self.node(key)
        if node is None:
            self.notes.error(code, self.at, f"{self._owner} has no '{key}'", expected)
        return node

    def finish(self, hints: dict[str, str] | None = None) -> None:
        """Note every key that nothing was read from."""
        for entry in self._mapping.entries:
            name = entry.key.text
            if name not in self._asked:
                hint = (hints or {}).get(name) or did_you_mean(name, self._asked)
                known = ", ".join(self._asked)
                self.notes.error("F001", entry.key.span, f"{self._owner} has no '{name}'", f"one of {known}", hint)

    def wrong(self, node: Node, expected: str, code: str = "F003") -> None:
        """Note that a value is not of the kind that is needed."""
        self.notes.error(code, node.span, f"found {described(node)}", expected)

    def inner(self, mapping: Mapping, owner: str) -> Fields:
        """The reader of a mapping inside this one, which notes its mistakes in the same place."""
        return Fields(mapping, self.notes, owner)

    # -- single values ---------------------------------------------------------------------------------------------

    def text(self, node: Node | None, expected: str) -> str | None:
        """A text that is not empty; numbers count as the text they were written as."""
        if isinstance(node, Scalar) and node.text and not isinstance(node.value, bool):
            return node.text
        if node is not None:
            self.wrong(node, expected)
        return None

    def mention(self, key: str, kind: Kind, *, needed: bool = True, code: str = "F002") -> str | None:
        """A name of something that must exist."""
        node = self.need(key, code, f"the name of a {kind}") if needed else self.node(key)
        return self.mentioned(node, kind)

    def mentioned(self, node: Node | None, kind: Kind) -> str | None:
        """The same for a value already at hand."""
        name = self.text(node, f"the name of a {kind}")
        if name is not None and node is not None:
            self.notes.mention(kind, name, node.span)
        return name

    def target(self, key: str, *, needed: bool = True, code: str = "F002") -> str | None:
        """A step to go to, or `end`."""
        node = self.need(key, code, f"a step, or {END}") if needed else self.node(key)
        return self.target_of(node)

    def target_of(self, node: Node | None) -> str | None:
        """The same for a value already at hand."""
        name = self.text(node, f"a step, or {END}")
        if name is not None and name != END and node is not None:
            self.notes.mention("step", name, node.span)
        return name

    def truth(self, key: str, *, default: bool) -> bool:
        """`true` or `false`."""
        node = self.node(key)
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        if node is not None:
            self.wrong(node, "true or false")
        return default

    def choice(self, key: str, words: tuple[str, ...], expected: str, code: str = "F003") -> str | None:
        """One of a few words, or None when nothing is written."""
        node = self.node(key)
        if isinstance(node, Scalar):
            text = "" if node.value is None else node.text  # `null` is nothing, however it is written
            if text in words:
                return text
        if node is not None:
            self.wrong(node, expected, code)
        return None

    def whole(self, key: str, low: int, high: int, default: int | None) -> int:
        """A whole number within bounds; needed when there is no default."""
        expected = f"a whole number from {low} to {high}"
        node = self.node(key) if default is not None else self.need(key, expected=expected)
        if isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
            if low <= node.value <= high:
                return node.value
            self.wrong(node, expected, "F011")
        elif node is not None:
            self.wrong(node, expected)
        return default if default is not None else low

    def duration(self, key: str, low: int, high: int, default: int | None = None, code: str = "F002") -> int:
        """A duration in milliseconds within bounds; needed when there is no default."""
        node = self.node(key) if default is not None else self.need(key, code, units.DURATION_FORM)
        fallback = default if default is not None else low
        if node is None:
            return fallback
        ms = units.duration_ms(node.text) if isinstance(node, Scalar) else None
        if ms is None:
            meant = units.meant_duration(node.text) if isinstance(node, Scalar) else None
            hint = f"did you mean {meant}?" if meant else None
            self.notes.error("F006", node.span, f"found {described(node)}", units.DURATION_FORM, hint)
            return fallback
        if not low <= ms <= high:
            self.wrong(node, f"from {units.duration_text(low)} to {units.duration_text(high)}", "F011")
            return fallback
        return ms

    def duration_or_none(self, key: str, low: int, high: int) -> int | None:
        """The same, or None when nothing is written."""
        return None if self.node(key) is None else self.duration(key, low, high)

    def mappings(self, key: str, expected: str, each: str) -> list[tuple[Scalar, Fields]]:
        """Names of the admin's own, each with a mapping behind it."""
        node = self.need(key, expected=expected)
        if not isinstance(node, Mapping) or not node.entries:
            if node is not None:
                self.wrong(node, expected)
            return []
        found = []
        for entry in node.entries:
            if isinstance(entry.value, Mapping):
                found.append((entry.key, self.inner(entry.value, f"'{entry.key.text}' of '{key}'")))
            else:
                self.wrong(entry.value, each)
        return found

    def figures(self, key: str, expected: str) -> str:
        """The figures of `1-5` or `[1, 2]`, each once."""
        node = self.need(key, expected=expected)
        if isinstance(node, Scalar) and (found := _RANGE.fullmatch(node.text)) and found[1] < found[2]:
            return "".join(str(figure) for figure in range(int(found[1]), int(found[2]) + 1))
        if isinstance(node, Sequence):
            written = [item.text if isinstance(item, Scalar) else "" for item in node.items]
            if written and all(len(text) == 1 and text in "0123456789" for text in written):
                self._each_once(node.items, written)
                return "".join(dict.fromkeys(written))
        if node is not None:
            self.wrong(node, expected, "F007")
        return ""

    def _each_once(self, items: tuple[Node, ...], written: list[str]) -> None:
        for index, figure in enumerate(written):
            if figure in written[:index]:
                self.notes.error("F007", items[index].span, f"the figure {figure} is there already", "each figure once")

    def variable(self, key: str, *, needed: bool) -> str | None:
        """The name of a variable that is written to."""
        node = self.need(key, expected=VARIABLE_FORM) if needed else self.node(key)
        return self._variable_of(node) if isinstance(node, Scalar) else self.text(node, VARIABLE_FORM)

    def _variable_of(self, node: Scalar) -> str | None:
        if node.text in RESERVED:
            self.notes.error("F031", node.span, f"'{node.text}' cannot be set", "a name of your own")
            return None
        if not is_variable(node.text):
            self.notes.error("F009", node.span, f"'{node.text}' cannot be a variable", VARIABLE_FORM)
            return None
        return node.text

    # -- expressions -----------------------------------------------------------------------------------------------

    def expression(self, node: Node, skip: int = 0) -> Expression | None:
        """What is read: an expression. `skip` characters at its beginning are not part of it."""
        if not isinstance(node, Scalar):
            self.wrong(node, "an expression")
            return None
        inside = _inside(node)
        if inside and skip:
            inside = replace(inside, column=inside.column + skip, length=max(1, inside.length - skip))
        if not node.quoted and not isinstance(node.value, str):
            return constant(node.value, node.span)
        try:
            return parse(node.text[skip:], node.span, inside)
        except ExpressionError as error:
            self.notes.error("F008", _within(node.span, inside, error), error.message, "an expression", error.hint)
            return None

    def value(self, node: Node) -> Expression | None:
        """What is set: a plain value, or an expression after `=`."""
        if not isinstance(node, Scalar):
            self.wrong(node, "a value, or '= ' and an expression")
            return None
        if node.text.startswith("="):
            return self.expression(node, skip=len(node.text) - len(node.text[1:].lstrip()))
        return constant(node.value, node.span)

    def expressions(self, key: str) -> dict[str, Expression]:
        """`with`: names to expressions."""
        node = self.node(key)
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self.wrong(node, "names with expressions: {amount: bill.amount}")
            return {}
        found = {entry.key.text: self.expression(entry.value) for entry in node.entries}
        return {name: expression for name, expression in found.items() if expression is not None}

    def values(self, node: Node | None) -> dict[str, Expression]:
        """`return`: names to values; nothing at all is no names."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return {}
        if not isinstance(node, Mapping):
            self.wrong(node, "names with values: {verified: true}")
            return {}
        for entry in node.entries:
            if not _VARIABLE.fullmatch(entry.key.text):
                self.notes.error("F009", entry.key.span, f"'{entry.key.text}' cannot be a field", VARIABLE_FORM)
        found = {entry.key.text: self.value(entry.value) for entry in node.entries}
        return {name: value for name, value in found.items() if value is not None}

    def assignments(self, node: Node | None) -> dict[str, Expression]:
        """`set`: variables to values."""
        if node is None:
            return {}
        if not isinstance(node, Mapping) or not node.entries:
            self.wrong(node, "variables with values: {language: en}")
            return {}
        result = {}
        for entry in node.entries:
            name = self._variable_of(entry.key)
            value = self.value(entry.value)
            if name is None or value is None:
                continue
            if name == "language" and value.is_constant:
                self.notes.mention("language", str(value.value), entry.value.span)
            result[name] = value
        return result

    # -- ways on ---------------------------------------------------------------------------------------------------

    def ways(self, key: str = "then") -> Ways:
        """`then: step`, or a list of `when`/`then` whose last has no `when`."""
        return self.ways_of(self.need(key, expected="a step, or a list of when/then"))

    def ways_of(self, node: Node | None) -> Ways:
        """The same for a value already at hand."""
        if not isinstance(node, Sequence):
            then = self.target_of(node)
            return (Way(then, at=node.span),) if then is not None and node is not None else ()
        ways = tuple(way for item in node.items if (way := self._way(item, conditional=True)) is not None)
        if not node.items:
            self.wrong(node, "at least one {then: …}")
        elif ways and ways[-1].when is not None:
            at = ways[-1].at or node.span
            self.notes.error("F024", at, "the last way has a 'when'", "a last {then: …} for everything else")
        return ways

    def key_way(self, node: Node) -> Way | None:
        """What a menu's key leads to: a step, or `{set: …, then: step}`."""
        if isinstance(node, Mapping):
            return self._way(node, conditional=False)
        then = self.target_of(node)
        return Way(then, at=node.span) if then is not None else None

    def _way(self, node: Node, *, conditional: bool) -> Way | None:
        if not isinstance(node, Mapping):
            self.wrong(node, "{when: …, then: step}" if conditional else "a step, or {set: …, then: step}")
            return None
        fields = Fields(node, self.notes, "a way")
        when = fields.node("when") if conditional else None
        condition = fields.expression(when) if when is not None else None
        assign = fields.assignments(fields.node("set"))
        then = fields.target("then")
        fields.finish()
        if when is not None and condition is None:
            return None  # told already; as a way without a condition it would seem to hide the others
        return Way(then or END, condition, assign, node.span)

    def tries(self, key: str, default: TriesDefaults, *, first_key: bool) -> Tries:
        """`no_input` (a menu's has `after`) or `wrong_input`, completed by the hotline's defaults."""
        node = self.node(key)
        if node is not None and not isinstance(node, Mapping):
            self.wrong(node, "{tries: 3, then: step}")
        mapping = node if isinstance(node, Mapping) else Mapping((), self.at)
        fields = self.inner(mapping, f"'{key}' (and the hotline's defaults)")
        after = fields.duration("after", 500, LONGEST_SILENCE_MS, default.after_ms) if first_key else None
        tries = fields.whole("tries", 1, MOST_TRIES, default.tries)
        message = fields.mention("message", "message", needed=False) or default.message
        then = fields.target("then", needed=default.then is None) or default.then
        if then == default.then and then not in {None, END} and mapping.find("then") is None:
            self.notes.mention("step", str(then), self.at)
        fields.finish({"after": "how long a collect waits for its first key is its own 'first_digit'"})
        return Tries(tries, then or END, message, after, mapping.span)


def _inside(node: Scalar) -> Span | None:
    """Where the text of a scalar begins, when every character of it stands as written on one line."""
    if node.span.length == len(node.text):
        return node.span
    if node.quoted and node.span.length == len(node.text) + 2:
        return replace(node.span, column=node.span.column + 1, length=len(node.text))
    return None


def _within(whole: Span, inside: Span | None, error: ExpressionError) -> Span:
    if inside is None:
        return whole
    return replace(inside, column=inside.column + error.offset, length=error.length)
