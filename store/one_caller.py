"""Everything the database holds about one caller: found, and made nobody's.

Rows are told by the number, in every spelling they have it in, and by the channels of those rows: a visit that
queue_log brought back has no number, and is the caller's all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, delete, or_, select, update

from store.masks import MARK
from store.queries.ledger import AT_ONCE
from store.queries.pages import fetch, where
from store.records import Callback, Recording, Survey, Ticket
from store.retention import NUMBERED
from store.rows import EvidenceLine, Journey, JourneyStep, Remembered, RingAttempt, Visit, Voicemail
from store.schema import (
    EVIDENCE_LINES,
    JOURNEY_STEPS,
    RECORDINGS,
    REMEMBERED,
    RING_ATTEMPTS,
    TABLE_OF,
    TICKETS,
    VISITS,
    VOICEMAILS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.engine import Store
    from store.rows import Row

_AGENTS_CHANNEL: Final = re.compile(r"\bDestUniqueid=(\S+)")
_WITH_CALLER: Final = (Visit, Journey, Survey, Ticket, Recording, Voicemail)
_LAST_DIGITS: Final = 4
"""Digits by which spellings are looked for in the database, before each is looked at."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom is asked about.

    Attributes:
        digits: The number's digits, of which the last tell which rows are looked at.
        is_theirs: Whether a number, as a row has it, is this caller's.
        key: The hash the caller's choices are remembered under.
        masks: The masks that may stand in the number's place already.
    """

    digits: str
    is_theirs: Callable[[str], bool]
    key: str
    masks: frozenset[str] = frozenset()


@dataclass(slots=True)
class Held:
    """What is held about one caller.

    Attributes:
        numbers: The number, in every spelling the rows have it in; masks among them.
        rows: The rows by table, in the order of their keys; a table that holds nothing has none.
        transfers: What visits of others say they were handed on to, where that is this number.
    """

    numbers: frozenset[str] = frozenset()
    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    transfers: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many rows."""
        return sum(map(len, self.rows.values()))

    def of(self, kind: type[Row]) -> tuple[Any, ...]:
        """The rows of one kind."""
        return self.of_table(TABLE_OF[kind])

    def of_table(self, table: Table) -> tuple[Any, ...]:
        """The rows of one table."""
        return self.rows.get(table.name, ())


async def held(store: Store, caller: Caller) -> Held:
    """Everything about the caller.

    Raises:
        StoreUnavailable: The database does not serve.
    """
    found = Held()
    async with store.reading() as connection:
        numbers: set[str] = set()
        for one in NUMBERED:
            for name in one.numbers:
                numbers |= await _spellings(connection, one.table.c[name], caller)
        found.numbers = frozenset(numbers)
        found.transfers = frozenset(await _spellings(connection, VISITS.c.transferred_to, caller))
        for kind in _WITH_CALLER:
            await _keep(connection, found, kind, _any_of(TABLE_OF[kind].c.caller, numbers))
        wish = TABLE_OF[Callback].c
        theirs = or_(_any_of(wish.caller, numbers), _any_of(wish.number_to_call, numbers))
        await _keep(connection, found, Callback, theirs)
        await _of_their_channels(connection, found)
        await _keep(connection, found, Remembered, REMEMBERED.c.caller_key == caller.key)
    return found


async def _spellings(connection: AsyncConnection, column: Column[Any], caller: Caller) -> set[str]:
    """How the number is written in a column."""
    ending = "%" + "%".join(caller.digits[-_LAST_DIGITS:]) + "%"
    statement = select(column).distinct().where(or_(column.like(ending), column.in_(sorted(caller.masks))))
    found = set((await connection.execute(statement)).scalars())
    return {told for told in found if told in caller.masks or (MARK not in told and caller.is_theirs(told))}


async def _of_their_channels(connection: AsyncConnection, found: Held) -> None:
    """What is known by the call only: its visits without a number, ringing, steps, lines of evidence."""
    kinds = (Visit, Journey, Survey, Ticket, Recording)
    channels = {(row.node, row.channel_id) for kind in kinds for row in found.of(kind)}
    for node in sorted({node for node, _ in channels}):
        mine = sorted(channel for its, channel in channels if its == node)
        nameless = and_(VISITS.c.node == node, VISITS.c.caller == "")
        await _by(connection, found, Visit, VISITS.c.channel_id, mine, nameless)
        lines = EVIDENCE_LINES.c
        await _by(connection, found, EvidenceLine, lines.channel_id, mine, lines.node == node)
        said = [line.text for line in found.of(EvidenceLine) if line.node == node]
        agents = sorted({other for text in said for other in _AGENTS_CHANNEL.findall(text)} - set(mine))
        await _by(connection, found, EvidenceLine, lines.channel_id, agents, lines.node == node)
    await _by(connection, found, RingAttempt, RING_ATTEMPTS.c.visit_id, [row.id for row in found.of(Visit)])
    await _by(connection, found, JourneyStep, JOURNEY_STEPS.c.journey_id, [row.id for row in found.of(Journey)])


