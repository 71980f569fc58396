"""The lookups of a hotline: asked within the flow's deadline, bounded, and never answered by a stale or guessed figure.

A caller waits here, so the deadline is exact: the question is a task of its own, and when its time is up (or the caller
hangs up) the one who asked goes on at once, while the task is cancelled and cleans up behind. No value of a question or
an answer is ever logged.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

import structlog

from ivr.engine.inputs import Found, LookupFailed, LookupLate
from ivr.services import breaker
from ivr.services.answers import NoAnswer, refuse_stale
from ivr.services.breaker import Circuit, Limits, Permit
from ivr.services.http import Service
from ivr.services.kept import Answer, Kept
from ivr.services.sources import HttpLookup, HttpSource, SqlLookup
from ivr.services.sql import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ivr.engine.effects import LookUp
    from ivr.services.sources import Lookup, Source

_log = structlog.get_logger("ivr.lookup")

CLOSING_S: Final = 2.0
"""How long `close` waits for questions nobody waits for any more."""


class _Opened:
    """One source in use: its connection, its turnstile, its circuit."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.connection = Service(source) if isinstance(source, HttpSource) else Database(source)
        self.turnstile = asyncio.Semaphore(source.most_at_once)
        self.circuit = Circuit()
        self._limits = limits

    def admit(self) -> Permit | None:
        self.circuit, permit = breaker.admit(self.circuit, self._limits, time.monotonic())
        return permit

    def fail(self, permit: Permit) -> None:
        self.circuit = breaker.fail(self.circuit, permit, self._limits, time.monotonic())

    def succeed(self, permit: Permit) -> None:
        self.circuit = breaker.succeed(self.circuit, permit)

    def withdraw(self, permit: Permit) -> None:
        self.circuit = breaker.withdraw(self.circuit, permit)


class DataSources:
    """Everything a hotline may look up. Use it as `async with`, from one event loop.

    Args:
        sources: Where data lies.
        lookups: The questions that may be asked.
        limits: When a failing source is left in peace.
        now: The wall clock that ages are counted by.

    Raises:
        BadSourceError: a source's address cannot be used.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        lookups: Iterable[Lookup],
        *,
        limits: Limits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._sources = {source.name: _Opened(source, limits or Limits()) for source in sources}
        self._lookups = {lookup.name: lookup for lookup in lookups}
        self._kept = Kept()
        self._now = now
        self._asking: set[asyncio.Task[Mapping[str, object] | None]] = set()

    async def look_up(self, effect: LookUp) -> Found | LookupLate | LookupFailed:
        """Ask, within the deadline of `effect`. Never raises for anything a source does; may be cancelled."""
        started = time.monotonic()
        answer = await self._answer(effect)
        _log.debug(
            "looked up",
            lookup=effect.lookup,
            outcome=type(answer).__name__,
            reason=answer.reason if isinstance(answer, LookupFailed) else None,
            took_ms=round((time.monotonic() - started) * 1000),
        )
        return answer

    async def close(self) -> None:
        """Stop asking and close every connection."""
        for task in self._asking:
            task.cancel()
        if self._asking:
            await asyncio.wait(self._asking, timeout=CLOSING_S)
        for opened in self._sources.values():
            await opened.connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _answer(self, effect: LookUp) -> Found | LookupLate | LookupFailed:
        lookup = self._lookups.get(effect.lookup)
        opened = self._sources.get(lookup.source) if lookup else None
        if lookup is None or opened is None:
            return LookupFailed("unknown")
        key = self._kept.key(lookup.name, effect.args)
        max_age = timedelta(milliseconds=effect.max_age_ms)
        if (row := self._kept.find(key, max_age, self._now())) is not None:
            return Found(row)
        permit = opened.admit()
        if permit is None:
            return LookupFailed("circuit_open")
        try:
            row = await self._within(effect.timeout_ms, self._ask(opened, lookup, effect.args))
        except TimeoutError:
            opened.fail(permit)
            return LookupLate()
        except NoAnswer as failure:
            _log.info("no answer", lookup=lookup.name, reason=failure.reason, place=failure.place)
            (opened.fail if failure.is_source_down else opened.succeed)(permit)
            return LookupFailed(failure.reason)
        except asyncio.CancelledError:
            opened.withdraw(permit)
            raise
        except Exception as failure:  # noqa: BLE001  - a driver may raise anything; the caller goes on all the same
            _log.error("lookup broke", lookup=lookup.name, error=type(failure).__name__)
            opened.fail(permit)
            return LookupFailed("failing")
        opened.succeed(permit)
        return self._judged(lookup, key, row, max_age)

    def _judged(
        self, lookup: Lookup, key: bytes, row: Mapping[str, object] | None, max_age: timedelta
    ) -> Found | LookupFailed:
        """The row, if it is young enough; kept for the next who asks."""
        if row is None:
            return Found(None)
        now = self._now()
        try:
            refuse_stale(lookup, row, max_age, now)
        except NoAnswer as failure:
            _log.info("no answer", lookup=lookup.name, reason=failure.reason, place=failure.place)
            return LookupFailed(failure.reason)
        as_of = row.get(lookup.as_of) if lookup.as_of is not None else None
        if max_age:
            self._kept.keep(key, Answer(row, as_of if isinstance(as_of, datetime) else now))
        return Found(row)

    async def _within(
        self, timeout_ms: int, question: asyncio.Task[Mapping[str, object] | None]
    ) -> Mapping[str, object] | None:
        """What the task returns or raises; TimeoutError at the deadline, whatever a driver does to be cancelled."""
        try:
            done, _ = await asyncio.wait({question}, timeout=timeout_ms / 1000)
        finally:
            question.cancel()  # does nothing to a task that is done
        if not done:
            raise TimeoutError
        return question.result()

    def _ask(
        self, opened: _Opened, lookup: Lookup, args: Mapping[str, object]
    ) -> asyncio.Task[Mapping[str, object] | None]:
        task = asyncio.create_task(_ask(opened, lookup, args), name=f"lookup {lookup.name}")
        self._asking.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Mapping[str, object] | None]) -> None:
        self._asking.discard(task)
        if not task.cancelled():
            task.exception()  # heard, also when nobody waits for it any more


async def _ask(opened: _Opened, lookup: Lookup, args: Mapping[str, object]) -> Mapping[str, object] | None:
    async with opened.turnstile:
        match opened.connection, lookup:
            case Database() as database, SqlLookup():
                return await database.ask(lookup, args)
            case Service() as service, HttpLookup():
                return await service.ask(lookup, args)
        raise NoAnswer("unknown", f"{lookup.name} does not fit its source")
