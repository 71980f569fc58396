from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.publishing.book import Book, BrokenRecordError, TakenError
from ivr.publishing.records import First, NothingBeforeError, Publication, begins_with, needed, undo
from ivr.publishing.tally import Calls, Tally, why_taken_back

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.publishing.records import Act


def record(
    number: int, version: str, *, act: Act = "publish", live: str = "", before: str = "", first: First | None = None
) -> Publication:
    when = datetime(2026, 11, 25, 9, 0, number % 60, tzinfo=UTC)
    return Publication(number, act, version, live or version, first, before, "黎小姐", "key 3", when, ("key 3 goes",))


def published(*versions: str) -> list[Publication]:
    lives = ("", *versions)
    return [record(number, version, before=lives[number - 1]) for number, version in enumerate(versions, 1)]


def back(records: list[Publication]) -> None:
    """Go back once, as `hotline rollback` does."""
    live, last = undo(records), records[-1]
    records.append(record(last.number + 1, last.live, act="rollback", live=live, before=last.live))


@given(st.integers(1, 12), st.data())
def test_going_back_so_often_undoes_so_many_publications(count: int, data: st.DataObject) -> None:
    versions = [f"v{number}" for number in range(count)]
    records = published(*versions)
    times = data.draw(st.integers(0, count - 1))
    for _ in range(times):
        back(records)
    assert records[-1].live == versions[count - 1 - times]
    records.append(record(len(records) + 1, "new", before=records[-1].live))
    back(records)
    assert records[-1].live == versions[count - 1 - times]


def test_there_is_nothing_before_the_first() -> None:
    with pytest.raises(NothingBeforeError):
        undo(published("a"))
    with pytest.raises(NothingBeforeError):
        undo([])


def test_what_ran_before_anything_was_published_can_be_gone_back_to() -> None:
    assert undo([record(1, "b", before="a")]) == "a"


def test_a_version_that_went_first_and_was_taken_back_is_not_gone_back_to() -> None:
    first = First("b", share=0.5)
    records = [
        *published("z", "a"),
        record(3, "b", act="first", live="a", before="a", first=first),
        record(4, "b", act="taken-back", live="a", before="a"),
    ]
    assert undo(records) == "z"


def test_what_may_be_gone_back_to_is_needed() -> None:
    assert needed([]) == frozenset()
    assert needed(published(*"abc"), most=2) == {"a", "b", "c"}
    assert needed(published(*"abcd"), most=2) == {"b", "c", "d"}


def test_listed_callers_go_first_and_nobody_else() -> None:
    now = record(2, "b", act="first", live="a", first=First("b", callers=("hash",)))
    assert begins_with(now, "hash", "1.1") == "b"
    assert begins_with(now, "other", "1.1") == "a"
    assert begins_with(now, "", "1.1") == "a"


@given(st.sampled_from([0.0, 0.01, 0.2, 0.5, 1.0]), st.text(max_size=8))
def test_a_share_of_calls_goes_first_and_each_call_always_the_same_way(share: float, salt: str) -> None:
    now = record(2, "b", act="first", live="a", first=First("b", share=share))
    calls = [f"{salt}{number}.7" for number in range(4000)]
    taken = [begins_with(now, "", call) for call in calls]
    assert taken == [begins_with(now, "", call) for call in calls]
    assert abs(taken.count("b") / len(calls) - share) < 0.05


@pytest.mark.parametrize(
    ("first", "live", "taken_back"),
    [
        (Tally(1, 1), Tally(100, 0), False),  # one failure is nobody's
        (Tally(2, 2), Tally(100, 0), True),
        (Tally(40, 2), Tally(100, 0), False),  # 5 % is within what is tolerated
        (Tally(39, 2), Tally(100, 0), True),
        (Tally(10, 5), Tally(10, 5), False),  # the switch is ill, not the version
        (Tally(10, 6), Tally(10, 5), True),
        (Tally(2, 2), Tally(0, 0), True),  # nobody called the other
        (Tally(50, 0), Tally(50, 20), False),
    ],
)
def test_a_version_is_taken_back_when_it_fails_more_than_the_other(
    first: Tally, live: Tally, *, taken_back: bool
) -> None:
    assert (why_taken_back(first, live, 0.05) is not None) == taken_back


def test_why_it_is_taken_back_is_said_in_calls() -> None:
    assert why_taken_back(Tally(9, 2), Tally(80, 1), 0.05) == "2 of 9 calls failed, of the live version 1 of 80"


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    book = Book(tmp_path / "published")
    assert (book.records(), book.last(), book.last_number()) == ((), None, 0)
    first = First("b", 0.25, ("hash",), ("138****8000",), 0.1)
    written = [record(1, "a"), record(2, "b", act="first", live="a", before="a", first=first)]
    for each in written:
        book.add(each)
    assert list(book.records()) == written
    assert (book.last(), book.last_number()) == (written[1], 2)


def test_of_two_with_one_number_the_second_is_told(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.add(record(1, "a"))
    with pytest.raises(TakenError):
        book.add(record(1, "b"))
    assert [each.version for each in book.records()] == ["a"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001.json"]


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans())), st.integers(1, 8))
def test_only_the_last_calls_that_began_count(acts: list[tuple[int, bool]], most: int) -> None:
    """Against a plain list: a call counts once, from its first beginning until `most` others have begun."""
    calls, expected, failed = Calls(most), list[int](), set[int]()
    for call, fails in acts:
        if fails:
            assert calls.fail(str(call)) == (call in expected)
            failed |= {call} & set(expected)
        else:
            calls.begin(str(call))
            if call not in expected:
                failed.discard(call)
                expected = [*expected, call][-most:]
    assert calls.tally == Tally(len(expected), len(failed & set(expected)))
    assert 0.0 <= calls.tally.rate <= 1.0


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.floats(0.0, 1.0))
def test_a_failure_more_never_saves_a_version(
    good: int, bad: int, live_good: int, live_bad: int, tolerance: float
) -> None:
    live = Tally(live_good + live_bad, live_bad)
    if why_taken_back(Tally(good + bad, bad), live, tolerance) is not None:
        assert why_taken_back(Tally(good + bad + 1, bad + 1), live, tolerance) is not None
        assert why_taken_back(Tally(good + bad, bad), Tally(live.begun + 1, live.failed), tolerance) is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"number": 1}', "null", "\xff"])
def test_a_broken_record_is_named_and_the_others_decide(tmp_path: Path, text: str) -> None:
    book = Book(tmp_path)
    (tmp_path / "000002.json").write_text(text, "latin-1")
    with pytest.raises(BrokenRecordError, match=r"000002\.json"):
        book.last()
    with pytest.raises(BrokenRecordError, match=r"000002\.json"):
        book.records()
    book.add(record(1, "a"))
    assert (book.last(), book.last_number()) == (record(1, "a"), 2), "a number is not given twice"
    book.add(record(3, "c"))
    assert [each.number for each in book.records()] == [1, 3]
    assert book.last() == record(3, "c")
    assert [path.name for path in book.broken()] == ["000002.json"]


def test_what_only_a_newer_program_knows_is_passed_over(tmp_path: Path) -> None:
    book, first = Book(tmp_path), First("b", 0.25)
    book.add(record(1, "b", act="first", live="a", first=first))
    path = tmp_path / "000001.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, "signed": "x", "first": {**told["first"], "until": "noon"}}), "utf-8")
    assert book.last() == record(1, "b", act="first", live="a", first=first)


def test_a_full_disk_leaves_nothing_of_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Book(tmp_path).add(record(1, "a"))
    assert list(tmp_path.iterdir()) == []
