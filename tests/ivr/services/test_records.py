from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ivr.engine.effects import CallbackAsked, Surveyed, TicketOpened
from ivr.prompts.values import Money
from ivr.runner.ports import Talk, TicketKind
from ivr.services.records import RecordBook
from store import queries
from store.engine import open_store, store_at
from store.migrate import upgrade
from store.records import Callback, Recording, Survey, Ticket
from store.writer import Writer
from tests.ivr.services.test_journeys import BEGAN, FACTS, LATER, NOW, Rows

if TYPE_CHECKING:
    from store.rows import Row

FAULT = TicketKind({"yellow": timedelta(days=1), "red": timedelta(hours=4)})
NOW_MS = round(NOW.timestamp() * 1000)
CALL: dict[str, Any] = {
    "node": "gz-1",
    "call_id": "gz-1-1.0",
    "channel_id": "gz-1-1.1",
    "flow": "main",
    "flow_version": "0123456789ab",
    "caller": FACTS.caller,
    "number": "96956",
    "language": "en",
    "vip": True,
}
SURVEYED = Surveyed("main.rate", "after-talk", (("helpful", 5), ("solved", None)), 2, NOW_MS)
CALLED = CallbackAsked("main.back", "service", "8613900000001", "nobody free", NOW_MS, 600_000, None)
OPENED = TicketOpened("main.report", "fault", None, {"account": "755"}, "gz-1/r1", 1)


def book() -> tuple[RecordBook, list[Row]]:
    rows = Rows()
    return RecordBook(rows, "gz-1", Path("/rec")), rows.put_


def test_a_survey_is_one_row_with_whose_talk_it_was_about() -> None:
    keeping, rows = book()
    keeping.survey(BEGAN, SURVEYED, Talk("1007", "gz-1/gz-1-1.1/1"))
    assert rows == [
        Survey(
            id="gz-1/gz-1-1.1/main.rate/2",
            survey="after-talk",
            asked_at=NOW,
            answers='{"helpful": 5, "solved": null}',
            step="rate",
            agent="1007",
            visit_id="gz-1/gz-1-1.1/1",
            **CALL,
        )
    ]


def test_a_callback_is_one_row_for_each_queue_of_a_call_and_keeps_the_callers_place() -> None:
    keeping, rows = book()
    keeping.callback(BEGAN, CALLED, LATER)
    assert rows == [
        Callback(
            id="gz-1/gz-1-1.1/service",
            queue="service",
            number_to_call="8613900000001",
            asked_at=LATER,
            entered_at=NOW,
            step="back",
            reason="nobody free",
            not_before=LATER + timedelta(minutes=10),
            **CALL,
        )
    ]
    assert "8613900000001" not in repr(rows)


@pytest.mark.parametrize(("colour", "due"), [(None, timedelta(days=1)), ("red", timedelta(hours=4)), ("blue", None)])
def test_a_ticket_is_due_by_its_colour(colour: str | None, due: timedelta | None) -> None:
    keeping, rows = book()
    keeping.ticket(BEGAN, replace(OPENED, colour=colour), FAULT, LATER)
    assert rows == [
        Ticket(
            id="gz-1/gz-1-1.1/main.report/1",
            kind="fault",
            colour=colour or "yellow",
            opened_at=LATER,
            fields='{"account": "755"}',
            due_at=None if due is None else LATER + due,
            recording="gz-1/r1",
            step="report",
            **CALL,
        )
    ]


def test_a_kind_nobody_knows_promises_nothing() -> None:
    keeping, rows = book()
    keeping.ticket(BEGAN, replace(OPENED, kind="gone"), TicketKind({}), LATER)
    ((colour, due),) = [(row.colour, row.due_at) for row in rows if isinstance(row, Ticket)]
    assert (colour, due) == ("", None)


def test_a_ticket_takes_every_kind_of_value_a_flow_has() -> None:
    keeping, rows = book()
    odd = {
        "text": "陈", "none": None, "yes": True, "whole": 3, "exact": Decimal("1.50"),
        "money": Money(Decimal("9.90"), "CNY"), "day": date(2026, 1, 2), "at": NOW,
    }  # fmt: skip
    keeping.ticket(BEGAN, replace(OPENED, fields=odd), FAULT, LATER)
    assert isinstance(rows[0], Ticket)
    assert json.loads(rows[0].fields) == odd | {
        "exact": "1.50", "money": "9.90 CNY", "day": "2026-01-02", "at": "2026-11-20T10:00:00+00:00"
    }  # fmt: skip
    assert "陈" in rows[0].fields


def test_a_recording_has_an_id_that_a_ticket_can_refer_to() -> None:
    keeping, rows = book()
    assert keeping.recording(BEGAN, "/rec/abc.wav", 2.5, NOW) == "gz-1/abc"
    (row,) = rows
    assert isinstance(row, Recording)
    assert (row.id, row.path, row.seconds, row.recorded_at, row.flow, row.step) == (
        "gz-1/abc", "abc.wav", 2.5, NOW, "inner", "ask"
    )  # fmt: skip


async def test_what_is_told_twice_is_one_row_in_the_real_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    await upgrade(url)
    store = await open_store(url)
    try:
        async with Writer(store) as writer:
            keeping = RecordBook(writer, "gz-1", Path("/rec"))
            for at in (NOW, LATER):
                keeping.survey(BEGAN, SURVEYED, Talk())
                keeping.callback(BEGAN, CALLED, at)
                keeping.ticket(BEGAN, OPENED, FAULT, at)
                await writer.flush()
            keeping.ticket(BEGAN, replace(OPENED, visit=2), FAULT, LATER)
            await writer.flush()
        story = await queries.call(store, "gz-1-1.0")
    finally:
        await store.close()
    assert (len(story.surveys), len(story.callbacks), len(story.tickets)) == (1, 1, 2)
    assert datetime.fromtimestamp(NOW_MS / 1000, UTC) == story.callbacks[0].entered_at


async def test_nobody_waits_for_a_database_that_is_away_and_the_rows_come_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "away"
    store = store_at(f"sqlite:///{folder / 'hotline.db'}")
    try:
        async with Writer(store) as writer:
            RecordBook(writer, "gz-1", Path("/rec")).ticket(BEGAN, OPENED, FAULT, NOW)
            assert writer.state.backlog == 1
            folder.mkdir()
            await upgrade(f"sqlite:///{folder / 'hotline.db'}")
            await writer.flush()
            assert dict(writer.state.dropped) == {}
        assert len((await queries.tickets(store)).rows) == 1
    finally:
        await store.close()
