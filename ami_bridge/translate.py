"""AMI's strings into typed events, once, at the border. Nothing behind this module knows a header's name.

Event times are the switch's (``Timestamp``, with ``timestampevents = yes`` in manager.conf); without that header the
time of arrival has to do.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ami_bridge.domain import events as ev

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ami_bridge.protocol.headers import Said

WANTED_EVENTS: Final = (
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueCallerAbandon",
    "QueueMemberStatus",
    "QueueMemberAdded",
    "QueueMemberRemoved",
    "QueueMemberPause",
    "QueueMemberPenalty",
    "AgentCalled",
    "AgentConnect",
    "AgentComplete",
    "BlindTransfer",
    "AttendedTransfer",
    "AgentRingNoAnswer",
    "AgentDump",
    "DialEnd",
    "Hangup",
    "Hold",
    "Unhold",
    "VarSet",
    "ContactStatus",
    "MusicOnHoldStop",
    "Registry",
)
"""All others are skipped before they are parsed."""

WANTED_VARIABLES: Final = ("QUEUESTATUS", "HL_RESULT", "HL_NUMBER", "HL_LANGUAGE", "HL_VIP", "HL_FLOWID")
"""Of about 23 VarSet events a queued call causes, only those of these variables are looked at."""

CHANNEL_VARIABLES: Final = (
    "HL_LANGUAGE", "HL_VIP", "HL_FLOWID", "HL_NUMBER", "HL_QUEUE", "HL_PRIORITY", "HL_ANNOUNCE", "HL_AGI",
)  # fmt: skip
"""What ``channelvars`` in manager.conf must list: then each channel event carries them as ``ChanVariable``. HL_AGI is
the watchdog's."""

_TRUE = frozenset({"1", "true", "yes", "on"})
_ESCAPED = re.compile(r"\\([abfnrtv\\'\"?])")
_MEANT: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_UNKNOWN = frozenset({"<unknown>", "<null>"})


def event_of(heard: Said, now: datetime) -> ev.Event | None:
    """What a message says happened; None for one that says nothing to us. ``now`` is used if it carries no time."""
    translate = _BY_NAME.get(heard.text("Event"))
    return translate(heard, _time(heard, now)) if translate else None


def _time(heard: Said, now: datetime) -> datetime:
    stamp = _number(heard.text("Timestamp"))
    return datetime.fromtimestamp(stamp, UTC) if stamp > 0 else now


