"""Bringing a database to this program's schema, from any process, safely at the same time as others.

The three processes of a hotline may all start on an empty database together. PostgreSQL: an advisory lock held by the
transaction; SQLite: the write lock taken at `BEGIN IMMEDIATE`. Whoever comes second waits, finds the work done and does
nothing. Either all of the missing migrations are applied or none.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from store.engine import open_store
from store.errors import SchemaMismatch
from store.partitions import is_part, make_ahead, metadata_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.engine import Connection

    from store.engine import Store

_FOLDER: Final = Path(__file__).parent / "migrations"
ADVISORY_LOCK: Final = 0x686F746C696E65
"""The lock upgrades of one PostgreSQL database take in turn: "hotline" in hexadecimal, hardly anybody else's."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did.

    Attributes:
        before: The revision found; null when the database was empty.
        after: The revision now.
    """

    before: str | None
    after: str

    @property
    def changed(self) -> bool:
        """Whether anything was applied by this process."""
        return self.before != self.after


def head() -> str:
    """The revision this program needs."""
    revision = ScriptDirectory(str(_FOLDER)).get_current_head()
    if revision is None:
        raise SchemaMismatch("this installation lacks its migrations")
    return revision


async def upgrade(url: str) -> Upgrade:
    """Bring the database at `url` to `head()`.

    Raises:
        BadDatabaseUrl, StoreUnavailable: As `open_store`.
        SchemaMismatch: A newer program has been at this database already; nothing is changed.
    """
    async with _opened(url) as store, store.writing() as connection:
        if store.kind == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        before = await connection.run_sync(_revision)
        _refuse_newer(store, before)
        await connection.run_sync(_upgrade)
        if store.kind == "postgresql":
            await make_ahead(connection)
        return Upgrade(before, head())


async def current(url: str) -> str | None:
    """The revision of the database at `url`; null when it is empty.

    Raises:
        BadDatabaseUrl, StoreUnavailable: As `open_store`.
    """
    async with _opened(url) as store:
        return await revision_of(store)


async def revision_of(store: Store) -> str | None:
    """The revision of an opened store; null when it is empty."""
    async with store.reading() as connection:
        return await connection.run_sync(_revision)


async def require_current(store: Store) -> None:
    """See that the store's tables are those of this program, before relying on them.

    Raises:
        StoreUnavailable: The database does not answer.
        SchemaMismatch: Its tables are missing, older or newer.
    """
    found = await revision_of(store)
    _refuse_newer(store, found)
    if found != head():
        state = "has no tables yet" if found is None else f"has tables of an older version ({found}, needed {head()})"
        raise SchemaMismatch(f"the database {store.address.shown} {state}; run `hotline db upgrade`")


async def differences(store: Store) -> list[str]:
    """What the database's tables have that `store.schema` has not, and the other way round; empty when they agree."""
    async with store.reading() as connection:
        return await connection.run_sync(_differences)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


def _refuse_newer(store: Store, found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaMismatch(
            f"the database {store.address.shown} has tables of a newer version ({found}); install that version",
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _differences(connection: Connection) -> list[str]:
    def speaks_of(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or not is_part(name)

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": speaks_of})
    wanted = metadata_on("postgresql" if connection.dialect.name == "postgresql" else "sqlite")
    return [repr(difference) for difference in compare_metadata(context, wanted)]
