"""What queue_log alone says of every visit: ``visits_of(lines)``. Pure, and in the order the lines stand in.

The log's clock may jump, so order counts and stamps only measure. What a line says of seconds is the switch's own
count; it is used where the beginning was not seen, or where the stamps contradict it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ami_bridge.queue_log.logged import TRANSFERS, LoggedRing, LoggedVisit
from ami_bridge.queue_log.verbs import (
    ENDED_BY,
    OUTCOME_OF,
    REFUSED_AS,
    VERBS,
    WAITS_AT,
    counted,
    not_before,
    seconds_counted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ami_bridge.domain.events import LedgerLine
    from store.rows import EndedBy, Outcome, RingResult

TRUSTED: Final = timedelta(seconds=3)
"""How far the stamps of two lines may be from the seconds a line counts before the stamps are disbelieved."""
HANG_UPS: Final = frozenset(ENDED_BY) - TRANSFERS
"""What ends a talk and is no transfer."""
LINGER_LINES: Final = 5_000
"""An ended visit is given out this many lines later: its caller's next visit, which it must name, begins before."""


def visits_of(lines: Iterable[LedgerLine]) -> list[LoggedVisit]:
    """Every visit the lines tell of, in the order they began; those not ended are open."""
    history = History(linger=None)
    for line in lines:
        history.take(line)
    return sorted(history.rest(), key=lambda visit: visit.number)


