"""Rows past their time, counted and deleted: a few at a time, so that whoever writes history never waits for it.

Each portion is a transaction of its own, and the rule is put once more to each row as it goes: cut off at any moment,
and run again, it goes on. Between two portions as much time passes as the last one took. On PostgreSQL a month in which
every row is past its time is dropped as a whole.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, delete, func, select, tuple_

from store.errors import StoreUnavailable
from store.partitions import MONTHLY, drop_past, months_before

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select

    from store.engine import Store
    from store.retention import Rule

AT_ONCE: Final = 200
"""Rows of a portion: some milliseconds of either database."""
SHORTEST_PAUSE_S: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Rows of one table that are, or were, past their time.

    Attributes:
        table: The table's name.
        rows: How many.
        oldest: The instant of the oldest; null when there is none.
        newest: That of the newest.
        months: Whole months of them that were dropped.
        left: Rows that stay, since their file could not be removed.
    """

    table: str
    rows: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    months: int = 0
    left: int = 0

    def and_more(self, rows: int, oldest: datetime | None, newest: datetime | None) -> Past:
        """The same with more rows."""
        older = [at for at in (self.oldest, oldest) if at is not None]
        newer = [at for at in (self.newest, newest) if at is not None]
        return replace(self, rows=self.rows + rows, oldest=min(older, default=None), newest=max(newer, default=None))


async def past(store: Store, rules: Iterable[Rule]) -> tuple[Past, ...]:
    """What `purge` would delete, table by table.

    Raises:
        StoreUnavailable: The database does not serve.
    """
    return tuple([await _counted(store, rule, rule.past) for rule in rules])


async def purge(
    store: Store,
    rules: Iterable[Rule],
    *,
    erase: Callable[[str], bool] = lambda _: True,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> tuple[Past, ...]:
    """Delete what is past its time; what was, table by table.

    Args:
        store: Where.
        rules: What is past its time.
        erase: Removes the file of a row that has one, before the row; whether it is gone.
        pause: Waits, in seconds, between two portions.

    Raises:
        StoreUnavailable: The database does not serve (any more); what was deleted is.
    """
    done = []
    for rule in rules:
        found = await _drop_months(store, rule)
        done.append(await _sweep(store, rule, found, erase, pause))
    return tuple(done)


async def _counted(store: Store, rule: Rule, condition: ColumnElement[bool]) -> Past:
    statement = select(func.count(), func.min(rule.at), func.max(rule.at)).where(condition)
    async with store.reading() as connection:
        rows, oldest, newest = (await connection.execute(statement)).one()
    return Past(table=rule.table.name, rows=rows, oldest=oldest, newest=newest)


async def _drop_months(store: Store, rule: Rule) -> Past:
    """Whole months first: their rows need no deleting one by one."""
    found = Past(table=rule.table.name)
    if store.kind != "postgresql" or rule.table.name not in MONTHLY:
        return found
    async with store.reading() as connection:
        months = await months_before(connection, rule.table, rule.before)
    for part, month in months:
        gone = await _counted(store, rule, and_(rule.in_month(month), rule.past))
        try:
            async with store.writing() as connection:
                dropped = await drop_past(connection, part, rule.stays_in(month))
        except StoreUnavailable:
            continue  # somebody reads it, and is not waited for; if it is the database, the next statement says so
        if dropped:
            found = replace(found.and_more(gone.rows, gone.oldest, gone.newest), months=found.months + bool(gone.rows))
    return found


async def _sweep(
    store: Store,
    rule: Rule,
    found: Past,
    erase: Callable[[str], bool],
    pause: Callable[[float], Awaitable[None]],
) -> Past:
    keys = tuple(rule.table.primary_key)
    one = and_(*(key == bindparam(f"the_{key.name}") for key in keys), rule.past)
    statement = delete(rule.table).where(one)
    # files are the last thing to be lost by a slip: their paths are read with the rows
    more = (rule.at, rule.table.c.path) if rule.with_file else (rule.at,)
    after: Sequence[Any] | None = None
    while True:
        some = await _portion(store, rule, more, after)
        if not some:
            return found
        after = some[-1][: len(rule.order)]
        began = time.monotonic()
        going = [row for row in some if not rule.with_file or await asyncio.to_thread(erase, row[-1])]
        names = [f"the_{key.name}" for key in keys]
        told = [dict(zip(names, row[len(rule.order) - len(keys) : len(rule.order)], strict=True)) for row in going]
        if told:
            async with store.writing() as connection:
                await connection.execute(statement, told)
        ages = [row[len(rule.order)] for row in going]
        found = replace(
            found.and_more(len(going), min(ages, default=None), max(ages, default=None)),
            left=found.left + len(some) - len(going),
        )
        await pause(max(time.monotonic() - began, SHORTEST_PAUSE_S))


async def _portion(
    store: Store, rule: Rule, more: Sequence[ColumnElement[Any]], after: Sequence[Any] | None
) -> Sequence[Row[Any]]:
    statement = select(*rule.order, *more).where(rule.past)
    return await next_rows(store, statement, rule.order, after)


async def next_rows(
    store: Store, statement: Select[Any], order: Sequence[ColumnElement[Any]], after: Sequence[Any] | None
) -> Sequence[Row[Any]]:
    """The next rows behind the last one of the portion before."""
    if after is not None:
        place = [bindparam(None, value, type_=column.type) for column, value in zip(order, after, strict=True)]
        statement = statement.where(tuple_(*order) > tuple_(*place))
    async with store.reading() as connection:
        found: Sequence[Row[Any]] = (await connection.execute(statement.order_by(*order).limit(AT_ONCE))).all()
    return found
