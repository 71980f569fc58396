"""Kinds of single values in `hotline.yaml`: durations, addresses, names, places of secrets; each refuses in our words.

A mistake is a `PydanticCustomError` whose type is our code, with `expected` and `hint` in its context.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date, time
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from dialplan.diagnostics import nearest
from ivr.flow.units import DURATION_FORM, clock, duration_ms, duration_text, meant_duration

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_DIALLED = re.compile(r"\+?[0-9*#]{1,20}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CALENDAR = re.compile(r"[A-Z]{2}(-\w[\w .-]{0,29})?")
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9.]+):(?P<port>[0-9]{1,5})")
_LISTEN_FORM = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9.]+):[0-9]{1,5}")
_CALENDAR_FORM = re.compile(r"[A-Z]{2}(-.{1,30})?")
_DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_USER_AND_PASSWORD = re.compile(r"[a-z0-9+.-]+://[^/?#@]*:[^/?#@]+@", re.IGNORECASE)
_HIGHEST_PORT: Final = 65_535
_SHOWN: Final = 60
"""Characters of a wrong value that are shown."""

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)
"""Of every model: unchangeable, no unknown keys, nothing converted behind the admin's back, no value in an error."""


def refuse(code: str, message: str, expected: str = "", hint: str | None = None) -> PydanticCustomError:
    """A mistake in our words; braces in the words are harmless."""
    context: dict[str, Any] = {"said": message, "expected": expected, "hint": hint or ""}
    return PydanticCustomError(code, "{said}", context)


def found(value: object) -> str:
    """A value as a message tells it."""
    match value:
        case None:
            return "found nothing"
        case dict():
            return "found a mapping"
        case list():
            return "found a list"
        case bool():
            return f"found {str(value).lower()}"
        case _:
            text = str(value)
            return f"found '{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}'"  # enough to recognise it


def as_text(value: object, expected: str = "a text") -> str:
    """A text; a number counts as the text it was written as.

    Raises:
        PydanticCustomError: it is none.
    """
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value.strip():
        return value
    raise refuse("C003", found(value), expected)


def _matching(pattern: re.Pattern[str], expected: str) -> BeforeValidator:
    def check(value: object) -> str:
        text = as_text(value, expected)
        if not pattern.fullmatch(text):
            raise refuse("C003", found(value), expected)
        return text

    return BeforeValidator(check)


def between(low: int, high: int) -> Callable[[object], int]:
    """Reads a duration within bounds, all in milliseconds."""
    expected = f"from {duration_text(low)} to {duration_text(high)}"

    def check(value: object) -> int:
        ms = duration_ms(value) if isinstance(value, str) else None
        if ms is None:
            meant = meant_duration(str(value)) if isinstance(value, (str, int, Decimal)) else None
            hint = f"did you mean {meant}?" if meant and low <= (duration_ms(meant) or 0) <= high else None
            raise refuse("C006", found(value), f"{DURATION_FORM}; {expected}", hint)
        if not low <= ms <= high:
            raise refuse("C006", found(value), expected)
        return ms

    return check


def _between(low: int, high: int) -> BeforeValidator:
    return BeforeValidator(between(low, high))


def _zone(value: object) -> str:
    text = as_text(value, "a time zone: Asia/Shanghai")
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(text, sorted(available_timezones()))
        hint = f"did you mean '{near}'?" if near else None
        raise refuse("C003", f"unknown time zone '{text}'", "a time zone: Asia/Shanghai", hint) from None
    return text


def _listen(value: object) -> str:
    expected = 'a literal address and a port: "127.0.0.1:4573"'
    text = as_text(value, expected)
    parts = _LISTEN.fullmatch(text)
    try:
        ipaddress.ip_address(parts["host"].strip("[]") if parts else "")
    except ValueError:
        raise refuse("C003", found(value), expected) from None
    if parts is None or not 0 <= int(parts["port"]) <= _HIGHEST_PORT:
        raise refuse("C003", found(value), expected)
    return text


def _calendar_date(value: object) -> date:
    try:
        return date.fromisoformat(as_text(value))
    except (ValueError, PydanticCustomError):
        raise refuse("C003", found(value), 'a date: "2026-12-31"') from None


def _text(value: object) -> str:
    return as_text(value)


def _time(value: object) -> time:
    parsed = clock(value) if isinstance(value, str) else None
    if parsed is None:
        raise refuse("C003", found(value), 'a quoted time of day: "09:00"')
    return parsed


def _written(pattern: re.Pattern[str], *examples: str, number: bool = False) -> WithJsonSchema:
    """How editors know such a text; one of digits may stand there without its quotes."""
    kinds = {"type": ["string", "integer"], "minimum": 0} if number else {"type": "string"}
    return WithJsonSchema({**kinds, "pattern": f"^{pattern.pattern}$", "examples": list(examples)})


def bounds(low: int, high: int, *examples: str) -> dict[str, Any]:
    """How editors know a duration (`ivr.schema.settings` writes it out); without examples, the usual ones."""
    return {"type": "string", DURATION_OF: [low, high]} | ({"examples": list(examples)} if examples else {})


