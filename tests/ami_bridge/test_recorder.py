"""The diary: what a restart may rely on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ami_bridge.domain import events as ev
from ami_bridge.recorder import Recorder
from store.rows import BridgeState, Knowledge, Row
from tests.ami_bridge.replaying import fresh
from tests.ami_bridge.test_reducer import at, join


class Sink(list[Row]):
    def put(self, row: Row) -> None:
        self.append(row)

    def diary(self) -> BridgeState:
        return [r for r in self if isinstance(r, BridgeState)][-1]


def shot(s: float) -> ev.SnapshotTaken:
    return ev.SnapshotTaken(at=at(s), queues=(), members=(), waiting=(), channels=())


@pytest.mark.parametrize(("ledger", "known_since"), [(True, 1), (False, 20)])
def test_history_without_a_gap_begins_anew_only_where_no_log_fills_it(*, ledger: bool, known_since: int) -> None:
    sink = Sink()
    recorder = Recorder(sink, None, ledger=ledger)
    replay = fresh()
    for event in (
        shot(1),
        join(2),
        ev.LinkChanged(at=at(10), up=False),
        ev.LinkChanged(at=at(15), up=True),
        shot(20),
    ):
        replay.take(event)
        recorder.record(replay.state, replay.changes[-1], event.at)
        if isinstance(event, ev.LinkChanged):
            assert sink.diary().blind_since == at(10)
    assert sink.diary().blind_since is None
    assert sink.diary().known_since == at(known_since)
    assert sink.diary().last_event_at == at(20)


def test_the_diary_says_how_far_we_saw_and_nothing_else_when_nothing_changed() -> None:
    sink = Sink()
    recorder = Recorder(sink, None, ledger=True)
    replay = fresh().take(shot(1))
    for s in range(2, 60):
        recorder.record(replay.state, replay.changes[-1], at(s))
    diaries = [r for r in sink if isinstance(r, BridgeState)]
    assert len({replace(one, seen_until=None) for one in diaries}) == 1
    assert diaries[-1].seen_until == at(59)
    recorder.record(replay.take(ev.LinkChanged(at=at(60), up=False)).state, replay.changes[-1], at(70))
    assert sink.diary().seen_until == at(59), "while blind nothing is seen"


def test_what_is_known_is_kept_as_data_with_how_far_it_was_compared() -> None:
    sink = Sink()
    recorder = Recorder(sink, None, ledger=True)
    replay = fresh()
    told: list[tuple[str, float]] = []
    for event in (shot(1), ev.LinkChanged(at=at(10), up=False), ev.LinkChanged(at=at(15), up=True), shot(20)):
        replay.take(event)
        recorder.record(replay.state, replay.changes[-1], event.at)
        known = [row for row in sink if isinstance(row, Knowledge)][-1]
        told.append((known.state, (known.since - at(0)).total_seconds()))
    assert told == [("complete", 1), ("blind", 10), ("catching_up", 15), ("complete", 20)]
    recorder.note_checked(at(12), 3, 0)
    recorder.write_diary(replay.state, at(30))
    known = [row for row in sink if isinstance(row, Knowledge)][-1]
    assert (known.state, known.checked_until, known.repaired, known.unexplained) == ("complete", at(12), 3, 0)
