"""The watch at work: what it sees is told once, also over a restart, and a sender that fails disturbs nobody."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from ami_bridge.messages import Knowledge
from store.rows import Journey
from store.schema import JOURNEYS
from tests.wallboard.alarms.receiving import PATIENCE_S, Receiver
from tests.wallboard.floor import floor, settings
from tests.wallboard.inbox import Inbox
from wallboard.alarms.book import Notice
from wallboard.alarms.delivering import NotDeliveredError, PostedJson
from wallboard.alarms.machine import Alarm
from wallboard.alarms.messages import From, Message
from wallboard.alarms.rules import Alarms, Rule, built_in
from wallboard.alarms.sending import Sending
from wallboard.alarms.watching import AlarmWatch
from wallboard.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from store.engine import Store

AMI = Rule(name="cut", when="ami_gone", to=("ops",))


class Clock:
    """Time that is ours."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Deaf:
    """A sender that never gets through."""

    def __init__(self) -> None:
        self.tried = 0

    async def deliver(self, _: Message) -> str:
        self.tried += 1
        raise NotDeliveredError("nobody there", again=False)


class House:
    """A hub, a store and a watch with a clock of their own."""

    def __init__(self, tmp_path: Path, store: Store, senders: dict[str, Sending], *rules: Rule) -> None:
        self.clock = Clock()
        self.hub = Hub(settings(tmp_path / "none.sock"))
        self.store = store
        self.kept = tmp_path / "alarms.json"
        self.senders = senders
        self.alarms = Alarms(rules={rule.name: rule for rule in rules})
        self.watch = self.made()

    def made(self) -> AlarmWatch:
        return AlarmWatch(
            self.alarms, self.hub, self.store, self.senders, of=From("h", "gz-1"), kept=self.kept,
            is_open=lambda _, __: True, clock=self.clock,
        )  # fmt: skip

    def knows(self, state: str) -> None:
        """The bridge says how far it can be trusted."""
        knowledge = Knowledge(state=state, since=self.clock.now)  # type: ignore[arg-type]  # a word of the table
        self.hub.hear(replace(floor(self.clock.now), knowledge=knowledge), self.clock.now)

    def texts(self) -> list[str]:
        return [each["text"]["en"] for each in self.hub.alarms["firing"]]  # type: ignore[attr-defined]  # JSON, whose values have no types


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the watch's own second
            await asyncio.sleep(0.02)


def sending(way: Any, clock: Clock | None = None, tries: int = 1) -> Sending:
    return Sending("ops", way, tries, 6, clock or Clock())


async def test_what_stands_is_told_once_to_senders_and_boards_and_once_more_when_it_is_over(
    tmp_path: Path, store: Store
) -> None:
    async with Receiver() as ops:
        house = House(tmp_path, store, {"ops": sending(PostedJson(ops.url, None, PATIENCE_S))}, AMI)
        house.knows("blind")
        running = asyncio.create_task(house.watch.run())
        await ops.until(lambda got: len(got) == 1)
        await until(lambda: house.texts() == ["Asterisk on gz-1 does not answer: AMI is cut, or Asterisk has stopped"])
        hello = Inbox(house.hub.join(house.clock.now)).next()
        assert [each["rule"] for each in hello["alarms"]["firing"]] == ["cut"]
        house.knows("complete")
        await ops.until(lambda got: len(got) == 2)
        await until(lambda: house.texts() == [])
        assert [each["rule"] for each in house.hub.alarms["over"]] == ["cut"]  # type: ignore[attr-defined]  # JSON, whose values have no types
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    first, second = ops.got
    assert (first["change"], second["change"], first["id"]) == ("fired", "recovered", second["id"])


