from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ivr.prompts.values import Money
from ivr.services.answers import NoAnswer, refuse_stale, typed
from ivr.services.sources import Field, SqlLookup

if TYPE_CHECKING:
    from ivr.services.sources import Kind

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def lookup(*gives: Field, as_of: str | None = None) -> SqlLookup:
    return SqlLookup("any", "crm", "SELECT 1", (), gives, as_of)


def one(kind: Kind, found: object, *, currency: str | None = None, zone: str | None = None) -> object:
    return typed(lookup(Field("f", kind, currency=currency)), {"f": found}, zone)["f"]


@pytest.mark.parametrize(
    ("kind", "found", "value"),
    [
        ("text", "张伟", "张伟"),
        ("text", 755001234, "755001234"),
        ("number", 7, 7),
        ("number", Decimal("7.10"), Decimal("7.10")),
        ("number", 0.1, Decimal("0.1")),
        ("money", "123.45 CNY", Money(Decimal("123.45"), "CNY")),
        ("money", "-5 HKD", Money(Decimal(-5), "HKD")),
        ("money", {"amount": "0.05", "currency": "CNY"}, Money(Decimal("0.05"), "CNY")),
        ("money", {"amount": Decimal("1.50"), "currency": "USD"}, Money(Decimal("1.50"), "USD")),
        ("boolean", True, True),
        ("boolean", 0, False),
        ("date", "2026-11-20", date(2026, 11, 20)),
        ("date", date(2026, 11, 20), date(2026, 11, 20)),
        ("datetime", "2026-11-20T09:58:00+08:00", datetime(2026, 11, 20, 1, 58, tzinfo=UTC)),
        ("datetime", "2026-11-20T01:58:00Z", datetime(2026, 11, 20, 1, 58, tzinfo=UTC)),
        ("datetime", NOW, NOW),
        ("money", None, None),
    ],
)
def test_a_field_of_its_declared_kind_is_taken_exactly(kind: Kind, found: object, value: object) -> None:
    got = one(kind, found)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("text", 1.5),
        ("text", True),
        ("text", "x" * 1001),
        ("text", ["a"]),
        ("number", "7"),
        ("number", True),
        ("number", float("nan")),
        ("number", Decimal("Infinity")),
        ("money", "123.45"),
        ("money", 123.45),
        ("money", "1,050.00 CNY"),
        ("money", "12 cny"),
        ("money", "١٢ CNY"),
        ("money", {"amount": None, "currency": "CNY"}),
        ("money", {"currency": "CNY"}),
        ("boolean", "true"),
        ("boolean", 2),
        ("boolean", 0.0),
        ("date", "20.11.2026"),
        ("date", NOW),
        ("datetime", "2026-11-20T09:58:00"),
        ("datetime", datetime(2026, 11, 20, 9, 58)),  # noqa: DTZ001  - the very thing that is refused
        ("datetime", "yesterday"),
        ("datetime", 1795000000),
    ],
)
def test_what_would_have_to_be_guessed_is_no_answer(kind: Kind, found: object) -> None:
    with pytest.raises(NoAnswer, match=r"^bad_answer: f$"):
        one(kind, found)


def test_a_declared_currency_completes_a_bare_amount_and_contradicts_another() -> None:
    assert one("money", Decimal("12.50"), currency="CNY") == Money(Decimal("12.50"), "CNY")
    assert one("money", "12.50", currency="CNY") == Money(Decimal("12.50"), "CNY")
    with pytest.raises(NoAnswer, match="bad_answer"):
        one("money", "12.50 HKD", currency="CNY")


def test_a_declared_zone_completes_a_bare_time() -> None:
    found = one("datetime", "2026-11-20 09:58:00", zone="Asia/Shanghai")
    assert found == datetime(2026, 11, 20, 9, 58, tzinfo=timezone(timedelta(hours=8)))


def test_a_field_may_lie_deeper_and_must_be_there() -> None:
    deep = lookup(Field("amount", "number", at="data.balance"))
    assert typed(deep, {"data": {"balance": 5}}, None) == {"amount": 5}
    raws: tuple[dict[str, object], ...] = ({}, {"data": {}}, {"data": None}, {"data": [5]}, {"amount": 5})
    for raw in raws:
        with pytest.raises(NoAnswer, match="bad_answer: amount"):
            typed(deep, raw, None)


def test_only_declared_fields_are_taken() -> None:
    assert typed(lookup(Field("a", "text")), {"a": "x", "id_card": "4401"}, None) == {"a": "x"}


@pytest.mark.parametrize(("age", "reason"), [(15 * MINUTE, None), (15 * MINUTE + timedelta(seconds=1), "stale")])
def test_a_figure_older_than_allowed_is_stale(age: timedelta, reason: str | None) -> None:
    asked = lookup(Field("as_of", "datetime"), as_of="as_of")
    try:
        refuse_stale(asked, {"as_of": NOW - age}, 15 * MINUTE, NOW)
        found = None
    except NoAnswer as refusal:
        found = refusal.reason
    assert found == reason


@pytest.mark.parametrize("as_of", [None, NOW + 6 * MINUTE])
def test_a_figure_without_an_age_or_from_the_future_is_no_answer(as_of: datetime | None) -> None:
    with pytest.raises(NoAnswer, match="bad_answer: as_of"):
        refuse_stale(lookup(Field("as_of", "datetime"), as_of="as_of"), {"as_of": as_of}, 15 * MINUTE, NOW)
    refuse_stale(lookup(Field("as_of", "datetime")), {"as_of": as_of}, 15 * MINUTE, NOW)
