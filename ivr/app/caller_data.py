"""`hotline caller`: what is held about one caller, given out or made nobody's."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ivr.app.mistakes import MistakeError
from ivr.app.opened import database_mistake
from ivr.app.recorded import Recorded
from ivr.services.calling_number import normalise
from ivr.services.key_files import KeyFileError
from ivr.services.remembered import hashed, memory_key
from store.errors import StoreUnavailable
from store.masks import fresh_mask, masked
from store.one_caller import Caller, Held, erase, held
from store.records import Recording
from store.rows import Journey, Visit, Voicemail

if TYPE_CHECKING:
    from ivr.app.loading import Ready
    from store.engine import Store

SETTLED: Final = timedelta(minutes=10)
"""How long after its end a call may still be written anew: after-call work, the second look at queue_log, CEL."""
LONGEST_CALL: Final = timedelta(hours=24)
"""A call that began longer ago and has no end is not open: nobody saw its end."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of an erasure.

    Attributes:
        rows: Rows by table that held something.
        files: Files removed.
        left: Files that are left: on another machine, or not to be removed.
        overwritten: Whether older states of the rows are out of SQLite's files, too; not while somebody reads them.
    """

    rows: dict[str, int]
    files: int
    left: tuple[str, ...]
    overwritten: bool = True


def caller_of(ready: Ready, number: str) -> Caller:
    """The caller with this number, however it is written.

    Raises:
        MistakeError: It is no number, or the hotline's key cannot be used.
    """
    region = ready.hotline.region or "ZZ"
    plain = normalise(number, region)
    digits = re.sub(r"\D", "", plain)
    if not digits:
        raise MistakeError(f"'{number}' is no calling number; expected one such as 13800138000 or +85261234567")
    try:
        key = memory_key(ready.places.memory_key)
        ready.places.give_all()
    except (KeyFileError, OSError) as wrong:
        raise MistakeError(str(wrong)) from None

    def is_theirs(told: str) -> bool:
        return normalise(told.partition("@")[0], region) == plain

    return Caller(digits, is_theirs, hashed(key, plain), frozenset({masked(key, plain)}))


async def held_of(ready: Ready, store: Store, caller: Caller) -> Held:
    """Everything about the caller.

    Raises:
        MistakeError: The database does not serve.
    """
    try:
        return await held(store, caller)
    except StoreUnavailable as away:
        raise database_mistake(ready, away) from None


def as_data(ready: Ready, number: str, found: Held, now: datetime) -> dict[str, Any]:
    """All of it for the caller: every row of every table, and where the files lie."""
    sounds = [*found.of(Recording), *found.of(Voicemail)]
    return {
        "hotline": ready.hotline.name,
        "number": number,
        "exported_at": now,
        "stored_as": sorted(found.numbers),
        "rows": {table: [asdict(row) for row in rows] for table, rows in sorted(found.rows.items())},
        "files": [str(ready.places.recordings / row.path) for row in sounds if row.path],
    }


def refuse_open(found: Held, now: datetime) -> None:
    """See that no call of the caller goes on, or ended a moment ago: its rows would be written once more.

    Raises:
        MistakeError: One does.
    """
    began = [(row.entered_at, row.ended_at) for row in found.of(Visit)]
    began += [(row.started_at, row.ended_at) for row in found.of(Journey)]
    for start, end in began:
        if (end is None and start > now - LONGEST_CALL) or (end is not None and end > now - SETTLED):
            raise MistakeError(
                "a call of this number goes on, or ended less than ten minutes ago, and its rows may still be written; "
                "nothing was erased: say it again in ten minutes"
            )


async def erased(ready: Ready, store: Store, found: Held) -> Erased:
    """Make everything about the caller nobody's; files first, so that none is left without its row.

    Raises:
        MistakeError: A call goes on, or the database does not serve.
    """
    refuse_open(found, datetime.now(UTC))
    files, node = Recorded(ready.places.recordings), ready.hotline.node
    sounds = [row for row in (*found.of(Recording), *found.of(Voicemail)) if row.path]
    gone = {row.path for row in sounds if row.node == node and files.erase(row.path)}
    try:
        await erase(store, found, fresh_mask, gone)
        overwritten = await store.emptied_log()
    except StoreUnavailable as away:
        raise database_mistake(ready, away) from None
    left = tuple(f"{row.node}: {row.path}" for row in sounds if row.path not in gone)
    return Erased({table: len(rows) for table, rows in sorted(found.rows.items())}, len(gone), left, overwritten)
