"""What the runner needs of the world, and nothing more. `ivr.app` supplies the real ones, tests their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from agi.channel import Channel
    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import CallbackAsked, LookUp, Surveyed, TicketOpened, Trace
    from ivr.engine.inputs import CallFacts, Found, LookupFailed, LookupLate
    from ivr.flow.model import FlowSet


class Speech(Protocol):
    """Sentences as sound files."""

    def files(self, message: str, args: Mapping[str, object], language: str) -> tuple[str, ...]:
        """Absolute paths without ending, in order.

        Raises:
            CannotSay: there is no such message, or a value cannot be spoken.
        """


class Hours(Protocol):
    """Calendars."""

    def is_open(self, schedule: str, now: datetime) -> bool:
        """Is it open now?"""


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """A queue as a version's settings have it."""

    max_length: int = 0
    """Callers who may wait in it; 0 is no bound."""
    music: str = ""
    """The class of music on hold they hear; empty is whichever Asterisk has for the queue."""


@dataclass(frozen=True, slots=True)
class TicketKind:
    """What a kind of ticket promises."""

    within: Mapping[str, timedelta]
    """Colour to how long it may take; the first is the usual colour."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a hotline: its flows, the sentences they speak, the hours they ask for, and what it promises."""

    flows: FlowSet
    speech: Speech
    hours: Hours
    queues: Mapping[str, QueueTerms] = field(default_factory=dict)
    tickets: Mapping[str, TicketKind] = field(default_factory=dict)


class Kept(Protocol):
    """The hotline by version: a call ends on the one it began with."""

    async def at(self, version: str) -> Release | None:
        """The one a call began with; None when it is not kept any more."""


class Releases(Kept, Protocol):
    """The same, and which version new calls begin with."""

    def begin(self, caller: str, call: str) -> Release:
        """What a new call begins with.

        Args:
            caller: the calling number, E.164 without `+`; empty when it is withheld.
            call: the call's id, the same in all its segments.
        """

    def failed(self, version: str, call: str) -> None:
        """A call of this version could not be led on, and is rescued; `call` as in `begin`."""


class Closures(Protocol):
    """Numbers that are closed by hand."""

    def message(self, number: str) -> str | None:
        """What new callers of a number hear instead of its flow; None while it is open."""


class NothingClosed:
    """Every number is open."""

    def message(self, number: str) -> str | None:
        """None."""
        del number
        return None


class Lookups(Protocol):
    """Data sources."""

    async def look_up(self, effect: LookUp) -> Found | LookupLate | LookupFailed:
        """Ask; never raises for anything a source does."""


class Memory(Protocol):
    """What callers asked to be remembered."""

    async def recall(self, caller: str) -> Mapping[str, str]:
        """Menu (`flow.step`) to key; empty when nothing is known or the answer would take too long."""

    def remember(self, caller: str, step: str, key: str) -> None:
        """Keep it, in a while."""


class Seal(Protocol):
    """The cursor between segments."""

    def seal(self, cursor: Cursor) -> str:
        """The cursor as text for a channel variable: no comma, no quote, at most 3000 characters.

        Raises:
            CursorError: the call knows more than fits.
        """

    def unseal(self, text: str, uniqueid: str | None = None) -> Cursor:
        """The cursor again; `uniqueid` is the channel that brings it.

        Raises:
            CursorError: it was not sealed by us, or is broken, or is another call's.
        """


class Journeys(Protocol):
    """The record of what callers went through."""

    def begin(self, facts: CallFacts, cursor: Cursor, now: datetime) -> None:
        """A call has begun."""

    def step(self, cursor: Cursor, trace: Trace, now: datetime) -> None:
        """A step was left."""

    def end(self, cursor: Cursor, outcome: str, now: datetime) -> None:
        """A segment has ended: the call is over, or waits outside, in the words of `outcome`."""


class Scripts(Protocol):
    """Classic AGI scripts."""

    async def run(self, script: str, args: tuple[str, ...], channel: Channel, version: str) -> bool:
        """Run that version's on this call; False when there is none of that name or it failed."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The talk in a queue that a caller comes from."""

    agent: str | None = None
    """The agent's id; None when the caller comes from no talk, or nobody knows whose it was."""
    visit_id: str | None = None
    """The visit to the queue (`store.rows.Visit`)."""


class Records(Protocol):
    """What is kept for people; none of it is waited for."""

    def recording(self, cursor: Cursor, path: str, seconds: float, recorded_at: datetime) -> str:
        """A caller has said something; which recording it is."""

    def survey(self, cursor: Cursor, note: Surveyed, talk: Talk) -> None:
        """A survey was asked, or has been answered further."""

    def callback(self, cursor: Cursor, note: CallbackAsked, now: datetime) -> None:
        """A caller wants to be called back."""

    def ticket(self, cursor: Cursor, note: TicketOpened, kind: TicketKind, now: datetime) -> None:
        """A ticket was opened, of this kind."""


class Mailbox(Protocol):
    """Recorded messages."""

    def keep(self, cursor: Cursor, box: str, path: str, seconds: float, recorded_at: datetime) -> None:
        """A caller left a message."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a queue beside what Asterisk counts."""

    longest_wait: int | None = None
    """Seconds the caller waits who has waited longest; 0 when nobody waits, None when it is not known now."""
    expected_wait: int | None = None
    """Seconds within which most callers were answered of late; None when too few were."""


class Lines(Protocol):
    """What the bridge sees of queues."""

    async def line(self, queue: str) -> Line:
        """One queue; soon, and without what the bridge does not know for sure."""
