from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from ivr.engine.cursor import Cursor, Frame
from ivr.engine.effects import Trace
from ivr.engine.inputs import CallFacts, Returned, Spoken, Started
from ivr.engine.machine import begin, step
from ivr.flow.model import Play, Queue
from ivr.services.journeys import JourneyLog
from ivr.services.sealing import CursorSeal
from store.engine import open_store
from store.queries import journey_by_id
from store.rows import Journey, JourneyStep
from store.writer import Writer
from tests.ivr.engine.making import AT, left, single, to
from tests.store.databases import migrated

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.engine.inputs import Input
    from store.rows import Row

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
FACTS = CallFacts("96956", "8613800138000", "王", "gz-1-1.1", "gz-1-1.0")
CURSOR = Cursor.of("0123456789ab", (Frame("main", "hold", {"vip": True}), Frame("inner", "ask")), "en", FACTS)
BEGAN = CURSOR.but(began_ms=round(NOW.timestamp() * 1000))
OPEN = Journey(
    id="gz-1/gz-1-1.1",
    node="gz-1",
    call_id="gz-1-1.0",
    channel_id="gz-1-1.1",
    number="96956",
    flow="main",
    flow_version="0123456789ab",
    started_at=NOW,
    caller="8613800138000",
    language="en",
    vip=True,
    last_step="inner.ask",
)


class Rows:
    def __init__(self) -> None:
        self.put_: list[Row] = []

    def put(self, row: Row) -> None:
        self.put_.append(row)


def test_a_call_begins_a_journey() -> None:
    rows = Rows()
    JourneyLog(rows, "gz-1").begin(FACTS, CURSOR, NOW)
    assert rows.put_ == [OPEN]


def test_a_step_left_is_a_line_and_the_journey_is_open_again_from_its_own_beginning() -> None:
    rows = Rows()
    trace = left("main", "hold", "queue", "answered", "survey", {"b": "二", "a": "1"}, 4, 2, 180_000)
    JourneyLog(rows, "gz-1").step(BEGAN, trace, LATER)
    assert rows.put_ == [
        JourneyStep(
            journey_id="gz-1/gz-1-1.1",
            ordinal=4,
            node="gz-1",
            segment=2,
            flow="main",
            step="hold",
            verb="queue",
            outcome="answered",
            at=NOW,
            to_step="survey",
            took_ms=180_000,
            detail='{"a": "1", "b": "二"}',
        ),
        OPEN,
    ]


def test_the_end_of_a_segment_is_written_with_its_outcome() -> None:
    rows = Rows()
    JourneyLog(rows, "gz-1").end(BEGAN, "queued", LATER)
    assert rows.put_ == [replace(OPEN, ended_at=LATER, outcome="queued")]


async def test_a_call_of_two_segments_is_one_journey_in_the_real_store(tmp_path: Path) -> None:
    """Engine, seal and store together: two processes' worth of segments, one unbroken story."""
    calling = single(
        Queue("hold", AT, "service", 0, 60_000, {"answered": "survey"}),
        Play("survey", AT, "survey", {}, to("end")),
    )
    seal = CursorSeal(Fernet.generate_key(), now=lambda: LATER)
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    await migrated(url)
    store = await open_store(url)
    try:
        async with Writer(store) as writer:
            log = JourneyLog(writer, "gz-1")

            def led(cursor: Cursor, event: Input, now: datetime) -> Cursor:
                move = step(calling, cursor, event, now)
                for effect in move.effects:
                    if isinstance(effect, Trace):
                        log.step(move.cursor, effect, now)
                return move.cursor

            waiting = led(begin(calling, "main", FACTS, "en"), Started(FACTS), NOW)
            log.end(waiting, "queued", NOW)
            await writer.flush()
            back = led(seal.unseal(seal.seal(waiting)), Returned("answered"), LATER)
            log.end(led(back, Spoken(), LATER), "finished", LATER)
            await writer.flush()
        story = await journey_by_id(store, "gz-1/gz-1-1.1")
    finally:
        await store.close()
    assert story is not None
    assert (story.journey.started_at, story.journey.ended_at, story.journey.outcome) == (NOW, LATER, "finished")
    assert [(one.ordinal, one.segment, one.step, one.outcome, one.took_ms) for one in story.steps] == [
        (1, 1, "hold", "handed over", 0),
        (2, 2, "hold", "answered", 180_000),
        (3, 2, "survey", "said", 0),
    ]
