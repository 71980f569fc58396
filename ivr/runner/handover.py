"""What is said to the dialplan when a segment ends, and what it says when the call comes back. Pure.

The variables are read by the generated dialplan (`dialplan.render`): `HL_NEXT` is the service's last word, and the
caller goes to the rescue path when it is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.engine.effects import DialOut, Enqueue, HangUp, Rescue, TransferOut
from ivr.engine.inputs import Returned
from ivr.runner.ports import Talk
from store.rows import visit_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.cursor import Cursor

Last: TypeAlias = Enqueue | DialOut | TransferOut | HangUp | Rescue
"""Effects that end a segment."""
COMING_BACK: Final = (Enqueue, DialOut, TransferOut)
"""Of these, the ones after which the call may come back."""

QUEUE_OUTCOMES: Mapping[str, str] = {
    "CONTINUE": "answered",
    "TIMEOUT": "timed_out",
    "FULL": "full",
    "JOINEMPTY": "empty",
    "LEAVEEMPTY": "empty",
    "JOINUNAVAIL": "empty",
    "LEAVEUNAVAIL": "empty",
    "WITHDRAW": "withdrawn",
}
"""app_queue's QUEUESTATUS in the flow's words (`queue_results`, app_queue.c); CONTINUE comes with option `c` only."""

DIAL_OUTCOMES: Mapping[str, str] = {
    "ANSWER": "answered",
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "no_answer",
}
"""app_dial's DIALSTATUS in the flow's words; everything else is `failed`."""


NOT_SERVED: Mapping[str, str] = {"HL_SERVED": ""}
"""Said when a caller who has had a talk goes on with something new: should we fail then, it is a person they want, and
not the goodbye (the table in `docs/asterisk.md`)."""


def returned(result: str) -> Returned:
    """What came of a segment outside, from `HL_RESULT`; `failed` when that is unknown or empty.

    `queue:TIMEOUT`, `dial:BUSY`, `transfer:NOANSWER`, `queue:KEY:1` (the key that led out of the queue).
    """
    kind, _, status = result.partition(":")
    if kind == "queue" and status.startswith("KEY:"):
        return Returned("left_by_key", status.removeprefix("KEY:"))
    table = {"queue": QUEUE_OUTCOMES, "dial": DIAL_OUTCOMES, "transfer": DIAL_OUTCOMES}.get(kind, {})
    return Returned(table.get(status, "failed"))


def talk_of(interface: str, visit: str, node: str, channel_id: str) -> Talk:
    """The talk a caller comes from.

    Args:
        interface: MEMBERINTERFACE, `PJSIP/1001`: app_queue sets it where `setinterfacevar` is on (app_queue.c,
            `try_calling`); the last part is the agent's id. After a transfer to a colleague it is still the first's.
        visit: HL_VISIT: how many queues this channel has entered, as the dialplan counts them; the bridge does too.
        node: The Asterisk the call is on.
        channel_id: The channel's uniqueid.
    """
    ordinal = int(visit) if visit.isascii() and visit.isdigit() else 0
    return Talk(interface.rpartition("/")[2] or None, visit_id(node, channel_id, ordinal) if ordinal else None)


def last_words(effect: Last) -> dict[str, str]:
    """The variables that tell the dialplan what comes next; `HL_NEXT` is the last of them."""
    match effect:
        case Enqueue(queue, priority, longest_ms, exit_keys, announce):
            seconds = max(1, round(longest_ms / 1000))
            words = {"HL_QUEUE": queue, "HL_PRIORITY": str(priority), "HL_LONGEST": str(seconds)}
            if exit_keys:
                words["HL_KEYS"] = exit_keys
            if announce is not None:  # read by the bridge: ami_bridge.domain.line
                every_s = round(announce.every_ms / 1000)
                words["HL_ANNOUNCE"] = f"{every_s};{announce.message};{announce.with_wait or ''}"
            return {**words, "HL_NEXT": "queue"}
        case DialOut(to, ring_ms):
            return {"HL_TO": to, "HL_RING": str(max(1, round(ring_ms / 1000))), "HL_NEXT": "dial"}
        case TransferOut(to, ring_ms):
            return {"HL_TO": to, "HL_RING": str(max(1, round(ring_ms / 1000))), "HL_NEXT": "transfer"}
        case HangUp():
            return {"HL_NEXT": "hangup"}
        case Rescue():
            return {"HL_NEXT": "rescue"}


def is_vip(cursor: Cursor) -> bool:
    """Whether the outermost flow has set its variable `vip`: the one name that means something outside the flow."""
    return bool(cursor.stack[0].variables.get("vip"))
