"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import Dialect
    from sqlalchemy.types import TypeEngine


class NaiveInstantError(ValueError):
    """An instant without a time zone was about to be stored or asked for."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"{value!r} is not a timezone-aware datetime; the database keeps instants, not wall-clock readings"
        )


class Instant(TypeDecorator[datetime]):
    """A timezone-aware datetime, kept in UTC to the microsecond and given back in UTC.

    PostgreSQL: `timestamp with time zone`. SQLite has no such type: the text `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, which
    sorts as time does and which SQLite's own date functions understand.

    Raises:
        NaiveInstantError: A value without a time zone (or no datetime at all) is bound.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> datetime | None:
        """Refuse naive instants; hand each engine what it keeps."""
        if value is None:
            return None
        if not isinstance(value, datetime) or value.utcoffset() is None:
            raise NaiveInstantError(value)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware instant in UTC, whatever the engine delivers."""
        del dialect  # both engines' values tell by themselves
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text in Unicode, compared and sorted by code point on both engines.

    PostgreSQL would sort by the database's own collation, so the column says `COLLATE "C"`: pages of a list have one
    order everywhere, and an upgrade of the system's locale data cannot disturb an index. Callers' names are untrusted:
    NUL (which PostgreSQL refuses) and lone surrogates (which cannot be encoded) are kept as U+FFFD, so that a hostile
    caller-ID never costs a row.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The `C` collation on PostgreSQL; SQLite's own default is the same order."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TEXT(collation="C"))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as both engines can keep it."""
        del dialect  # the same cleaning for both
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """`text` with NUL and lone surrogates replaced by U+FFFD; anything else unchanged."""
    if text.isascii():
        return text.replace("\x00", "\ufffd") if "\x00" in text else text
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)
