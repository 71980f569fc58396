"""What callers asked to be remembered: read before the first word, but never waited for; written behind.

A calling number is not stored. Its rows are found by a keyed hash, so that a copy of the database tells nobody who
called and chose what.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from ivr.services.key_files import keys_in
from store.rows import Remembered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from ivr.services.journeys import RowSink

_log = structlog.get_logger("ivr.remembered")

DEADLINE_MS: Final = 500
"""Milliseconds a caller may wait for our memory: about the pause before a greeting. Later is nothing remembered."""


def memory_key(path: Path) -> bytes:
    """The key that calling numbers are hashed with; the file is made when it is not there.

    Only one key counts, the last: with another one, everything remembered is forgotten.

    Raises:
        KeyFileError: the file cannot be used.
    """
    return keys_in(path, lambda: secrets.token_hex(32).encode())[-1]


def hashed(key: bytes, caller: str) -> str:
    """A calling number as the keyed hash it is known by."""
    return hmac.new(key, caller.encode(), hashlib.sha256).hexdigest()


class CallerMemory:
    """Remembers the choices of calling numbers.

    Args:
        read: Asks the store what is remembered of a hashed number (`store.queries.remembered`).
        sink: Takes what is to be remembered.
        node: The Asterisk the calls are on.
        key: The key of the hash.
        deadline_ms: How long `recall` may take.
        now: The wall clock.
    """

    def __init__(
        self,
        read: Callable[[str], Awaitable[Mapping[str, str]]],
        sink: RowSink,
        node: str,
        key: bytes,
        *,
        deadline_ms: int = DEADLINE_MS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._read = read
        self._sink = sink
        self._node = node
        self._key = key
        self._deadline_s = deadline_ms / 1000
        self._now = now
        self._late: set[asyncio.Task[Mapping[str, str]]] = set()

    async def recall(self, caller: str) -> Mapping[str, str]:
        """Menu (`flow.step`) to key; empty for a withheld number, and when the store is late or away."""
        if not caller:
            return {}
        asking = asyncio.create_task(self._asked(self._hashed(caller)), name="recall")
        # A task of its own, as a database driver may take its time even to be cancelled.
        self._late.add(asking)
        asking.add_done_callback(self._late.discard)
        try:
            await asyncio.wait({asking}, timeout=self._deadline_s)
        finally:
            asking.cancel()  # does nothing to a task that is done
        if not asking.done():
            _log.warning("not recalled in time", deadline_ms=round(self._deadline_s * 1000))
            return {}
        return asking.result()

    def remember(self, caller: str, step: str, key: str) -> None:
        """Keep that at menu `step` (`flow.step`) this number chose `key`; nothing is kept of a withheld number."""
        if caller:
            row = Remembered(
                caller_key=self._hashed(caller), step=step, node=self._node, key=key, updated_at=self._now()
            )
            self._sink.put(row)

    async def _asked(self, caller_key: str) -> Mapping[str, str]:
        try:
            return await self._read(caller_key)
        except Exception as failure:  # noqa: BLE001  - without a memory the caller is asked again, and no more
            _log.warning("not recalled", error=type(failure).__name__)
            return {}

    def _hashed(self, caller: str) -> str:
        return hashed(self._key, caller)
