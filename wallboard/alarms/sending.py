"""One sender at work: messages one after the other at its rate, each tried a few times, its trouble said once.

It belongs to one task. What it has still to tell is its outbox, which the watch keeps on disk.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import structlog

from wallboard.alarms.delivering import NotDeliveredError
from wallboard.alarms.messages import message
from wallboard.alarms.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from wallboard.alarms.book import Notice
    from wallboard.alarms.delivering import Way
    from wallboard.alarms.messages import From, Message
    from wallboard.alarms.rules import Rule

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
LOOK_EVERY_S: Final = 1.0
"""How often a minute that is over is noticed."""

log = structlog.get_logger("alarms")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a sender does not deliver."""

    why: str
    since: datetime


class Sending:
    """One sender."""

    def __init__(self, name: str, way: Way, tries: int, at_most: int, clock: Callable[[], datetime]) -> None:
        self.name = name
        self.outbox = Outbox()
        self.trouble: Trouble | None = None
        self.delivered = 0
        self.under_way: tuple[Notice, ...] = ()
        """What is being delivered: kept with the rest, so that a kill loses nothing."""
        self._way = way
        self._tries = tries
        self._at_most = at_most
        self._clock = clock
        self._more = asyncio.Event()

    def put(self, notice: Notice) -> None:
        """One more to tell; never waits."""
        self.outbox = self.outbox.put(notice)
        self._more.set()

    @property
    def unsaid(self) -> Outbox:
        """What would be lost if we were killed now."""
        return replace(self.outbox, waiting=(*self.under_way, *self.outbox.waiting))

    async def run(self, rules: Mapping[str, Rule], of: From, changed: Callable[[], None]) -> None:
        """Deliver until cancelled.

        Args:
            rules: by name, to put notices into words.
            of: whose messages they are.
            changed: called when the outbox, or the trouble, is another one.
        """
        while True:
            box, notices = self.outbox.next(self._at_most, self._clock())
            if not notices:
                self._more.clear()
                try:
                    async with asyncio.timeout(LOOK_EVERY_S if box.waiting else None):
                        await self._more.wait()
                except TimeoutError:
                    pass  # it is the rate that holds what waits: look again
                continue
            told = message(notices, rules, of, self.outbox.dropped - box.dropped)
            self.under_way, self.outbox = notices, box
            await self._deliver(told, changed)
            self.under_way = ()
            changed()

    async def _deliver(self, told: Message, changed: Callable[[], None]) -> None:
        pause = FIRST_PAUSE_S
        for left in range(self._tries - 1, -1, -1):
            try:
                await self._way.deliver(told)
            except NotDeliveredError as failed:
                self._failed(failed, told, changed)
                if not failed.again or not left:
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
            else:
                self.delivered += 1
                if self.trouble is not None:
                    log.info("alarm_sender_delivers_again", sender=self.name)
                    self.trouble = None
                    changed()
                return

    def _failed(self, failed: NotDeliveredError, told: Message, changed: Callable[[], None]) -> None:
        log.debug("alarm_not_delivered", sender=self.name, id=told.id, why=str(failed))
        if self.trouble is None:
            log.error("alarm_sender_failed", sender=self.name, why=str(failed), id=told.id)
            self.trouble = Trouble(str(failed), self._clock())
            changed()