def _bounds(low: int, high: int, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(bounds(low, high, *examples))


def name_of(kind: str) -> WithJsonSchema:
    """How editors know a name of something of this hotline (`ivr.schema.settings` puts the names in)."""
    return WithJsonSchema({"type": "string", NAME_OF: kind})


NAME_OF: Final = "x-name-of"
DURATION_OF: Final = "x-duration"
"""Words of ours in the schema of the settings, and the bounds in milliseconds."""

TEXT: Final[dict[str, Any]] = {"type": ["string", "number"], "pattern": r"\S"}
"""How editors know a text."""
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema(TEXT)]
Name = Annotated[
    str, _matching(_NAME, "a name: Latin letters, digits, - and _, beginning with a letter"), _written(_NAME)
]
AgentId = Annotated[
    str, _matching(_AGENT, 'an agent\'s number or short name: "1001"'), _written(_AGENT, "1001", number=True)
]
Dialled = Annotated[
    str, _matching(_DIALLED, 'a number as it is dialled, in quotes: "96956"'), _written(_DIALLED, "96956", number=True)
]
Language = Annotated[
    str, _matching(_LANGUAGE, "a language tag: zh-CN, yue-HK, en"), _written(_LANGUAGE, "zh-CN", "yue-HK", "en")
]
Country = Annotated[
    str, _matching(_COUNTRY, "a country code of two capital letters: CN"), _written(_COUNTRY, "CN", "HK")
]
Calendar = Annotated[
    str,
    _matching(_CALENDAR, "a country, CN, or a part of one, DE-BY"),
    _written(_CALENDAR_FORM, "CN", "HK", "DE-BY"),
]
Zone = Annotated[str, BeforeValidator(_zone), name_of("time zone")]
Listen = Annotated[str, BeforeValidator(_listen), _written(_LISTEN_FORM, "127.0.0.1:4573")]
CalendarDate = Annotated[date, BeforeValidator(_calendar_date), _written(_DATE_FORM, "2026-12-31")]
Clock = Annotated[time, BeforeValidator(_time)]
ShortMs = Annotated[int, _between(0, 120_000), _bounds(0, 120_000)]
"""Milliseconds up to two minutes: rings, wrap-up, short abandons."""
WaitMs = Annotated[int, _between(1_000, 4 * 3_600_000), _bounds(1_000, 4 * 3_600_000)]
"""Milliseconds from a second to four hours: waits of callers."""
DueMs = Annotated[int, _between(60_000, 365 * 86_400_000), _bounds(60_000, 365 * 86_400_000, "4h", "1d", "3d")]
"""Milliseconds from a minute to a year: how long a ticket may take."""
KeepMs = Annotated[int, _between(0, 400 * 86_400_000), _bounds(0, 400 * 86_400_000, "7d", "14d", "90d")]
"""Milliseconds up to 400 days: how long something is kept; 0 keeps nothing."""
KeyMs = Annotated[int, _between(500, 60_000), _bounds(500, 60_000)]
"""Milliseconds of patience for a key."""


class SecretRef(BaseModel):
    """Where a secret is: `{env: NAME}` or `{file: path}`. Never the secret itself."""

    model_config = STRICT | ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    env: str | None = None
    """Name of an environment variable."""
    file: str | None = None
    """A file whose first line is the secret; relative to the hotline's folder."""

    @model_validator(mode="before")
    @classmethod
    def _one_place(cls, value: object) -> object:
        expected = "{env: NAME} or {file: path}"
        if isinstance(value, (str, int, Decimal)):
            raise refuse("C010", "a secret is written here", expected, "and change it: it has been in a file")
        if not isinstance(value, dict) or set(value) not in ({"env"}, {"file"}):
            raise refuse("C003", "found something else" if isinstance(value, dict) else found(value), expected)
        (kind, place), *_ = value.items()
        if not isinstance(place, str) or not place or (kind == "env" and not _ENVIRONMENT.fullmatch(place)):
            raise refuse("C003", found(place), "the name of an environment variable" if kind == "env" else "a file")
        if kind == "file" and ".." in PurePosixPath(place).parts:
            raise refuse("C003", found(place), "a file below the hotline's folder, or a path that begins with '/'")
        return value

    def __str__(self) -> str:
        return f"environment variable {self.env}" if self.env else f"file {self.file}"


def _address(value: object) -> str:
    """An address in clear."""
    text = as_text(value)
    if _USER_AND_PASSWORD.match(text):
        expected = "an address without a password, or {env: NAME} or {file: path}"
        raise refuse("C010", "a password is written in this address", expected, "and change it: it has been in a file")
    if "://" not in text:
        raise refuse("C003", found(value), "an address (https://…, postgresql://…), {env: NAME} or {file: path}")
    return text


def _written_or_place(value: object) -> str:
    """Which of two forms a value has: written in clear, or the place of a secret."""
    return "place" if isinstance(value, dict | SecretRef) else "written"


Address = Annotated[
    Annotated[str, BeforeValidator(_address), WithJsonSchema({"type": "string", "pattern": "://"}), Tag("written")]
    | Annotated[SecretRef, Tag("place")],
    Discriminator(_written_or_place),
]
"""A URL without a password, or the place of one."""
TextOrSecret = Annotated[
    Annotated[Text, Tag("written")] | Annotated[SecretRef, Tag("place")], Discriminator(_written_or_place)
]
"""A text, or the place of a secret one."""
