from __future__ import annotations

import importlib.util
import re

import pytest

from store.errors import BadDatabaseUrl
from store.urls import parse_url


@pytest.mark.parametrize(
    ("text", "engine", "place"),
    [
        ("sqlite:///var/hotline.db", "sqlite", "var/hotline.db"),
        ("sqlite:////var/lib/hotline.db", "sqlite", "/var/lib/hotline.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite", "x.db"),
        ("postgresql://u:p@db.example/hotline", "postgresql", "db.example:5432"),
        (" postgres://u:p@db.example:6000/hotline\n", "postgresql", "db.example:6000"),
        ("postgresql+asyncpg:///hotline?host=/run/postgresql", "postgresql", "/run/postgresql:5432"),
    ],
)
def test_addresses_people_write_are_understood(text: str, engine: str, place: str) -> None:
    address = parse_url(text)
    assert (address.engine, address.place) == (engine, place)


def test_libpqs_sslmode_reaches_the_driver_as_ssl() -> None:
    assert parse_url("postgresql://u@h/d?sslmode=require").url.query == {"ssl": "require"}


def test_the_password_is_masked_where_the_address_is_shown() -> None:
    address = parse_url("postgresql://u:s3cret@h/d")
    assert "s3cret" not in address.shown
    assert "s3cret" not in repr(address)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read; write sqlite:///"),
        ("hotline.db", "cannot be read"),
        ("postgresql://u:s3cret@h:port/d", "cannot be read"),
        ("postgresqll://u:s3cret@h/d", "did you mean postgresql?"),
        ("mysql://u:s3cret@h/d", "begins with 'mysql', which is not known here; write"),
        ("postgresql+psycopg2://u:s3cret@h/d", "did you mean postgresql"),
        ("sqlite://", "names no file, but several processes share the database"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://var/hotline.db", "a relative file takes three slashes"),
        ("sqlite:///x.db?mode=ro", "unknown option 'mode'; known for sqlite: none"),
        ("postgresql://u:s3cret@h", "names no database after the host"),
        ("postgresql://u:s3cret@h/d?poolsize=3", "unknown option 'poolsize'; known for postgresql: host, port, ssl"),
    ],
)
def test_a_bad_address_gets_one_plain_sentence_without_the_password(text: str, said: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=re.escape(said)) as caught:
        parse_url(text)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(BadDatabaseUrl, match="needs the Python package asyncpg, which is not installed"):
        parse_url("postgresql://u:p@h/d")