async def _by(
    connection: AsyncConnection,
    found: Held,
    kind: type[Row],
    column: Column[Any],
    keys: Sequence[str],
    *conditions: ColumnElement[bool],
) -> None:
    for begin in range(0, len(keys), AT_ONCE):
        await _keep(connection, found, kind, and_(column.in_(keys[begin : begin + AT_ONCE]), *conditions))


async def _keep(connection: AsyncConnection, found: Held, kind: type[Row], condition: ColumnElement[bool]) -> None:
    table = TABLE_OF[kind]
    rows = await fetch(connection, kind, where(kind, condition))
    keys = [column.name for column in table.primary_key]
    there = {_key_of(row, keys): row for row in (*found.of(kind), *rows)}
    if there:
        found.rows[table.name] = tuple(there[key] for key in sorted(there))


def _key_of(row: Row, keys: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in keys)


def _any_of(column: Column[Any], values: Collection[str]) -> ColumnElement[bool]:
    return column.in_(sorted(values))


async def erase(store: Store, found: Held, fresh: Callable[[], str], files_gone: Collection[str]) -> None:
    """Make all of it nobody's, in one transaction; what reports count stays.

    The number becomes a mask wherever it stands, each spelling its own: reports took them for different callers, and
    do so still. Names, what a ticket says and details of steps are emptied; choices and lines of evidence are deleted.

    Args:
        store: Where.
        found: What `held` found.
        fresh: Makes a mask, another one each time.
        files_gone: Paths of recordings and messages whose files were removed; their rows name none any more.

    Raises:
        StoreUnavailable: The database does not serve; nothing was changed.
    """
    masks = {number: fresh() for number in sorted(found.numbers)}
    async with store.writing() as connection:
        for one in NUMBERED:
            for name in one.numbers:
                await _mask(connection, one.table, name, found, masks)
            if one.words:
                mine = one.table.c.id == bindparam("the_id")
                ids = [{"the_id": row.id} for row in found.of_table(one.table)]
                await _each(connection, update(one.table).where(mine).values(dict.fromkeys(one.words, "")), ids)
        to = VISITS.c.transferred_to
        hidden = update(VISITS).where(to == bindparam("old")).values(transferred_to=bindparam("new"))
        await _each(connection, hidden, [{"old": told, "new": fresh()} for told in sorted(found.transfers)])
        for table in (RECORDINGS, VOICEMAILS):
            gone = [{"the_id": row.id} for row in found.of_table(table) if row.path in files_gone]
            await _each(connection, update(table).where(table.c.id == bindparam("the_id")).values(path=""), gone)
        await _emptied(connection, found)
        for table in (REMEMBERED, EVIDENCE_LINES):
            await _delete(connection, table, found)


async def _mask(connection: AsyncConnection, table: Table, name: str, found: Held, masks: Mapping[str, str]) -> None:
    told = [
        {"the_id": row.id, "old": number, "new": masks[number]}
        for row in found.of_table(table)
        if (number := getattr(row, name)) in masks
    ]
    same = and_(table.c.id == bindparam("the_id"), table.c[name] == bindparam("old"))
    await _each(connection, update(table).where(same).values({name: bindparam("new")}), told)


async def _emptied(connection: AsyncConnection, found: Held) -> None:
    """What a caller said, where it is kept word by word."""
    await _each(
        connection,
        update(TICKETS).where(TICKETS.c.id == bindparam("the_id")).values(fields="{}"),
        [{"the_id": row.id} for row in found.of(Ticket)],
    )
    step = JOURNEY_STEPS.c
    place = and_(step.journey_id == bindparam("the_id"), step.ordinal == bindparam("the_ordinal"))
    steps = [{"the_id": row.journey_id, "the_ordinal": row.ordinal} for row in found.of(JourneyStep)]
    await _each(connection, update(JOURNEY_STEPS).where(place).values(detail="{}"), steps)


async def _delete(connection: AsyncConnection, table: Table, found: Held) -> None:
    keys = [column.name for column in table.primary_key]
    told = [{f"the_{name}": getattr(row, name) for name in keys} for row in found.of_table(table)]
    same = and_(*(table.c[name] == bindparam(f"the_{name}") for name in keys))
    await _each(connection, delete(table).where(same), told)


async def _each(connection: AsyncConnection, statement: Any, told: Sequence[Mapping[str, Any]]) -> None:
    if told:
        await connection.execute(statement, told)
