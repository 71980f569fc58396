from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ivr.engine.effects import LookUp
from ivr.engine.inputs import Found, LookupFailed, LookupLate
from ivr.prompts.values import Money
from ivr.services.breaker import Limits
from ivr.services.lookups import DataSources
from ivr.services.sources import Field, HttpLookup, HttpSource, SqlLookup, SqlSource
from tests.ivr.services.unruly import Unruly, unruly
from tests.ivr.services.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FIGURES = (Field("amount", "money"), Field("as_of", "datetime"))
BALANCE = HttpLookup("account_balance", "billing", "/v1/{account}", ("account",), FIGURES, "as_of")
AGELESS = HttpLookup("ageless", "billing", "/ageless/{account}", ("account",), (Field("amount", "money"),))
CUSTOMER = SqlLookup("customer", "crm", "SELECT tier FROM c WHERE n = :n", ("n",), (Field("tier", "text"),))
AS_OF = datetime(2026, 11, 20, 9, 58, tzinfo=UTC)
ROW = {"amount": Money(Decimal("123.45"), "CNY"), "as_of": AS_OF}
EVER_MS = 3_600_000
"""A deadline that no test reaches."""


class Clock:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.now = AS_OF + timedelta(minutes=2)

    def __call__(self) -> datetime:
        return self.now


def ask(
    lookup: str = "account_balance", *, account: object = "755", timeout_ms: int = EVER_MS, max_age_ms: int = 900_000
) -> LookUp:
    return LookUp(lookup, {"account": account}, timeout_ms, max_age_ms, None)


@pytest.fixture
async def billing() -> AsyncIterator[Unruly]:
    async with unruly() as service:
        yield service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def data(billing: Unruly, clock: Clock, tmp_path: Path) -> AsyncIterator[DataSources]:
    database = sqlite3.connect(tmp_path / "crm.db")
    database.executescript("CREATE TABLE c (n TEXT, tier TEXT); INSERT INTO c VALUES ('138', 'vip');")
    database.close()
    sources = (
        HttpSource("billing", billing.url, most_at_once=2),
        SqlSource("crm", f"sqlite:///{tmp_path / 'crm.db'}"),
    )
    lookups = (BALANCE, AGELESS, CUSTOMER)
    async with DataSources(sources, lookups, limits=Limits(failures=2, open_s=3600), now=clock) as sources_in_use:
        yield sources_in_use


async def test_sql_and_http_answer(data: DataSources) -> None:
    assert await data.look_up(ask()) == Found(ROW)
    assert await data.look_up(LookUp("customer", {"n": "138"}, EVER_MS, 0, None)) == Found({"tier": "vip"})
    assert await data.look_up(LookUp("customer", {"n": None}, EVER_MS, 0, None)) == Found(None)


async def test_an_unknown_lookup_is_a_failure(data: DataSources) -> None:
    assert await data.look_up(ask("nothing")) == LookupFailed("unknown")


@pytest.mark.parametrize("way", ["is_held", "is_dripping"])
async def test_an_answer_that_does_not_come_in_time_is_late(data: DataSources, billing: Unruly, way: str) -> None:
    setattr(billing, way, True)
    assert await data.look_up(ask(timeout_ms=20)) == LookupLate()


async def test_a_late_question_is_given_up_at_the_source_too(data: DataSources, billing: Unruly) -> None:
    billing.is_held = True
    assert await data.look_up(ask(timeout_ms=20)) == LookupLate()
    await until(lambda: not data._asking)


async def test_a_figure_is_judged_by_its_own_age_not_by_when_it_came(
    data: DataSources, billing: Unruly, clock: Clock
) -> None:
    clock.now = AS_OF + timedelta(minutes=15, seconds=1)
    assert await data.look_up(ask()) == LookupFailed("stale")
    assert await data.look_up(ask(max_age_ms=901_000)) == Found(ROW)
    assert len(billing.asked) == 2


async def test_a_kept_figure_is_given_until_it_is_too_old_by_its_as_of(
    data: DataSources, billing: Unruly, clock: Clock
) -> None:
    await data.look_up(ask())
    clock.now = AS_OF + timedelta(minutes=15)
    assert await data.look_up(ask()) == Found(ROW)
    assert len(billing.asked) == 1
    clock.now += timedelta(seconds=1)
    assert await data.look_up(ask()) == LookupFailed("stale")
    assert len(billing.asked) == 2


async def test_what_has_no_as_of_ages_from_when_it_was_fetched(
    data: DataSources, billing: Unruly, clock: Clock
) -> None:
    for _ in range(2):
        assert await data.look_up(ask("ageless", max_age_ms=60_000)) == Found({"amount": ROW["amount"]})
    clock.now += timedelta(seconds=61)
    await data.look_up(ask("ageless", max_age_ms=60_000))
    assert len(billing.asked) == 2


