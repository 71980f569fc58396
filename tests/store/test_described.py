from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from store import described, rows
from store.described import UndescribedError, descriptions, with_order, with_tables
from store.schema import TABLE_OF

PAGE = Path(__file__).parents[2] / "docs" / "database.md"


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_order(with_tables(page)) == page, "run: python -m store.described docs/database.md"


def test_every_field_is_a_column_and_described_and_nothing_else_is() -> None:
    for kind in rows.ROW_TYPES:
        fields = [field.name for field in dataclasses.fields(kind)]
        head, described_fields = descriptions(kind)
        assert sorted(described_fields) == sorted(fields), kind
        assert {column.name for column in TABLE_OF[kind].columns} == set(fields), kind
        assert head.endswith(".")


def test_every_row_carries_its_node() -> None:
    assert all("node" in TABLE_OF[kind].columns for kind in rows.ROW_TYPES)


def test_a_column_without_a_sentence_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(described, "descriptions", lambda _kind: ("", {}))
    with pytest.raises(UndescribedError, match=r"Visit\.id has no description"):
        described.tables_as_markdown()


def test_a_page_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(UndescribedError, match="lacks the marks"):
        with_tables("# Database\n")


@pytest.mark.parametrize("kind", rows.ROW_TYPES)
def test_a_column_may_be_null_exactly_where_its_field_may(kind: type[rows.Row]) -> None:
    for field in dataclasses.fields(kind):
        assert TABLE_OF[kind].columns[field.name].nullable == ("None" in str(field.type)), field.name
