from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg  # type: ignore[import-untyped]  # asyncpg ships no types
import pytest
from alembic import command
from sqlalchemy import text

from store import migrate, rows
from store.engine import open_store
from store.months import MONTH_OF, NO_MONTH, month_after, month_at, month_in
from store.partitions import Partitions, part_name
from store.queries.ledger import evidence_of_channels, forget_evidence
from store.queries.pages import fetch, where
from store.upserts import COPY_FROM, write
from store.writer import Tempo, Writer
from tests.store.databases import QUICK, Databases, write_all
from tests.store.samples import NOON, a_days_visits, a_ring, a_step, a_visit
from tests.store.test_migrate import _alembic, _brought_to
from tests.store.test_writer import contents

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from store.engine import Store

SEPTEMBER = datetime(2026, 9, 21, 15, 6, tzinfo=UTC)


def a_line(at: datetime, text_: str = "AgentConnect") -> rows.EvidenceLine:
    return rows.EvidenceLine(
        id=f"{at.isoformat()} {text_}", node="gz-1", channel_id="1790003160.7", at=at, source="ami", text=text_
    )


def an_interval(at: datetime) -> rows.AgentInterval:
    key = rows.interval_id("gz-1", "1001", at)
    return rows.AgentInterval(id=key, node="gz-1", agent="1001", state="available", started_at=at)


def monthly() -> list[rows.Row]:
    """Rows of every divided table, of two months and of none."""
    found: list[rows.Row] = []
    for second in (1790003160, 1793400000):
        when = datetime.fromtimestamp(second, UTC)
        key = f"gz-1/{second}.7"
        found += [a_ring(1, visit_id=f"{key}/1"), a_step(1, journey_id=key), a_line(when), an_interval(when)]
    return [*found, a_ring(1, visit_id="by-hand"), a_step(1, journey_id="by-hand")]


@pytest.mark.parametrize(
    ("key", "month"),
    [
        ("gz-1/1790003160.7", 202609),
        ("gz-1/1790003160.7/2", 202609),
        ("gz-1/main-1790003160.7/12", 202609),  # systemname in asterisk.conf
        ("gz-1/1001/1793491199.999999", 202610),
        ("gz-1/1001/1793491200.000000", 202611),
        ("gz-1/c7/1", NO_MONTH),
        ("a", NO_MONTH),
        ("", NO_MONTH),
    ],
)
def test_a_key_tells_its_month(key: str, month: int) -> None:
    assert month_in(key) == month


def test_december_is_followed_by_january_and_none_by_none() -> None:
    assert [month_after(202611), month_after(202612), month_after(NO_MONTH)] == [202612, 202701, NO_MONTH]
    assert month_at(datetime(2026, 1, 1, tzinfo=UTC) - timedelta(microseconds=1)) == 202512


