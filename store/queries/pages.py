"""Long lists in pages: newest first, each page beginning after the last row of the one before (keyset, not offset).

Rows that arrive meanwhile neither repeat nor hide a row, and the thousandth page costs what the first did.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import literal, select, tuple_

from store.columns import Instant, Words
from store.schema import TABLE_OF

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from store.rows import Row

R = TypeVar("R", bound="Row")

MOST_ROWS = 1000
"""The longest page; more are asked for in several."""


class BadCursorError(ValueError):
    """The text given as `after` did not come from a page's `next`."""

    def __init__(self) -> None:
        super().__init__("`after` must be the `next` of an earlier page, unchanged")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """A piece of a list.

    Attributes:
        rows: The rows, newest first.
        next: What to pass as `after` for the next page; null on the last one. Opaque.
    """

    rows: tuple[R, ...]
    next: str | None


def where(kind: type[R], *conditions: ColumnElement[bool] | None) -> Select[Any]:
    """The rows of one table that meet every condition given; null ones are no condition."""
    return select(*TABLE_OF[kind].columns).where(*(condition for condition in conditions if condition is not None))


async def fetch(connection: AsyncConnection, kind: type[R], statement: Select[Any]) -> tuple[R, ...]:
    """The rows of `statement`, which selects every column of that table."""
    result = await connection.execute(statement)
    return tuple(kind(**found) for found in result.mappings())


async def fetch_page(
    connection: AsyncConnection,
    kind: type[R],
    statement: Select[Any],
    *,
    by: str,
    limit: int,
    after: str | None,
) -> Page[R]:
    """One page of `statement`, newest first by the instant column `by`, then by `id`.

    Raises:
        BadCursorError: `after` is not from a page.
    """
    columns = TABLE_OF[kind].columns
    place = tuple_(columns[by], columns["id"])
    if after is not None:
        instant, identity = read_cursor(after)
        statement = statement.where(place < tuple_(literal(instant, Instant()), literal(identity, Words())))
    size = max(1, min(limit, MOST_ROWS))
    ordered = statement.order_by(columns[by].desc(), columns["id"].desc()).limit(size + 1)
    found = await fetch(connection, kind, ordered)
    rows = found[:size]
    more = len(found) > size
    return Page(rows, write_cursor(getattr(rows[-1], by), getattr(rows[-1], "id")) if more else None)  # noqa: B009  R is wider


def write_cursor(instant: datetime, identity: str) -> str:
    """A place in a list as one opaque word, safe in a URL."""
    return base64.urlsafe_b64encode(f"{instant.isoformat()} {identity}".encode()).decode().rstrip("=")


def read_cursor(word: str) -> tuple[datetime, str]:
    """The place that `word` stands for.

    Raises:
        BadCursorError: It stands for none.
    """
    try:
        plain = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode()
        written, identity = plain.split(" ", 1)
        instant = datetime.fromisoformat(written)
        in_utc = instant.astimezone(UTC)
    except (ValueError, OverflowError):  # binascii.Error is a ValueError
        raise BadCursorError from None
    if instant.utcoffset() is None:
        raise BadCursorError
    return in_utc, identity
