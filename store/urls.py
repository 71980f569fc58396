"""Database addresses: what users write, checked, and turned into what SQLAlchemy and the driver want."""

from __future__ import annotations

import difflib
import importlib.util
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from store.errors import BadDatabaseUrl

EngineName: TypeAlias = Literal["sqlite", "postgresql"]

EXAMPLES: Final = "sqlite:///var/hotline.db or postgresql://user:password@host:5432/database"

_DRIVERS: Final[dict[EngineName, str]] = {"sqlite": "aiosqlite", "postgresql": "asyncpg"}
_SCHEMES: Final[dict[str, EngineName]] = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "postgresql+asyncpg": "postgresql",
}
_OPTIONS: Final[dict[EngineName, tuple[str, ...]]] = {"sqlite": (), "postgresql": ("host", "port", "ssl", "sslmode")}


@dataclass(frozen=True, slots=True)
class Address:
    """A checked database address.

    Attributes:
        engine: Which database it is.
        url: The address with our driver named, as SQLAlchemy takes it; holds the password.
        shown: The address for logs and messages, password masked.
    """

    engine: EngineName
    url: URL
    shown: str

    @property
    def place(self) -> str:
        """Where the database is, for a sentence: the file, or host and port."""
        if self.engine == "sqlite":
            return self.url.database or ""
        host = self.url.host or self.url.query.get("host") or "localhost"
        return f"{host}:{self.url.port or 5432}"


def parse_url(text: str) -> Address:
    """The address in `text`.

    Raises:
        BadDatabaseUrl: It is no address, names another engine, a driver that is not installed, an in-memory database
            (our processes could not share it), no database, or an unknown option.
    """
    url = _read(text)
    engine = _engine_of(url)
    shown = url.render_as_string(hide_password=True)
    _check_options(url, engine)
    if engine == "sqlite":
        _check_file(url, shown)
    elif not url.database:
        raise BadDatabaseUrl(f"the database address {shown} names no database after the host; write {EXAMPLES}")
    driver = _DRIVERS[engine]
    if importlib.util.find_spec(driver) is None:
        raise BadDatabaseUrl(f"{shown} needs the Python package {driver}, which is not installed")
    return Address(engine, _for_driver(url, engine), shown)


def _read(text: str) -> URL:
    try:
        return make_url(text.strip())
    except (ArgumentError, ValueError):
        # The text itself is not repeated: where it could not be taken apart, a password in it cannot be masked.
        raise BadDatabaseUrl(f"the database address cannot be read; write {EXAMPLES}") from None


def _engine_of(url: URL) -> EngineName:
    found = _SCHEMES.get(url.drivername)
    if found is None:
        near = difflib.get_close_matches(url.drivername, _SCHEMES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"write {EXAMPLES}"
        raise BadDatabaseUrl(f"the database address begins with {url.drivername!r}, which is not known here; {hint}")
    return found


def _check_options(url: URL, engine: EngineName) -> None:
    for name in url.query:
        if name not in _OPTIONS[engine]:
            allowed = ", ".join(_OPTIONS[engine]) or "none"
            raise BadDatabaseUrl(f"the database address has an unknown option {name!r}; known for {engine}: {allowed}")


def _check_file(url: URL, shown: str) -> None:
    if url.host:
        raise BadDatabaseUrl(
            f"{shown} reads as a host named {url.host!r}; a relative file takes three slashes "
            f"(sqlite:///var/hotline.db), an absolute one four (sqlite:////var/lib/hotline/hotline.db)",
        )
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise BadDatabaseUrl(f"{shown} names no file, but several processes share the database; write {EXAMPLES}")


def _for_driver(url: URL, engine: EngineName) -> URL:
    url = url.set(drivername=f"{engine}+{_DRIVERS[engine]}")
    if "sslmode" in url.query:  # libpq's word; asyncpg takes the same values as `ssl`
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url
