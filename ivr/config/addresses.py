"""C016: addresses of databases and services that nobody here could use, wherever they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic
from ivr.config.kinds import SecretRef
from ivr.services.addresses import BadSourceError, http_address, sql_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dialplan.source import Span
    from ivr.config.model import Hotline

    Place = Callable[..., Span | None]


def unusable_addresses(hotline: Hotline, place: Place, environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    """C016: what is written in clear, and what the environment holds now.

    An address that is not here to look at (a variable that is not set, a file) is told by who needs it.
    """
    if hotline.database_url is not None:
        yield from _of_history(hotline.database_url, place("database_url"), environ)
    for name, source in hotline.data_sources.items():
        kind = "sql" if source.sql is not None else "http"
        address = source.sql if source.sql is not None else source.http
        text, file = _text(address, environ)
        try:
            if text and kind == "sql":
                sql_address(name, text)
            elif text:
                http_address(name, text)
        except BadSourceError as bad:
            span = None if file else place("data_sources", name, kind)
            yield Diagnostic("C016", "error", span, bad.message, bad.expected, bad.hint, file)


def _of_history(address: str | SecretRef, at: Span | None, environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    from store.errors import BadDatabaseUrl
    from store.urls import EXAMPLES, parse_url

    text, file = _text(address, environ)
    if not text:
        return
    try:
        parse_url(text)
    except BadDatabaseUrl as bad:
        message, _, rest = str(bad).partition("; ")
        hint = rest if rest and not rest.startswith("write ") else None
        expected = None if hint else EXAMPLES
        yield Diagnostic("C016", "error", None if file else at, message, expected, hint, file)


def _text(address: str | SecretRef | None, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The address, when it is here; and what holds it, when that is not the file of settings."""
    if isinstance(address, SecretRef):
        return (environ.get(address.env), f"environment variable {address.env}") if address.env else (None, None)
    return address, None
