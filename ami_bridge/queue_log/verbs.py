"""Every verb of queue_log, what stands behind it, and what we make of it.

Sources, for Asterisk 22: ``apps/app_queue.c`` and ``main/logger.c`` (the function that writes the line is named), and
https://docs.asterisk.org/Operation/Logging/Queue-Logs/. Where a scene was recorded the test of that scene proves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.rows import EndedBy, Outcome

Kind: TypeAlias = Literal[
    "enter", "ring", "connect", "end_of_talk", "end_of_wait", "refused", "member", "switch", "note"
]
"""What a line is about: a caller's visit (the first six), an agent, Asterisk itself, or something somebody wrote."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb.

    Attributes:
        kind: What it is about.
        columns: What stands behind the verb, in order.
        meaning: What happened.
        source: Who writes it.
    """

    kind: Kind
    columns: tuple[str, ...]
    meaning: str
    source: str


_AT_THE_DOOR: Final = ("url", "caller")
"""As ENTERQUEUE has them, where a dialplan says so much; ours and Wazo's do not. Asterisk itself logs no refusal."""

VERBS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        "ENTERQUEUE": Verb("enter", ("url", "caller", "position"), "a caller joined the line", "queue_exec"),
        "RINGNOANSWER": Verb("ring", ("ring_ms",), "an agent's phone rang in vain", "rna"),
        "RINGCANCELED": Verb("ring", ("ring_ms",), "the caller left while the phone rang", "wait_for_answer"),
        "AGENTDUMP": Verb("ring", (), "the agent hung up during the announcement; the caller waits on", "try_calling"),
        "CONNECT": Verb("connect", ("hold_s", "agent_channel", "ring_s"), "caller and agent are joined", "try_calling"),
        "COMPLETEAGENT": Verb("end_of_talk", ("hold_s", "talk_s", "position"), "the agent hung up", "handle_hangup"),
        "COMPLETECALLER": Verb("end_of_talk", ("hold_s", "talk_s", "position"), "the caller hung up", "handle_hangup"),
        "BLINDTRANSFER": Verb(
            "end_of_talk",
            ("extension", "context", "hold_s", "talk_s", "position"),
            "the agent sent the caller elsewhere",
            "handle_blind_transfer",
        ),
        "ATTENDEDTRANSFER": Verb(
            "end_of_talk",
            ("how", "…", "hold_s", "talk_s", "position"),
            "the agent joined the caller to another: BRIDGE|id, APP|name or LINK|channel|channel",
            "log_attended_transfer",
        ),
        "TRANSFER": Verb(
            "end_of_talk",
            ("extension", "context", "hold_s", "talk_s", "position"),
            "the same, before Asterisk 12",
            "queue_transfer_fixup (Asterisk 1.4 to 11)",
        ),
        "ABANDON": Verb("end_of_wait", ("position", "origin", "wait_s"), "the caller hung up", "record_abandoned"),
        "EXITEMPTY": Verb("end_of_wait", ("position", "origin", "wait_s"), "nobody serves the queue", "queue_exec"),
        "EXITWITHTIMEOUT": Verb("end_of_wait", ("position", "origin", "wait_s"), "waited too long", "queue_exec"),
        "EXITWITHKEY": Verb(
            "end_of_wait", ("key", "position", "origin", "wait_s"), "the caller left by a key", "queue_exec"
        ),
        "WITHDRAW": Verb(
            "end_of_wait",
            ("position", "origin", "wait_s", "info"),
            "taken out of the line (QueueWithdrawCaller)",
            "queue_exec",
        ),
        "SYSCOMPAT": Verb("end_of_wait", (), "caller and phone have no codec in common", "try_calling"),
        "ADDMEMBER": Verb(
            "member", ("paused",), "an agent joined a queue; PAUSED since Asterisk 22.2", "manager_add_queue_member"
        ),
        "REMOVEMEMBER": Verb("member", (), "an agent left a queue", "manager_remove_queue_member"),
        "PAUSE": Verb(
            "member",
            ("reason",),
            "an agent is paused in a queue; again when the reason changes",
            "set_queue_member_pause",
        ),
        "UNPAUSE": Verb("member", ("reason",), "an agent is no longer paused in a queue", "set_queue_member_pause"),
        "PAUSEALL": Verb("member", ("reason",), "said once before the PAUSE of each queue", "set_member_paused"),
        "UNPAUSEALL": Verb("member", ("reason",), "said once before the UNPAUSE of each queue", "set_member_paused"),
        "PENALTY": Verb("member", ("penalty",), "an agent's penalty in a queue", "set_member_penalty_help_members"),
        "RINGINUSE": Verb(
            "member", ("ringinuse",), "whether a busy agent is rung", "set_member_ringinuse_help_members"
        ),
        "AGENTLOGIN": Verb("member", ("channel",), "an agent of app_agent_pool signed on", "queue_agent_cb"),
        "AGENTLOGOFF": Verb("member", ("channel", "login_s"), "and off", "queue_agent_cb"),
        "AGENTCALLBACKLOGIN": Verb(
            "member", ("extension",), "signed on by call-back, before Asterisk 1.6", "chan_agent"
        ),
        "AGENTCALLBACKLOGOFF": Verb("member", ("extension", "login_s", "reason"), "and off", "chan_agent"),
        "QUEUESTART": Verb(
            "switch", (), "Asterisk started: what was open before is over", "logger.c logger_queue_start"
        ),
        "CONFIGRELOAD": Verb("switch", (), "the logger was reloaded or rotated", "logger.c reload_logger"),
        "DID": Verb("note", ("number",), "the number dialled, where a dialplan writes it (FreePBX)", "QueueLog()"),
        "INFO": Verb("note", ("text",), "a dialplan's own word", "QueueLog()"),
        "JOINEMPTY": Verb("refused", _AT_THE_DOOR, "nobody serves the queue; where a dialplan writes it", "QueueLog()"),
        "JOINUNAVAIL": Verb("refused", _AT_THE_DOOR, "the same; where a dialplan writes it", "QueueLog()"),
        "FULL": Verb("refused", _AT_THE_DOOR, "the line is full; where a dialplan writes it", "QueueLog()"),
    }
)

