"""What queue_log tells of one visit and its ringing: what `history` makes of the lines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from store.rows import EndedBy, Outcome, RingResult, TransferKind

TRANSFERS: Final = frozenset({"BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER"})


def transfer_of(told: str) -> tuple[TransferKind | None, str | None]:
    """How and where to a talk was handed on, from the verb that ended it and what it said (`LoggedVisit.told`).

    BLINDTRANSFER and the TRANSFER of Asterisk before 12 name extension and context (app_queue.c
    `handle_blind_transfer`); ATTENDEDTRANSFER names a bridge, an application or two channels
    (`log_attended_transfer`), and no number.
    """
    verb, *more = told.split("|")
    if verb not in TRANSFERS:
        return None, None
    extension, context = (*more, "", "")[:2]
    if verb == "ATTENDEDTRANSFER" or not extension:
        return "attended", None
    return "blind", f"{extension}@{context}" if context else extension


@dataclass(frozen=True, slots=True)
class LoggedRing:
    """One ringing of one agent, as far as the log tells: it is silent on phones another agent was quicker than."""

    agent: str
    started_at: datetime
    ended_at: datetime
    result: RingResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedVisit:
    """One stay in one queue.

    Attributes:
        channel_id: The caller's channel, or of an attended transfer into this queue the transferring leg
            (asterisk/asterisk#759).
        queue: The queue.
        entered_at: When the caller joined.
        number: Which line of the log (counted from the first one taken) told of the entry.
        seen_entering: Whether that line is there; else the entry is worked out from a later line.
        caller: The calling number.
        position: The place in line at entry.
        answered_at: When an agent took it.
        agent: The agent as the log names him: a member's name, or an interface.
        agent_channel_id: The agent's channel.
        ended_at: When it was over; of one Asterisk did not live to end, the last moment it was surely alive.
        ended_before: Of such a one, when it was surely over; else the same as `ended_at`.
        outcome: What became of the wait.
        ended_by: Who ended it.
        told: The verb that ended the visit, and what it said: the key, where to, why.
        rings: The ringing the log tells of.
        went_on_as: The caller's channel, where a transferring leg joined the line for him; else empty.
        next_number: The number of the caller's next visit; None when there was none.
    """

    channel_id: str
    queue: str
    entered_at: datetime
    number: int = 0
    seen_entering: bool = True
    caller: str = ""
    position: int | None = None
    answered_at: datetime | None = None
    agent: str | None = None
    agent_channel_id: str = ""
    ended_at: datetime | None = None
    ended_before: datetime | None = None
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None
    told: str = ""
    rings: tuple[LoggedRing, ...] = ()
    went_on_as: str = ""
    next_number: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the caller still waits or talks."""
        return self.ended_at is None

    @property
    def talking(self) -> bool:
        """Whether caller and agent are joined."""
        return self.is_open and self.answered_at is not None

    @property
    def transfer(self) -> TransferKind | None:
        """How the talk was handed on; None where no transfer ended it."""
        return transfer_of(self.told)[0]

    @property
    def transferred_to(self) -> str | None:
        """Where a blind transfer sent the caller (`extension@context`); of others the log tells no number."""
        return transfer_of(self.told)[1]

    @property
    def end_is_known(self) -> bool:
        """Whether the end was told, and not only Asterisk's next start."""
        return self.ended_before == self.ended_at
