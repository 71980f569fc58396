"""Callers' numbers masked in rows that are kept for their totals: a few at a time, as rows are deleted."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, or_, select, true, update

from store.masks import MARK
from store.purging import SHORTEST_PAUSE_S, Past, next_rows
from store.retention import NUMBERED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from store.engine import Store
    from store.retention import Numbered, Rule


async def unmasked(store: Store, before: datetime, now: datetime, going: Iterable[Rule] = ()) -> tuple[Past, ...]:
    """Rows older than that with numbers in clear, table by table; without those that are going to be deleted.

    Raises:
        StoreUnavailable: The database does not serve.
    """
    gone = {rule.table.name: rule.stays for rule in going}
    found = []
    for one in NUMBERED:
        clear = and_(one.at < before, one.closed(now), _in_clear(one), gone.get(one.table.name, true()))
        statement = select(func.count(), func.min(one.at), func.max(one.at)).where(clear)
        async with store.reading() as connection:
            rows, oldest, newest = (await connection.execute(statement)).one()
        found.append(Past(table=one.table.name, rows=rows, oldest=oldest, newest=newest))
    return tuple(found)


async def mask_numbers(
    store: Store,
    before: datetime,
    now: datetime,
    mask: Callable[[str], str],
    *,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> tuple[Past, ...]:
    """Mask the numbers in rows older than that; nothing else of a row changes but a caller's name, which is emptied.

    Args:
        store: Where.
        before: How old is too old.
        now: The time; what is still open keeps its number.
        mask: What stands for a number, in whatever spelling a row has it.
        pause: As for `purge`.

    Raises:
        StoreUnavailable: The database does not serve (any more); what was masked is.
    """
    return tuple([await _mask_in(store, one, before, now, mask, pause=pause) for one in NUMBERED])


async def _mask_in(
    store: Store,
    one: Numbered,
    before: datetime,
    now: datetime,
    mask: Callable[[str], str],
    *,
    pause: Callable[[float], Awaitable[None]],
) -> Past:
    key, columns = one.table.c.id, [one.table.c[name] for name in one.numbers]
    asked = select(one.at, key, *columns).where(one.at < before, one.closed(now), _in_clear(one))
    # a row that was written anew meanwhile keeps what it has now, and is met the next time
    same = and_(key == bindparam("the_id"), *(column == bindparam(f"old_{column.name}") for column in columns))
    changed: dict[str, Any] = {column.name: bindparam(f"new_{column.name}") for column in columns}
    statement = update(one.table).where(same).values({**changed, **dict.fromkeys(one.words, "")})
    found = Past(table=one.table.name)
    after: Sequence[Any] | None = None
    while some := await next_rows(store, asked, (one.at, key), after):
        after, began = tuple(some[-1])[:2], time.monotonic()
        told = [_told(one, tuple(row), mask) for row in some]
        async with store.writing() as connection:
            await connection.execute(statement, told)
        found = found.and_more(len(some), some[0][0], some[-1][0])
        await pause(max(time.monotonic() - began, SHORTEST_PAUSE_S))
    return found


def _told(one: Numbered, row: Sequence[Any], mask: Callable[[str], str]) -> dict[str, str]:
    """What the statement is told of one row: instant, key, numbers."""
    told: dict[str, str] = {"the_id": row[1]}
    for name, number in zip(one.numbers, row[2:], strict=True):
        told |= {f"old_{name}": number, f"new_{name}": mask(number)}
    return told


def _in_clear(one: Numbered) -> ColumnElement[bool]:
    columns = [one.table.c[name] for name in one.numbers]
    return or_(*(and_(column != "", column.not_like(f"{MARK}%")) for column in columns))
