from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ivr.prompts.values import Money
from ivr.services.addresses import BadSourceError
from ivr.services.answers import NoAnswer
from ivr.services.sources import Field, SqlLookup, SqlSource
from ivr.services.sql import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BY_NUMBER = SqlLookup(
    "customer_by_number",
    "crm",
    "SELECT account, tier, due FROM customers WHERE phone = :number",
    ("number",),
    (Field("account", "text"), Field("tier", "text"), Field("due", "money", currency="CNY")),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "crm of 广东?.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE customers (phone TEXT, account INTEGER, tier TEXT, due NUMERIC)")
        database.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?)",
            [("138", 755, "vip", 12.35), ("139", 756, None, 3), ("200", 1, "a", 1), ("200", 2, "b", 2)],
        )
    database.close()
    return path


@pytest.fixture
async def crm(file: Path) -> AsyncIterator[Database]:
    async with Database(SqlSource("crm", f"sqlite:///{str(file).replace('?', '%3F')}")) as database:
        yield database


async def test_a_row_is_found_and_typed(crm: Database) -> None:
    found = await crm.ask(BY_NUMBER, {"number": "138"})
    assert found == {"account": "755", "tier": "vip", "due": Money(Decimal("12.35"), "CNY")}


async def test_no_row_is_none_also_for_a_null_and_a_hostile_value(crm: Database) -> None:
    for number in ("0", None, "' OR 1=1 --"):
        assert await crm.ask(BY_NUMBER, {"number": number}) is None


async def test_two_rows_are_no_answer(crm: Database) -> None:
    with pytest.raises(NoAnswer, match="bad_answer: more than one row"):
        await crm.ask(BY_NUMBER, {"number": "200"})


async def test_a_wrong_statement_is_refused_without_blaming_the_source_for_being_away(crm: Database) -> None:
    with pytest.raises(NoAnswer) as caught:
        await crm.ask(
            replace(BY_NUMBER, sql="SELECT account, tier FROM customers WHERE phone = :number"), {"number": "138"}
        )
    assert str(caught.value) == "bad_answer: due"
    assert not caught.value.is_source_down


async def test_nothing_can_be_written(crm: Database, file: Path) -> None:
    with pytest.raises(NoAnswer):
        await crm.ask(replace(BY_NUMBER, sql="DELETE FROM customers WHERE phone = :number"), {"number": "138"})
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM customers").fetchone() == (4,)
    database.close()


async def test_a_missing_file_is_unreachable_and_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    async with Database(SqlSource("crm", f"sqlite:///{missing}")) as database:
        with pytest.raises(NoAnswer, match="unreachable") as caught:
            await database.ask(BY_NUMBER, {"number": "138"})
    assert caught.value.is_source_down
    assert not missing.exists()


@pytest.mark.parametrize("url", ["", "hunter2", "nosuch://u:hunter2@h/d"])
def test_a_bad_address_is_told_by_the_source_s_name_alone(url: str) -> None:
    with pytest.raises(BadSourceError, match="data source 'crm'") as caught:
        Database(SqlSource("crm", url))
    assert "hunter2" not in str(caught.value)


async def test_a_value_is_in_no_error(crm: Database) -> None:
    with pytest.raises(NoAnswer) as caught:
        await crm.ask(replace(BY_NUMBER, sql="SELECT nothing FROM nowhere WHERE x = :number"), {"number": "4711"})
    assert "4711" not in str(caught.value)
    assert caught.value.__cause__ is None
