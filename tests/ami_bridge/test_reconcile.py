"""The ledger against queue_log: after any gap the same as without, and the second time nothing to do."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ami_bridge.domain.events import LedgerLine
from ami_bridge.queue_log.history import visits_of
from ami_bridge.reconcile.comparing import WHAT_THE_LOG_KNOWS, Difference
from ami_bridge.reconcile.matching import SLACK
from ami_bridge.reconcile.repairing import Ledger, Repair, repair
from store import rows
from tests.ami_bridge.replaying import RULES, fresh, ledger, recorded
from tests.ami_bridge.test_queue_log_history import SCRIPT, at, lines, scripted
from tests.ami_bridge.test_transcripts import EXPECTED

if TYPE_CHECKING:
    from ami_bridge.domain.events import Event
    from tests.ami_bridge.replaying import Replay

STAFFED = replace(RULES, agents={number: f"客服{number}" for number in ("1001", "1002", "1101", "1201")})
BY_NAME = {name: number for number, name in STAFFED.agents.items()}


def who(name: str) -> str:
    return STAFFED.agent_of(name) if "/" in name else BY_NAME.get(name, name)


@dataclass(slots=True)
class Book:
    """A ledger in memory that rows are written to, as the store does."""

    visits: dict[str, rows.Visit] = field(default_factory=dict)
    attempts: dict[tuple[str, int], rows.RingAttempt] = field(default_factory=dict)

    @classmethod
    def of(cls, replay: Replay) -> Book:
        return cls(dict(replay.visits), dict(replay.attempts))

    def repaired(self, told: list[LedgerLine]) -> Repair:
        by_visit: dict[str, list[rows.RingAttempt]] = {}
        for _, attempt in sorted(self.attempts.items()):
            by_visit.setdefault(attempt.visit_id, []).append(attempt)
        found = repair("gz-1", Ledger(list(self.visits.values()), by_visit), visits_of(told), who, STAFFED.agents)
        for row in found.rows:
            if isinstance(row, rows.Visit):
                self.visits[row.id] = row
            else:
                self.attempts[row.visit_id, row.ordinal] = row
        return found


def lines_of(scene: str) -> list[LedgerLine]:
    return [line for line in ledger(scene) if isinstance(line, LedgerLine)]


def told_live(scene: str, lost: slice, *, with_log: bool, held_up_s: float = 0.0) -> Replay:
    """A scene as the bridge hears it, a part of AMI missing; the log a moment behind.

    But for a bridge that was held up as it logged in: it reads the log whole, and has all AMI said since before it.
    """
    ami: list[Event] = recorded(scene)
    kept = [(event.at, event) for i, event in enumerate(ami) if i not in range(*lost.indices(len(ami)))]
    logged_in = next((event.at for event in ami[lost.stop :]), ami[-1].at) if held_up_s else ami[0].at
    read = logged_in + timedelta(seconds=held_up_s)
    log = [
        (logged_in if held_up_s and line.at <= read else line.at + timedelta(seconds=1.2), line)
        for line in (lines_of(scene) if with_log else [])
    ]
    began = min(event.at for event in [*ami, *lines_of(scene)])
    replay = fresh(began, STAFFED)
    for moment, event in sorted([*log, *kept], key=lambda one: one[0]):
        replay.take(event, moment)
    return replay.tick(max(event.at for event in ami) + timedelta(seconds=5))


@cache
def whole(scene: str) -> Book:
    """The ledger that never had a gap."""
    book = Book.of(told_live(scene, slice(0), with_log=True))
    book.repaired(lines_of(scene))
    return book


KNOWN = [name for name, how in WHAT_THE_LOG_KNOWS.items() if not how.startswith("no")]


def same(one: object, other: object) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) <= SLACK
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 2 * SLACK.total_seconds()
    return one == other


def assert_the_same(found: Book, expected: Book, scene: str) -> None:
    """Equal in everything the log knows; what it is silent on (callers refused at the door) may be missing."""
    ours, theirs = (
        sorted(
            (v for v in book.visits.values() if v.outcome not in {"full", "join_empty"}),
            key=lambda v: (v.channel_id, v.entered_at),
        )
        for book in (found, expected)
    )
    assert [v.channel_id for v in ours] == [v.channel_id for v in theirs], scene
    alike = {one.id: other.id for one, other in zip(ours, theirs, strict=True)}
    for one, other in zip(ours, theirs, strict=True):
        for name in KNOWN:
            if name in {"interface", "agent_name"} and getattr(one, name) in {None, ""}:
                continue  # the log has no word on them where members have names
            told = getattr(one, name)
            if name == "next_visit_id":
                told = alike.get(told)
            assert same(told, getattr(other, name)), (scene, name, one, other)
        rang, should = (
            [(a.agent, a.result) for _, a in sorted(book.attempts.items()) if a.visit_id == visit.id]
            for book, visit in ((found, one), (expected, other))
        )
        assert rang == should, (scene, one)


SCENES = [scene for scene in EXPECTED if scene not in {"pause", "join_empty"}]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SCENES), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_after_any_gap_in_ami_the_ledger_is_as_if_there_had_been_none(
    scene: str,
    one: float,
    other: float,
    with_log: bool,  # noqa: FBT001 - hypothesis draws it
) -> None:
    count = len(recorded(scene))
    lost = slice(int(min(one, other) * count), int(max(one, other) * count) + 1)
    book = Book.of(told_live(scene, lost, with_log=with_log))
    book.repaired(lines_of(scene))
    assert_the_same(book, whole(scene), scene)
    again = book.repaired(lines_of(scene))
    assert again.rows == []
    assert again.differences == []
    assert again.missing == []


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SCENES), st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 6))
@example("ring_no_answer", 0.0, 0.0, 3.0)
def test_a_bridge_held_up_as_it_logs_in_makes_no_visit_twice(
    scene: str, one: float, other: float, held_up_s: float
) -> None:
    count = len(recorded(scene))
    lost = slice(int(min(one, other) * count), int(max(one, other) * count))
    book = Book.of(told_live(scene, lost, with_log=True, held_up_s=held_up_s))
    assert book.repaired(lines_of(scene)).not_in_log == []
    assert_the_same(book, whole(scene), scene)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_heard_whole_has_no_difference_from_its_log(scene: str) -> None:
    book = Book.of(told_live(scene, slice(0), with_log=True))
    found = book.repaired(lines_of(scene))
    assert (found.differences, found.missing, found.not_in_log) == ([], [], [])
    assert found.rows == []


@given(SCRIPT, SCRIPT)
@example([(0, "c", "q", "ENTERQUEUE", [])], [(1, "c", "q", "ENTERQUEUE", []), (0, "c", "q", "ENTERQUEUE", [])])
def test_whatever_stands_in_ledger_and_log_repairing_twice_is_repairing_once(
    first: list[tuple[int, str, str, str, list[str]]], then: list[tuple[int, str, str, str, list[str]]]
) -> None:
    book = Book()
    book.repaired(scripted(first))
    book.repaired(scripted(then))
    assert book.repaired(scripted(then)).rows == []


def a_row(**changes: object) -> rows.Visit:
    plain = rows.Visit(
        id="gz-1/c/1", node="gz-1", call_id="c", channel_id="c", ordinal=1, queue="q", entered_at=at(0.4), caller="138"
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields are given by name as a test wants them


def repaired(row: rows.Visit, text: str, *attempts: rows.RingAttempt) -> tuple[Repair, rows.Visit | None]:
    found = repair("gz-1", Ledger([row], {row.id: attempts}), visits_of(lines(text)), who)
    return found, next((one for one in found.rows if isinstance(one, rows.Visit)), None)


ENTER = "0 c q NONE ENTERQUEUE '' 138 1;"


def test_an_unknown_end_is_told_by_the_log() -> None:
    row = a_row(position=1, outcome="unknown_after_gap", ended_at=at(300), wait_s=299.6, evidence="snapshot: gone")
    found, after = repaired(row, f"{ENTER} 40 c q NONE ABANDON 1 1 40")
    assert after is not None
    assert (after.outcome, after.ended_at, after.wait_s, after.ended_by) == ("abandoned", at(40), 39.6, "caller")
    assert after.evidence == "queue_log: ABANDON"
    assert Difference("gz-1/c/1", "outcome", "unknown_after_gap", "abandoned") in found.differences


def test_amis_own_moment_is_kept_where_the_log_agrees() -> None:
    row = a_row(position=1, outcome="abandoned", ended_at=at(40.7), wait_s=40.3, ended_by="caller")
    found, after = repaired(row, f"{ENTER} 40 c q NONE ABANDON 1 1 40")
    assert (found.differences, after) == ([], None)


def test_a_redirect_out_of_the_line_stays_withdrawn_though_the_log_calls_it_abandoned() -> None:
    row = a_row(position=1, outcome="withdrawn", ended_at=at(40.7), wait_s=40.3, ended_by="system")
    assert repaired(row, f"{ENTER} 40 c q NONE ABANDON 1 1 40")[1] is None


def test_a_refused_caller_is_no_visit_of_the_log_and_counts_in_the_ordinal() -> None:
    refused = a_row(outcome="full", ended_at=at(0.4), wait_s=0.0)
    found = repair("gz-1", Ledger([refused]), visits_of(lines("60 c q NONE ENTERQUEUE '' 138 1")), who)
    assert found.not_in_log == []
    assert [row.id for row in found.rows if isinstance(row, rows.Visit)] == ["gz-1/c/2"]


def test_a_row_the_log_is_silent_on_is_told_and_left_alone() -> None:
    found = repair("gz-1", Ledger([a_row()]), [], who)
    assert found.not_in_log == [a_row()]
    assert found.rows == []


def test_ringing_that_was_missed_is_put_in_its_place_and_what_was_left_open_is_closed() -> None:
    heard = rows.RingAttempt(
        visit_id="gz-1/c/1", ordinal=1, node="gz-1", agent="1101", interface="PJSIP/1101", started_at=at(9)
    )
    row = a_row(position=1, rings=1, outcome="answered", answered_at=at(12), agent="1001", wait_s=11.6)
    found, after = repaired(row, f"{ENTER} 6 c q 客服1001 RINGNOANSWER 5000; 12 c q 客服1001 CONNECT 12 x 3", heard)
    rang = sorted((r for r in found.rows if isinstance(r, rows.RingAttempt)), key=lambda r: r.ordinal)
    assert [(r.ordinal, r.agent, r.result) for r in rang] == [
        (1, "1001", "no_answer"),
        (2, "1101", "cancelled"),
        (3, "1001", "answered"),
    ]
    assert after is not None
    assert after.rings == 3


def test_what_the_log_knows_is_said_of_every_field() -> None:
    assert set(WHAT_THE_LOG_KNOWS) == {one.name for one in fields(rows.Visit)}


AGAIN = """0 c q NONE ENTERQUEUE '' 138 1; 2 c q 客服1001 CONNECT 2 x 0; 2 c q NONE ENTERQUEUE '' 138 1
2 c q 客服1001 BLINDTRANSFER 8001 agents 2 0 1; 6 c q 客服1101 CONNECT 4 y 0; 9 c q 客服1101 COMPLETEAGENT 4 3 1"""
"""Sent back into the same queue two seconds after he came."""
FIRST = rows.Visit(
    id="gz-1/c/1",
    node="gz-1",
    call_id="c",
    channel_id="c",
    ordinal=1,
    queue="q",
    entered_at=at(0.3),
    answered_at=at(2.1),
    ended_at=at(2.9),
    agent="1001",
    outcome="answered",
)
SECOND = replace(
    FIRST, id="gz-1/c/2", ordinal=2, entered_at=at(2.9), answered_at=at(6.3), ended_at=at(9.3), agent="1101"
)


def test_a_caller_soon_back_in_the_same_queue_is_told_apart_also_where_one_of_the_visits_is_compared_alone() -> None:
    first, second = visits_of(lines(AGAIN))
    for told, row in ((first, FIRST), (second, SECOND)):
        found = repair("gz-1", Ledger([FIRST, SECOND]), [told], who)
        assert found.matched == {row.id}
        assert found.missing == []


def test_a_row_made_for_the_second_visit_is_not_taken_for_the_first_the_next_time() -> None:
    late = replace(FIRST, entered_at=at(-1.5))
    book = Book({late.id: late})
    assert [visit.number for visit in book.repaired(lines(AGAIN)).missing] == [3]
    again = book.repaired(lines(AGAIN))
    assert (again.rows, again.missing) == ([], [])


def test_a_visit_is_not_followed_by_one_that_began_before_it() -> None:
    """A row that was made late, for the visit between two, had been taken for the one behind the last."""
    text = "0 c q NONE ENTERQUEUE '' 138 1; 2 c q NONE EXITWITHTIMEOUT 1 1 2; 2 c r NONE ENTERQUEUE '' 138 1"
    book = Book()
    book.repaired(lines(text))
    first, last = sorted(book.visits)
    assert (book.visits[first].next_visit_id, book.visits[last].next_visit_id) == (last, None)
    book.visits[last] = replace(book.visits[last], next_visit_id=first)
    assert [(one.field, one.ledger, one.log) for one in book.repaired(lines(text)).differences] == [
        ("next_visit_id", first, None)
    ]
    assert book.visits[last].next_visit_id is None
    assert book.repaired(lines(text)).rows == []


def test_callers_refused_at_the_door_in_a_gap_are_brought_back_by_the_dialplans_lines() -> None:
    told = lines(
        "0 c q NONE FULL; 1 c q2 NONE ENTERQUEUE '' 138 1; 9 c q2 NONE EXITWITHTIMEOUT 1 1 8; 9 c q NONE JOINEMPTY"
    )
    book = Book()
    book.repaired(told)
    assert [(v.id, v.queue, v.outcome, v.ended_by, v.wait_s, v.next_visit_id) for v in book.visits.values()] == [
        ("gz-1/c/1", "q", "full", "system", 0.0, "gz-1/c/2"),
        ("gz-1/c/2", "q2", "timed_out", "system", 8.0, "gz-1/c/3"),
        ("gz-1/c/3", "q", "join_empty", "system", 0.0, None),
    ]
    assert book.repaired(told).rows == []


def test_a_refusal_is_never_taken_for_the_visit_that_follows_it_at_once() -> None:
    told = lines("0 c q NONE FULL; 1 c q NONE ENTERQUEUE '' 138 1; 2 c q NONE ABANDON 1 1 1")
    seen = a_row(channel_id="c", queue="q", entered_at=at(0.4), outcome="abandoned", ended_at=at(2.2))
    book = Book({seen.id: replace(seen, id="gz-1/c/1", channel_id="c", node="gz-1", ordinal=1)})
    book.repaired(told)
    assert sorted((v.ordinal, v.outcome) for v in book.visits.values()) == [(1, "abandoned"), (2, "full")]


def test_visits_a_clock_was_set_back_in_are_placed_and_what_nobody_can_know_of_them_is_not_made_up() -> None:
    told = lines(
        "0 c q NONE ENTERQUEUE '' 138 1; 0 d q NONE ENTERQUEUE '' 139 2; 1 d q 客服1001 CONNECT 1 x 0;"
        " -3583 c q NONE ABANDON 1 1 -3583; -3582 d q 客服1001 COMPLETECALLER 1 -3583 2"
    )
    assert visits_of(told)[0].ended_at == at(-3583)
    live = fresh(at(-9), STAFFED)
    for line in told:
        live.take(line, line.at)
    for book in (Book(), Book.of(live)):
        book.repaired(told)
        found = sorted(
            (v.channel_id, v.outcome, v.ended_by, v.entered_at, v.ended_at, v.wait_s, v.talk_s)
            for v in book.visits.values()
        )
        assert found == [
            ("c", "abandoned", "caller", at(0), at(-3583), None, None),
            ("d", "answered", "caller", at(0), at(-3582), 1.0, None),
        ]
        assert book.repaired(told).rows == []
        assert book.repaired(told).differences == []
