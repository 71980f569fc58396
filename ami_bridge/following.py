"""queue_log beside AMI: its lines given out when their time has come, and the place in it kept for the next start."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.domain.whose import SLACK
from ami_bridge.queue_log.history import History
from ami_bridge.queue_log.lines import REASONS
from ami_bridge.queue_log.place import Mark
from ami_bridge.queue_log.tail import QueueLogTail
from store.rows import LogPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.aside import AsideFile
    from ami_bridge.queue_log.logged import LoggedVisit
    from ami_bridge.queue_log.tail import Told

log = structlog.get_logger("bridge.queue_log")

LIVE: Final = "live"
"""The bridge's own place, among those of the table."""
FORGET_EVERY: Final = timedelta(hours=1)
LAG: Final = timedelta(seconds=1.2)
"""A line is given out once AMI, which knows more, has been heard this far behind its second."""


_LONG_AGO = datetime.fromtimestamp(0, UTC)


def is_due(line_at: datetime, now: datetime, heard: datetime | None) -> bool:
    """Whether a line's time has come. Pure.

    A bridge that was held up has AMI's events of the last seconds still before it, while the log is read whole at once.
    Told by the log first that a caller left one queue for another, it would take AMI's word on the first visit for one
    on the second. So what counts is how far AMI has been heard, by the switch's clock, which is the log's too.

    Args:
        line_at: The line's second.
        now: What time it is, by our clock: asked only where there is no AMI.
        heard: Until when AMI has been heard; None while there is no AMI to wait for.
    """
    if heard is not None:
        return line_at <= heard - LAG
    return line_at <= now - LAG or line_at > now + LAG  # a stamp of the future holds up nothing behind it


class Hearing:
    """How far AMI has been heard, by the switch's clock.

    Attributes:
        until: Up to there; None while there is no AMI.
        set_back: Whether the switch's clock was set back since somebody last looked: the lines of before it will not
            become due by what is heard from now on, and are given out all at once.
    """

    def __init__(self) -> None:
        self.until: datetime | None = None
        self.set_back = False

    def begin(self) -> None:
        """AMI is there, and has said nothing yet: no line of the log is due."""
        self.until = _LONG_AGO

    def end(self) -> None:
        """AMI is gone: from now on queue_log alone tells."""
        self.until = None

    def hear(self, at: datetime) -> None:
        """Something that happened then was heard."""
        self.set_back = self.set_back or (self.until is not None and at < self.until - SLACK)
        self.until = at


def mark_of(place: LogPlace) -> Mark:
    """The place as the tail knows it."""
    return Mark(place.file, place.bytes_read, place.line_bytes, place.line_digest)


@dataclass(frozen=True, slots=True)
class Log:
    """A queue_log, and what is to be known of it.

    Attributes:
        path: Where Asterisk writes it.
        olddir: Where logrotate moves older pieces; None leaves them beside it.
        aside: Where its lines that are no facts are kept; None only counts them.
    """

    path: Path
    olddir: Path | None = None
    aside: AsideFile | None = None

    def tail(self, place: LogPlace | None) -> QueueLogTail:
        """One who reads it on from a place."""
        return QueueLogTail(self.path, mark_of(place) if place else None, olddir=self.olddir)

    def keep_odd(self, tail: QueueLogTail) -> str:
        """Keeps what the tail set aside; why it could not be done, empty where it was."""
        odd, tail.odd = tail.odd, []
        try:
            if self.aside is not None:
                self.aside.keep(odd)
        except OSError as wrong:
            return str(wrong)
        return ""


def at_the_end(source: Log, node: str, place: LogPlace | None, now: datetime) -> LogPlace | None:
    """The place behind the last line there is, for one who has read the log otherwise; None while there is no line.

    Raises:
        OSError: the log cannot be read.
    """
    tail = source.tail(place)
    last: Told[LedgerLine] | None = None
    while told := tail.read():
        last = told[-1]
        source.keep_odd(tail)
    source.keep_odd(tail)
    if tail.mark is None or not tail.lines:
        return place
    line_at = last.line.at if last else place.line_at if place else None
    return _place(node, _Behind(tail.mark, tail.lines, sum(tail.set_aside.values()), line_at), place, now)


@dataclass(frozen=True, slots=True)
class _Behind:
    """A place behind some line, and what was counted up to it."""

    mark: Mark
    lines: int
    set_aside: int
    line_at: datetime | None


def _place(node: str, behind: _Behind, before: LogPlace | None, now: datetime) -> LogPlace:
    mark = behind.mark
    return LogPlace(
        node=node,
        log=LIVE,
        file=mark.file,
        bytes_read=mark.offset,
        line_bytes=mark.size,
        line_digest=mark.digest,
        line_at=behind.line_at,
        lines=(before.lines if before else 0) + behind.lines,
        set_aside=(before.set_aside if before else 0) + behind.set_aside,
        updated_at=now,
    )


