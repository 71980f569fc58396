"""Asking a database: one bound statement, read only, at most one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import create_async_engine

from ivr.services.addresses import SQL_FORM, BadSourceError, sql_address
from ivr.services.answers import NoAnswer, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ivr.services.sources import SqlLookup, SqlSource


class Database:
    """One SQL source, opened. It connects when it is first asked."""

    def __init__(self, source: SqlSource) -> None:
        self._source = source
        self._engine = _engine(source)

    async def ask(self, lookup: SqlLookup, args: Mapping[str, object]) -> Mapping[str, object] | None:
        """The row, typed; None when there is none.

        Raises:
            NoAnswer: there was no answer, or not the declared one.
        """
        values = {name: args.get(name) for name in lookup.takes}
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(text(lookup.sql), values)).mappings().fetchmany(2)
        except (OperationalError, InterfaceError, NoConnectionFree, OSError) as failure:
            raise NoAnswer("unreachable", type(failure).__name__, is_source_down=True) from None
        except DBAPIError as failure:
            raise NoAnswer("refused", _kind(failure), is_source_down=failure.connection_invalidated) from None
        except SQLAlchemyError as failure:
            raise NoAnswer("refused", type(failure).__name__) from None
        if len(rows) > 1:
            raise NoAnswer("bad_answer", "more than one row")  # which of them is this caller's would be a guess
        return typed(lookup, {str(name): value for name, value in rows[0].items()}, self._source.zone) if rows else None

    async def close(self) -> None:
        """Close its connections."""
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _kind(failure: DBAPIError) -> str:
    """The driver's own name for a failure (`InvalidPasswordError`); its text may hold values."""
    original = failure.orig
    return type(original.__cause__ if original is not None and original.__cause__ else original).__name__


def _engine(source: SqlSource) -> AsyncEngine:
    url = sql_address(source.name, source.url)
    try:
        return create_async_engine(
            _read_only(url),
            hide_parameters=True,  # values of callers stay out of every error text and log
            pool_size=source.most_at_once,
            max_overflow=0,
            pool_pre_ping=True,  # a connection the server has dropped meanwhile is no failed lookup
            connect_args=_CONNECT_ARGS.get(url.get_backend_name(), {}),
        )
    except (ArgumentError, ImportError, TypeError):
        raise BadSourceError(source.name, "the address has something its driver does not take", SQL_FORM) from None


_CONNECT_ARGS: Final[Mapping[str, Mapping[str, object]]] = {
    "postgresql": {
        "server_settings": {"default_transaction_read_only": "on", "application_name": "hotline-lookups"},
        "timeout": 5,
    },
}


def _read_only(url: URL) -> URL:
    """SQLite opened by a URI with mode=ro: it neither writes nor creates an empty file where there is none."""
    if url.get_backend_name() != "sqlite" or url.database is None or url.database.startswith("file:"):
        return url
    return url.set(database=f"file:{quote(url.database)}").update_query_dict({"mode": "ro", "uri": "true"})
