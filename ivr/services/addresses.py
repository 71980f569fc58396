"""Addresses of data sources, read without opening anything: `hotline check` refuses what a call could not use."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import URL

DRIVERS: Final[Mapping[str, str]] = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
"""The async driver for a URL that names none; the same words as for the history (`store.urls`)."""

SQL_FORM: Final = "sqlite:////srv/customers.db or postgresql://user:password@host:5432/database"
HTTP_FORM: Final = "https://billing.example"
_SCHEME = re.compile(r"[a-z][a-z0-9+]{0,30}")


class BadSourceError(ValueError):
    """A source's address cannot be used. The text names the source, never the address: it may hold a password.

    Attributes:
        message: what was found.
        expected: what would be right; None when something outside the address is missing.
        hint: a way out.
    """

    def __init__(self, name: str, message: str, expected: str | None, hint: str | None = None) -> None:
        self.message = f"data source '{name}': {message}"
        self.expected = expected
        self.hint = hint
        super().__init__(f"{self.message}; {hint or f'expected: {expected}'}" if expected or hint else self.message)


def sql_address(name: str, text: str) -> URL:
    """A database's address with the driver that asks it.

    Raises:
        BadSourceError: it cannot be read, or names a database or driver that cannot be asked here.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise BadSourceError(name, "the address cannot be read", SQL_FORM) from None
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    try:
        dialect = url.get_dialect()
    except NoSuchModuleError:
        shown = f"begins with '{url.drivername}'" if _SCHEME.fullmatch(url.drivername) else "cannot be read"
        hint = did_you_mean(url.drivername, DRIVERS)
        raise BadSourceError(name, f"the address {shown}, which is no database known here", SQL_FORM, hint) from None
    if not dialect.is_async:
        raise BadSourceError(name, f"'{url.drivername}' is a driver that cannot answer while calls go on", SQL_FORM)
    if importlib.util.find_spec(dialect.driver) is None:
        raise BadSourceError(name, f"the Python package {dialect.driver} is not installed", None)
    if dialect.driver == "asyncpg" and "sslmode" in url.query:  # libpq's word for what asyncpg calls `ssl`
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


def http_address(name: str, text: str) -> str:
    """A service's address without a slash at its end.

    Raises:
        BadSourceError: it is none of http or https, or names no host.
    """
    import yarl

    try:
        base = yarl.URL(text.strip().rstrip("/"))
    except ValueError:
        raise BadSourceError(name, "the address cannot be read", HTTP_FORM) from None
    if base.scheme not in {"http", "https"} or not base.host:
        raise BadSourceError(name, "not an http:// or https:// address", HTTP_FORM)
    return str(base)
