"""What the link heard and nobody took yet: one ordered, bounded queue of undecoded messages.

Asterisk drops a client that stops reading (``writetimeout``, manager.c:958), so we always read; what the consumer
cannot take at once waits here as raw bytes. When even that is full, what a fresh snapshot tells anew is given up first,
and ``Overflowed`` asks for one; no visit is lost by that. Only when the rest alone is too much all of it goes: a hole
in the middle cannot be mended by later events, but by the snapshot and queue_log. ``HoleBegins`` stands where the first
message was that went.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from ami_bridge.protocol.headers import read
from ami_bridge.protocol.replies import stamped
from ami_bridge.protocol.wire import event_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Connected and logged in; everything before may be stale, take a snapshot now."""

    version: str
    """AMI protocol version of the greeting."""


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The connection is gone; nothing is known from here on."""

    reason: str
    heard_until: datetime | None = None
    """The last moment it surely was there, where its end was noticed late; None where it was noticed at once."""


@dataclass(frozen=True, slots=True)
class HoleBegins:
    """Messages that stood here were thrown away; ``Overflowed``, or a new connection's snapshot, comes behind."""


@dataclass(frozen=True, slots=True)
class Overflowed:
    """Messages were thrown away because nobody took them; take a snapshot."""

    dropped: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something of our own that must come in order with the rest: time passed, a line of queue_log."""

    event: object


@dataclass(frozen=True, slots=True)
class HeardUntil:
    """A ping was answered: what happened before stands before this, or is a moment late (`following.LAG`)."""

    at: datetime
    """The answer's time, by the switch's clock where it says it."""


TOLD_ANEW: Final = frozenset(
    {b"QueueMemberStatus", b"QueueMemberPenalty", b"QueueMemberRinginuse", b"ContactStatus", b"MusicOnHoldStop"}
)
"""Events that say how something is, not what happened to a caller: a snapshot says it again."""

Item: TypeAlias = LinkUp | LinkLost | HoleBegins | Overflowed | HeardUntil | Notice | bytes


class Backlog:
    """The queue between the socket and the task that owns the state."""

    def __init__(self, *, max_messages: int, max_bytes: int) -> None:
        self.max_messages = max_messages
        self.max_bytes = max_bytes
        self.dropped = 0
        """Messages thrown away since the start."""
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Adds one item; never blocks, never raises."""
        if isinstance(item, bytes):
            if len(self._items) >= self.max_messages or self._bytes + len(item) > self.max_bytes:
                self._overflow(item)
                return
            self._bytes += len(item)
        self._items.append(item)
        self._ready.set()

    def _overflow(self, latest: bytes) -> None:
        """Makes room, and asks for a snapshot behind what stays."""
        items = [*self._items, latest]
        kept = _without(items, lambda message: event_name(message) in TOLD_ANEW)
        size = sum(len(item) for item in kept if isinstance(item, bytes))
        if len(kept) > self.max_messages // 2 or size > self.max_bytes // 2:
            kept, size = _without(items, lambda _: True), 0
        lost = _messages(items) - _messages(kept)
        self.dropped += lost
        lost += sum(item.dropped for item in kept if isinstance(item, Overflowed))
        self._items = deque([*(item for item in kept if not isinstance(item, Overflowed)), Overflowed(lost)])
        self._bytes = size
        self._ready.set()

    async def take(self) -> Item:
        """The oldest item, waiting for one if there is none."""
        while not self._items:
            self._ready.clear()
            await self._ready.wait()
        return self.take_nowait()

    def take_while(self, wanted: Callable[[Item], bool]) -> Iterator[Item]:
        """The oldest items, one by one, up to the first that is not wanted."""
        while self._items and wanted(self._items[0]):
            yield self.take_nowait()

    def take_nowait(self) -> Item:
        """The oldest item.

        Raises:
            IndexError: there is none.
        """
        item = self._items.popleft()
        if isinstance(item, bytes):
            self._bytes -= len(item)
        return item


def _without(items: Iterable[Item], gone: Callable[[bytes], bool]) -> list[Item]:
    """What stays, with a mark where the first message went: before it everything was heard.

    A new connection's snapshot ends a hole, and what is missing behind it begins another one.
    """
    kept: list[Item] = []
    in_hole = False
    for item in items:
        begins = isinstance(item, HoleBegins) or (isinstance(item, bytes) and gone(item))
        if begins:
            if not in_hole:
                kept.append(HoleBegins())
            in_hole = True
            continue
        in_hole = in_hole and not isinstance(item, LinkUp)
        kept.append(item)
    return kept


def is_before(item: Item, at: datetime) -> bool:
    """Whether an item tells of a time before a snapshot, by the switch's clock.

    What ends a connection, or asks for a snapshot of its own, stands behind it.
    """
    match item:
        case bytes():
            told = stamped(read(item).text("Timestamp"))
            return told is None or told <= at
        case HeardUntil():
            return item.at <= at
        case _:
            return isinstance(item, Notice)


def _messages(items: Iterable[Item]) -> int:
    return sum(isinstance(item, bytes) for item in items)