async def parts(store: Store, table: str) -> dict[str, int]:
    """The partitions of a table, and how many rows each has."""
    like = text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND relname LIKE :like")
    async with store.reading() as connection:
        names = (await connection.execute(like, {"like": f"{table}\\_%"})).scalars().all()
        counts = {name: text(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608 - names of our own
        return {name: (await connection.execute(count)).scalar_one() for name, count in counts.items()}


async def of_the_divided(store: Store) -> dict[type[rows.Row], set[rows.Row]]:
    """Every row of the tables that are divided, whatever other tables there are."""
    async with store.reading() as connection:
        return {kind: set(await fetch(connection, kind, where(kind))) for kind in MONTH_OF}


@pytest.mark.postgres
class TestOnPostgresql:
    async def test_rows_of_an_older_version_are_kept_under_their_months_and_come_back(
        self, databases: Databases
    ) -> None:
        url = databases.empty("postgresql")
        store = await open_store(url)
        async with store.writing() as connection:
            await connection.run_sync(_brought_to, "0003")
        async with store.writing() as connection:  # as an older version writes: without months
            for row in monthly():
                names = ", ".join(row.__slots__)
                values = ", ".join(f":{name}" for name in row.__slots__)
                table = {
                    rows.RingAttempt: "ring_attempts",
                    rows.JourneyStep: "journey_steps",
                    rows.EvidenceLine: "evidence_lines",
                    rows.AgentInterval: "agent_intervals",
                }[type(row)]
                told = {name: getattr(row, name) for name in row.__slots__}
                insert = f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608 - names of our own
                await connection.execute(text(insert), told)
        before = await of_the_divided(store)
        await migrate.upgrade(url)
        assert await migrate.differences(store) == []
        assert await of_the_divided(store) == before
        held = {name: count for name, count in (await parts(store, "ring_attempts")).items() if count}
        assert held == {"ring_attempts_2026_09": 1, "ring_attempts_2026_10": 1, "ring_attempts_rest": 1}
        await write_all(store, monthly())
        assert await of_the_divided(store) == before, "the program tells other months than the migration"
        async with store.writing() as connection:
            await connection.run_sync(_brought_back)
        assert await of_the_divided(store) == before
        await store.close()

    async def test_an_upgrade_makes_this_month_and_the_next(self, databases: Databases) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        now = month_at(datetime.now(UTC))
        made = await parts(store, "evidence_lines")
        await store.close()
        assert {part_name("evidence_lines", month) for month in (NO_MONTH, now, month_after(now))} <= set(made)

    async def test_a_writer_makes_the_month_of_a_row_and_the_next_one_ahead(self, databases: Databases) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        await write_all(store, [a_line(SEPTEMBER - timedelta(days=3650))])
        made = await parts(store, "evidence_lines")
        await store.close()
        assert made["evidence_lines_2016_09"] == 1
        assert made["evidence_lines_2016_10"] == 0

    async def test_a_month_that_somebody_removed_is_made_again(self, databases: Databases) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        async with Writer(store, tempo=QUICK) as writer:
            writer.put(a_line(SEPTEMBER, "the first"))
            await writer.flush()
            async with store.writing() as connection:
                await connection.execute(text("DROP TABLE evidence_lines_2026_09"))
            writer.put(a_line(SEPTEMBER, "the second"))
            await writer.flush()
            state = writer.state
        found = await evidence_of_channels(store, "gz-1", ["1790003160.7"])
        await store.close()
        assert [line.text for line in found] == ["the second"]
        assert state.refused == {}

    async def test_a_month_that_somebody_detached_goes_on_under_another_name(self, databases: Databases) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        partitions = Partitions(store)
        first, second, third, fourth = (a_line(SEPTEMBER, word) for word in ("first", "second", "third", "fourth"))
        await write_all(store, [first])
        await _do(store, "ALTER TABLE evidence_lines DETACH PARTITION evidence_lines_2026_09")
        await partitions.make_for([second])
        await write_all(store, [second])
        assert (await parts(store, "evidence_lines"))["evidence_lines_2026_09_again"] == 1
        await _do(store, "ALTER TABLE evidence_lines DETACH PARTITION evidence_lines_2026_09_again")
        partitions.forget()
        await partitions.make_for([third])
        await write_all(store, [third])
        await _do(store, "DROP TABLE evidence_lines_2026_09")  # its name is free, and the month is there all the same
        await write_all(store, [fourth])
        found = await evidence_of_channels(store, "gz-1", ["1790003160.7"])
        assert {line.text for line in found} == {"third", "fourth"}
        assert await migrate.differences(store) == []
        assert await forget_evidence(store, "gz-1", NOON + timedelta(days=60)) == 2
        assert "evidence_lines_2026_09_again_again" not in await parts(store, "evidence_lines")
        await store.close()

    async def test_forgotten_months_are_removed_whole_and_living_ones_stay(self, databases: Databases) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        others = rows.EvidenceLine(id="x", node="gz-2", channel_id="c", at=SEPTEMBER, source="ami", text="t")
        await write_all(store, [a_line(SEPTEMBER - timedelta(days=92)), a_line(SEPTEMBER), others, a_line(NOON)])
        assert await forget_evidence(store, "gz-1", NOON - timedelta(days=14)) == 2
        left = await parts(store, "evidence_lines")
        await store.close()
        assert "evidence_lines_2026_06" not in left
        assert left["evidence_lines_2026_09"] == 1
        assert left["evidence_lines_2026_11"] == 1

    async def test_copied_rows_are_those_that_are_written_one_by_one(self, databases: Databases) -> None:
        one, other = [await open_store(await databases.fresh("postgresql")) for _ in range(2)]
        tricky = [a_visit(n, caller_name="\x00陈\ud800", ended_at=NOON) for n in range(1000, 1000 + COPY_FROM)]
        made = [*a_days_visits(COPY_FROM), *tricky, *monthly()]
        steps = [a_step(n, detail='{"a": "\\\\N\\t"}') for n in range(COPY_FROM + 1)]
        for store, copies in ((one, True), (other, False)):
            await Partitions(store).make_for([*made, *steps])
            for _ in range(2):  # the second time every key is there already
                async with store.writing() as connection:
                    await write(connection, "postgresql", [*made, *steps], copies=copies)
        assert await contents(one) == await contents(other)
        await one.close()
        await other.close()

    async def test_a_value_no_column_takes_costs_its_own_row_alone_among_copied_ones(
        self, databases: Databases
    ) -> None:
        store = await open_store(await databases.fresh("postgresql"))
        made = a_days_visits(COPY_FROM * 2)
        made[7] = a_visit(8, rings=2**40)
        async with Writer(store, tempo=Tempo(linger_s=0, first_pause_s=0.01, rows_per_copy=COPY_FROM)) as writer:
            for row in made:
                writer.put(row)
            await writer.flush()
            state = writer.state
        found = await contents(store)
        await store.close()
        assert state.refused == {"visits": 1}
        assert len(found[rows.Visit]) == len(made) - 1

    async def test_who_may_not_make_temporary_tables_writes_plainly_from_then_on(
        self, databases: Databases, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[int] = []

        async def forbidden(*_: object) -> None:
            tries.append(1)
            raise asyncpg.InsufficientPrivilegeError("permission denied to create temporary tables")

        monkeypatch.setattr("store.upserts._copy", forbidden)
        store = await open_store(await databases.fresh("postgresql"))
        made = a_days_visits(COPY_FROM * 6)
        await write_all(store, made)
        found = await contents(store)
        await store.close()
        assert len(found[rows.Visit]) == len(made)
        assert len(tries) == 1


def _brought_back(connection: Connection) -> None:
    command.downgrade(_alembic(connection), "0003")


async def _do(store: Store, statement: str) -> None:
    async with store.writing() as connection:
        await connection.execute(text(statement))
