"""What a test has proved of its calls, source by source; the test fails while one is missing (conftest.py)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HEARD = "what was heard"
JOURNEY = "the journey"
VISITS = "the visits"
FEED = "the live feed"
SOURCES = (HEARD, JOURNEY, VISITS, FEED)
"""Where the truth about a call can be read: its sound, its rows of two kinds, and the numbers on the wallboard."""


@dataclass
class Entry:
    """One call, or many that are proved as one."""

    who: str
    asserted: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    """Ids of all calls the live feed showed in a flow while this telephone was at hand."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """The sources nothing was asserted from."""
        return tuple(source for source in SOURCES if source not in self.asserted)


class Book:
    """The calls of one test."""

    def __init__(self) -> None:
        self._entries: dict[object, Entry] = {}

    def begin(self) -> None:
        """A new test."""
        self._entries.clear()

    def open(self, call: object, who: str) -> Entry:
        """Somebody is going to call; `call` is their telephone, or whatever stands for many."""
        self._entries[call] = Entry(who)
        return self._entries[call]

    def entry(self, call: object) -> Entry:
        """What is written of a call."""
        return self._entries[call]

    @contextmanager
    def asserting(self, source: str, *calls: object) -> Iterator[None]:
        """What is done within asserts something from this source; only what holds is written down."""
        yield
        for call in calls:
            self._entries[call].asserted.add(source)

    def lacking(self) -> list[str]:
        """What is left to prove, a line for each call; empty when each is proved from every source."""
        if not self._entries:
            return ["no call was made"]
        return [f"{one.who}: nothing asserted from {', '.join(one.lacking)}" for one in self.entries if one.lacking]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of this test."""
        return tuple(self._entries.values())


BOOK = Book()
"""The running test's; a process runs one at a time."""
