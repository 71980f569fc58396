"""Traps as a real Asterisk 22.10.1 told of them (`tests/traps`), each where a row was wrong once.

A transcript here is one scene's events of those the bridge asks for, cut out of a run with many calls at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ami_bridge.protocol.wire import Framing
from ami_bridge.queue_log.history import visits_of
from ami_bridge.queue_log.lines import Odd, parse_line
from ami_bridge.reconcile.repairing import Ledger, repair
from ami_bridge.spoken import Heard
from ami_bridge.translate import event_of
from tests.ami_bridge.replaying import Replay, fresh

if TYPE_CHECKING:
    from ami_bridge.domain.events import Event, LedgerLine

FOLDER = Path(__file__).parent.parent / "transcripts" / "traps"

# scene, then per visit: queue, outcome, ended by, agent, how its ringing ended, whether the caller had a next one
EXPECTED: dict[str, list[tuple[str, str, str | None, str | None, list[str], bool]]] = {
    "queued_again": [
        ("again", "timed_out", "system", None, [], True),
        ("again", "timed_out", "system", None, [], True),
        ("again", "timed_out", "system", None, [], True),
        ("again", "answered", "caller", "stays-again1", ["answered"], False),
    ],
    "attended_by_code": [
        ("7108", "answered", "transfer", "1008", ["answered"], True),
        ("7208", "answered", "agent", "talks-2-codeattendedacrossy", ["answered"], False),
    ],
    "attended_by_refer": [
        ("7111", "answered", "transfer", "1011", ["answered"], True),
        ("7211", "answered", "caller", "talks-2-referattendedacrossy", ["answered"], False),
    ],
    "attended_by_refer_waiting": [
        ("7115", "answered", "transfer", "1015", ["answered"], True),
        ("7115", "answered", "agent", "talks-2-referwaitinginsidex", ["answered"], False),
    ],
    "attended_by_refer_gone": [
        ("7118", "answered", "transfer", "1018", ["answered"], True),
        ("7218", "abandoned", "caller", None, [], False),
    ],
    "attended_by_refer_renamed": [("7109", "answered", "transfer", "1009", ["answered"], False)],
}
AS_IT_HAPPENS = timedelta(seconds=1.2)
LAGS = [None, AS_IT_HAPPENS, timedelta(seconds=1.7), timedelta(seconds=2.2), timedelta(days=1)]
"""How much later than its stamp a line of the log is taken: 1.2 s and up to a tick more. None is AMI alone."""


def heard(scene: str) -> list[Event]:
    raw = (FOLDER / f"asterisk-22.10.1-{scene}.txt").read_bytes()
    nowhere = datetime(2000, 1, 1, tzinfo=UTC)
    found = [event_of(Heard.from_raw(message), nowhere) for message in Framing().feed(raw)]
    return [event for event in found if event is not None and event.at != nowhere]


def logged(scene: str) -> list[LedgerLine]:
    facts = map(parse_line, (FOLDER / f"asterisk-22.10.1-{scene}.queue_log").read_bytes().splitlines())
    return [fact for fact in facts if not isinstance(fact, Odd)]


def played(scene: str, lag: timedelta | None) -> Replay:
    told = [(event.at, event) for event in heard(scene)]
    told += [] if lag is None else [(line.at + lag, line) for line in logged(scene)]
    told.sort(key=lambda one: one[0])
    replay = fresh(told[0][0]).take_all(event for _, event in told)
    return replay.tick(heard(scene)[-1].at + timedelta(seconds=10))


def rows_of(replay: Replay) -> list[tuple[str, str | None, str | None, str | None, list[str | None], bool]]:
    visits = sorted(replay.visits.values(), key=lambda visit: visit.entered_at)
    return [
        (
            visit.queue,
            visit.outcome,
            visit.ended_by,
            visit.agent,
            [ring.result for ring in replay.attempts.values() if ring.visit_id == visit.id],
            visit.next_visit_id is not None,
        )
        for visit in visits
    ]


def test_every_transcript_has_its_expectation() -> None:
    assert {path.stem.removeprefix("asterisk-22.10.1-") for path in FOLDER.glob("*.txt")} == set(EXPECTED)


@pytest.mark.parametrize("lag", LAGS, ids=str)
@pytest.mark.parametrize("scene", EXPECTED)
def test_the_rows_are_right(scene: str, lag: timedelta | None) -> None:
    assert rows_of(played(scene, lag)) == EXPECTED[scene]


@pytest.mark.parametrize("scene", EXPECTED)
def test_the_log_alone_tells_the_same_outcomes(scene: str) -> None:
    told = [(visit.queue, visit.outcome, visit.ended_by) for visit in visits_of(logged(scene))]
    assert told == [row[:3] for row in EXPECTED[scene]]


@pytest.mark.parametrize("scene", EXPECTED)
def test_nothing_differs_between_the_rows_and_the_log(scene: str) -> None:
    replay = played(scene, AS_IT_HAPPENS)
    attempts = {visit: [ring for ring in replay.attempts.values() if ring.visit_id == visit] for visit in replay.visits}
    names = {agent.name: agent.id for agent in replay.state.agents.values()}
    found = repair(
        "gz-1", Ledger(list(replay.visits.values()), attempts), visits_of(logged(scene)), lambda told: names[told]
    )
    assert (found.differences, found.missing, found.not_in_log, found.rows) == ([], [], [], [])


@pytest.mark.parametrize("scene", EXPECTED)
def test_talk_is_not_counted_twice(scene: str) -> None:
    replay = played(scene, AS_IT_HAPPENS)
    for one in replay.visits.values():
        for after in replay.visits.values():
            if one.channel_id == after.channel_id and one.ordinal < after.ordinal and after.answered_at is not None:
                assert one.ended_at is not None
                assert one.ended_at <= after.answered_at


@pytest.mark.parametrize("lag", LAGS, ids=str)
def test_a_caller_queued_again_has_waited_each_time(lag: timedelta | None) -> None:
    """The log's word on the first end comes while the second visit goes on, and was once taken for its end."""
    waits = [visit.wait_s or 0.0 for visit in played("queued_again", lag).visits.values()]
    assert all(0.9 < wait < 1.2 for wait in waits[:3]), waits
