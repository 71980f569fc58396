"""What one sender still has to tell, at a bounded rate. Pure; `now` is an argument.

A notice goes out at once while the sender has had fewer than `at_most` messages within a minute. Beyond that notices
wait, and are told together, in one message, when the oldest of that minute is a minute old: a storm of causes is one
digest, and nothing of it is lost but what is older than the last `MOST_WAITING`, which is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from wallboard.alarms.book import Notice  # noqa: TC001 - pydantic reads the annotations at run time

WINDOW: Final = timedelta(minutes=1)
MOST_WAITING: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """One sender's."""

    waiting: tuple[Notice, ...] = ()
    sent: tuple[datetime, ...] = ()
    """When the messages of the last minute went out."""
    dropped: int = 0
    """Notices given up because too many waited, since the last message."""

    def put(self, notice: Notice) -> Outbox:
        """One more to tell."""
        waiting = (*self.waiting, notice)
        return replace(
            self, waiting=waiting[-MOST_WAITING:], dropped=self.dropped + max(0, len(waiting) - MOST_WAITING)
        )

    def next(self, at_most: int, now: datetime) -> tuple[Outbox, tuple[Notice, ...]]:
        """What goes out now as one message: nothing, one notice, or all that waited for the rate."""
        sent = tuple(at for at in self.sent if timedelta(0) <= now - at < WINDOW)
        if not self.waiting or len(sent) >= at_most:
            return replace(self, sent=sent), ()
        # the last message of a minute takes along whatever waits: the next may have to wait itself
        together = len(sent) == at_most - 1 or len(self.waiting) > at_most
        out = self.waiting if together else self.waiting[:1]
        rest = () if together else self.waiting[1:]
        return replace(self, waiting=rest, sent=(*sent, now), dropped=0 if together else self.dropped), out
