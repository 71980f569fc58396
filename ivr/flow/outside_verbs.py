"""Verbs that hand the call to somebody outside the flow, and the one that looks at a queue before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.flow import model, units
from ivr.flow.expressions import constant
from ivr.flow.yaml_reader import Mapping, Node, Scalar

if TYPE_CHECKING:
    from dialplan.source import Span
    from ivr.flow.defaults import FlowDefaults
    from ivr.flow.expressions import Expression
    from ivr.flow.fields import Fields

_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000

QUEUE_LONGEST_MS: Final = (_SECOND, 4 * _HOUR)
ANNOUNCE_EVERY_MS: Final = (15 * _SECOND, 10 * _MINUTE)
"""More often would leave no music between two announcements; more seldom is no announcement of the line."""
RING_MS: Final = (_SECOND, 5 * _MINUTE)
HIGHEST_PRIORITY: Final = 1_000

QUEUE_OUTCOMES: Final = ("answered", "timed_out", "empty", "full", "withdrawn", "failed")
"""What a queue step's `after` may name; what it leaves out goes where `timed_out` goes."""
DIAL_OUTCOMES: Final = ("answered", "no_answer", "busy", "failed")
"""The same for a dial step; what it leaves out goes where `no_answer` goes."""
TRANSFER_OUTCOMES: Final = ("no_answer", "busy", "failed")
"""The same for a transfer: once it is answered the flow is over."""

KEYS_FORM: Final = "keys with steps: {1: balance, 0: operator}"
_ANNOUNCE_FORM = "{message: your-place, every: 45s}"


def queue(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    """`queue: sales`."""
    return model.Queue(
        name,
        at,
        queue=fields.mention("queue", "queue") or "",
        priority=fields.whole("priority", 0, HIGHEST_PRIORITY, 0),
        longest_ms=fields.duration("longest", *QUEUE_LONGEST_MS),
        after=_after(fields, QUEUE_OUTCOMES, "timed_out"),
        exit_keys=key_ways(fields, fields.node("exit_keys")),
        announce=_announce(fields),
    )


def key_ways(fields: Fields, node: Node | None) -> dict[str, model.Way]:
    """Telephone keys with the way each takes; a key given twice has been told by the YAML reader."""
    if node is None:
        return {}
    if not isinstance(node, Mapping) or not node.entries:
        fields.wrong(node, KEYS_FORM)
        return {}
    ways = {}
    for entry in node.entries:
        if not units.is_key(entry.key.text):
            fields.wrong(entry.key, units.KEY_FORM, "F007")
        way = fields.key_way(entry.value)
        if way is not None:
            ways[entry.key.text] = way
    return ways


def _announce(fields: Fields) -> model.Announce | None:
    node = fields.node("announce")
    if node is None:
        return None
    if not isinstance(node, Mapping):
        fields.wrong(node, _ANNOUNCE_FORM)
        return None
    inner = fields.inner(node, "'announce'")
    announce = model.Announce(
        message=inner.mention("message", "message") or "",
        every_ms=inner.duration("every", *ANNOUNCE_EVERY_MS),
        with_wait=inner.mention("with_wait", "message", needed=False),
        at=node.span,
    )
    inner.finish(
        {
            "wait": "the message that tells the wait, too, is called 'with_wait'",
            "position": "the message that tells the place is called 'message'",
        }
    )
    return announce


def queue_state(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    """`queue_state: sales`."""
    return model.QueueState(
        name,
        at,
        queue=fields.mention("queue_state", "queue") or "",
        into=fields.variable("into", needed=True) or "",
        then=fields.ways(),
    )


def dial(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    """`dial: PJSIP/1001`."""
    return model.Dial(
        name,
        at,
        to=_destination(fields, "dial"),
        ring_ms=fields.duration("ring", *RING_MS),
        after=_after(fields, DIAL_OUTCOMES, "no_answer"),
    )


def transfer(name: str, at: Span, fields: Fields, _defaults: FlowDefaults) -> model.Step:
    """`transfer: PJSIP/1001`."""
    return model.Transfer(
        name,
        at,
        to=_destination(fields, "transfer"),
        ring_ms=fields.duration("ring", *RING_MS),
        after=_after(fields, TRANSFER_OUTCOMES, "no_answer"),
    )


def _destination(fields: Fields, key: str) -> Expression:
    """A number as it was written, or an expression that gives one."""
    node = fields.node(key)
    to = fields.value(node) if node is not None else None
    if isinstance(node, Scalar) and node.text == "":
        fields.wrong(node, "a number, an endpoint (PJSIP/1001), or '= ' and an expression")
    if to is not None and to.is_constant and isinstance(node, Scalar):
        to = constant(node.text, node.span)
    return to or constant("")


def _after(fields: Fields, outcomes: tuple[str, ...], otherwise: str) -> dict[str, str]:
    """Every outcome with its target."""
    needed = [outcome for outcome in outcomes if outcome in {"answered", otherwise}]
    form = f"{{{', '.join(f'{outcome}: …' for outcome in needed)}}}"
    node = fields.need("after", expected=form)
    if not isinstance(node, Mapping):
        if node is not None:
            fields.wrong(node, form)
        return dict.fromkeys(outcomes, model.END)
    inner = fields.inner(node, "'after'")
    targets = {outcome: inner.target(outcome, needed=outcome in needed) for outcome in outcomes}
    hints = {"abandoned": "nothing follows: the caller has hung up"}
    if "answered" not in outcomes:
        hints["answered"] = "nothing follows: the flow is over; 'dial' comes back after the talk"
    inner.finish(hints)
    fallback = targets[otherwise] or model.END
    return {outcome: target or fallback for outcome, target in targets.items()}