def _number(text: str) -> float:
    """A number, or 0 where Asterisk wrote none."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if -1e15 < value < 1e15 else 0.0  # noqa: PLR2004 - no time or count is beyond; nan and inf fall out


def _whole(text: str) -> int:
    return int(_number(text))


def _name(text: str) -> str:
    return "" if text in _UNKNOWN else text


def _escaped_name(text: str) -> str:
    r"""A name out of a channel event, where Asterisk has escaped it as C does (``O\'Brien``, ``Who\?``).

    It does so in whatever it builds from a channel (``ast_escape_c``, seen on 22.10.1), but not in QueueEntry.
    """
    return _name(_ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), text))


def variables_of(heard: Said, prefix: str = "") -> dict[str, str]:
    """The channel's variables that come with each event (``ChanVariable: NAME=value``, one header each)."""
    told: dict[str, str] = {}
    for line in heard.lines(f"{prefix}ChanVariable"):
        name, _, value = line.partition("=")
        told[name] = value
    return told


def tags_of(heard: Said, prefix: str = "") -> ev.Tags:
    """What the channel's variables say of the call."""
    told = variables_of(heard, prefix)
    flow, _, version = told.get("HL_FLOWID", "").partition("@")
    return ev.Tags(
        language=told.get("HL_LANGUAGE", ""),
        vip=told.get("HL_VIP", "").lower() in _TRUE,
        flow=flow,
        flow_version=version,
        number=told.get("HL_NUMBER", ""),
        queue=told.get("HL_QUEUE", ""),
        priority=_whole(told.get("HL_PRIORITY", "")),
        announce=told.get("HL_ANNOUNCE", ""),
    )


def _channel(heard: Said, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "channel_id": heard.text("Uniqueid"),
        "call_id": heard.text("Linkedid") or heard.text("Uniqueid"),
        "caller": _name(heard.text("CallerIDNum")),
        "caller_name": _escaped_name(heard.text("CallerIDName")),
        "place": f"{heard.text('Context')},{heard.text('Exten')}",
        "tags": tags_of(heard),
    }


def _ringing(heard: Said, at: datetime) -> dict[str, Any]:
    return {
        **_channel(heard, at),
        "queue": heard.text("Queue"),
        "interface": heard.text("Interface"),
        "member_name": heard.text("MemberName"),
        "agent_channel_id": heard.text("DestUniqueid"),
    }


def _joined(heard: Said, at: datetime) -> ev.Joined:
    return ev.Joined(**_channel(heard, at), queue=heard.text("Queue"), position=_whole(heard.text("Position")))


def _left(heard: Said, at: datetime) -> ev.Left:
    return ev.Left(**_channel(heard, at), queue=heard.text("Queue"))


def _gave_up(heard: Said, at: datetime) -> ev.GaveUp:
    return ev.GaveUp(**_channel(heard, at), queue=heard.text("Queue"))


def _rang(heard: Said, at: datetime) -> ev.Rang:
    return ev.Rang(**_ringing(heard, at))


def _not_answered(heard: Said, at: datetime) -> ev.NotAnswered:
    return ev.NotAnswered(**_ringing(heard, at), rang_s=_number(heard.text("RingTime")) / 1000)


def _dumped(heard: Said, at: datetime) -> ev.NotAnswered:
    """AgentDump: the agent hung up during the announcement; the caller stays in line (FACTS: AGENTDUMP)."""
    return ev.NotAnswered(**_ringing(heard, at), rang_s=0.0)


def _connected(heard: Said, at: datetime) -> ev.Connected:
    return ev.Connected(**_ringing(heard, at), waited_s=_number(heard.text("HoldTime")))


def _completed(heard: Said, at: datetime) -> ev.Completed:
    return ev.Completed(**_ringing(heard, at), reason=heard.text("Reason"), talked_s=_number(heard.text("TalkTime")))


def _sent_on(heard: Said, at: datetime) -> ev.HandedOn | None:
    """stasis_bridges.c ``blind_transfer_to_ami``: one that failed leaves the talk as it was."""
    if heard.text("Result") != "Success":
        return None
    extension, context = heard.text("Extension"), heard.text("Context")
    return ev.HandedOn(
        at=at,
        transferee=heard.text("TransfereeUniqueid"),
        transferer=heard.text("TransfererUniqueid"),
        kind="blind",
        to=f"{extension}@{context}" if context else extension,
    )


def _joined_with(heard: Said, at: datetime) -> ev.HandedOn | None:
    """stasis_bridges.c ``attended_transfer_to_ami``; the transferer's second leg knows whom it had called.

    Without a transferee several were in the talk, and nobody can be meant (manager_bridges.c).
    """
    if heard.text("Result") != "Success":
        return None
    number = _name(heard.text("TransferTargetCallerIDNum")) or _name(heard.text("SecondTransfererConnectedLineNum"))
    return ev.HandedOn(
        at=at,
        transferee=heard.text("TransfereeUniqueid"),
        transferer=heard.text("OrigTransfererUniqueid"),
        kind="attended",
        to=number or heard.text("DestApp"),
        second_call_id=heard.text("SecondTransfererLinkedid"),
        takes_its_place=heard.text("DestType") == "App",
    )


def _dial_ended(heard: Said, at: datetime) -> ev.DialEnded | None:
    if not heard.text("DestUniqueid"):
        return None
    return ev.DialEnded(at=at, agent_channel_id=heard.text("DestUniqueid"), status=heard.text("DialStatus"))


def _hung_up(heard: Said, at: datetime) -> ev.HungUp:
    return ev.HungUp(**_channel(heard, at))


def _held(heard: Said, at: datetime) -> ev.HoldChanged:
    return ev.HoldChanged(at=at, channel_id=heard.text("Uniqueid"), held=heard.text("Event") == "Hold")


def _music_stopped(heard: Said, at: datetime) -> ev.MusicStopped:
    return ev.MusicStopped(at=at, channel_id=heard.text("Uniqueid"))


def _variable(heard: Said, at: datetime) -> ev.Event | None:
    name, value = heard.text("Variable").lstrip("_"), heard.text("Value")
    if name == "QUEUESTATUS":
        return ev.Resulted(**_channel(heard, at), status=value) if value else None
    if name == "HL_RESULT":
        return ev.MovedOn(**_channel(heard, at)) if value else None
    return ev.Tagged(**_channel(heard, at)) if name in WANTED_VARIABLES else None


def member_of(heard: Said, at: datetime) -> ev.MemberSeen:
    """An agent in a queue, from an event or from a row of QueueStatus (which names two headers otherwise)."""
    last_call = _number(heard.text("LastCall"))
    return ev.MemberSeen(
        at=at,
        queue=heard.text("Queue"),
        interface=heard.text("Interface") or heard.text("Location"),
        member_name=heard.text("MemberName") or heard.text("Name"),
        penalty=_whole(heard.text("Penalty")),
        paused=heard.text("Paused") == "1",
        pause_reason=heard.text("PausedReason"),
        status=_whole(heard.text("Status")),
        wrap_up_s=_number(heard.text("Wrapuptime")),
        last_call=datetime.fromtimestamp(last_call, UTC) if last_call > 0 else None,
        membership=heard.text("Membership"),
    )


def _member_gone(heard: Said, at: datetime) -> ev.MemberGone:
    return ev.MemberGone(
        at=at, queue=heard.text("Queue"), interface=heard.text("Interface"), member_name=heard.text("MemberName")
    )


_CONTACT_REACHABLE = {
    "Reachable": True,
    "Unqualified": True,
    "NonQualified": True,
    "Unreachable": False,
    "Removed": True,
}
"""``Removed`` is a phone that signed off: its device state says so, it is not out of reach."""


def _contact(heard: Said, at: datetime) -> ev.ContactSeen | None:
    reachable = _CONTACT_REACHABLE.get(heard.text("ContactStatus"))
    return None if reachable is None else ev.ContactSeen(at=at, agent=heard.text("AOR"), reachable=reachable)


_BY_NAME: Final[Mapping[str, Callable[[Said, datetime], ev.Event | None]]] = {
    "QueueCallerJoin": _joined,
    "QueueCallerLeave": _left,
    "QueueCallerAbandon": _gave_up,
    "QueueMemberStatus": member_of,
    "QueueMemberAdded": member_of,
    "QueueMemberPause": member_of,
    "QueueMemberPenalty": member_of,
    "QueueMemberRemoved": _member_gone,
    "AgentCalled": _rang,
    "AgentConnect": _connected,
    "AgentComplete": _completed,
    "BlindTransfer": _sent_on,
    "AttendedTransfer": _joined_with,
    "AgentRingNoAnswer": _not_answered,
    "AgentDump": _dumped,
    "DialEnd": _dial_ended,
    "Hangup": _hung_up,
    "Hold": _held,
    "Unhold": _held,
    "VarSet": _variable,
    "ContactStatus": _contact,
    "MusicOnHoldStop": _music_stopped,
}


# -- lists


def snapshot_of(
    queue_status: Iterable[Said],
    channels: Iterable[Said],
    unreachable: frozenset[str] | None,
    at: datetime,
) -> ev.SnapshotTaken:
    """The rows of QueueStatus and CoreShowChannels as one event, with the agents whose phones do not answer.

    ``at`` is the switch's time.
    """
    queues: list[str] = []
    members: list[ev.MemberSeen] = []
    waiting: list[ev.WaitingSeen] = []
    for row in queue_status:
        kind = row.text("Event")
        if kind == "QueueParams":
            queues.append(row.text("Queue"))
        elif kind == "QueueMember":
            members.append(member_of(row, at))
        elif kind == "QueueEntry":
            waiting.append(_waiting_of(row))
    return ev.SnapshotTaken(
        at=at,
        queues=tuple(queues),
        members=tuple(members),
        waiting=tuple(waiting),
        channels=tuple(channel_of(row, at) for row in channels),
        unreachable=unreachable,
    )


def _waiting_of(row: Said) -> ev.WaitingSeen:
    return ev.WaitingSeen(
        queue=row.text("Queue"),
        position=_whole(row.text("Position")),
        channel_id=row.text("Uniqueid"),
        caller=_name(row.text("CallerIDNum")),
        caller_name=_name(row.text("CallerIDName")),
        wait_s=_number(row.text("Wait")),
        priority=_whole(row.text("Priority")),
    )


def channel_of(row: Said, at: datetime) -> ev.ChannelSeen:
    """One row of CoreShowChannels."""
    return ev.ChannelSeen(
        channel=row.text("Channel"),
        channel_id=row.text("Uniqueid"),
        call_id=row.text("Linkedid"),
        caller=_name(row.text("CallerIDNum")),
        caller_name=_escaped_name(row.text("CallerIDName")),
        application=row.text("Application"),
        data=row.text("ApplicationData"),
        bridge_id=row.text("BridgeId"),
        since=at - timedelta(seconds=_clock(row.text("Duration"))),
        tags=tags_of(row),
    )


def _clock(text: str) -> float:
    """Seconds in ``00:01:40``."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + _number(part)
    return seconds