async def test_another_caller_s_figure_is_never_given(data: DataSources, billing: Unruly) -> None:
    await data.look_up(ask())
    await data.look_up(ask(account="756"))
    assert len(billing.asked) == 2


async def test_that_there_is_nothing_is_asked_anew_each_time(data: DataSources, billing: Unruly) -> None:
    billing.status = 404
    assert await data.look_up(ask()) == Found(None)
    billing.status = 200
    assert await data.look_up(ask()) == Found(ROW)


async def test_a_source_that_fails_in_a_row_is_left_in_peace(data: DataSources, billing: Unruly) -> None:
    billing.status = 500
    for _ in range(2):
        assert await data.look_up(ask()) == LookupFailed("failing")
    assert await data.look_up(ask()) == LookupFailed("circuit_open")
    assert len(billing.asked) == 2
    assert await data.look_up(LookUp("customer", {"n": "138"}, EVER_MS, 0, None)) == Found({"tier": "vip"})


async def test_when_it_may_be_back_exactly_one_of_ten_callers_tries(billing: Unruly, clock: Clock) -> None:
    source = HttpSource("billing", billing.url)
    async with DataSources([source], [BALANCE], limits=Limits(failures=1, open_s=0), now=clock) as data:
        billing.status = 500
        await data.look_up(ask())
        billing.status = 200
        billing.is_held = True
        waiting = [asyncio.create_task(data.look_up(ask())) for _ in range(10)]
        await until(lambda: sum(task.done() for task in waiting) == 9)
        billing.release.set()
        answers = [await task for task in waiting]
    assert answers.count(LookupFailed("circuit_open")) == 9
    assert answers.count(Found(ROW)) == 1
    assert len(billing.asked) == 2


async def test_a_caller_who_hangs_up_in_the_trial_lets_the_next_one_try(billing: Unruly, clock: Clock) -> None:
    source = HttpSource("billing", billing.url)
    async with DataSources([source], [BALANCE], limits=Limits(failures=1, open_s=0), now=clock) as data:
        billing.status = 500
        await data.look_up(ask())
        billing.status = 200
        billing.is_held = True
        leaving = asyncio.create_task(data.look_up(ask()))
        await billing.arrived.acquire()
        await billing.arrived.acquire()
        leaving.cancel()
        await asyncio.wait({leaving})
        billing.is_held = False
        assert await data.look_up(ask()) == Found(ROW)


async def test_late_answers_open_the_circuit_bad_ones_do_not(data: DataSources, billing: Unruly) -> None:
    billing.body = b"garbage"
    for _ in range(3):
        assert await data.look_up(ask()) == LookupFailed("bad_answer")
    billing.is_held = True
    for _ in range(2):
        assert await data.look_up(ask(timeout_ms=20)) == LookupLate()
    assert await data.look_up(ask()) == LookupFailed("circuit_open")


async def test_no_more_than_allowed_ask_a_source_at_one_time(data: DataSources, billing: Unruly) -> None:
    billing.is_held = True
    asking = [asyncio.create_task(data.look_up(ask(account=str(number)))) for number in range(6)]
    await until(lambda: billing.at_once == 2)
    billing.release.set()
    assert [await task for task in asking] == [Found(ROW)] * 6
    assert billing.most_at_once == 2


async def test_a_hang_up_cancels_the_question_cleanly(data: DataSources, billing: Unruly) -> None:
    billing.is_held = True
    asking = asyncio.create_task(data.look_up(ask()))
    await billing.arrived.acquire()
    asking.cancel()
    await asyncio.wait({asking})
    assert asking.cancelled()
    await until(lambda: not data._asking)


async def test_closing_ends_what_is_still_asked(billing: Unruly, clock: Clock) -> None:
    billing.is_held = True
    async with DataSources([HttpSource("billing", billing.url)], [BALANCE], now=clock) as data:
        asking = asyncio.create_task(data.look_up(ask()))
        await billing.arrived.acquire()
        asking.cancel()
    assert not data._asking
    await asyncio.wait({asking})


async def test_a_lookup_that_does_not_fit_its_source_is_a_failure(billing: Unruly, clock: Clock) -> None:
    crossed = SqlLookup("crossed", "billing", "SELECT 1", (), ())
    async with DataSources([HttpSource("billing", billing.url)], [crossed], now=clock) as data:
        assert await data.look_up(ask("crossed")) == LookupFailed("unknown")


async def test_no_value_of_a_question_or_an_answer_is_logged(data: DataSources, billing: Unruly) -> None:
    secret = "47114711"
    with capture_logs() as lines:
        await data.look_up(ask(account=secret))
        billing.answer = {"amount": secret, "as_of": secret}
        await data.look_up(ask("ageless", account=secret))
        await data.look_up(LookUp("customer", {"n": secret}, EVER_MS, 0, None))
        billing.status = 500
        await data.look_up(ask(account=secret + "0"))
    assert len(lines) >= 4
    assert secret not in repr(lines)
    assert "123.45" not in repr(lines)
