"""The row of something a supervisor did, or tried to; `store.rows` has it in its union."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of a supervisor: who, what, when, and its result. Written before anything is done, and once more after.

    Attributes:
        id: The key the page made for it; the same key again is the same act, and gets the same answer.
        node: The Asterisk it was done on.
        who: Who asked, by the name they signed in with.
        role: What they were then: `viewer`, `supervisor` or `admin`.
        asked_at: When it was asked for.
        act: Which act: `pause`, `move_caller`, `listen` and so on (docs/acts.md).
        target: What it is about: `agent:`, `visit:` or `number:` and its id, or `notes`.
        arguments: The whole act as JSON text; numbers in reasons and notes are masked.
        digest: SHA-256 of the act as it was asked for, by which a key used for another act is known.
        answered_at: When the answer was known; null while it is not, and for ever where the service ended before.
        code: The answer's code: `done`, `already_so`, `not_your_queue`, `asterisk_refused`, `no_answer` and so on.
        words: The answer in words, with the facts it rests on.
        seen: What was seen of the target after it.
    """

    id: str
    node: str
    who: str
    role: str
    asked_at: datetime
    act: str
    target: str
    arguments: str = "{}"
    digest: str = ""
    answered_at: datetime | None = None
    code: str | None = None
    words: str | None = None
    seen: str | None = None
