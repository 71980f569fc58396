from __future__ import annotations

import sqlite3

import asyncpg  # type: ignore[import-untyped]  # asyncpg ships no types
import pytest
from sqlalchemy import exc

from store.columns import NaiveInstantError
from store.errors import BadDatabaseUrl, StoreError, StoreUnavailable
from store.failures import is_away, is_refused, sentence
from store.urls import parse_url

POSTGRES = parse_url("postgresql://u:s3cret@h:6000/d")
LITE = parse_url("sqlite:////data/x.db")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "the PostgreSQL server at h:6000 does not answer in time"),
        (asyncpg.CannotConnectNowError("starting"), "the PostgreSQL server at h:6000 is starting or stopping"),
        (asyncpg.TooManyConnectionsError("full"), "the PostgreSQL server at h:6000 has no connection left for us"),
        (OSError("u:s3cret is odd\nmore"), "the PostgreSQL server at h:6000 cannot be used: u:*** is odd"),
        (StoreUnavailable("as said before"), "as said before"),
    ],
)
def test_postgresqls_troubles_are_told_in_one_line_without_the_password(error: Exception, said: str) -> None:
    assert sentence(error, POSTGRES) == said


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("database or disk is full", "the database file /data/x.db cannot grow: the disk is full"),
        ("attempt to write a readonly database", "the database file /data/x.db may not be written by this user"),
        ("something new", "the database file /data/x.db cannot be used: something new"),
    ],
)
def test_sqlites_troubles_are_told_in_one_line(message: str, said: str) -> None:
    assert sentence(sqlite3.OperationalError(message), LITE) == said


@pytest.mark.parametrize(
    "error",
    [
        exc.IntegrityError("x", {}, Exception()),
        exc.StatementError("x", "y", {}, NaiveInstantError(1)),
        exc.DBAPIError("x", {}, asyncpg.DataError("out of range")),
        OverflowError("Python int too large to convert to SQLite INTEGER"),
    ],
)
def test_what_blames_the_values_is_refused_and_not_away(error: Exception) -> None:
    assert is_refused(error)
    assert not is_away(error)


@pytest.mark.parametrize(
    "error", [OSError(), sqlite3.OperationalError("locked"), exc.OperationalError("x", {}, OSError())]
)
def test_what_blames_the_database_is_away_and_not_refused(error: Exception) -> None:
    assert is_away(error)
    assert not is_refused(error)


def test_a_mistake_of_the_program_is_neither() -> None:
    assert not is_away(ZeroDivisionError())
    assert not is_refused(ZeroDivisionError())


def test_every_kind_of_error_has_its_own_stable_code() -> None:
    kinds: list[type[StoreError]] = [StoreError, *StoreError.__subclasses__()]
    assert BadDatabaseUrl in kinds
    assert len({kind.code for kind in kinds}) == len(kinds) == 4
