"""The viewers of one wallboard: each message is encoded once and put into every viewer's own small queue.

A viewer that does not keep up is not waited for: when its queue is full it is emptied and the viewer is told to start
anew from a whole snapshot, which is less to read than what it missed.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from wallboard import payloads
from wallboard.fragments import Fragments
from wallboard.tiles import Tiles
from wallboard.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ami_bridge.messages import Delta, Snapshot, Tick
    from wallboard.boards import Board
    from wallboard.settings import WallboardSettings
    from wallboard.tiles import Told

MOST_UNREAD: Final = 64
"""Messages a viewer may be behind: half a minute of a busy floor."""
MOST_VIEWERS: Final = 2000
QUIET: Final = timedelta(milliseconds=1500)
"""A browser takes four quiet seconds for a dead line."""


class FullHouseError(Exception):
    """There are as many viewers as we serve."""


class Viewer:
    """One browser's queue of messages."""

    def __init__(self) -> None:
        self._unread: asyncio.Queue[bytes] = asyncio.Queue(MOST_UNREAD)
        self.missed = 0
        """How often it was too slow and had to start anew."""

    def give(self, message: bytes) -> bool:
        """Put a message; False when there is no room for it."""
        try:
            self._unread.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True

    @property
    def unread(self) -> int:
        """How many messages wait for it."""
        return self._unread.qsize()

    def start_anew(self, snapshot: bytes) -> None:
        """Forget what was not read, and begin with a snapshot."""
        while not self._unread.empty():
            self._unread.get_nowait()
        self._unread.put_nowait(snapshot)

    async def next(self) -> bytes:
        """The next message, in order."""
        return await self._unread.get()


class Hub:
    """Keeps the watch and tells the viewers. One event loop, no locks: nothing here awaits."""

    def __init__(self, settings: WallboardSettings) -> None:
        self._settings = settings
        self._viewers: set[Viewer] = set()
        self._watch = Watch()
        self._fragments = Fragments(settings)
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
        told = {**payloads.pulse(self._watch.standing(now), self._seq, now), "alarms": alarms}
        self._tell(payloads.text(payloads.with_tiles(told, self._look(now))).encode(), now)

    def show(self, boards: Mapping[str, Board], now: datetime) -> None:
        """Other boards from now on; every screen is told."""
        self._tiles.replace(boards)
        self._digests = {name: payloads.digest(each) for name, each in boards.items()}
        self._look(now)
        self._everybody_anew(now)

    def join(self, now: datetime) -> Viewer:
        """A new viewer; its first message is a whole snapshot.

        Raises:
            FullHouseError: there are `MOST_VIEWERS` already.
        """
        if len(self._viewers) >= MOST_VIEWERS:
            raise FullHouseError
        viewer = Viewer()
        viewer.start_anew(self._hello(now))
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """A viewer is gone."""
        self._viewers.discard(viewer)

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
        told = payloads.pulse(self._watch.standing(now), self._seq, now)
        self._tell(payloads.text(payloads.with_tiles(told, self._look(now))).encode(), now)

    def pulse_if_quiet(self, now: datetime) -> None:
        """Tell how things stand unless something was just told: a silent bridge must not silence the board."""
        if self._told_at is None or now - self._told_at >= QUIET:
            self.pulse(now)

    def _tell_change(self, delta: Delta, now: datetime) -> None:
        self._seq += 1
        told = payloads.change(delta, self._watch, self._seq, now)
        self._tell(self._fragments.change(payloads.with_tiles(told, self._look(now)), delta), now)

    def _look(self, now: datetime) -> Told:
        """What has changed on the boards. Old numbers raise nothing and end nothing: a level stands until we see."""
        snapshot = self._watch.snapshot
        if snapshot is None or self._watch.standing(now).truth not in {"live", "catching_up"}:
            self._tiles.look_away()
            return {}
        return self._tiles.look(snapshot, now)

    def _tell(self, message: bytes, now: datetime) -> None:
        self._told_at = now
        behind = [viewer for viewer in self._viewers if not viewer.give(message)]
        if behind:
            snapshot = self._hello(now)
            for viewer in behind:
                viewer.missed += 1
                viewer.start_anew(snapshot)

    def _everybody_anew(self, now: datetime) -> None:
        self._seq += 1
        snapshot = self._hello(now)
        for viewer in self._viewers:
            viewer.start_anew(snapshot)

    def _hello(self, now: datetime) -> bytes:
        head = payloads.hello(self._watch, self._settings, self._seq, now)
        titles = {name: each.title for name, each in sorted(self._tiles.boards.items())}
        boards = {
            "boards": self._digests,
            "board_titles": titles,
            "tiles": self._tiles.all,
            "run": self._run,
            "alarms": self._alarms,
        }
        return self._fragments.hello({**head, **boards}, self._watch.snapshot)
