"""What a row came from: the lines of AMI and queue_log about one caller, fit to be kept. Pure.

Kept are the headers a visit is made of, and no more: not the variables a flow sets (they may hold an account or a PIN),
not the extension a key leads to, and of a calling number only its ends.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.domain import events as ev
from ami_bridge.messages import mask, mask_name
from ami_bridge.queue_log.lines import as_text
from ami_bridge.queue_log.place import digest_of
from ami_bridge.queue_log.verbs import VERBS
from store.rows import EvidenceLine

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from ami_bridge.protocol.headers import Said

KEPT_HEADERS: Final = (
    "Queue",
    "Position",
    "OriginalPosition",
    "MemberName",
    "Interface",
    "HoldTime",
    "RingTime",
    "TalkTime",
    "Reason",
    "DialStatus",
    "Cause-txt",
    "Context",
    "Uniqueid",
    "Linkedid",
    "DestUniqueid",
    "TransfereeUniqueid",
    "SecondTransfererUniqueid",
    "SecondTransfererLinkedid",
)
"""Headers kept as they came, in this order; a caller's number follows, masked."""
KEPT_VARIABLES: Final = frozenset({"QUEUESTATUS", "HL_RESULT"})
_KEY: Final = re.compile(r"(KEY:).*")
_HIDDEN: Final = r"\1*"


def of_event(heard: Said, event: ev.Event, node: str, known: Container[str]) -> EvidenceLine | None:
    """An AMI event as a line of evidence; None for one that is about no caller's visit.

    Args:
        heard: The event as it was heard.
        event: What it says.
        node: The Asterisk.
        known: The channels that have made a visit, and the agents' channels they talk to.
    """
    if isinstance(event, ev.OnChannel):
        channel = event.channel_id
        if channel not in known and not isinstance(event, ev.Joined | ev.OnRing | ev.Resulted):
            return None
    elif isinstance(event, ev.HoldChanged | ev.DialEnded):
        channel = heard.text("Uniqueid")
        if channel not in known:
            return None
    elif isinstance(event, ev.HandedOn) and event.transferee in known:
        channel = event.transferee
    else:
        return None
    told = [f"{name}={value}" for name in KEPT_HEADERS if (value := heard.text(name))]
    if heard.text("CallerIDNum"):
        told.append(f"CallerIDNum={mask(heard.text('CallerIDNum'))}")
    variable = heard.text("Variable").lstrip("_")
    if variable:
        if variable not in KEPT_VARIABLES:
            return None
        value = _KEY.sub(_HIDDEN, heard.text("Value"))
        told.append(f"{variable}={value}")
    text = " ".join((heard.text("Event"), *told))
    return _line(node, channel, event.at, "ami", text)


def of_line(line: ev.LedgerLine, node: str, place: int = 0) -> EvidenceLine | None:
    """A line of queue_log as evidence; None for one that is about no caller.

    ``place`` is which line of its second it is: the log has whole seconds, and its order must not be lost.
    """
    verb = VERBS.get(line.verb)
    if verb is None or verb.kind in {"member", "switch"} or line.channel_id in {"", "NONE"}:
        return None
    data = list(line.data)
    match line.verb:
        case "ENTERQUEUE" | "FULL" | "JOINEMPTY" | "JOINUNAVAIL" if len(data) > 1:
            data[1] = mask(data[1])
        case "EXITWITHKEY" if data:
            data[0] = "*"
        case "BLINDTRANSFER" | "TRANSFER" if data:
            data[0] = mask(data[0])
        case _ if verb.kind == "note":
            data = [mask_name(column) for column in data]
        case _:
            pass
    kept = ev.LedgerLine(
        at=line.at,
        channel_id=line.channel_id,
        queue=line.queue,
        member_name=line.member_name,
        verb=line.verb,
        data=tuple(data),
    )
    found = _line(node, line.channel_id, line.at, "queue_log", as_text(kept))
    return replace(found, at=line.at + timedelta(microseconds=place))


def _line(node: str, channel: str, at: datetime, source: str, text: str) -> EvidenceLine:
    identity = digest_of(f"{node}\0{source}\0{at.timestamp():.6f}\0{text}".encode())
    return EvidenceLine(
        id=identity,
        node=node,
        channel_id=channel,
        at=at,
        source="ami" if source == "ami" else "queue_log",
        text=text,
    )
