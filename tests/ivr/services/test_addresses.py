"""Addresses of data sources: what people write for the history's database is understood here, too."""

from __future__ import annotations

import pytest

from ivr.services.addresses import BadSourceError, sql_address
from store.urls import parse_url

UNDERSTOOD = (
    "sqlite:////var/lib/hotline.db",
    "sqlite+aiosqlite:///x.db",
    "postgresql://u:p@db.example/hotline",
    " postgres://u:p@db.example:6000/hotline\n",
    "postgresql+asyncpg:///hotline?host=/run/postgresql",
    "postgresql://u@h/d?sslmode=require",
)


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_what_the_history_is_kept_under_can_be_asked_as_well(text: str) -> None:
    ours, theirs = sql_address("crm", text), parse_url(text).url
    assert ours == theirs


@pytest.mark.parametrize(("text", "near"), [("postgress://h/d", "postgres"), ("sqlit:///x.db", "sqlite")])
def test_a_misspelt_one_is_told_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(BadSourceError) as caught:
        sql_address("crm", text)
    assert str(caught.value.hint).startswith(f"did you mean '{near}")
