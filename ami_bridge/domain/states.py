"""The two tables: what a visit can go through, and what an agent is doing.

Both are total: every state has an answer to every input, since a lost or repeated event must not stop us.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from ami_bridge.queue_log import verbs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from store.rows import AgentInterval, AgentState, Outcome


class Phase(Enum):
    """Where a visit is."""

    WAITING = "waiting"
    LEFT = "left"
    """Out of the line, and we do not know yet whether to an agent or away."""
    TALKING = "talking"
    ENDED = "ended"


class Step(Enum):
    """What can happen to a visit."""

    GIVE_UP = "give_up"
    LEAVE = "leave"
    CONNECT = "connect"
    COMPLETE = "complete"
    SETTLE = "settle"
    """An outcome other than an answer was told in so many words (QUEUESTATUS, queue_log)."""
    MOVE_ON = "move_on"
    """The channel does something else now."""
    HANG_UP = "hang_up"
    VANISH = "vanish"
    """A snapshot does not know it any more."""


NEXT_PHASE: Final[Mapping[tuple[Phase, Step], Phase]] = {
    (Phase.WAITING, Step.GIVE_UP): Phase.WAITING,  # Abandon comes before Leave, and does not say why
    (Phase.WAITING, Step.LEAVE): Phase.LEFT,
    (Phase.WAITING, Step.CONNECT): Phase.TALKING,
    (Phase.WAITING, Step.COMPLETE): Phase.ENDED,
    (Phase.WAITING, Step.SETTLE): Phase.ENDED,
    (Phase.WAITING, Step.MOVE_ON): Phase.ENDED,
    (Phase.WAITING, Step.HANG_UP): Phase.ENDED,
    (Phase.WAITING, Step.VANISH): Phase.ENDED,
    (Phase.LEFT, Step.GIVE_UP): Phase.LEFT,
    (Phase.LEFT, Step.LEAVE): Phase.LEFT,
    (Phase.LEFT, Step.CONNECT): Phase.TALKING,  # Leave comes before Connect (app_queue.c:7576, 7651)
    (Phase.LEFT, Step.COMPLETE): Phase.ENDED,
    (Phase.LEFT, Step.SETTLE): Phase.ENDED,
    (Phase.LEFT, Step.MOVE_ON): Phase.ENDED,
    (Phase.LEFT, Step.HANG_UP): Phase.ENDED,
    (Phase.LEFT, Step.VANISH): Phase.ENDED,
    (Phase.TALKING, Step.GIVE_UP): Phase.TALKING,
    (Phase.TALKING, Step.LEAVE): Phase.TALKING,
    (Phase.TALKING, Step.CONNECT): Phase.TALKING,
    (Phase.TALKING, Step.COMPLETE): Phase.ENDED,
    (Phase.TALKING, Step.SETTLE): Phase.TALKING,
    (Phase.TALKING, Step.MOVE_ON): Phase.ENDED,
    (Phase.TALKING, Step.HANG_UP): Phase.TALKING,  # AgentComplete tells who ended it; a tick ends it if it never comes
    (Phase.TALKING, Step.VANISH): Phase.ENDED,
    (Phase.ENDED, Step.GIVE_UP): Phase.ENDED,
    (Phase.ENDED, Step.LEAVE): Phase.ENDED,
    (Phase.ENDED, Step.CONNECT): Phase.ENDED,
    (Phase.ENDED, Step.COMPLETE): Phase.ENDED,
    (Phase.ENDED, Step.SETTLE): Phase.ENDED,
    (Phase.ENDED, Step.MOVE_ON): Phase.ENDED,
    (Phase.ENDED, Step.HANG_UP): Phase.ENDED,
    (Phase.ENDED, Step.VANISH): Phase.ENDED,
}

OUTCOME_OF_STATUS: Final[Mapping[str, Outcome]] = {
    "TIMEOUT": "timed_out",
    "FULL": "full",
    "JOINEMPTY": "join_empty",
    "JOINUNAVAIL": "join_empty",
    "LEAVEEMPTY": "leave_empty",
    "LEAVEUNAVAIL": "leave_empty",
    "WITHDRAW": "withdrawn",
}
"""QUEUESTATUS (app_queue.c, ``queue_results``); ``CONTINUE`` is missing, it says only that a talk is over."""

REFUSED_AT_THE_DOOR: Final = verbs.REFUSED_AT_THE_DOOR
"""Outcomes of callers who never joined: no AMI event tells of them but QUEUESTATUS, and no line of Asterisk's own."""


class Phone(Enum):
    """What a phone does, of Asterisk's nine device states."""

    FREE = "free"
    BUSY = "busy"
    RINGING = "ringing"
    HELD = "held"
    ABSENT = "absent"
    """Nobody is registered."""
    BROKEN = "broken"
    """No such device."""


PHONE_OF_STATUS: Final[Mapping[int, Phone]] = {
    0: Phone.FREE,  # AST_DEVICE_UNKNOWN: app_queue rings it all the same
    1: Phone.FREE,  # NOT_INUSE
    2: Phone.BUSY,  # INUSE
    3: Phone.BUSY,  # BUSY
    4: Phone.BROKEN,  # INVALID
    5: Phone.ABSENT,  # UNAVAILABLE
    6: Phone.RINGING,  # RINGING
    7: Phone.BUSY,  # RINGINUSE
    8: Phone.HELD,  # ONHOLD
}
"""``enum ast_device_state`` (include/asterisk/devicestate.h)."""


def strongest(phones: Collection[Phone]) -> Phone:
    """One phone behind several memberships: any queue's word that it is taken counts."""
    for phone in (Phone.HELD, Phone.BUSY, Phone.RINGING, Phone.FREE, Phone.ABSENT, Phone.BROKEN):
        if phone in phones:
            return phone
    return Phone.FREE


def agent_state(
    *,
    member: bool,
    phone: Phone,
    unreachable: bool,
    serving: bool,
    holding: bool,
    rung: bool,
    paused: bool,
    wrapping_up: bool,
) -> AgentState:
    """What an agent is doing, the stronger fact first.

    A talk and a ringing that the queue told of are stronger than the phone's own state, which comes later or not at all
    (a Local member's phone is never in use). A call outside the queues is stronger than a pause: it is what happens.
    """
    if serving:
        return "on_hold" if holding else "on_queue_call"
    if rung:
        return "ringing"
    if not member:
        return "signed_off"
    by_phone: dict[Phone, AgentState] = {
        Phone.BROKEN: "unreachable",
        Phone.ABSENT: "unreachable" if unreachable else "signed_off",
        Phone.BUSY: "on_other_call",
        Phone.HELD: "on_other_call",
        Phone.RINGING: "ringing",
    }
    if phone in by_phone:
        return by_phone[phone]
    if paused:
        return "paused"
    return "wrap_up" if wrapping_up else "available"


DIALLED_WITHIN: Final = timedelta(seconds=1)
"""How long a phone may be in use before it rings and still be the phone that is being dialled."""


def never_was(stretch: AgentInterval, state: AgentState, at: datetime) -> bool:
    """Whether a new state takes the place of the stretch it would follow.

    Either no time has passed, or the phone begins to ring: while the switch dials it, its device is "in use" for some
    milliseconds (``AST_STATE_DIALING`` is ``AST_DEVICE_INUSE``, main/devicestate.c), and it rings before the queue
    has said for whom. On a busy machine both are told first.
    """
    if at == stretch.started_at:
        return True
    for_nobody = stretch.state in {"on_other_call", "ringing"} and stretch.queue is None
    return state == "ringing" and for_nobody and at - stretch.started_at < DIALLED_WITHIN