OUTCOME_OF: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "ABANDON": "abandoned",
        "EXITWITHTIMEOUT": "timed_out",
        "EXITEMPTY": "leave_empty",
        "EXITWITHKEY": "left_by_key",
        "WITHDRAW": "withdrawn",
        "SYSCOMPAT": "incompatible",
    }
)
"""What a line that ends a wait says of it. AMI calls most of them an abandon (FACTS: "Abandon" is not abandon)."""

REFUSED_AS: Final[Mapping[str, Outcome]] = MappingProxyType(
    {"FULL": "full", "JOINEMPTY": "join_empty", "JOINUNAVAIL": "join_empty"}
)
"""What a line that tells of a refusal at the door says of the visit: the words of QUEUESTATUS."""
REFUSED_AT_THE_DOOR: Final = frozenset(REFUSED_AS.values())

ENDED_BY: Final[Mapping[str, EndedBy]] = MappingProxyType(
    {
        "COMPLETEAGENT": "agent",
        "COMPLETECALLER": "caller",
        "BLINDTRANSFER": "transfer",
        "ATTENDEDTRANSFER": "transfer",
        "TRANSFER": "transfer",
    }
)
"""What a line that ends a talk says of who ended it."""

WAITS_AT: Final[Mapping[str, int]] = MappingProxyType(
    {"CONNECT": 0, "ABANDON": 2, "EXITEMPTY": 2, "EXITWITHTIMEOUT": 2, "EXITWITHKEY": 3, "WITHDRAW": 2}
)
"""In which data column a line that ends a wait, by an answer or otherwise, says how many seconds it was."""


MOST_DIGITS: Final = 9
"""Of a number of seconds, milliseconds or places: thirty years, and no database takes more for a whole number."""


SET_BACK: Final = timedelta(seconds=2)
"""An end this long before its beginning is one of a clock that was set back, and no matter of whole seconds."""


def not_before(at: datetime, began: datetime) -> datetime:
    """The end of what began then: not before it, unless the clock was set back meanwhile; then as it was stamped."""
    return at if began - at > SET_BACK else max(at, began)


def lasted(began: datetime, ended: datetime) -> float | None:
    """Seconds from one to the other; None where the clock was set back meanwhile, for then nobody knows."""
    seconds = (ended - began).total_seconds()
    return None if seconds < -SET_BACK.total_seconds() else max(0.0, seconds)


def seconds_counted(text: str) -> int | None:
    """Seconds the log counts, `time()` less `time()` in app_queue.c: less than nothing if the clock was set back."""
    told = counted(text.removeprefix("-"))
    return -told if told is not None and text.startswith("-") else told


def counted(text: str) -> int | None:
    """A number the log counts; None where there is none, or one that no call can have (a forged or broken line)."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None
