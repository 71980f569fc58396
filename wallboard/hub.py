"""The viewers of one wallboard: each message is encoded once an audience and handed to every viewer's outlet.

Where an outlet takes nothing at the moment, messages wait in the viewer's own small queue.

A viewer that does not keep up is not waited for: when its queue is full it is emptied and the viewer is told to start
anew from a whole snapshot, which is less to read than what it missed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from wallboard import payloads
from wallboard.alarms_told import theirs_of
from wallboard.audience import EVERYBODY, Audience
from wallboard.fragments import Fragments
from wallboard.frames import Message
from wallboard.tiles import Tiles
from wallboard.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from ami_bridge.messages import Delta, QueueView, Snapshot, Tick
    from wallboard.boards import Board
    from wallboard.settings import WallboardSettings
    from wallboard.tiles import Told

    Outlet = Callable[[Message], bool]
    """Takes a message for one viewer; False when it can take none just now."""

MOST_UNREAD: Final = 64
"""Messages a viewer may be behind: half a minute of a busy floor."""
MOST_VIEWERS: Final = 2000
QUIET: Final = timedelta(milliseconds=1500)
"""A browser takes four quiet seconds for a dead line."""
SAME_MOMENT: Final = timedelta(milliseconds=100)
"""All who come within this, with no change between, are given one and the same snapshot: after a restart all come at
once. A browser sets its clock by a snapshot, but no nearer than a line's delay."""


class FullHouseError(Exception):
    """There are as many viewers as we serve."""


class Viewer:
    """One browser: its outlet, and the messages that did not go through it yet."""

    def __init__(self, audience: Audience = EVERYBODY) -> None:
        self.audience = audience
        self._unread: deque[Message] = deque()
        self._waits = asyncio.Event()
        self._outlet: Outlet | None = None
        self.missed = 0
        """How often it was too slow and had to start anew."""

    def open(self, outlet: Outlet) -> None:
        """The socket is there: what waits goes out, and what comes from now on goes straight."""
        self._outlet = outlet
        self.flush()

    def give(self, message: Message) -> bool:
        """Hand on a message, or keep it behind those that wait; False when there is no room for it."""
        if not self._unread and self._outlet is not None and self._outlet(message):
            return True
        if len(self._unread) >= MOST_UNREAD:
            return False
        self._unread.append(message)
        self._waits.set()
        return True

    @property
    def unread(self) -> int:
        """How many messages wait for it."""
        return len(self._unread)

    def start_anew(self, snapshot: Message) -> None:
        """Forget what was not read, and begin with a snapshot."""
        self._unread.clear()
        self.give(snapshot)

    async def behind(self) -> None:
        """Wait until messages wait for it."""
        await self._waits.wait()

    def flush(self) -> bool:
        """Hand on what waits, in order, as long as the outlet takes it; whether it took all."""
        while self._unread and self._outlet is not None and self._outlet(self._unread[0]):
            self._unread.popleft()
        if not self._unread:
            self._waits.clear()
        return not self._unread


class _Made:
    """What is made once for all viewers of one audience."""

    def __init__(self, settings: WallboardSettings, audience: Audience) -> None:
        self.texts = Fragments(settings, audience)
        self._audience = audience
        self._summed: tuple[tuple[QueueView, ...], payloads.Json] | None = None
        self.greeting: tuple[int, datetime, Message] | None = None

    def overall(self, snapshot: Snapshot | None) -> payloads.Json | None:
        """All their queues as one: added up when one of them has changed, not for each who comes."""
        if snapshot is None:
            return None
        if self._summed is None or self._summed[0] is not snapshot.queues:
            self._summed = (snapshot.queues, payloads.overall(self._audience.of_queues(snapshot.queues)))
        return self._summed[1]