@dataclass(slots=True)
class History:
    """The same, line by line, for a log of any length: what is over for good can be taken out on the way.

    Attributes:
        linger: How many lines an ended visit is held back; None for ever.
        lines: How many lines were taken.
        clock_steps: How often the clock went back, by more than a second.
    """

    linger: int | None = LINGER_LINES
    lines: int = 0
    clock_steps: int = 0
    _held: dict[int, LoggedVisit] = field(default_factory=dict)
    """By number; each visit that is open or may still get a next one."""
    _of_channel: dict[str, list[int]] = field(default_factory=dict)
    _over: dict[int, int] = field(default_factory=dict)
    """The visits of callers of whom nothing goes on, each caller's side by side: at which line the last one ended."""
    _last_at: datetime | None = None

    @property
    def oldest(self) -> int | None:
        """The number of the oldest visit held: to go on later, the lines from there on must be taken again."""
        return next(iter(self._held), None)

    def take(self, line: LedgerLine) -> None:
        """One line."""
        self.lines += 1
        if self._last_at is not None and line.at < self._last_at - timedelta(seconds=1):
            self.clock_steps += 1
        verb = VERBS.get(line.verb)
        kind = verb.kind if verb else "note"
        if kind == "enter":
            self._enter(line)
        elif kind == "ring":
            self._ring(line)
        elif kind == "connect":
            self._connect(line)
        elif kind == "end_of_talk":
            self._end_talk(line)
        elif kind == "end_of_wait":
            self._end_wait(line)
        elif kind == "refused":
            self._refuse(line)
        elif line.verb == "QUEUESTART":
            self._restart(line)
        self._last_at = line.at

    def over(self) -> Iterator[LoggedVisit]:
        """Takes out the visits that are over for good, all of one caller's in a row."""
        while self.linger is not None and self._over:
            number, ended = next(iter(self._over.items()))
            if self.lines - ended < self.linger:
                return
            yield self._give(number)

    def over_before(self, moment: datetime) -> Iterator[LoggedVisit]:
        """Takes out the visits of callers whose last was over before a moment, by the log's clock.

        All of one caller's at once and in a row: those of one queue can only be told apart together.
        """
        for number in list(self._over):
            ends = [self._held[one].ended_before for one in self._of_caller(self._held[number])]
            if all(ended is not None and ended < moment for ended in ends):
                yield self._give(number)

    def seed(self, visits: Iterable[LoggedVisit]) -> None:
        """Takes over open visits whose beginning stands before the first line taken; they get numbers below 1."""
        known = sorted(visits, key=lambda visit: visit.entered_at)
        for number, visit in enumerate(known, 1 - len(known)):
            self._add(replace(visit, number=number))

    def rest(self) -> Iterator[LoggedVisit]:
        """Takes out all others, open ones too, a caller's in a row: nothing follows."""
        while self._held:
            first = self._held[next(iter(self._held))]
            for number in self._of_caller(first):
                yield self._give(number)

    def _give(self, number: int) -> LoggedVisit:
        visit = self._held.pop(number)
        self._over.pop(number, None)
        for channel in filter(None, (visit.channel_id, visit.went_on_as)):
            numbers = self._of_channel[channel]
            numbers.remove(number)
            if not numbers:
                del self._of_channel[channel]
        return visit

    # -- finding

    def _of(self, line: LedgerLine) -> list[LoggedVisit]:
        held = (self._held[number] for number in self._of_channel.get(line.channel_id, ()))
        return [visit for visit in held if visit.queue == line.queue]

    def _waiting(self, line: LedgerLine) -> LoggedVisit | None:
        return next((v for v in reversed(self._of(line)) if v.is_open and not v.talking), None)

    def _talking(self, line: LedgerLine) -> LoggedVisit | None:
        """The first that goes on: a caller sent back into the same queue joins it before the talk is over."""
        return next((v for v in self._of(line) if v.talking), None)

    def _of_caller(self, visit: LoggedVisit) -> list[int]:
        """The numbers of all visits held that were made on the same channels, this one among them."""
        channels = filter(None, (visit.channel_id, visit.went_on_as))
        return sorted({number for channel in channels for number in self._of_channel[channel]})

    def _put(self, visit: LoggedVisit) -> None:
        self._held[visit.number] = visit
        mine = self._of_caller(visit)
        for number in mine:
            self._over.pop(number, None)
        if not any(self._held[number].is_open for number in mine):
            self._over.update(dict.fromkeys(mine, self.lines))

    def _add(self, visit: LoggedVisit) -> LoggedVisit:
        numbers = self._of_channel.setdefault(visit.channel_id, [])
        if numbers:
            before = self._held[numbers[-1]]
            self._held[before.number] = replace(before, next_number=visit.number)
        numbers.append(visit.number)
        self._put(visit)
        return visit

    # -- what lines say

    def _enter(self, line: LedgerLine) -> None:
        stale = self._waiting(line)
        if stale is not None and not stale.seen_entering and abs(stale.entered_at - line.at) <= TRUSTED:
            return  # one taken over at a start: what was read then is told once more
        if stale is not None:  # Asterisk says nothing of a first one's end that it did not see; nobody waits twice
            self._put(_over(stale, line.at, "unknown_after_gap", None, "ENTERQUEUE"))
        self._add(
            LoggedVisit(
                channel_id=line.channel_id,
                queue=line.queue,
                entered_at=line.at,
                number=self.lines,
                caller=_column(line, 1),
                position=counted(_column(line, 2)),
            )
        )

    def _refuse(self, line: LedgerLine) -> None:
        """Refused at the door: a visit that is over as it begins."""
        visit = LoggedVisit(
            channel_id=line.channel_id,
            queue=line.queue,
            entered_at=line.at,
            number=self.lines,
            caller=_column(line, 1),
        )
        self._put(_over(self._add(visit), line.at, REFUSED_AS[line.verb], "system", line.verb))

    def _ring(self, line: LedgerLine) -> None:
        visit = self._waiting(line)
        if visit is None:
            return
        rang = timedelta(milliseconds=counted(_column(line, 0)) or 0)
        began = max(line.at - rang, visit.entered_at) if line.at >= visit.entered_at else line.at
        result: RingResult = "cancelled" if line.verb == "RINGCANCELED" else "no_answer"
        ring = LoggedRing(line.member_name, began, line.at, result)
        self._put(replace(visit, rings=(*visit.rings, ring)))

    def _connect(self, line: LedgerLine) -> None:
        waited = timedelta(seconds=seconds_counted(_column(line, 0)) or 0)
        visit = self._waiting(line) or self._handed_over(line, waited) or self._begun_before(line, waited)
        answered_at = _moment(visit.entered_at, line.at, waited)
        rang = timedelta(seconds=counted(_column(line, 2)) or 0)
        rung_at = min(max(answered_at - rang, visit.entered_at), answered_at)
        ring = LoggedRing(line.member_name, rung_at, answered_at, "answered")
        self._put(
            replace(
                visit,
                answered_at=answered_at,
                agent=line.member_name,
                agent_channel_id=_column(line, 1),
                outcome="answered",
                told="CONNECT",
                rings=(*visit.rings, ring),
            )
        )

    def _handed_over(self, line: LedgerLine, waited: timedelta) -> LoggedVisit | None:
        """The visit a transferring leg began and the caller goes on with (asterisk/asterisk#759).

        The leg's channel became the caller's while it waited: its entry and this line agree in the queue and in how
        long ago that was, and nobody else can be meant. The visit keeps the name it began under.
        """
        began = line.at - waited
        fits = [
            visit
            for visit in self._held.values()
            if visit.queue == line.queue
            and visit.is_open
            and not visit.talking
            and abs(visit.entered_at - began) <= timedelta(seconds=1)
        ]
        if len(fits) != 1 or line.channel_id not in self._of_channel:
            return None
        visit = fits[0]
        caller = self._held[self._of_channel[line.channel_id][-1]]
        self._held[caller.number] = replace(caller, next_number=visit.number)
        self._of_channel[line.channel_id].append(visit.number)
        return replace(visit, went_on_as=line.channel_id)

    def _parted(self, line: LedgerLine, talked: timedelta) -> LoggedVisit | None:
        """The talk whose end a line tells, one that is over if told again; None where its beginning is not here.

        It is a talk of that agent's. Under the line's channel there may be another: a caller sent back into the same
        queue talks to the next agent by now, or an agent's leg talks to a colleague and lends its name.
        """
        answered = [visit for visit in self._of(line) if visit.answered_at is not None]
        mine = [visit for visit in answered if visit.agent == line.member_name]
        under_it = next((visit for visit in mine if visit.is_open), None) or (mine[-1] if mine else None)
        return (
            under_it
            or self._under_another_name(line, talked)
            or self._talking(line)
            or next((visit for visit in reversed(answered)), None)
        )

    def _under_another_name(self, line: LedgerLine, talked: timedelta) -> LoggedVisit | None:
        """The agent's talk in this queue that is told under another channel than its own.

        It is the other channel of an agent who transferred attended, to somebody in an application. The talk is known
        by queue and agent, and by its beginning as the counted seconds give it, if only one fits.
        """
        began = line.at - talked
        fits = [
            visit
            for visit in self._held.values()
            if (visit.queue, visit.agent) == (line.queue, line.member_name)
            and visit.answered_at is not None
            and abs(visit.answered_at - began) <= timedelta(seconds=2)
        ]
        talks = [visit for visit in fits if visit.is_open] or fits
        return talks[0] if len(talks) == 1 else None

    def _begun_before(self, line: LedgerLine, ago: timedelta) -> LoggedVisit:
        """A visit whose beginning is not in this log: it must have been so long ago."""
        visit = LoggedVisit(
            channel_id=line.channel_id,
            queue=line.queue,
            entered_at=line.at - ago,
            number=self.lines,
            seen_entering=False,
        )
        return self._add(visit)

    def _end_talk(self, line: LedgerLine) -> None:
        told = [seconds_counted(column) or 0 for column in (*line.data[-3:], "", "", "")[:3]]
        waited, talked = timedelta(seconds=told[0]), timedelta(seconds=told[1])
        visit = self._parted(line, talked)
        if visit is not None and not visit.is_open:
            self._told_again(visit, line)
            return
        if visit is None:
            waiting = self._waiting(line)
            visit = waiting or self._begun_before(line, waited + talked)
            visit = replace(
                visit,
                answered_at=not_before(line.at - talked, visit.entered_at),
                agent=line.member_name,
                outcome="answered",
                position=visit.position if visit.seen_entering else max(told[2], 0) or None,
            )
        ended_at = _moment(visit.answered_at or line.at, line.at, talked)
        self._put(_over(visit, ended_at, "answered", ENDED_BY[line.verb], _parting(line)))

    def _told_again(self, visit: LoggedVisit, line: LedgerLine) -> None:
        """A second word on how a talk ended: a transfer says more than the hang-up that made it.

        app_queue hears of the two in two threads (`handle_attended_transfer`, `handle_hangup`), each of which looks
        whether the other was there and then takes its time: now and then both log the end, in either order.
        """
        just = visit.ended_at is not None and abs(line.at - visit.ended_at) <= TRUSTED
        if line.verb in TRANSFERS and just and visit.agent == line.member_name and visit.told in HANG_UPS:
            self._put(replace(visit, ended_by=ENDED_BY[line.verb], told=_parting(line)))

    def _end_wait(self, line: LedgerLine) -> None:
        index = WAITS_AT.get(line.verb)
        waited = timedelta(seconds=seconds_counted(_column(line, index)) or 0) if index is not None else None
        visit = self._waiting(line) or (None if waited is None else self._handed_over(line, waited))
        if visit is None:
            if self._of(line) or waited is None:
                return  # told twice, or without a word on when it began
            visit = replace(self._begun_before(line, waited), position=counted(_column(line, (index or 1) - 1)))
        ended_at = line.at if waited is None else _moment(visit.entered_at, line.at, waited)
        outcome = OUTCOME_OF[line.verb]
        by: EndedBy = "caller" if outcome in {"abandoned", "left_by_key"} else "system"
        self._put(_over(visit, ended_at, outcome, by, _ending(line)))

    def _restart(self, line: LedgerLine) -> None:
        """Asterisk started: whoever waited or talked is gone, since some time after the last line."""
        for visit in [one for one in self._held.values() if one.is_open]:
            alive = max(self._last_at or line.at, visit.answered_at or visit.entered_at)
            outcome: Outcome = "answered" if visit.talking else "unknown_after_gap"
            over = _over(visit, alive, outcome, None, "QUEUESTART")
            self._put(replace(over, ended_before=max(line.at, alive)))


def _over(visit: LoggedVisit, at: datetime, outcome: Outcome, by: EndedBy | None, told: str) -> LoggedVisit:
    at = not_before(at, visit.answered_at or visit.entered_at)
    return replace(visit, ended_at=at, ended_before=at, outcome=outcome, ended_by=by, told=told)


def _parting(line: LedgerLine) -> str:
    """The verb, of a transfer with what it says of where to."""
    return "|".join((line.verb, *line.data[:-3])) if line.verb in TRANSFERS else line.verb


def _ending(line: LedgerLine) -> str:
    """The verb, with the key or the words that came with it."""
    more = {"EXITWITHKEY": _column(line, 0), "WITHDRAW": _column(line, 3)}.get(line.verb, "")
    return f"{line.verb}|{more}" if more else line.verb


def _moment(began: datetime, stamped: datetime, counted: timedelta) -> datetime:
    """When something that began then was over: as it is stamped, unless the clock was set meanwhile."""
    return stamped if abs(stamped - began - counted) <= TRUSTED else began + counted


def _column(line: LedgerLine, index: int) -> str:
    return line.data[index] if index < len(line.data) else ""
