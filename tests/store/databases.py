"""Databases for tests: each test gets a fresh, migrated one of the engine it is parametrised with."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from lab.postgres import Postgres, PostgresFailedError, PostgresMissingError, new_postgres
from store import migrate
from store.engine import open_store
from store.writer import Tempo, Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from store.engine import Store
    from store.rows import Row
    from store.urls import EngineName

ENGINES: tuple[EngineName, ...] = ("sqlite", "postgresql")

QUICK = Tempo(linger_s=0.0, first_pause_s=0.01, longest_pause_s=0.05)
"""A writer's tempo for tests: no lingering, short pauses."""


async def migrated(url: str) -> None:
    """Give a SQLite database that is not there yet its tables: a copy of one that was migrated once in this process."""
    file = Path(make_url(url).database or "")
    template = Path(os.environ["XDG_CACHE_HOME"]) / "migrated.db"
    if not template.exists():
        await migrate.upgrade(f"sqlite:///{template}")
    if not file.exists():  # noqa: ASYNC240 - a second call of the same test finds it there
        shutil.copyfile(template, file)


@dataclass(slots=True)
class Databases:
    """Where fresh databases come from; one per test session."""

    folder: Path
    _server: Postgres | None = None
    _templates: set[str] = field(default_factory=set)
    _scratch: dict[str, str] = field(default_factory=dict)
    _made: int = 0

    def server(self) -> Postgres:
        """The session's PostgreSQL, started when first wanted; skips where there is none, fails in CI."""
        if self._server is None:
            try:
                self._server = new_postgres()
                self._server.start()
            except (PostgresMissingError, PostgresFailedError) as error:
                if os.environ.get("CI", "").lower() == "true":
                    pytest.fail(f"nothing may be skipped in CI: {error}")
                pytest.skip(str(error))
        return self._server

    def empty(self, engine: EngineName) -> str:
        """The address of a database without tables."""
        self._made += 1
        if engine == "sqlite":
            return f"sqlite:///{self.folder}/empty-{self._made}.db"
        return self.server().create_database(f"empty_{self._made}_{uuid.uuid4().hex[:6]}")

    async def fresh(self, engine: EngineName) -> str:
        """The address of a migrated database without rows: a copy of one that was migrated once."""
        if engine not in self._templates:
            await migrate.upgrade(self._template(engine))
            self._templates.add(engine)
        self._made += 1
        if engine == "sqlite":
            file = self.folder / f"fresh-{self._made}.db"
            shutil.copyfile(self.folder / "template.db", file)
            return f"sqlite:///{file}"
        name = f"fresh_{self._made}"
        return self.server().create_database(name, like="migrated")

    async def scratch(self, engine: EngineName) -> str:
        """A migrated database that one test may fill again and again; it empties it itself."""
        if engine not in self._scratch:
            self._scratch[engine] = await self.fresh(engine)
        return self._scratch[engine]

    def discard(self, url: str) -> None:
        """Remove the database at an address given out here."""
        if url.startswith("postgresql"):
            self.server().drop_database(url.rsplit("/", 1)[1])

    def end(self) -> None:
        """Stop the server, if one was started."""
        if self._server is not None:
            self._server.end()

    def _template(self, engine: EngineName) -> str:
        if engine == "sqlite":
            return f"sqlite:///{self.folder}/template.db"
        return self.server().create_database("migrated")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    source = Databases(tmp_path_factory.mktemp("databases"))
    try:
        yield source
    finally:
        source.end()


@pytest.fixture(params=[pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> EngineName:
    name: EngineName = request.param
    return name


@pytest.fixture
async def url(databases: Databases, engine_name: EngineName) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    address = await databases.fresh(engine_name)
    yield address
    databases.discard(address)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A fresh, migrated database, opened."""
    opened = await open_store(url)
    yield opened
    await opened.close()


@asynccontextmanager
async def both(databases: Databases) -> AsyncIterator[tuple[Store, Store]]:
    """A fresh SQLite and a fresh PostgreSQL store, to compare."""
    urls = [await databases.fresh(name) for name in ENGINES]
    opened = [await open_store(address) for address in urls]
    try:
        yield opened[0], opened[1]
    finally:
        for one in opened:
            await one.close()
        for address in urls:
            databases.discard(address)


async def write_all(store: Store, rows: Iterable[Row]) -> None:
    """Put the rows through a writer and see them committed."""
    async with Writer(store, tempo=QUICK) as writer:
        for row in rows:
            writer.put(row)
        await writer.flush()


@pytest.fixture(autouse=True)
async def sqlite_threads_end() -> AsyncIterator[None]:
    """Wait, while the test's loop still turns, for what aiosqlite's threads are still at.

    A question that was cancelled runs on in its thread, and brings its answer to the loop it was asked from. When that
    loop has been closed meanwhile, the thread raises, in the middle of whichever test comes next.
    """
    yield
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, LET_GO_S)


LET_GO_S = 20.0
"""A thread that has not ended then belongs to a connection nobody closed."""
