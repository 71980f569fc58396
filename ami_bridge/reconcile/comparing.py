"""Where a row of the ledger and the log's word on the same visit differ. Pure.

``WHAT_THE_LOG_KNOWS`` says of every field of a visit whether the log can judge it, and how.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ami_bridge.queue_log.verbs import lasted
from ami_bridge.reconcile.matching import SLACK
from store.masks import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ami_bridge.queue_log.logged import LoggedVisit
    from store.rows import Visit

WHAT_THE_LOG_KNOWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "queue": "by this the two are found to be the same",
        "channel_id": "by this the two are found to be the same",
        "entered_at": "to 2 s; where AMI saw the moment, AMI's is kept",
        "caller": "where the ledger has none",
        "position": "exactly",
        "answered_at": "to 2 s; where AMI saw the moment, AMI's is kept",
        "ended_at": "to 2 s; of a visit Asterisk did not live to end, a span",
        "agent": "by the member's name",
        "agent_name": "where the agent is put right",
        "interface": "only where members have no name of their own",
        "wait_s": "from the moments above",
        "talk_s": "from the moments above",
        "rings": "at least as many as it tells of",
        "outcome": "exactly; a redirect out of the line is `abandoned` to it and `withdrawn` to us",
        "ended_by": "exactly",
        "next_visit_id": "exactly",
        "transfer": "exactly",
        "transferred_to": "of a blind transfer, exactly, unless it is masked; of an attended one it tells no number",
        "id": "no: it does not count callers refused at the door, so an ordinal may differ",
        "ordinal": "no, for the same reason",
        "node": "no",
        "call_id": "no: it knows the channel, not the call",
        "caller_name": "no",
        "number": "no",
        "language": "no",
        "vip": "no",
        "flow": "no",
        "flow_version": "no",
        "priority": "no",
        "hold_s": "no",
        "wrap_up_s": "no",
        "evidence": "no: it says on what the row rests",
    }
)
"""For every field of `store.rows.Visit`: how far queue_log knows it. What it does not know, no repair brings back."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which the two differ; values as they are, None for none."""

    visit_id: str
    field: str
    ledger: object
    log: object


def differences(row: Visit, logged: LoggedVisit, who: Callable[[str], str], next_id: str | None) -> list[Difference]:
    """Every field in which they differ, in the order of `WHAT_THE_LOG_KNOWS`.

    Args:
        row: The ledger's row.
        logged: The log's word.
        who: The agent's id for the name the log uses.
        next_id: The id of the caller's next visit, as far as the log tells of one.
    """
    wrong: dict[str, tuple[object, object]] = {}
    _moments(row, logged, wrong)
    if logged.caller and not row.caller:
        wrong["caller"] = (row.caller, logged.caller)
    if logged.position is not None and row.position != logged.position:
        wrong["position"] = (row.position, logged.position)
    if logged.outcome is not None:  # of one that waits by the log, the ledger may know the end and the log not yet
        _outcome(row, logged, who(logged.agent) if logged.agent else None, wrong)
    if row.rings < len(logged.rings):
        wrong["rings"] = (row.rings, len(logged.rings))
    if next_id is not None and row.next_visit_id != next_id:
        wrong["next_visit_id"] = (row.next_visit_id, next_id)
    for name in ("transfer", "transferred_to"):
        told, known = getattr(logged, name), getattr(row, name)
        if told is not None and told != known and not (known or "").startswith(MARK):
            wrong[name] = (known, told)
    return [Difference(row.id, name, *wrong[name]) for name in WHAT_THE_LOG_KNOWS if name in wrong]


def _outcome(row: Visit, logged: LoggedVisit, agent: str | None, wrong: dict[str, tuple[object, object]]) -> None:
    redirected = (row.outcome, logged.outcome) == ("withdrawn", "abandoned")  # the system's doing, not the caller's
    if row.agent != agent:
        wrong["agent"] = (row.agent, agent)
    if row.outcome != logged.outcome and not redirected:
        wrong["outcome"] = (row.outcome, logged.outcome)
    told = logged.ended_by is not None or "outcome" in wrong
    if told and not redirected and not logged.is_open and row.ended_by != logged.ended_by:
        wrong["ended_by"] = (row.ended_by, logged.ended_by)


def _moments(row: Visit, logged: LoggedVisit, wrong: dict[str, tuple[object, object]]) -> None:
    entry = logged.entered_at if logged.seen_entering else None
    for name, theirs in (("entered_at", entry), ("answered_at", logged.answered_at)):
        ours: datetime | None = getattr(row, name)
        if (theirs is not None and (ours is None or abs(ours - theirs) > SLACK)) or (
            name == "answered_at" and theirs is None and ours is not None and not logged.is_open
        ):
            wrong[name] = (ours, theirs)
    if logged.ended_at is not None and (
        row.ended_at is None
        or not (logged.ended_at - SLACK <= row.ended_at <= (logged.ended_before or logged.ended_at) + SLACK)
    ):
        wrong["ended_at"] = (row.ended_at, logged.ended_at)
    for name, theirs_s in (("wait_s", waited(logged)), ("talk_s", talked(logged))):
        ours_s: float | None = getattr(row, name)
        if theirs_s is not None and (ours_s is None or abs(ours_s - theirs_s) > 2 * SLACK.total_seconds()):
            wrong[name] = (ours_s, theirs_s)


def waited(logged: LoggedVisit) -> float | None:
    """Seconds from the entry to the answer or the end; None while waiting, and where it cannot be known."""
    until = logged.answered_at or (logged.ended_at if logged.end_is_known else None)
    return None if until is None else lasted(logged.entered_at, until)


def talked(logged: LoggedVisit) -> float | None:
    """Seconds from the answer to the end; None while talking, and where it cannot be known."""
    if logged.answered_at is None or logged.ended_at is None or not logged.end_is_known:
        return None
    return lasted(logged.answered_at, logged.ended_at)
