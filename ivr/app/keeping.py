"""What is past its time, deleted: the rows of the database, the files beside them, and records of publishing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from ivr.app.recorded import Recorded
from ivr.publishing.book import Book, BrokenRecordError
from ivr.services.calling_number import normalise
from ivr.services.key_files import KeyFileError
from ivr.services.remembered import memory_key
from store.errors import StoreUnavailable
from store.masking import mask_numbers, unmasked
from store.masks import masked
from store.purging import past, purge
from store.retention import Retention, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivr.app.loading import Ready
    from ivr.config.keep import Keep
    from store.engine import Store
    from store.purging import Past

NIGHT: Final = time(3, 30)
"""When the bridge deletes, by the hotline's clock: in no country clocks are set then, and few people call."""
AGAIN_AFTER: Final = timedelta(hours=1)
"""How long a database that is away is left alone."""
TRIES: Final = 12
"""How often it is asked in one night; then the next one comes."""

log = structlog.get_logger("hotline.keeping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What went, or would go.

    Attributes:
        deleted: Rows deleted, by table.
        masked: Rows whose numbers were masked, by table.
        publications: Records of publishing deleted.
    """

    deleted: Sequence[Past]
    masked: Sequence[Past] = ()
    publications: int = 0


def retention(keep: Keep) -> Retention:
    """How long the rows of the database are kept, by `keep` of the settings."""
    told = {one.name: getattr(keep, f"{one.name}_ms") for one in fields(Retention)}
    return Retention(**{name: None if ms is None else timedelta(milliseconds=ms) for name, ms in told.items()})


async def purgeable(ready: Ready, store: Store, now: datetime) -> Purged:
    """What `purged` would delete and mask; nothing is changed.

    Raises:
        StoreUnavailable: The database does not serve.
        OSError, BrokenRecordError: The records of publishing cannot be read.
    """
    keep = retention(ready.hotline.keep)
    going = tuple(rules(keep, ready.hotline.node, now))
    return Purged(
        deleted=await past(store, going),
        masked=() if keep.numbers is None else await unmasked(store, now - keep.numbers, now, going),
        publications=len(_old_records(ready, now)),
    )


async def purged(ready: Ready, store: Store, now: datetime) -> Purged:
    """Delete and mask what is past its time.

    Raises:
        StoreUnavailable: The database does not serve (any more); what was done is.
        KeyFileError: The key that numbers are masked with cannot be used.
        OSError, BrokenRecordError: The records of publishing cannot be read or deleted.
    """
    keep = retention(ready.hotline.keep)
    files = Recorded(ready.places.recordings)
    deleted = await purge(store, rules(keep, ready.hotline.node, now), erase=files.erase)
    hidden: Sequence[Past] = ()
    if keep.numbers is not None:
        hidden = await mask_numbers(store, now - keep.numbers, now, mask_of(ready))
    if any(one.rows for one in (*deleted, *hidden)):
        await store.emptied_log()  # the next night tries again where somebody reads an older state
    old = _old_records(ready, now)
    for number in old:
        Book(ready.places.published).forget(number)
    return Purged(deleted=deleted, masked=hidden, publications=len(old))


def mask_of(ready: Ready) -> Callable[[str], str]:
    """What stands for a number, however it is spelt.

    Raises:
        KeyFileError: The hotline's key cannot be used.
    """
    key, region = memory_key(ready.places.memory_key), ready.hotline.region or "ZZ"
    ready.places.give_all()
    return lambda number: masked(key, normalise(number, region) or number)


def _old_records(ready: Ready, now: datetime) -> list[int]:
    ms = ready.hotline.keep.publications_ms
    return [] if ms is None else Book(ready.places.published).older(now - timedelta(milliseconds=ms))


async def purge_nightly(ready: Ready, store: Store) -> None:
    """Delete what is past its time every night; never ends by itself."""
    zone = ZoneInfo(ready.hotline.time_zone)
    while True:
        now = datetime.now(UTC)
        await asyncio.sleep((next_night(now, zone) - now).total_seconds())
        for _ in range(TRIES):
            if await purged_once(ready, store):
                break
            await asyncio.sleep(AGAIN_AFTER.total_seconds())


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    """When it is half past three again by the zone's clock."""
    day = now.astimezone(zone).date()
    nights = (datetime.combine(day + timedelta(days=more), NIGHT, zone).astimezone(UTC) for more in range(3))
    return next(night for night in nights if night > now)


async def purged_once(ready: Ready, store: Store) -> bool:
    """Delete once, and log what went; whether it is to be tried again in a while."""
    try:
        done = await purged(ready, store, datetime.now(UTC))
    except (StoreUnavailable, KeyFileError, BrokenRecordError, OSError) as wrong:
        log.warning("keeping.not_purged", reason=str(wrong))
        return False
    except Exception:  # a fault of ours: it must neither be silent nor end the nights to come
        log.exception("keeping.failed")
        return False
    log.info(
        "keeping.purged",
        deleted={one.table: one.rows for one in done.deleted if one.rows},
        masked={one.table: one.rows for one in done.masked if one.rows},
        files_left=sum(one.left for one in done.deleted),
        publications=done.publications,
    )
    return True
