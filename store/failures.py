"""Database errors sorted into two kinds, and told in a sentence.

*Away*: the database does not serve now (no connection, locked, full, starting, not yet migrated); trying again later
may succeed and nothing about the data is wrong. *Refused*: these values can never be written; trying again is useless.
"""

from __future__ import annotations

import socket
import sqlite3
from typing import TYPE_CHECKING, Final

import asyncpg  # type: ignore[import-untyped]  # asyncpg ships no types
from sqlalchemy import exc

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.urls import Address

_REFUSED_CAUSES: Final = (asyncpg.DataError, asyncpg.exceptions.IntegrityConstraintViolationError, OverflowError)
_AWAY_TYPES: Final = (
    OSError,
    exc.DBAPIError,
    exc.TimeoutError,
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)

_SQLITE: Final = {
    "unable to open database file": "cannot be opened: its folder is missing or may not be written",
    "attempt to write a readonly database": "may not be written by this user",
    "file is not a database": "is not an SQLite database",
    "database or disk is full": "cannot grow: the disk is full",
    "database is locked": "is kept locked by another program",
    "no such table": "has no tables yet; run `hotline db upgrade`",
    "disk i/o error": "cannot be read or written: disk I/O error",
}


def is_refused(error: BaseException) -> bool:
    """Whether `error` blames the values: the same rows would fail again for ever."""
    if is_without_partition(error):
        return False
    if isinstance(error, (exc.DataError, exc.IntegrityError)):
        return True
    if isinstance(error, exc.StatementError) and not isinstance(error, exc.DBAPIError):
        return True  # a value our column types would not take
    return any(isinstance(cause, _REFUSED_CAUSES) for cause in _chain(error))


def is_without_partition(error: BaseException) -> bool:
    """Whether a row found no partition of its month: somebody removed one that had been there."""
    return any(
        isinstance(cause, asyncpg.CheckViolationError) and "no partition" in str(cause) for cause in _chain(error)
    )


def is_forbidden(error: BaseException) -> bool:
    """Whether our user may not do that: to copy one needs the right to temporary tables (`GRANT TEMPORARY`)."""
    return any(isinstance(cause, asyncpg.InsufficientPrivilegeError) for cause in _chain(error))


def is_away(error: BaseException) -> bool:
    """Whether `error` says that the database does not serve now."""
    return isinstance(error, _AWAY_TYPES) and not is_refused(error)


def sentence(error: BaseException, address: Address) -> str:
    """What is wrong with the database at `address`, for a person; one line, no password."""
    if isinstance(error, StoreError):
        return str(error)
    text = _sqlite_sentence(error, address) if address.engine == "sqlite" else _postgres_sentence(error, address)
    password = address.url.password
    return text.replace(password, "***") if password else text


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        orig = getattr(current, "orig", None)
        current = orig if isinstance(orig, BaseException) else current.__cause__


def _first_line(error: BaseException) -> str:
    root = getattr(error, "orig", None) or error
    return (str(root).strip().splitlines() or [type(root).__name__])[0]


def _sqlite_sentence(error: BaseException, address: Address) -> str:
    for cause in _chain(error):
        if isinstance(cause, sqlite3.Error):
            for known, meaning in _SQLITE.items():
                if known in str(cause).lower():
                    return f"the database file {address.place} {meaning}"
    return f"the database file {address.place} cannot be used: {_first_line(error)}"


def _postgres_sentence(error: BaseException, address: Address) -> str:
    place, url = address.place, address.url
    for cause in _chain(error):
        match cause:
            case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
                return f"the PostgreSQL server at {place} does not let user {url.username!r} in: wrong name or password"
            case asyncpg.InvalidCatalogNameError():
                return f"the PostgreSQL server at {place} has no database {url.database!r}; create it (createdb)"
            case asyncpg.UndefinedTableError():
                return f"the database {url.database!r} at {place} has no tables yet; run `hotline db upgrade`"
            case asyncpg.CannotConnectNowError():
                return f"the PostgreSQL server at {place} is starting or stopping"
            case asyncpg.TooManyConnectionsError():
                return f"the PostgreSQL server at {place} has no connection left for us"
            case socket.gaierror():
                return f"the PostgreSQL server's host name in {place} is not known"
            case TimeoutError():
                return f"the PostgreSQL server at {place} does not answer in time"
            case ConnectionRefusedError():
                return f"nothing listens at {place}: is the PostgreSQL server running?"
            case _:
                continue
    return f"the PostgreSQL server at {place} cannot be used: {_first_line(error)}"