class LogFollower:
    """Follows one queue_log for a bridge.

    Args:
        source: The log.
        node: The Asterisk.
        place: Where the last bridge was; None when there was none.
        since: Without a place, lines older than this are passed over.
        open_visits: Visits the log began to tell of before the place, so that what follows is understood.
    """

    def __init__(
        self,
        source: Log,
        node: str,
        *,
        place: LogPlace | None,
        since: datetime,
        open_visits: Iterable[LoggedVisit] = (),
    ) -> None:
        self.tail = source.tail(place)
        self._source = source
        self._aside_trouble = ""
        self.history = History(linger=None)
        self.history.seed(open_visits)
        self._node = node
        self._since = None if place else since
        self._before = place
        self._held: deque[Told[LedgerLine]] = deque()
        self._last: Told[LedgerLine] | None = None
        self._kept: Mark | None = self.tail.mark
        self._trouble = ""
        self._odd = 0
        self._forgot_until: datetime | None = None

    async def due(self, now: datetime, *, everything: bool, heard: datetime | None = None) -> list[LedgerLine]:
        """The lines whose time has come (`is_due`), in order. An unreadable file is said.

        Before a snapshot it is all there are: the snapshot says who is there no more, the log how that ended. It is
        what was written since the last tick and `LAG`, as without AMI the clock makes lines due; only a bridge that
        was itself held up has more. What AMI says of that time comes behind both (`domain.whose.as_it_began`).
        """
        try:
            fresh = await asyncio.to_thread(self._fresh)
        except OSError as wrong:
            if str(wrong) != self._trouble:  # said once, not every second
                self._trouble = str(wrong)
                log.error("bridge.queue_log_unreadable", reason=str(wrong))
            fresh = []
        else:
            self._trouble = ""
        self._tell_what_is_odd()
        self._held.extend(fresh)
        # what was written before a line whose time has come is due with it, also where the clock was set back between
        come = (n for n in range(len(self._held), 0, -1) if is_due(self._held[n - 1].line.at, now, heard))
        lines: list[LedgerLine] = []
        for _ in range(len(self._held) if everything else next(come, 0)):
            self._last = self._held.popleft()
            self.history.take(self._last.line)
            lines.append(self._last.line)
        return lines

    def _fresh(self) -> list[Told[LedgerLine]]:
        """All that was written since the last look, but for what is too old to matter."""
        fresh: list[Told[LedgerLine]] = []
        while portion := self.tail.read():
            self._keep_odd()
            fresh += [one for one in portion if self._since is None or one.line.at >= self._since]
        self._keep_odd()
        return fresh

    def _keep_odd(self) -> None:
        if not self.tail.odd:
            return
        trouble = self._source.keep_odd(self.tail)
        if trouble and trouble != self._aside_trouble:  # said once; the lines are counted all the same
            log.error("bridge.set_aside_not_kept", reason=trouble)
        self._aside_trouble = trouble

    def settled(self, before: datetime) -> Iterator[LoggedVisit]:
        """Takes out the visits that were over before that moment: nothing more will be said of them."""
        return self.history.over_before(before)

    def place(self, now: datetime) -> LogPlace | None:
        """The place behind the last line given out, as a row; None when it is the one kept already.

        Lines that are no facts wait for nothing: when no fact is held back, the place is behind them.
        """
        behind = self._behind()
        if behind is None or behind.mark == self._kept:
            return None
        self._kept = behind.mark
        return _place(self._node, behind, self._before, now)

    def _behind(self) -> _Behind | None:
        last, tail = self._last, self.tail
        line_at = last.line.at if last else self._before.line_at if self._before else None
        if not self._held and tail.mark is not None and tail.lines:
            return _Behind(tail.mark, tail.lines, sum(tail.set_aside.values()), line_at)
        return _Behind(last.mark, last.lines, last.set_aside, line_at) if last else None

    async def forget(self, before: datetime) -> None:
        """Deletes what was set aside before that, once an hour. What cannot be deleted is said."""
        aside = self._source.aside
        if aside is None or (self._forgot_until is not None and before < self._forgot_until + FORGET_EVERY):
            return
        self._forgot_until = before
        try:
            await asyncio.to_thread(aside.forget, before)
        except OSError as wrong:
            log.error("bridge.set_aside_not_deleted", reason=str(wrong))

    def _tell_what_is_odd(self) -> None:
        if self.tail.losses:
            self.tail.losses = 0
            log.error(
                "bridge.queue_log_place_lost",
                path=str(self.tail.path),
                what="lines may be missing before it",
                set="queue_log_olddir in hotline.yaml, if logrotate moves older pieces elsewhere (olddir)",
            )
        if self.tail.moved_to is not None:
            log.warning("bridge.queue_log_moved", found_in=str(self.tail.moved_to), set="queue_log_olddir")
            self.tail.moved_to = None
        odd = sum(self.tail.set_aside.values())
        if odd > self._odd and self.tail.last_odd is not None:
            # a second one is counted only: each is in the count, and in `hotline ledger verify`
            if not self._odd:
                log.warning("bridge.queue_log_line_set_aside", reason=REASONS[self.tail.last_odd.reason])
            self._odd = odd
