"""CEL beside a running bridge: journeys nobody ended get their end, calls nobody wrote down get a row, once."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ami_bridge.reconcile.call_differences import Known
from ami_bridge.reconcile.call_keeping import GIVEN_UP, SETTLED, CallKeeper
from ami_bridge.reconcile.call_settling import Settled, settle
from ami_bridge.reconcile.verifying_calls import House, known_of, verify_calls
from store.queries.journeys import journeys
from store.queries.ledger import log_place
from store.rows import Journey, Visit
from tests.ami_bridge.test_call_differences import NODE, QUEUES, WHO, agreeing, journey, moment, s
from tests.ami_bridge.test_cel import only, records, scene
from tests.ami_bridge.test_importing import Book, book

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    import pytest

    from ami_bridge.cel.call import Call

HOUSE = House(NODE, WHO, QUEUES)


@dataclass
class Floor:
    """A ledger, a log, and a clock."""

    mine: Book
    log: Path
    now: datetime

    def keeper(self, since: datetime | None = None) -> CallKeeper:
        flows = {"96956": "main"}
        return CallKeeper(self.log, self.mine.store, self.mine.writer, HOUSE, flows, lambda: self.now, since)

    def write(self, raw: bytes) -> None:
        with self.log.open("ab") as file:
            file.write(raw)

    async def put(self, *rows: Journey | Visit) -> None:
        for row in rows:
            self.mine.writer.put(row)
        await self.mine.writer.flush()

    async def journeys(self) -> list[Journey]:
        return sorted((await journeys(self.mine.store)).rows, key=lambda row: row.id)


@asynccontextmanager
async def floor(folder: Path) -> AsyncIterator[Floor]:
    call = only("answered_agent")
    assert call.ended is not None
    async with book(folder) as mine:
        yield Floor(mine, folder / "hotline.csv", call.ended + timedelta(hours=1))


async def test_a_journey_left_open_gets_the_end_of_its_call_and_a_second_time_nothing(tmp_path: Path) -> None:
    call, rows = agreeing("answered_agent")
    whole = rows[0]
    assert isinstance(whole, Journey)
    async with floor(tmp_path) as house:
        await house.put(replace(whole, ended_at=None, outcome=None), rows[1])
        house.write(b"")
        keeper = house.keeper()
        await keeper.look()
        house.write(scene("answered_agent"))
        await keeper.look()
        [row] = await house.journeys()
        assert (row.ended_at, row.outcome, row.started_at) == (call.ended, "lost", whole.started_at)
        assert keeper.settled == 1
        await keeper.look()
        house.write(scene("answered_agent"))  # copied behind itself
        await keeper.look()
        assert (await house.journeys(), keeper.settled) == ([row], 1)
        verdict = await verify_calls(house.mine.store, [house.log], HOUSE, since=moment(call, -1), until=house.now)
        assert verdict.differences == []


async def test_a_call_nobody_wrote_down_gets_a_row_and_one_the_service_told_of_keeps_its_own(tmp_path: Path) -> None:
    call, [told] = agreeing("menu")
    assert isinstance(told, Journey)
    async with floor(tmp_path) as house:
        house.write(b"")
        keeper = house.keeper()
        await keeper.look()
        house.write(scene("menu") + scene("abandoned"))
        await keeper.look()
        first, second = await house.journeys()
        assert (first.id, first.flow, first.number, first.caller) == (told.id, "main", "96956", "13922220009")
        assert (first.started_at, first.ended_at, first.outcome) == (call.began, call.ended, "lost")
        assert second.channel_id == only("abandoned").id
        await house.put(told)  # the service was only late
        house.write(scene("menu"))
        await keeper.look()
        assert (await house.journeys())[0] == told


async def test_a_journey_taken_for_hung_up_whose_caller_the_rescue_had_was_rescued(tmp_path: Path) -> None:
    """As a soak heard it: the service stood still, the watchdog moved its callers, AGI heard of it as of a hang-up."""
    call, [whole, its_talk] = agreeing("answered_agent")
    assert isinstance(whole, Journey)
    left = replace(whole, ended_at=moment(call, 2))
    told = scene("answered_agent")
    rescued = told.replace(b'"hotline-run"', b'"hotline-bye"')
    for raw, outcome in ((told, "hung_up"), (rescued, "rescued")):
        (folder := tmp_path / outcome).mkdir()
        async with floor(folder) as house:
            await house.put(left, its_talk)
            house.write(b"")
            keeper = house.keeper()
            await keeper.look()
            house.write(raw)
            await keeper.look()
            [row] = await house.journeys()
            assert (row.outcome, row.ended_at) == (outcome, call.ended if outcome == "rescued" else left.ended_at)
            verdict = await verify_calls(house.mine.store, [house.log], HOUSE, since=moment(call, -1), until=house.now)
            assert [one.what for one in verdict.differences] == ([] if outcome == "rescued" else ["journey ended"])


async def test_what_the_service_writes_while_a_call_is_settled_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, [told] = agreeing("menu")
    assert isinstance(told, Journey)
    async with floor(tmp_path) as house:
        house.write(b"")
        keeper = house.keeper()
        await keeper.look()

        async def known_before(*asked: Any) -> list[tuple[Call, Known]]:
            found = await known_of(*asked)
            await house.put(told)  # the service's own spool is drained in this very moment
            return found

        monkeypatch.setattr("ami_bridge.reconcile.call_keeping.known_of", known_before)
        house.write(scene("menu") + scene("abandoned"))
        await keeper.look()
        assert keeper.settled == 2
        first, second = await house.journeys()
        assert first == told
        assert second.outcome == "lost"


async def test_many_calls_are_settled_a_portion_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portions: list[int] = []

    async def counted(store: Any, calls: list[Call], house: House) -> list[tuple[Call, Known]]:
        portions.append(len(calls))
        return await known_of(store, calls, house)

    monkeypatch.setattr("ami_bridge.reconcile.call_keeping.known_of", counted)
    monkeypatch.setattr("ami_bridge.reconcile.call_keeping.AT_ONCE", 1)
    async with floor(tmp_path) as house:
        house.write(b"")
        keeper = house.keeper()
        await keeper.look()
        house.write(scene("menu") + scene("abandoned"))
        await keeper.look()
        assert (portions, keeper.settled) == ([1, 1], 2)
        assert len(await house.journeys()) == 2


async def test_a_journey_found_to_be_over_too_late_gets_its_moment(tmp_path: Path) -> None:
    menu = only("menu")
    rows = journey(menu, "lost", 50), journey(only("abandoned"), "queued", 4)
    async with floor(tmp_path) as house:
        await house.put(*rows)
        house.write(b"")
        keeper = house.keeper()
        await keeper.look()
        house.write(scene("menu") + scene("abandoned"))
        await keeper.look()
        first, second = await house.journeys()
        assert (first.ended_at, first.outcome) == (menu.ended, "lost")
        assert second == rows[1]


def test_only_what_nobody_can_tell_is_settled() -> None:
    call = only("blind_agent")
    for row, ends, corrected in (
        (journey(call, None, None), 1, 0),
        (journey(call, "lost", 4.37), 0, 1),
        (journey(call, "queued", 4.37), 0, 0),
        (journey(call, "hung_up", 60), 0, 0),
    ):
        found = Settled()
        settle(NODE, call, Known([row], [], WHO), {}, found)
        assert (len(found.ends), len(found.corrected), found.lost) == (ends, corrected, [])
    rescued = replace(call, legs=(replace(call.legs[0], last_context="hotline-bye"),))
    found = Settled()
    settle(NODE, rescued, Known([], [], WHO), {}, found)
    assert [(row.outcome, row.flow) for row in found.lost] == [("rescued", "")]


async def test_a_call_is_settled_a_while_after_its_end_and_by_a_restarted_bridge_too(tmp_path: Path) -> None:
    call = only("answered_caller")
    assert call.ended is not None
    lines = records(scene("answered_caller"))
    async with floor(tmp_path) as house:
        house.now = call.ended
        house.write(scene("menu"))  # before the first bridge: not ours
        keeper = house.keeper()
        await keeper.look()
        house.write(b"".join(lines[:6]))
        await keeper.look()
        house.write(b"".join(lines[6:]))
        await house.mine.writer.flush()
        keeper = house.keeper()  # restarted in the middle of the call
        await keeper.look()
        assert await house.journeys() == []
        house.now = call.ended + SETTLED + s(1)
        await keeper.look()
        [row] = await house.journeys()
        assert (row.channel_id, row.started_at, row.ended_at) == (call.id, call.began, call.legs[0].ended)
        await house.mine.writer.flush()
        place = await log_place(house.mine.store, NODE, "cel")
        assert place is not None
        assert place.bytes_read == house.log.stat().st_size
        again = house.keeper()
        await again.look()
        assert again.settled == 0


async def test_a_bridge_killed_before_it_kept_a_place_leaves_its_calls_to_the_next(tmp_path: Path) -> None:
    """Its first look came before the first call, and so before there was any CEL."""
    before, call = only("menu"), only("answered_caller")
    assert before.began is not None
    assert call.began is not None
    assert before.began < call.began
    async with floor(tmp_path) as house:
        house.now = call.began
        await house.keeper().look()
        house.write(scene("menu") + scene("answered_caller"))
        house.now = call.began + timedelta(hours=1)
        await house.keeper(since=call.began).look()
        assert [row.channel_id for row in await house.journeys()] == [call.id]


async def test_a_call_whose_end_was_lost_does_not_hold_the_place_for_ever(tmp_path: Path) -> None:
    async with floor(tmp_path) as house:
        house.write(b"")
        keeper = house.keeper()
        await keeper.look()
        house.write(records(scene("menu"))[0])
        await keeper.look()
        await house.mine.writer.flush()
        before = await log_place(house.mine.store, NODE, "cel")
        house.now += GIVEN_UP
        await keeper.look()
        await house.mine.writer.flush()
        after = await log_place(house.mine.store, NODE, "cel")
        assert before is not None
        assert after is not None
        assert (before.bytes_read, after.bytes_read) == (0, house.log.stat().st_size)
        assert await house.journeys() == []


async def test_without_cel_nothing_happens_and_an_unreadable_one_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with floor(tmp_path) as house:
        keeper = house.keeper()
        await keeper.look()
        assert (await house.journeys(), keeper.settled) == ([], 0)
        house.log.mkdir()
        for _ in range(3):
            await keeper.look()
        assert capsys.readouterr().out.count("bridge.cel_later") == 1


async def test_a_caller_moved_out_of_the_line_unseen_did_not_give_up_since_his_line_went_on(tmp_path: Path) -> None:
    call, [its_journey, gave_up] = agreeing("abandoned")
    assert isinstance(gave_up, Visit)
    assert gave_up.ended_at is not None
    early = replace(gave_up, ended_at=gave_up.ended_at - timedelta(seconds=3), evidence="queue_log: ABANDON")
    seen = replace(early, evidence="ami: hung up while waiting; queue_log agrees")
    for row, outcome in ((early, "withdrawn"), (seen, None), (replace(early, ended_at=gave_up.ended_at), None)):
        found = Settled()
        settle(NODE, call, Known([], [row], WHO), {}, found)
        assert [one.outcome for one in found.moved] == ([outcome] if outcome else [])
        for one in found.moved:
            settle(NODE, call, Known([], [one], WHO), {}, again := Settled())
            assert not again
            assert (one.ended_by, one.evidence) == ("system", "queue_log: ABANDON; cel: the caller's line went on")
    async with floor(tmp_path) as house:
        await house.put(its_journey, early)
        house.write(b"")
        keeper = house.keeper()
        await keeper.look()
        house.write(scene("abandoned"))
        await keeper.look()
        await house.mine.writer.flush()
        [(_, known)] = await known_of(house.mine.store, [call], HOUSE)
        assert [one.outcome for one in known.visits] == ["withdrawn"]
