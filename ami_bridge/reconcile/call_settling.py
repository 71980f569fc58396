"""What CEL puts right in the ledger: journeys nobody ended, ended late, or never wrote down. Pure.

A journey is its service's own account. CEL only fills what the service cannot have told: its end, where it was killed
or stood still; and the whole of it, where nothing of the call is in the ledger. What the service itself tells later
still wins. But one it took for hung up, while the watchdog moved its caller out of it, was rescued. Visits are put
right from queue_log (`repairing`) and compared with CEL (`call_differences`); but for one thing that queue_log cannot
know: a caller moved out of the line, unseen, did not give up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from ami_bridge.reconcile.call_differences import MOMENT
from store.rows import Journey, journey_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ami_bridge.cel.call import Call, Leg
    from ami_bridge.reconcile.call_differences import Known
    from store.rows import Visit

ENTRANCE: Final = "hotline-numbers"
"""Context callers come in by (`dialplan.extensions`)."""
RESCUE_CONTEXTS: Final = frozenset({"hotline-rescue", "hotline-bye"})


@dataclass(frozen=True, slots=True)
class Over:
    """A journey's end: ``rescued`` where the dialplan's rescue had the call, ``lost`` where nobody knows more."""

    journey: str
    at: datetime
    outcome: Literal["rescued", "lost"]


@dataclass(slots=True)
class Settled:
    """What is to be written.

    Attributes:
        ends: Ends of journeys that have none.
        corrected: Moments of those that were found to be over later than they were.
        rescued: Ends of those their service took for hung up, while the watchdog moved the caller to the rescue.
        lost: Journeys of calls the ledger has nothing of.
        moved: Visits that by queue_log the caller gave up, while his line went on: somebody moved him elsewhere.
    """

    ends: list[Over] = field(default_factory=list)
    corrected: list[Over] = field(default_factory=list)
    rescued: list[Over] = field(default_factory=list)
    lost: list[Journey] = field(default_factory=list)
    moved: list[Visit] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ends or self.corrected or self.rescued or self.lost or self.moved)


def settle(node: str, call: Call, known: Known, flows: Mapping[str, str], into: Settled) -> None:
    """Adds what one call, which is over, puts right; of what is right already nothing.

    Args:
        node: The Asterisk.
        call: The call, as CEL tells it.
        known: What the ledger has of it.
        flows: The flow behind each number callers dial.
        into: What is to be written so far.
    """
    for journey in known.journeys:
        leg = call.leg(journey.channel_id)
        if leg is None or leg.ended is None:
            continue
        end = Over(journey.id, leg.ended, _how(leg))
        if journey.ended_at is None:
            into.ends.append(end)
        elif journey.outcome == "lost" and abs(journey.ended_at - leg.ended) > MOMENT:
            into.corrected.append(end)
        elif journey.outcome == "hung_up" and end.outcome == "rescued" and leg.ended - journey.ended_at > MOMENT:
            into.rescued.append(end)  # AGI hears of a Redirect as of a hang-up
    into.moved += [_moved(visit) for visit in known.visits if _went_on(call, visit)]
    if not known.journeys and not known.visits:
        into.lost += [_journey(node, call.id, leg, flows) for leg in call.legs if leg.context == ENTRANCE and leg.ended]


def _went_on(call: Call, visit: Visit) -> bool:
    """Whether a caller who gave up by queue_log alone stayed on the line.

    app_queue takes an AMI Redirect for a hang-up (docs/protocol-ami.md), and nobody was there to see it.
    """
    leg = call.leg(visit.channel_id)
    by_log = visit.outcome == "abandoned" and visit.evidence.startswith("queue_log")
    if not by_log or leg is None or leg.ended is None or visit.ended_at is None:
        return False
    took_the_place = any(one.instead_of == visit.channel_id for one in call.transfers)
    return not took_the_place and leg.ended - visit.ended_at > MOMENT


def _moved(visit: Visit) -> Visit:
    evidence = f"{visit.evidence}; cel: the caller's line went on"
    return replace(visit, outcome="withdrawn", ended_by="system", evidence=evidence)


def _how(leg: Leg) -> Literal["rescued", "lost"]:
    return "rescued" if leg.last_context in RESCUE_CONTEXTS else "lost"


def _journey(node: str, call_id: str, leg: Leg, flows: Mapping[str, str]) -> Journey:
    assert leg.began is not None  # noqa: S101 - a context is known from the beginning only
    return Journey(
        id=journey_id(node, leg.channel_id),
        node=node,
        call_id=call_id,
        channel_id=leg.channel_id,
        number=leg.exten,
        flow=flows.get(leg.exten, ""),
        flow_version="",
        started_at=leg.began,
        caller=leg.number,
        ended_at=leg.ended,
        outcome=_how(leg),
    )
