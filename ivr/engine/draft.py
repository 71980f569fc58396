"""A cursor while a turn changes it: its parts one by one, and whether anything but the place was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ivr.engine.cursor import Cursor, Frame
from ivr.engine.standing import Kept, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.cursor import Waiting
    from ivr.engine.inputs import CallFacts


class Draft:
    """The parts of a cursor, each as its field of `Cursor`; a new cursor is made once, of all of them."""

    __slots__ = (
        "_began_ms",
        "_began_with",
        "_below",
        "_counts",
        "_facts",
        "_known",
        "_language",
        "_reached",
        "_segment",
        "_since_s",
        "_top",
        "_traces",
        "_typed_ahead",
        "_waited",
        "_waiting",
        "by_place",
        "version",
    )

    def __init__(self, cursor: Cursor, known: Mapping[object, Any]) -> None:
        """``known`` are the standings that the flows remember turns of: a cursor that stands at one shares it."""
        self._known: Mapping[object, Standing] = known
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
        return Cursor(self._kept(), self._standing(), self._counts, self._traces, self._since_s)

    def _kept(self) -> Kept:
        """What the turn began with, where none of it was changed."""
        top, kept = self._top, self._began_with
        if (
            kept.variables is top.variables
            and kept.sensitive is top.sensitive
            and kept.below is self._below
            and kept.facts is self._facts
            and kept.waited is self._waited
            and kept.reached is self._reached
            and kept.segment == self._segment
            and kept.began_ms == self._began_ms
            and kept.version == self.version
        ):
            return kept
        return Kept(
            self.version,
            self._facts,
            self._below,
            top.variables,
            top.sensitive,
            self._segment,
            self._waited,
            self._reached,
            self._began_ms,
        )

    def _standing(self) -> Standing:
        top = self._top
        place = (top.flow, top.step, self._language, self._waiting, top.silent, top.wrong)
        if self._typed_ahead or top.answers:
            return Standing(*place, top.answers, self._typed_ahead)
        return self._known.get(place) or Standing(*place)

    def _take_up(self, cursor: Cursor) -> None:
        at = cursor.at
        self._began_with = kept = cursor.kept
        self.version = kept.version
        self._below: tuple[Frame, ...] = kept.below
        self._top = Frame(at.flow, at.step, kept.variables, kept.sensitive, at.silent, at.wrong, at.answers)
        self._language = at.language
        self._facts: CallFacts = kept.facts
        self._waiting: Waiting = at.waiting
        self._segment = kept.segment
        self._typed_ahead = at.typed_ahead
        self._counts: dict[str, int] = cursor.counts
        self._waited: Mapping[str, int] = kept.waited
        self._reached: frozenset[str] = kept.reached
        self._traces = cursor.traces
        self._began_ms = kept.began_ms
        self._since_s = cursor.since_s
