"""Ends the journeys that their own service does not: it was killed, or stood still, with a caller in a menu.

The bridge surely knows when a caller's channel is gone: Asterisk says so (Hangup), or, after a time in which nobody
listened, does not list it any more. The service is given a moment to tell the end itself; what it says later still
wins (`store.endings`).
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.domain import events as ev
from store.endings import JourneyEnd, end_journeys, open_journeys
from store.rows import journey_id

if TYPE_CHECKING:
    from datetime import datetime

    from store.engine import Store

GRACE: Final = timedelta(seconds=2)
"""How long the service may take to write the end of a journey; 50 ms are usual."""
LOOK_BACK: Final = timedelta(days=31)
"""Journeys that began before are left as they are: looking for them would mean reading the whole history."""
MOST: Final = 10_000
"""Ends that wait, while the database is away; what is beyond is found by the next snapshot."""
ASK_AGAIN: Final = timedelta(minutes=1)
REMEMBERED: Final = timedelta(hours=1)
"""How long an end is held: rows of a killed service, drained late, may open the journey again."""
RESCUE_CONTEXTS: Final = ("hotline-rescue", "hotline-bye")
"""Where the generated dialplan leads callers without the service (`dialplan.extensions`)."""

log = structlog.get_logger("bridge.journeys")


class Endings:
    """What is to be said of journeys, until it is.

    Args:
        store: Where journeys are; None has nothing ended.
        node: The Asterisk the calls are on.
    """

    def __init__(self, store: Store | None, node: str) -> None:
        self._store = store
        self._node = node
        self._gone: deque[JourneyEnd] = deque(maxlen=MOST)
        self._snapshot: ev.SnapshotTaken | None = None
        self._trouble = ""
        self._told: dict[str, JourneyEnd] = {}
        self._asked_again: datetime | None = None

    def hear(self, event: ev.Event) -> None:
        """Note which channels are gone."""
        match event:
            case ev.HungUp(channel_id=channel_id, at=at, place=place) if event.tags.number:
                rescued = place.partition(",")[0] in RESCUE_CONTEXTS
                known = journey_id(self._node, channel_id)
                self._gone.append(JourneyEnd(id=known, at=at, outcome="rescued" if rescued else "lost"))
            case ev.SnapshotTaken():
                self._snapshot = event
            case _:
                pass

    async def write(self, now: datetime) -> None:
        """End what the service has had its moment for; what cannot be written now is tried the next time."""
        if self._store is None:
            return
        try:
            await self._compare(self._store, now)
            due = [end for end in self._gone if end.at <= now - GRACE]
            told = await end_journeys(self._store, [*due, *self._once_more(now)])
        except Exception as error:  # noqa: BLE001 - drivers raise anything, and the bridge has more to do than this
            self._say(type(error).__name__)
            return
        self._say("")
        done = set(due)
        self._gone = deque((end for end in self._gone if end not in done), MOST)
        self._told |= {end.id: end for end in told[-MOST:]}
        for end in told:
            log.warning("journey_ended_for_its_service", journey=end.id, outcome=end.outcome)

    def _once_more(self, now: datetime) -> list[JourneyEnd]:
        """The ends told of late, now and then: of a journey that ended in a queue and went on, late rows tell both.

        The second of them says that it goes on, and nothing in it says of when that was. A row alone that says so opens
        nothing in the first place (`store.upserts`).
        """
        if self._asked_again is not None and now - self._asked_again < ASK_AGAIN:
            return []
        self._asked_again = now
        self._told = {known: end for known, end in self._told.items() if end.at > now - REMEMBERED}
        return list(self._told.values())

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:  # once, not every second
            log.warning("journeys_not_ended", error=trouble)
        self._trouble = trouble

    async def _compare(self, store: Store, now: datetime) -> None:
        """Journeys that go on in the store, and have no channel in the last snapshot, are over."""
        shot = self._snapshot
        if shot is None or shot.at > now - GRACE:
            return
        there = {channel.channel_id for channel in shot.channels}
        found = await open_journeys(store, self._node, shot.at - LOOK_BACK, shot.at - GRACE)
        lost = [one for one in found if one.channel_id not in there]
        known = {end.id for end in self._gone}
        self._gone.extend(JourneyEnd(id=one.id, at=shot.at, outcome="lost") for one in lost if one.id not in known)
        self._snapshot = None
