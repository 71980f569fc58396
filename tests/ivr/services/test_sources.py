from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import iterate

from ivr.services.sources import Field, HttpLookup, HttpSource, SqlLookup, SqlSource, faults

SQL = SqlLookup("c", "crm", "SELECT tier FROM t WHERE phone = :number", ("number",), (Field("tier", "text"),))
HTTP = HttpLookup("b", "billing", "/v1/{account}/balance", ("account",), (Field("as_of", "datetime"),), "as_of")


def test_good_lookups_have_no_faults() -> None:
    assert faults(SQL) == ()
    assert faults(HTTP) == ()
    assert (
        faults(replace(SQL, sql="with x as (select 1 as tier) select tier::text from x where :number = '12:30';")) == ()
    )


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("DELETE FROM t WHERE phone = :number", "sql must begin with SELECT, WITH or VALUES"),
        ("SELECT 1 WHERE :number = 1; DROP TABLE t", "sql must be one statement"),
        ("SELECT 1 WHERE :number = :nmber", "sql binds :nmber, which takes does not name"),
        ("SELECT 1", "takes 'number', which sql does not bind"),
        ("SELECT 1 WHERE :number::text = ''", "sql does not bind :number:: (write CAST(:number AS …))"),
    ],
)
def test_a_fault_of_sql_is_told(sql: str, fault: str) -> None:
    assert faults(replace(SQL, sql=sql)) == (fault,)


@given(st.text(":ab1_é\\ '\"-,(\n", max_size=12) | st.text(max_size=12))
@example("\\:a")
@example("a:b ::c :d::e :f:g")
def test_what_is_bound_is_what_sqlalchemy_binds(written: str) -> None:
    sql = f"SELECT {written}".replace(";", "")
    bound = {str(node.key) for node in iterate(text(sql)) if isinstance(node, BindParameter)}
    told = faults(replace(SQL, sql=sql, takes=()))
    assert {fault for fault in told if "binds" in fault} == {
        f"sql binds :{name}, which takes does not name" for name in bound
    }


def test_a_fault_of_a_path_or_of_as_of_is_told() -> None:
    assert faults(replace(HTTP, path="v1/{id}")) == (
        "the path must begin with /",
        "the path has {id}, which takes does not name",
    )
    assert faults(replace(SQL, as_of="tier")) == ("as_of 'tier' is not a datetime of gives",)


def test_an_address_and_a_header_are_never_shown() -> None:
    shown = repr([SqlSource("a", "postgresql://u:hunter2@h/d"), HttpSource("b", "http://hunter2@h", {"X": "hunter2"})])
    assert "hunter2" not in shown
