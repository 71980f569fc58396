"""One function for each verb: the fields of a step as written, into the step of `ivr.flow.model`."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ivr.flow import model, outside_verbs, record_verbs
from ivr.flow.check_digits import CHECK_DIGITS
from ivr.flow.expressions import constant
from ivr.flow.fields import LONGEST_SILENCE_MS
from ivr.flow.record_verbs import RECORDING_MS, SILENCE_MS, USUAL_SILENCE_MS
from ivr.flow.yaml_reader import Mapping, Scalar, Sequence
from ivr.prompts.values_alone import KINDS, message_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Table

    from dialplan.source import Span
    from ivr.flow.defaults import FlowDefaults
    from ivr.flow.expressions import Expression
    from ivr.flow.fields import Fields

_SECOND, _MINUTE, _DAY = 1_000, 60_000, 86_400_000

LOOKUP_TIMEOUT_MS: Final = (50, 30 * _SECOND)
"""Nobody waits longer than this for a figure."""
MAX_AGE_MS: Final = (0, 365 * _DAY)
FIRST_DIGIT_MS: Final = (500, LONGEST_SILENCE_MS)
INTER_DIGIT_MS: Final = (500, 15 * _SECOND)
MOST_DIGITS: Final = 32

_LENGTH_FORM = "how many keys: 6, or {min: 4, max: 8}"


def _play(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Play(
        name,
        at,
        message=fields.mention("play", "message") or "",
        args=fields.expressions("with"),
        then=fields.ways(),
        interruptible=fields.truth("interruptible", default=True),
    )


_KINDS_FORM = f"one of {', '.join(KINDS)}; a message is said by 'play'"


def _say(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    node = fields.node("say")
    value = fields.expression(node) if node is not None else None
    kind, style = _said_as(fields)
    return model.SayValue(
        name,
        at,
        value=value or constant(None),
        message=message_of(kind, style),
        kind=kind,
        then=fields.ways(),
        interruptible=fields.truth("interruptible", default=True),
    )


def _said_as(fields: Fields) -> tuple[str, str]:
    """`as: digits` and `style: phone`."""
    fields.need("as", expected=_KINDS_FORM)
    kind = fields.choice("as", tuple(KINDS), _KINDS_FORM)
    styles = tuple(dict.fromkeys(style for each in KINDS.values() for style in each))
    style = fields.choice("style", styles, f"one of {', '.join(styles)}")
    if kind is None:
        return "number", ""
    if style is not None and style not in KINDS[kind]:
        fitting = " or ".join(KINDS[kind]) if KINDS[kind] else f"no style: '{kind}' has none"
        written = fields.node("style")
        if written is not None:
            fields.notes.error("F028", written.span, f"the style '{style}'", fitting)
        return kind, ""
    return kind, style or ""


def _menu(name: str, at: Span, fields: Fields, defaults: FlowDefaults) -> model.Step:
    return model.Menu(
        name,
        at,
        message=fields.mention("menu", "message") or "",
        args=fields.expressions("with"),
        keys=outside_verbs.key_ways(fields, fields.need("keys", expected=outside_verbs.KEYS_FORM)),
        no_input=fields.tries("no_input", defaults.no_input, first_key=True),
        wrong_input=fields.tries("wrong_input", defaults.wrong_input, first_key=False),
        remember=fields.choice("remember", ("caller",), "caller"),
    )


def _collect(name: str, at: Span, fields: Fields, defaults: FlowDefaults) -> model.Step:
    message = fields.mention("collect", "message") or ""
    args = fields.expressions("with")
    into = fields.variable("into", needed=True) or ""
    low, high = _length(fields)
    return model.Collect(
        name,
        at,
        message=message,
        args=args,
        into=into,
        min_length=low,
        max_length=high,
        then=fields.ways(),
        no_input=fields.tries("no_input", defaults.no_input, first_key=False),
        wrong_input=fields.tries("wrong_input", defaults.wrong_input, first_key=False),
        first_digit_ms=fields.duration("first_digit", *FIRST_DIGIT_MS, default=defaults.first_digit_ms),
        inter_digit_ms=fields.duration("inter_digit", *INTER_DIGIT_MS, default=defaults.inter_digit_ms),
        terminator=(terminator := _terminator(fields)),
        sensitive=fields.truth("sensitive", default=False),
        check_digit=_check_digit(fields, low, high, terminator),
    )


def _length(fields: Fields) -> tuple[int, int]:
    """`length: 6`, or `length: {min: 4, max: 8}`."""
    node = fields.need("length", expected=_LENGTH_FORM)
    if isinstance(node, Mapping):
        inner = fields.inner(node, "'length'")
        low = inner.whole("min", 1, MOST_DIGITS, None)
        high = inner.whole("max", 1, MOST_DIGITS, None)
        inner.finish()
        if low > high:
            fields.wrong(node, "a 'min' that is not above 'max'", "F011")
        return low, high
    exact = fields.whole("length", 1, MOST_DIGITS, 1)
    return exact, exact


def _terminator(fields: Fields) -> str:
    written = fields.choice("terminator", ("#", "*", ""), '"#", "*", or "" for none', "F007")
    return "#" if written is None else written


def _check_digit(fields: Fields, low: int, high: int, terminator: str) -> str | None:
    """`check_digit: luhn`, where the entry can have one."""
    name, node = fields.choice("check_digit", tuple(CHECK_DIGITS), f"one of {', '.join(CHECK_DIGITS)}"), None
    if name is not None:
        node = fields.node("check_digit")
    if name is None or node is None:
        return None
    scheme = CHECK_DIGITS[name]
    if low < scheme.shortest or high > scheme.longest:
        wanted = f"length: {scheme.longest}" if scheme.shortest == scheme.longest else f"{scheme.shortest} keys or more"
        fields.notes.error("F036", node.span, f"not every entry of {low} to {high} keys can have one", wanted)
    elif terminator and terminator in scheme.keys:
        fields.notes.error("F036", node.span, f"'{terminator}' is part of the number", 'terminator: "#"')
    return name


def _set(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Assign(name, at, assign=fields.assignments(fields.node("set")), then=fields.ways())


def _branch(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Branch(name, at, then=fields.ways_of(fields.node("branch")))


def _hours(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Hours(
        name,
        at,
        schedule=fields.mention("hours", "schedule") or "",
        open=fields.target("open") or model.END,
        closed=fields.target("closed") or model.END,
    )


def _lookup(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Lookup(
        name,
        at,
        lookup=fields.mention("lookup", "lookup") or "",
        args=fields.expressions("with"),
        into=fields.variable("into", needed=True) or "",
        timeout_ms=fields.duration("timeout", *LOOKUP_TIMEOUT_MS, code="F032"),
        max_age_ms=fields.duration("max_age", *MAX_AGE_MS, code="F032"),
        on_timeout=fields.target("on_timeout", code="F032") or model.END,
        on_error=fields.target("on_error", code="F032") or model.END,
        on_missing=fields.target("on_missing", needed=False),
        meanwhile=fields.mention("meanwhile", "message", needed=False),
        then=fields.ways(),
    )


def _voicemail(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Voicemail(
        name,
        at,
        box=fields.mention("voicemail", "box") or "",
        message=fields.mention("message", "message") or "",
        args=fields.expressions("with"),
        longest_ms=fields.duration("longest", *RECORDING_MS),
        silence_ms=fields.duration("silence", *SILENCE_MS, default=USUAL_SILENCE_MS),
        then=fields.ways(),
    )


def _script(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    script = fields.mention("script", "script") or ""
    args: list[Expression] = []
    node = fields.node("args")
    if isinstance(node, Sequence):
        args = [found for item in node.items if (found := fields.expression(item)) is not None]
    elif node is not None:
        fields.wrong(node, "a list of expressions: [call.from]")
    return model.Script(
        name, at, script=script, args=tuple(args), on_error=fields.target("on_error") or model.END, then=fields.ways()
    )


def _subflow(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Subflow(
        name,
        at,
        flow=fields.mention("subflow", "flow") or "",
        args=fields.expressions("with"),
        into=fields.variable("into", needed=False),
        then=fields.ways(),
    )


def _return(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    return model.Return(name, at, values=fields.values(fields.node("return")))


def _hangup(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    node = fields.node("hangup")
    silent = node is None or (isinstance(node, Scalar) and node.value is None)
    message = None if silent else fields.mentioned(node, "message")
    return model.Hangup(name, at, message=message, args=fields.expressions("with"))


VERBS: Final[Table[str, Callable[[str, Span, Fields, FlowDefaults], model.Step]]] = MappingProxyType(
    {
        "play": _play,
        "say": _say,
        "menu": _menu,
        "collect": _collect,
        "set": _set,
        "branch": _branch,
        "hours": _hours,
        "lookup": _lookup,
        "queue": outside_verbs.queue,
        "dial": outside_verbs.dial,
        "voicemail": _voicemail,
        "record": record_verbs.record,
        "survey": record_verbs.survey,
        "callback": record_verbs.callback,
        "ticket": record_verbs.ticket,
        "script": _script,
        "subflow": _subflow,
        "return": _return,
        "hangup": _hangup,
        "queue_state": outside_verbs.queue_state,
        "transfer": outside_verbs.transfer,
    }
)
"""Every verb, by its first key in a step."""

VISITS_BOUNDS: Final = (1, 1_000)
"""What `most_visits` may be."""


def read_step(verb: str, name: str, at: Span, fields: Fields, defaults: FlowDefaults) -> model.Step:
    """A step as its verb reads it, with what every step may have."""
    step = VERBS[verb](name, at, fields, defaults)
    most = fields.whole("most_visits", *VISITS_BOUNDS, defaults.most_visits)
    return step if most == step.most_visits else replace(step, most_visits=most)


HINTS: Final[Table[str, str]] = MappingProxyType(
    {
        "min_length": "write 'length: {min: 4, max: 8}'",
        "max_length": "write 'length: {min: 4, max: 8}'",
        "digits": "how many keys is called 'length'",
        "args": "values for a message, lookup or subflow are called 'with'",
        "goto": "where to go next is called 'then'",
        "next": "where to go next is called 'then'",
        "say": "a message is said by 'play: welcome', one value by a step of its own: 'say: bill.amount'",
    }
)
"""Keys people try, and what they are called here."""


NO_VERBS: Final[Table[str, str]] = MappingProxyType({"language": "write 'set: {language: en}'"})
"""Verbs people try, and how it is said here."""


def verb_of(keys: list[str]) -> str | None:
    """The verb of a step: its first key when that is one, else the only one among its keys."""
    if keys and keys[0] in VERBS:
        return keys[0]
    found = [key for key in keys if key in VERBS]
    return found[0] if found else None