class Hub:
    """Keeps the watch and tells the viewers. One event loop, no locks: nothing here awaits."""

    def __init__(self, settings: WallboardSettings) -> None:
        self._settings = settings
        self._viewers: set[Viewer] = set()
        self._watch = Watch()
        self._made = {EVERYBODY: _Made(settings, EVERYBODY)}
        self._tiles = Tiles(settings.boards)
        self._digests = {name: payloads.digest(each) for name, each in settings.boards.items()}
        self._alarms: payloads.Json = {"firing": [], "over": [], "senders": [], "watched": []}
        self._run = secrets.token_hex(4)
        self._seq = 0
        self._told_at: datetime | None = None

    @property
    def watch(self) -> Watch:
        """What is known of the bridge."""
        return self._watch

    @property
    def viewers(self) -> int:
        """How many are looking."""
        return len(self._viewers)

    @property
    def boards(self) -> Mapping[str, Board]:
        """The boards there are."""
        return self._tiles.boards

    @property
    def levels(self) -> Told:
        """What the tiles of all boards are worth, with their levels."""
        return self._tiles.all

    @property
    def alarms(self) -> payloads.Json:
        """The alarms as they were told last (`wallboard.alarms.shown`)."""
        return self._alarms

    def tell_alarms(self, alarms: payloads.Json, now: datetime) -> None:
        """Other alarms from now on; every screen is told."""
        self._alarms = alarms
        self._seq += 1
        pulse, tiles = payloads.pulse(self._watch.standing(now), self._seq, now), self._look(now)

        def told(audience: Audience) -> bytes:
            theirs = {**pulse, "alarms": theirs_of(alarms, audience)}
            return payloads.encoded(payloads.with_tiles(theirs, self._theirs(tiles, audience)))

        self._tell(told, now)

    def show(self, boards: Mapping[str, Board], now: datetime) -> None:
        """Other boards from now on; every screen is told."""
        self._tiles.replace(boards)
        self._digests = {name: payloads.digest(each) for name, each in boards.items()}
        self._look(now)
        self._everybody_anew(now)

    def join(self, now: datetime, audience: Audience = EVERYBODY) -> Viewer:
        """A new viewer; its first message is a whole snapshot of what is its audience's.

        Raises:
            FullHouseError: there are `MOST_VIEWERS` already.
        """
        if len(self._viewers) >= MOST_VIEWERS:
            raise FullHouseError
        viewer = Viewer(audience)
        viewer.start_anew(self._hello(now, audience))
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """A viewer is gone."""
        self._viewers.discard(viewer)
        there = {each.audience for each in self._viewers} | {EVERYBODY}
        self._made = {audience: made for audience, made in self._made.items() if audience in there}

    def hear(self, message: Snapshot | Delta | Tick, now: datetime) -> None:
        """The bridge said something.

        Raises:
            SequenceGap: it does not follow what we have; connect again.
        """
        self._watch = self._watch.hear(message, now)
        match message.type:
            case "snapshot":
                self._look(now)
                self._everybody_anew(now)
            case "delta":
                self._tell_change(message, now)
            case "tick":
                self.pulse(now)

    def lose(self, now: datetime) -> None:
        """The bridge is gone: every board must show it."""
        self._watch = self._watch.lose()
        self.pulse(now)

    def pulse(self, now: datetime) -> None:
        """Tell how things stand, though nothing else changed."""
        self._seq += 1
        told, tiles = payloads.pulse(self._watch.standing(now), self._seq, now), self._look(now)
        self._tell(lambda audience: payloads.encoded(payloads.with_tiles(told, self._theirs(tiles, audience))), now)

    def pulse_if_quiet(self, now: datetime) -> None:
        """Tell how things stand unless something was just told: a silent bridge must not silence the board."""
        if self._told_at is None or now - self._told_at >= QUIET:
            self.pulse(now)

    def _tell_change(self, delta: Delta, now: datetime) -> None:
        self._seq += 1
        tiles = self._look(now)

        def told(audience: Audience) -> bytes:
            made = self._made_for(audience)
            theirs = made.texts.theirs(delta)
            head = payloads.change(theirs, self._watch, made.overall(self._watch.snapshot), self._seq, now)
            return made.texts.change(payloads.with_tiles(head, self._theirs(tiles, audience)), theirs)

        self._tell(told, now)

    def _made_for(self, audience: Audience) -> _Made:
        made = self._made.get(audience)
        if made is None:
            made = self._made[audience] = _Made(self._settings, audience)
        return made

    def _theirs(self, tiles: Told, audience: Audience) -> Told:
        """The tiles of the boards an audience may see."""
        return {name: told for name, told in tiles.items() if audience.sees_board(self.boards[name])}

    def _look(self, now: datetime) -> Told:
        """What has changed on the boards. Old numbers raise nothing and end nothing: a level stands until we see."""
        snapshot = self._watch.snapshot
        if snapshot is None or self._watch.standing(now).truth not in {"live", "catching_up"}:
            self._tiles.look_away()
            return {}
        return self._tiles.look(snapshot, now)

    def _tell(self, text: Callable[[Audience], bytes], now: datetime) -> None:
        self._told_at = now
        made: dict[Audience, Message] = {}
        behind = []
        for viewer in self._viewers:
            message = made.get(viewer.audience)
            if message is None:
                message = made[viewer.audience] = Message(text(viewer.audience))
            if not viewer.give(message):
                behind.append(viewer)
        for viewer in behind:
            viewer.missed += 1
        self._anew(behind, now)

    def _everybody_anew(self, now: datetime) -> None:
        self._seq += 1
        self._anew(self._viewers, now)

    def _anew(self, viewers: Iterable[Viewer], now: datetime) -> None:
        """A whole snapshot in the place of what was not read."""
        for viewer in viewers:
            viewer.start_anew(self._hello(now, viewer.audience))

    def _hello(self, now: datetime, audience: Audience) -> Message:
        made = self._made_for(audience)
        if made.greeting is not None:
            seq, made_at, greeting = made.greeting
            if seq == self._seq and timedelta(0) <= now - made_at <= SAME_MOMENT:
                return greeting
        snapshot = self._watch.snapshot
        head = payloads.hello(self._watch, self._settings, made.overall(snapshot), self._seq, now)
        theirs = {name: each for name, each in sorted(self.boards.items()) if audience.sees_board(each)}
        boards = {
            "boards": {name: self._digests[name] for name in theirs},
            "board_titles": {name: each.title for name, each in theirs.items()},
            "tiles": self._theirs(self._tiles.all, audience),
            "run": self._run,
            "alarms": theirs_of(self._alarms, audience),
        }
        greeting = Message(made.texts.hello({**head, **boards}, snapshot))
        made.greeting = (self._seq, now, greeting)
        return greeting
