"""One answer for all who ask: worked out when it is asked for and too old, by one asker while the others wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

FRESH_S: Final = 60.0
"""Quarters of an hour and last week do not change faster than anybody could tell."""
PAUSE_S: Final = 5.0
"""A database that did not answer is left alone for this long, however many ask."""


class Remembered(Generic[T]):
    """The last answer, and when the next one is due. `clock` is monotonic, in seconds; so is how long one is fresh."""

    def __init__(self, clock: Callable[[], float], fresh_s: float = FRESH_S) -> None:
        self._clock = clock
        self._fresh_s = fresh_s
        self._lock = asyncio.Lock()
        self._answer: T | None = None
        self._failure: StoreUnavailable | None = None
        self._due = 0.0

    async def get(self, work_out: Callable[[], Awaitable[T]]) -> T:
        """The answer, at most as old as it may be.

        Raises:
            StoreUnavailable: the database does not answer, or did not within the last `PAUSE_S`.
        """
        async with self._lock:
            if self._clock() >= self._due:
                await self._renew(work_out)
            if self._failure is not None:
                raise StoreUnavailable(str(self._failure))
            if self._answer is None:
                raise AssertionError("neither an answer nor a failure is remembered")
            return self._answer

    async def _renew(self, work_out: Callable[[], Awaitable[T]]) -> None:
        try:
            self._answer, self._failure = await work_out(), None
        except StoreUnavailable as away:
            self._failure = away
        self._due = self._clock() + (self._fresh_s if self._failure is None else PAUSE_S)
