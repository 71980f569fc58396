"""What became of a caller who gave up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ivr.reports.recalls import Recall, Since, abandoned_table
from ivr.reports.wishes import Span
from tests.store.samples import a_callback, a_visit, at

if TYPE_CHECKING:
    from store.records import Callback
    from store.rows import Visit

MEI = "13800138000"
GAVE_UP = a_visit(1, caller=MEI, outcome="abandoned", wait_s=30.0, ended_at=at(30))
WISH = a_callback(40)


def recall_of(given_up: Visit, visits: list[Visit], wishes: list[Callback]) -> tuple[Any, ...]:
    found = Since(visits, wishes).recall(given_up)
    return found.state, found.at, found.by


def recalls(visits: list[Visit], wishes: list[Callback]) -> dict[str, Recall]:
    """Of each visit that was abandoned, by its id."""
    found = {}
    for one in visits:
        if one.outcome == "abandoned" and one.caller:
            mine = [each for each in visits if each.caller == one.caller]
            found[one.id] = Since(mine, [wish for wish in wishes if wish.caller == one.caller]).recall(one)
    return found


def later(ordinal: int, **changes: Any) -> Visit:
    given: dict[str, Any] = {"caller": MEI, "entered_at": at(100 * ordinal)}
    return a_visit(ordinal, **(given | changes))


def test_who_called_again_and_was_answered_was_by_whoever_answered_first() -> None:
    answers = [
        later(2, outcome="timed_out"),
        later(3, outcome="answered", answered_at=at(310), agent="1002"),
        later(4, outcome="answered", answered_at=at(410), agent="1001"),
    ]
    assert recall_of(GAVE_UP, answers, [WISH]) == ("answered", at(310), "1002")


def test_an_answer_before_is_none_after() -> None:
    before = later(0, entered_at=at(-50), outcome="answered", answered_at=at(-40), agent="1001")
    assert recall_of(GAVE_UP, [before, GAVE_UP], []) == ("open", None, None)


def test_who_waits_at_this_moment_is_not_open() -> None:
    assert recall_of(GAVE_UP, [later(2, outcome="abandoned"), later(3)], [WISH]) == ("waiting", at(300), "general")


def test_a_wish_to_be_called_back_counts_before_calls_in_vain() -> None:
    assert recall_of(GAVE_UP, [later(2, outcome="abandoned")], [WISH]) == ("asked", WISH.asked_at, WISH.queue)


def test_calls_in_vain_are_told_by_the_last() -> None:
    vain = [later(2, outcome="abandoned"), later(3, outcome="timed_out", queue="vip")]
    assert recall_of(GAVE_UP, vain, []) == ("again", at(300), "vip")


def test_of_a_withheld_number_nothing_is_known() -> None:
    hidden = a_visit(1, outcome="abandoned", wait_s=30.0)
    assert recall_of(hidden, [later(2, caller="", outcome="answered")], []) == ("withheld", None, None)


def listed(visits: list[Visit], wishes: list[Callback], short_s: dict[str, float] | None) -> tuple[list[object], str]:
    span = Span(at(0), at(86_400), ZoneInfo("Asia/Shanghai"))
    table = abandoned_table(
        span, [one for one in visits if one.outcome == "abandoned"], recalls(visits, wishes), short_s
    )
    return [row[4] for row in table.rows], table.notes[0]


def test_the_list_is_masked_and_summed_and_short_abandons_are_counted_apart() -> None:
    quick = a_visit(9, caller="1", outcome="abandoned", wait_s=1.0, entered_at=at(5))
    assert listed([GAVE_UP, quick], [], {"general": 5.0}) == (
        ["open"],
        "1 gave up waiting: 1 open; 1 more hung up sooner than the short-abandon time (--short shows them)",
    )
    assert listed([GAVE_UP, quick], [], None)[0] == ["open", "open"]
    assert listed([], [], None) == ([], "nobody gave up waiting in this range")
    span = Span(at(0), at(86_400), ZoneInfo("Asia/Shanghai"))
    (row,) = abandoned_table(span, [GAVE_UP], {}, None).rows
    assert row[:4] == (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), "general", "138****8000", 30.0)


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["abandoned", "answered", "timed_out"])), max_size=20))
def test_every_caller_who_gave_up_is_listed_once(calls: list[tuple[str, str]]) -> None:
    visits = [
        a_visit(
            n, caller=caller, outcome=outcome, entered_at=at(10 * n), ended_at=at(10 * n + 5), answered_at=at(10 * n)
        )
        for n, (caller, outcome) in enumerate(calls, 1)
    ]
    states, _ = listed(visits, [], None)
    assert len(states) == sum(outcome == "abandoned" for _, outcome in calls)
    expected = []
    for n, (caller, outcome) in enumerate(calls):
        if outcome == "abandoned":
            after = [what for who, what in calls[n + 1 :] if who == caller]
            expected.append("answered" if "answered" in after else "called again" if after else "open")
    assert states == expected


def test_a_wait_nobody_measured_is_no_short_one_as_in_the_counts() -> None:
    unknown = a_visit(1, caller=MEI, outcome="abandoned", ended_at=at(30))
    assert listed([unknown], [], {"general": 5.0})[0] == ["open"]
