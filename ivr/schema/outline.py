"""What a verb's reader wants, found out by asking it: there is no second list of the language.

A verb is a function that reads the fields of a step (`ivr.flow.verbs`). Here it is given an `Outline` in the place of
`Fields`: each question it asks ("a duration under `longest`") is answered with something harmless and written down as
JSON Schema. It is asked four times, with a word, nothing, a mapping and a list behind every key, so that forms that
differ (`length: 6`, `length: {min: 4, max: 6}`) are all found. What it looks at by itself without a complaint is
taken to be right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dialplan.source import Span
from ivr.flow import units
from ivr.flow.expressions import Expression, constant
from ivr.flow.fields import Fields
from ivr.flow.notes import Notes
from ivr.flow.verbs import read_step
from ivr.flow.yaml_reader import Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from ivr.flow.defaults import FlowDefaults, TriesDefaults
    from ivr.flow.model import Tries, Way, Ways
    from ivr.flow.notes import Kind

Schema = dict[str, Any]
"""A JSON Schema, or a part of one."""

DURATION: Final = r"^(0|[1-9][0-9]{0,8}) ?(ms|s|min|h|d)$"
"""`ivr.flow.units.duration_ms`, as editors need it."""

_NOWHERE: Final = Span("", 1, 1)
_KINDS: Final = ("string", "null", "object", "array")
"""JSON types of the values a reader is tried with."""
_USUAL: Final = ("800ms", "2s", "5s", "20s", "2min", "10min", "1d")
"""Durations that are offered, where they are within the bounds."""


def ref(name: str) -> Schema:
    """A form that is described once for the whole schema."""
    return {"$ref": f"#/definitions/{name}"}


def duration(low_ms: int, high_ms: int) -> Schema:
    """A duration; its bounds are told, a pattern cannot check them."""
    low, high = units.duration_text(low_ms), units.duration_text(high_ms)
    likely = [text for text in _USUAL if low_ms <= (units.duration_ms(text) or 0) <= high_ms]
    said = f"A whole number with its unit (ms, s, min, h, d), from {low} to {high}."
    return {"type": "string", "pattern": DURATION, "description": said, "examples": likely[:3] or [high]}


def step_form(verb: str, defaults: FlowDefaults) -> Schema:
    """The mapping that is a step with this verb."""
    outlines = [Outline(kind) for kind in _KINDS]
    for outline in outlines:
        read_step(verb, "x", _NOWHERE, outline, defaults)
    return _form(outlines)


def _form(outlines: list[Outline]) -> Schema:
    keys = dict.fromkeys(key for outline in outlines for key in outline.asked)
    needed = [key for key in keys if all(key in outline.needed for outline in outlines)]
    properties = {key: _joined(key, outlines, needed=key in needed) for key in keys}
    form: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return form | ({"required": needed} if needed else {})


def _joined(key: str, outlines: list[Outline], *, needed: bool) -> Schema:
    """Everything that may stand behind a key, by what the reader did with each kind of value."""
    forms: list[Schema] = []
    each = [outline.each_of(key) for outline in outlines]
    if found := [outline for outline in each if outline is not None]:
        return {"type": "object", "minProperties": 1, "additionalProperties": _form(found)}
    for outline in outlines:
        form = outline.form_of(key)
        if form is not None and needed:
            form = {word: said for word, said in form.items() if word != "default"}
        if form is not None and form not in forms:
            forms.append(form)
    if not forms:
        return {}
    joined = forms[0] if len(forms) == 1 else {"anyOf": forms}
    empty_is_wrong = any(outline.kind == "null" and key in outline.refused for outline in outlines)
    if empty_is_wrong and joined in (ref("value"), ref("expression")):  # which would let it pass
        return {"allOf": [joined], "not": {"enum": [None, ""]}}
    return joined


class Outline(Fields):
    """Stands in the place of a step's fields and writes down what is asked of it."""

    def __init__(self, kind: str | None = None) -> None:
        super().__init__(Mapping((), _NOWHERE), Notes(), "")
        self.kind = kind
        """JSON type of the values it gives; None gives words and does not conclude anything from silence."""
        self.asked: dict[str, None] = {}
        """Every key, in the order asked."""
        self.needed: set[str] = set()
        self.refused: set[str] = set()
        """Keys behind which this kind of value is a mistake."""
        self._said: dict[str, Schema] = {}
        self._inner: dict[str, Outline] = {}
        self._each: dict[str, Outline] = {}
        self._latest = self
        self._given: dict[int, tuple[Node, str, bool]] = {}

    def form_of(self, key: str) -> Schema | None:
        """The form that was wanted behind a key; None when this kind of value is a mistake there."""
        if key in self._inner:
            return _form([self._inner[key]])
        if key in self._said:
            return self._said[key]
        if self.kind is None:
            return {}
        return None if key in self.refused or key not in self.asked else {"type": self.kind}

    def each_of(self, key: str) -> Outline | None:
        """What is asked about each mapping behind a key that has several."""
        return self._each.get(key)

    def _say(self, node: Node | None, form: Schema) -> None:
        _, key, inside = self._given.get(id(node), (None, None, False))
        if key is not None:
            around = {"items": form} if self.kind == "array" else {"additionalProperties": form}
            self._said[key] = {"type": self.kind, **around} if inside else form

    def _ask(self, key: str, form: Schema, *, needed: bool) -> None:
        self._say(self.need(key) if needed else self.node(key), form)

    # -- answers ---------------------------------------------------------------------------------------------------

    def node(self, key: str) -> Node:
        """A value of this outline's kind."""
        self.asked[key] = None
        inside = Scalar("x", "x", _NOWHERE)
        node: Node
        match self.kind:
            case "object":
                node = Mapping((Entry(Scalar(1, "1", _NOWHERE), inside),), _NOWHERE)
            case "array":
                node = Sequence((inside,), _NOWHERE)
            case "null":
                node = Scalar(None, "", _NOWHERE)
            case _:
                node = Scalar("x", "x", _NOWHERE)
        self._given |= {id(node): (node, key, False), id(inside): (inside, key, True)}
        return node

    def need(self, key: str, code: str = "F002", expected: str | None = None) -> Node:
        """The same, and the key must be there."""
        del code, expected
        self.needed.add(key)
        return self.node(key)

    def wrong(self, node: Node, expected: str, code: str = "F003") -> None:
        """This kind of value is a mistake here."""
        del expected, code
        if id(node) in self._given:
            self.refused.add(self._given[id(node)][1])

    def inner(self, mapping: Mapping, owner: str) -> Outline:
        """What is asked about a mapping inside."""
        del owner
        self._latest = Outline()
        if id(mapping) in self._given:
            self._inner[self._given[id(mapping)][1]] = self._latest
        return self._latest

    # -- questions -------------------------------------------------------------------------------------------------

    def text(self, node: Node | None, expected: str) -> str | None:
        """A text."""
        del expected
        self._say(node, ref("text"))
        return "x"

    def mentioned(self, node: Node | None, kind: Kind) -> str | None:
        """The name of something of this hotline."""
        self._say(node, ref(kind))
        return "x"

    def target_of(self, node: Node | None) -> str | None:
        """A step to go to, or `end`."""
        self._say(node, ref("target"))
        return "x"

    def truth(self, key: str, *, default: bool) -> bool:
        """`true` or `false`."""
        self._ask(key, {"type": "boolean", "default": default}, needed=False)
        return default

    def choice(self, key: str, words: tuple[str, ...], expected: str, code: str = "F003") -> str | None:
        """One of a few words."""
        del expected, code
        self._ask(key, {"enum": [*words, *([None] if "" in words else [])]}, needed=False)
        return None

    def whole(self, key: str, low: int, high: int, default: int | None) -> int:
        """A whole number within bounds."""
        bounds = {"type": "integer", "minimum": low, "maximum": high}
        self._ask(key, bounds if default is None else {**bounds, "default": default}, needed=default is None)
        return low if default is None else default

    def duration(self, key: str, low: int, high: int, default: int | None = None, code: str = "F002") -> int:
        """A duration within bounds."""
        del code
        form = duration(low, high)
        usual = {} if default is None else {"default": units.duration_text(default)}
        self._ask(key, {**form, **usual}, needed=default is None)
        return low if default is None else default

    def duration_or_none(self, key: str, low: int, high: int) -> int | None:
        """A duration that need not be there."""
        self._ask(key, duration(low, high), needed=False)
        return None

    def figures(self, key: str, expected: str) -> str:
        """Figures: `1-5`, or a list of them."""
        del expected
        ranges = [f"{low}-{high}" for low in range(10) for high in range(low + 1, 10)]
        figure = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "string", "pattern": "^[0-9]$"}]}
        self._ask(
            key,
            {"anyOf": [{"enum": ranges}, {"type": "array", "minItems": 1, "uniqueItems": True, "items": figure}]},
            needed=True,
        )
        return "1"

    def mappings(self, key: str, expected: str, each: str) -> list[tuple[Scalar, Fields]]:
        """Names of the admin's own, each with a mapping of one form."""
        del expected, each
        self.need(key)
        self._each[key] = inner = Outline(self.kind)
        return [(Scalar("x", "x", _NOWHERE), inner)]

    def variable(self, key: str, *, needed: bool) -> str | None:
        """The name of a variable that is written to."""
        self._ask(key, ref("variable"), needed=needed)
        return "x"

    def expression(self, node: Node, skip: int = 0) -> Expression | None:
        """What is read."""
        del skip
        self._say(node, ref("expression"))
        return constant("x")

    def value(self, node: Node) -> Expression | None:
        """What is set."""
        self._say(node, ref("value"))
        return constant("x")

    def expressions(self, key: str) -> dict[str, Expression]:
        """Names to expressions."""
        self._ask(key, ref("expressions"), needed=False)
        return {}

    def values(self, node: Node | None) -> dict[str, Expression]:
        """Names to values."""
        self._say(node, ref("values"))
        return {}

    def assignments(self, node: Node | None) -> dict[str, Expression]:
        """Variables to values."""
        self._say(node, ref("assignments"))
        return {}

    def ways_of(self, node: Node | None) -> Ways:
        """Where to go next."""
        self._say(node, ref("ways"))
        return ()

    def key_way(self, node: Node) -> Way | None:
        """Where a key of the telephone leads: its mapping has those keys and no others."""
        _, key, inside = self._given.get(id(node), (None, None, False))
        if inside and key is not None:
            self._said[key] = ref("keys")
        return None

    def tries(self, key: str, default: TriesDefaults, *, first_key: bool) -> Tries:
        """How often to ask; what the hotline's defaults leave open must be there."""
        found = super().tries(key, default, first_key=first_key)
        if self._latest.needed:
            self.needed.add(key)
        return found