async def test_a_watch_that_is_started_anew_rings_nothing_a_second_time_and_tells_the_recovery(
    tmp_path: Path, store: Store
) -> None:
    async with Receiver() as ops:
        house = House(tmp_path, store, {"ops": sending(PostedJson(ops.url, None, PATIENCE_S))}, AMI)
        house.knows("blind")
        running = asyncio.create_task(house.watch.run())
        await ops.until(lambda got: len(got) == 1)
        await until(lambda: not house.senders["ops"].unsaid.waiting)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        house.senders = {"ops": sending(PostedJson(ops.url, None, PATIENCE_S))}
        house.watch = house.made()
        running = asyncio.create_task(house.watch.run())
        await until(lambda: len(house.watch.book.firing) == 1)
        house.knows("complete")
        await ops.until(lambda got: len(got) == 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [each["change"] for each in ops.got] == ["fired", "recovered"]


async def test_what_could_not_be_told_before_the_end_is_told_after_the_next_start(tmp_path: Path, store: Store) -> None:
    async with Receiver() as ops:
        ops.answers = [0]  # the first is never answered: the end comes while it is under way
        house = House(tmp_path, store, {"ops": sending(PostedJson(ops.url, None, 3600))}, AMI)
        house.knows("blind")
        running = asyncio.create_task(house.watch.run())
        await ops.until(lambda got: len(got) == 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        house.senders = {"ops": sending(PostedJson(ops.url, None, PATIENCE_S))}
        running = asyncio.create_task(house.made().run())
        await ops.until(lambda got: len(got) == 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert ops.got[0]["id"] == ops.got[1]["id"]


async def test_a_sender_that_fails_is_said_once_shown_on_boards_and_disturbs_no_other(
    tmp_path: Path, store: Store
) -> None:
    async with Receiver() as ops:
        deaf = Deaf()
        rules = [Rule(name=name, when="ami_gone", to=("deaf", "ops")) for name in "abc"]
        senders = {
            "deaf": Sending("deaf", deaf, 1, 6, Clock()),
            "ops": sending(PostedJson(ops.url, None, PATIENCE_S)),
        }
        house = House(tmp_path, store, senders, *rules)
        house.knows("blind")
        with capture_logs() as lines:
            running = asyncio.create_task(house.watch.run())
            await ops.until(lambda got: len(got) == 3)
            await until(lambda: deaf.tried == 3)
            await until(lambda: bool(house.hub.alarms["senders"]))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert [line["why"] for line in lines if line["event"] == "alarm_sender_failed"] == ["nobody there"]
    assert [(each["name"], each["why"]) for each in house.hub.alarms["senders"]] == [("deaf", "nobody there")]  # type: ignore[attr-defined]  # JSON, whose values have no types


async def test_a_database_that_is_away_is_an_alarm_and_calls_that_fail_are_counted_while_it_is_there(
    tmp_path: Path, store: Store
) -> None:
    rules = [
        replace(built_in(())["database_gone"], for_s=0.0),
        Rule(name="calls", when="failed_calls", over=20, count=2),
    ]
    house = House(tmp_path, store, {}, *rules)
    house.knows("complete")
    async with store.writing() as connection:
        for number, outcome in enumerate(("rescued", "finished", "lost")):
            at = house.clock.now
            row = Journey(
                id=f"gz-1/{number}", node="gz-1", call_id=str(number), channel_id=str(number), number="10010",
                flow="main", flow_version="1", started_at=at, caller="", language="en", vip=False, ended_at=at,
                outcome=outcome,
            )  # fmt: skip
            await connection.execute(JOURNEYS.insert().values(**{c.name: getattr(row, c.name) for c in JOURNEYS.c}))
    running = asyncio.create_task(house.watch.run())
    await until(lambda: house.texts() == ["66.7 % of the calls failed (bound 20 %)"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_file_that_is_none_of_ours_is_said_and_begun_anew(tmp_path: Path, store: Store) -> None:
    house = House(tmp_path, store, {}, AMI)
    house.kept.write_text("{")
    house.knows("blind")
    with capture_logs() as lines:
        running = asyncio.create_task(house.watch.run())
        await until(lambda: len(house.texts()) == 1)
        await until(lambda: house.kept.read_text() != "{")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["alarms_not_remembered"]


@pytest.mark.parametrize("tries", [1, 3])
async def test_a_message_is_tried_a_few_times_and_then_given_up(tries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy(Deaf):
        async def deliver(self, _: Message) -> str:
            self.tried += 1
            raise NotDeliveredError("busy")

    monkeypatch.setattr("wallboard.alarms.sending.FIRST_PAUSE_S", 0.0)
    busy, clock = Busy(), Clock()
    sender = Sending("ops", busy, tries, 6, clock)
    sender.put(Notice(change="fired", alarm=Alarm(rule="r", subject="s"), at=clock.now))
    running = asyncio.create_task(sender.run({"r": Rule(name="r", when="ami_gone")}, From("h", "gz-1"), lambda: None))
    await until(lambda: not sender.unsaid.waiting)
    running.cancel()
    assert busy.tried == tries
    assert sender.trouble is not None


async def test_what_stands_and_does_not_change_is_neither_told_nor_written_again(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wallboard.alarms.watching.LOOK_EVERY_S", 0.0)
    house = House(tmp_path, store, {}, Rule(name="long", when="longest_wait", over=0))
    house.knows("complete")
    looks = 0

    def counted() -> None:
        nonlocal looks
        house.clock.now += timedelta(milliseconds=1)  # the wait grows with each look
        looks += 1
        AlarmWatch.look(house.watch)

    monkeypatch.setattr(house.watch, "look", counted)
    running = asyncio.create_task(house.watch.run())
    await until(lambda: len(house.texts()) == 1)
    written, told, seen = house.kept.stat().st_mtime_ns, house.hub.alarms, looks
    await until(lambda: looks > seen + 20)
    assert (house.kept.stat().st_mtime_ns, house.hub.alarms) == (written, told)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
