"""What `hotline ledger verify` says of CEL: each difference a sentence that names its call."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from ami_bridge.cel.lines import REASONS
from ami_bridge.messages import mask
from ami_bridge.reconcile.call_differences import NOT_THERE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from ami_bridge.reconcile.call_differences import CallDifference
    from ami_bridge.reconcile.verifying_calls import CallVerdict

SHOWN: Final = 200
"""Sentences shown; a history that differs in more is a case for `--format json`."""
_BY: Final[Mapping[str, str]] = {
    "caller": "the caller",
    "agent": "the agent",
    "transfer": "a transfer",
    "system": "the switch",
}


def as_text(verdict: CallVerdict | None, path: Path | None, since: datetime, zone: ZoneInfo) -> str:
    """The sentences, and below them how many calls were compared; ``path`` is where CEL would be, if that is known."""
    if verdict is None and path is None:
        return "calls were not compared: --cel says which CEL belongs to these files"
    if verdict is None:
        return f"no CEL here ({path}): calls were not compared"
    lines = [sentence(one, zone) for one in verdict.differences[:SHOWN]]
    if len(verdict.differences) > SHOWN:
        lines.append(f"… and {len(verdict.differences) - SHOWN:,} more; --format json has them all")
    return "\n".join([*lines, *([""] if lines else []), _sum(verdict, since, zone)])


def sentence(one: CallDifference, zone: ZoneInfo) -> str:
    """One difference in words."""
    began = f", {_moment(one.at, zone)}" if one.at is not None else ""
    head = f"call {one.call_id} ({mask(one.caller) or 'number withheld'}{began})"
    if one.what == "call":
        has, lacks = ("CEL", "the ledger") if one.ledger == NOT_THERE else ("the ledger", "CEL")
        return f"{head}: {has} has it; {lacks} does not"
    where = f", {one.queue}" if one.queue else ""
    ours, theirs = _words(one.what, one.ledger, zone, ours=True), _words(one.what, one.cel, zone, ours=False)
    return f"{head}{where}: the ledger says {ours}; CEL says {theirs}"


def _words(what: str, value: object, zone: ZoneInfo, *, ours: bool) -> str:
    none = value is None
    told = _moment(value, zone) if isinstance(value, datetime) else str(value)
    match what:
        case "journey began":
            return f"its flow began at {told}" if ours else f"it first rang at {told}"
        case "journey ended" if ours:
            return "its flow goes on" if none else f"its flow ended at {told}"
        case "journey ended":
            return f"the caller's line was hung up at {told}"
        case "answered":
            return "nobody answered it" if none else f"it was answered at {told}"
        case "agent":
            return f"by {told}" if not none else "by nobody"
        case "ended":
            return "it goes on" if none else f"it ended at {told}"
        case "talk":
            return f"{value:.1f} s were talked"
        case "ended by":
            return f"{_BY.get(told, told)} ended it" if not none else "nothing of who ended it"
        case _:
            return f"the agent sent it into {told}" if not none else "it went into no other queue"


def _sum(verdict: CallVerdict, since: datetime, zone: ZoneInfo) -> str:
    calls = f"{verdict.calls:,} call{'s' if verdict.calls != 1 else ''}"
    begins = max(since, verdict.first_at or since)
    count = len(verdict.differences)
    if not count:
        said = f"no difference in {calls} CEL tells of"
    else:
        said = f"{count:,} difference{'s' if count != 1 else ''} in {verdict.differing:,} of {calls} CEL tells of"
    said += f" since {begins.astimezone(zone):%Y-%m-%d %H:%M} ({verdict.lines:,} lines read"
    if verdict.set_aside:
        words = (
            f"{verdict.set_aside[key]:,} because {why}" for key, why in REASONS.items() if key in verdict.set_aside
        )
        said += f", set aside: {'; '.join(words)}"
    if verdict.clock_steps:
        said += f", its clock went back {verdict.clock_steps} times"
    return said + ")"


def as_fields(verdict: CallVerdict | None) -> dict[str, object] | None:
    """The same for programs; calling numbers are left out."""
    if verdict is None:
        return None
    return {
        "calls": verdict.calls,
        "differences": [_plain(one) for one in verdict.differences],
        "lines": verdict.lines,
        "set_aside": verdict.set_aside,
        "clock_steps": verdict.clock_steps,
    }


def _plain(one: CallDifference) -> dict[str, object]:
    values = {"at": one.at, "ledger": one.ledger, "cel": one.cel}
    shown = {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}
    return {"call": one.call_id, "what": one.what, "queue": one.queue, **shown}


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
