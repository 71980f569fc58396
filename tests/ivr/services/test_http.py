from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ivr.prompts.values import Money
from ivr.services.addresses import BadSourceError
from ivr.services.answers import NoAnswer
from ivr.services.http import Service
from ivr.services.sources import Field, HttpLookup, HttpSource
from tests.ivr.services.unruly import Unruly, unruly

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BALANCE = HttpLookup(
    "account_balance",
    "billing",
    "/v1/accounts/{account}/balance",
    ("account",),
    (Field("amount", "money"), Field("as_of", "datetime")),
    "as_of",
)
CHECK = HttpLookup("check_pin", "billing", "/check", ("account", "pin"), (Field("ok", "boolean"),), method="POST")


@pytest.fixture
async def billing() -> AsyncIterator[Unruly]:
    async with unruly() as service:
        yield service


@pytest.fixture
async def asked(billing: Unruly) -> AsyncIterator[Service]:
    async with Service(HttpSource("billing", billing.url + "/", {"Authorization": "Bearer hunter2"})) as service:
        yield service


async def test_an_answer_is_typed(asked: Service, billing: Unruly) -> None:
    assert await asked.ask(BALANCE, {"account": "755"}) == {
        "amount": Money(Decimal("123.45"), "CNY"),
        "as_of": datetime(2026, 11, 20, 9, 58, tzinfo=UTC),
    }
    assert billing.asked == [("GET", "/api/v1/accounts/755/balance", "")]
    assert billing.headers[0]["Authorization"] == "Bearer hunter2"


async def test_a_bare_json_number_is_exact(asked: Service, billing: Unruly) -> None:
    billing.body = b'{"amount": 20002.20}'
    exact = replace(BALANCE, gives=(Field("amount", "money", currency="CNY"),), as_of=None)
    found = await asked.ask(exact, {"account": "755"})
    assert found == {"amount": Money(Decimal("20002.20"), "CNY")}


@pytest.mark.parametrize(
    ("account", "path"),
    [
        ("../admin", "..%2Fadmin"),
        ("7?x=1#y", "7%3Fx%3D1%23y"),
        ("王 %2e", "%E7%8E%8B%20%252e"),
        ("a\r\nX: y", "a%0D%0AX%3A%20y"),
    ],
)
async def test_a_value_stays_one_segment_of_the_path(asked: Service, billing: Unruly, account: str, path: str) -> None:
    await asked.ask(BALANCE, {"account": account})
    assert billing.asked[0][1] == f"/api/v1/accounts/{path}/balance"


@pytest.mark.parametrize("account", [None, "", ".", ".."])
async def test_a_value_that_would_make_another_path_is_not_asked(
    asked: Service, billing: Unruly, account: object
) -> None:
    with pytest.raises(NoAnswer, match="bad_argument"):
        await asked.ask(BALANCE, {"account": account})
    assert billing.asked == []


async def test_what_has_no_place_goes_into_the_query_or_a_posts_body(asked: Service, billing: Unruly) -> None:
    billing.answer = {"ok": True}
    await asked.ask(CHECK, {"account": "755", "pin": "4711"})
    await asked.ask(replace(CHECK, method="GET"), {"account": "7 5&x", "pin": "1"})
    assert billing.asked == [
        ("POST", "/api/check", '{"account": "755", "pin": "4711"}'),
        ("GET", "/api/check?account=7+5%26x&pin=1", ""),
    ]


async def test_404_and_null_mean_there_is_no_such_thing(asked: Service, billing: Unruly) -> None:
    billing.answer = None
    assert await asked.ask(BALANCE, {"account": "755"}) is None
    billing.status = 404
    assert await asked.ask(BALANCE, {"account": "755"}) is None


@pytest.mark.parametrize(
    ("status", "reason", "is_down"),
    [
        (500, "failing", True),
        (503, "failing", True),
        (429, "failing", True),
        (403, "refused", False),
        (302, "refused", False),
    ],
)
async def test_another_status_is_no_answer(
    asked: Service, billing: Unruly, status: int, reason: str, *, is_down: bool
) -> None:
    billing.status = status
    with pytest.raises(NoAnswer, match=f"{reason}: HTTP {status}") as caught:
        await asked.ask(BALANCE, {"account": "755"})
    assert caught.value.is_source_down is is_down
    assert len(billing.asked) == 1  # a redirect is not followed


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[1]", b'"x"', b"{", b"\xff\xfe", b'{"amount": NaN}', b"[" * 60_000, b'{"amount": "1 CNY"}'],
)
async def test_garbage_is_no_answer(asked: Service, billing: Unruly, body: bytes) -> None:
    billing.body = body
    with pytest.raises(NoAnswer, match="bad_answer") as caught:
        await asked.ask(BALANCE, {"account": "755"})
    assert not caught.value.is_source_down


async def test_an_answer_without_end_is_cut_off(asked: Service, billing: Unruly) -> None:
    billing.body = b" " * (64 * 1024 + 1)
    with pytest.raises(NoAnswer, match="bad_answer: more than 65536 bytes"):
        await asked.ask(BALANCE, {"account": "755"})


async def test_no_cookie_is_kept(asked: Service, billing: Unruly) -> None:
    for _ in range(2):
        await asked.ask(BALANCE, {"account": "755"})
    assert "Cookie" not in billing.headers[1]


async def test_a_port_where_nobody_listens_is_unreachable(billing: Unruly) -> None:
    async with unruly() as gone:
        url = gone.url
    async with Service(HttpSource("billing", url)) as service:
        with pytest.raises(NoAnswer, match="unreachable") as caught:
            await service.ask(BALANCE, {"account": "755"})
    assert caught.value.is_source_down
    assert billing.asked == []


@pytest.mark.parametrize("url", ["", "billing", "ftp://h/", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_told_by_the_source_s_name(url: str) -> None:
    with pytest.raises(BadSourceError, match="data source 'billing'"):
        Service(HttpSource("billing", url))
