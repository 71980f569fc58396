"""A cursor while a turn changes it: its parts one by one, and whether anything but the place was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.engine.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.cursor import Frame, Waiting
    from ivr.engine.inputs import CallFacts


class Draft:
    """The parts of a cursor, each as its field of `Cursor`; a new cursor is made once, of all of them."""

    __slots__ = (
        "_began_ms",
        "_below",
        "_facts",
        "_language",
        "_reached",
        "_segment",
        "_since_ms",
        "_steps_taken",
        "_top",
        "_traces",
        "_typed_ahead",
        "_visits",
        "_waited",
        "_waiting",
        "by_place",
        "version",
    )

    def __init__(self, cursor: Cursor) -> None:
        self._take_up(cursor)
        self.by_place = True
        """Whether all that was done came of the step the call is in, its misses, the language and the input alone;
        whatever asks for more (a variable, a key typed ahead, the caller, the time) makes it false."""

    @property
    def cursor(self) -> Cursor:
        """The cursor as it is now. Who looks at it may see anything."""
        self.by_place = False
        return self.made()

    @cursor.setter
    def cursor(self, cursor: Cursor) -> None:
        self.by_place = False
        self._take_up(cursor)

    @property
    def waiting(self) -> Waiting:
        """What the call waits for, or waited for until now."""
        return self._waiting

    def made(self) -> Cursor:
        """The cursor that has been made."""
        return Cursor(
            self.version,
            (*self._below, self._top),
            self._language,
            self._facts,
            self._waiting,
            self._segment,
            self._typed_ahead,
            self._steps_taken,
            self._visits,
            self._waited,
            self._reached,
            self._traces,
            self._began_ms,
            self._since_ms,
        )

    def _take_up(self, cursor: Cursor) -> None:
        self.version = cursor.version
        self._below: tuple[Frame, ...] = cursor.stack[:-1]
        self._top: Frame = cursor.stack[-1]
        self._language = cursor.language
        self._facts: CallFacts = cursor.facts
        self._waiting: Waiting = cursor.waiting
        self._segment = cursor.segment
        self._typed_ahead = cursor.typed_ahead
        self._steps_taken: Mapping[str, int] = cursor.steps_taken
        self._visits: Mapping[str, int] = cursor.visits
        self._waited: Mapping[str, int] = cursor.waited
        self._reached: frozenset[str] = cursor.reached
        self._traces = cursor.traces
        self._began_ms = cursor.began_ms
        self._since_ms = cursor.since_ms
