"""What a hotline says about its data: where it lies, how it is asked, and what comes back. Settings only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["text", "number", "money", "date", "datetime", "boolean"]
"""The types a field may have."""

PLACE: Final = re.compile(r"\{(\w+)\}")
"""A place in the path of an HTTP lookup: `/accounts/{account}`."""

_BOUND: Final = re.compile(r"(?<![:\\\w]):(\w+)\b(?!:)")
"""What SQLAlchemy's `text()` binds: `:name`, but not behind a backslash or a word, nor beside another colon. A test
holds it against SQLAlchemy, whose import takes longer than the rest of a small hotline's check."""

_READS: Final = re.compile(r"\s*(select|with|values)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SqlSource:
    """A database, read only."""

    name: str
    url: str = field(repr=False)
    """As SQLAlchemy writes it, async driver or not: `postgresql://…`, `sqlite:///…`. May hold a password."""
    zone: str | None = None
    """IANA name of the zone its times without an offset are in; None refuses such times."""
    most_at_once: int = 8
    """Connections, and so questions at one time."""


@dataclass(frozen=True, slots=True)
class HttpSource:
    """A JSON service over HTTP."""

    name: str
    base_url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with every request; may hold a secret."""
    zone: str | None = None
    """IANA name of the zone its times without an offset are in; None refuses such times."""
    most_at_once: int = 32
    """Requests at one time."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an answer."""

    name: str
    kind: Kind
    at: str | None = None
    """Where it is in a JSON answer, dotted (`data.balance`); None: at the top, under its own name."""
    currency: str | None = None
    """For money that comes as a bare number: its currency (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class SqlLookup:
    """A question to a database."""

    name: str
    source: str
    sql: str
    """One statement that reads; what it takes is bound as `:name`."""
    takes: tuple[str, ...]
    gives: tuple[Field, ...]
    as_of: str | None = None
    """The field of `gives` (a datetime) that tells when the answer was true."""


@dataclass(frozen=True, slots=True)
class HttpLookup:
    """A question to a service. 404 means there is no such thing."""

    name: str
    source: str
    path: str
    """Below the base URL; `{name}` is replaced, escaped. What has no place goes into the query, or a POST's JSON."""
    takes: tuple[str, ...]
    gives: tuple[Field, ...]
    as_of: str | None = None
    """The field of `gives` (a datetime) that tells when the answer was true."""
    method: Literal["GET", "POST"] = "GET"
    """POST for what must not be in access logs, such as a PIN; it must not change anything at the source."""


Source: TypeAlias = SqlSource | HttpSource
Lookup: TypeAlias = SqlLookup | HttpLookup


def faults(lookup: Lookup) -> tuple[str, ...]:
    """What is wrong with a lookup's own words, one sentence each; whoever reads the settings knows the place."""
    found = _sql_faults(lookup) if isinstance(lookup, SqlLookup) else _path_faults(lookup)
    kinds = {one.name: one.kind for one in lookup.gives}
    if lookup.as_of is not None and kinds.get(lookup.as_of) != "datetime":
        found.append(f"as_of '{lookup.as_of}' is not a datetime of gives")
    return tuple(found)


def _sql_faults(lookup: SqlLookup) -> list[str]:
    found = [] if _READS.match(lookup.sql) else ["sql must begin with SELECT, WITH or VALUES"]
    if ";" in lookup.sql.rstrip().removesuffix(";"):
        found.append("sql must be one statement")
    bound = set(_BOUND.findall(lookup.sql))
    found += [f"sql binds :{name}, which takes does not name" for name in sorted(bound - set(lookup.takes))]
    return found + [_unbound(name, lookup.sql) for name in lookup.takes if name not in bound]


def _unbound(name: str, sql: str) -> str:
    if f":{name}::" in sql:  # SQLAlchemy leaves two colons to PostgreSQL, and the name before them with it
        return f"sql does not bind :{name}:: (write CAST(:{name} AS …))"
    return f"takes '{name}', which sql does not bind"


def _path_faults(lookup: HttpLookup) -> list[str]:
    found = [] if lookup.path.startswith("/") else ["the path must begin with /"]
    places = PLACE.findall(lookup.path)
    return found + [
        f"the path has {{{name}}}, which takes does not name" for name in places if name not in lookup.takes
    ]
