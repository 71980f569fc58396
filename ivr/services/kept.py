"""Answers kept for a while: bounded, and never handed out older than the one who asks allows. Pure."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

MOST: Final = 10_000
"""Answers kept per process: a busy hour's callers, some ten megabytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A row and the moment its age counts from: its own `as_of`, or when it was fetched."""

    row: Mapping[str, object]
    true_at: datetime


class Kept:
    """The answers of one process, the least recently used forgotten first.

    What was asked is kept as a keyed hash only: an argument may be a caller's PIN.
    """

    def __init__(self, most: int = MOST) -> None:
        self._answers: OrderedDict[bytes, Answer] = OrderedDict()
        self._most = most
        self._salt = secrets.token_bytes(32)

    def key(self, lookup: str, args: Mapping[str, object]) -> bytes:
        """What identifies a question."""
        asked = repr((lookup, sorted((name, type(value).__name__, str(value)) for name, value in args.items())))
        return hashlib.blake2b(asked.encode(), key=self._salt, digest_size=32).digest()

    def find(self, key: bytes, max_age: timedelta, now: datetime) -> Mapping[str, object] | None:
        """The answer, when there is one that is young enough. No age at all means: always ask anew."""
        answer = self._answers.get(key)
        if answer is None or not max_age or now - answer.true_at > max_age:
            return None
        self._answers.move_to_end(key)
        return answer.row

    def keep(self, key: bytes, answer: Answer) -> None:
        """Keep an answer; it replaces an older one."""
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)

    def __len__(self) -> int:
        return len(self._answers)
