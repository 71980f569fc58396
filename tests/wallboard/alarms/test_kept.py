"""What is kept over a restart: an alarm that stood rings no second time, and its recovery is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallboard.alarms.seeing import at, seen, story
from wallboard.alarms.book import Book, Notice
from wallboard.alarms.kept import UnreadableError, read, written
from wallboard.alarms.machine import Alarm
from wallboard.alarms.outbox import MOST_WAITING, WINDOW, Outbox
from wallboard.alarms.rules import Rule, built_in

if TYPE_CHECKING:
    from ami_bridge.messages import AgentState

HOUSE = built_in(("carrier",)) | {"phones": Rule(name="phones", when="phones_gone", share=50, count=2)}
THERE: dict[str, AgentState] = {"1001": "available", "1002": "available"}
GONE: dict[str, AgentState] = dict.fromkeys(THERE, "signed_off")


def restarted(book: Book) -> Book:
    return read(written(book, {}))[0]


def notice(number: int) -> Notice:
    return Notice(change="fired", alarm=Alarm(rule="r", subject=str(number)), at=at(number))


def test_an_alarm_that_stood_rings_no_second_time_and_its_recovery_is_told() -> None:
    before, book = story(HOUSE, [seen(second, "blind") for second in range(20)])
    after, _ = story(
        HOUSE, [seen(second, "blind" if second < 40 else "live") for second in range(25, 60)], restarted(book)
    )
    assert before == ["15 fired ami_gone/gz-1"]
    assert after == ["45 recovered ami_gone/gz-1"]


def test_telephones_that_were_gone_before_the_restart_end_the_alarm_when_they_are_back() -> None:
    before, book = story(HOUSE, [seen(0, agents=THERE), seen(1, agents=GONE)])
    after, _ = story(HOUSE, [seen(5, agents=GONE), seen(6, agents=GONE), seen(7, agents=THERE)], restarted(book))
    assert before == ["1 fired phones/phones"]
    assert after == ["7 recovered phones/phones"]


@given(st.lists(st.sampled_from(["live", "blind", "lost", "restart"]), max_size=40))
def test_restarts_at_any_moment_make_no_second_firing(truths: list[str]) -> None:
    book, changes = Book(), []
    rules = {"ami": Rule(name="ami", when="ami_gone", for_s=2, clear_s=2)}
    for second, truth in enumerate(truths):
        if truth == "restart":
            book = restarted(book)
            continue
        book, told = book.look(rules, seen(second, truth))  # type: ignore[arg-type]  # the words above are truths
        changes += [each.change for each in told]
    assert changes == ["fired", "recovered"] * (len(changes) // 2) + ["fired"] * (len(changes) % 2)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"edition": 2}', b'{"edition": 1, "alarms": [1]}', b"\xff"])
def test_what_is_none_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data)


def test_what_was_still_to_be_told_is_told_after_the_restart() -> None:
    box = Outbox().put(notice(1)).put(notice(2))
    _, boxes = read(written(Book(), {"ops": box, "empty": Outbox(sent=(at(0),))}))
    assert boxes == {"ops": box}


def test_a_storm_is_a_few_messages_and_one_digest_in_which_nothing_is_lost() -> None:
    box, out = Outbox(), []
    for number in range(40):
        box = box.put(notice(number))
    for second in range(130):
        box, message = box.next(6, at(second))
        if message:
            out.append((second, len(message)))
    assert out == [(0, 40)]


def test_causes_that_come_one_after_the_other_are_told_one_by_one_and_then_together() -> None:
    box, out = Outbox(), []
    for second in range(120):
        if second < 20:
            box = box.put(notice(second))
        box, message = box.next(3, at(second))
        if message:
            out.append((second, len(message)))
    assert out == [(0, 1), (1, 1), (2, 1), (60, 17)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=60), st.integers(1, 6))
def test_a_sender_never_gets_more_than_its_rate_and_everything_in_order(
    story: list[tuple[int, int]], at_most: int
) -> None:
    box, second, count, sent, got = Outbox(), 0, 0, [], []
    for pause, more in [*story, *[(60, 0)] * 4]:
        second += pause
        for _ in range(more):
            box, count = box.put(notice(count)), count + 1
        while True:
            box, message = box.next(at_most, at(second))
            if not message:
                break
            sent.append(at(second))
            got += [int(each.alarm.subject) for each in message]
    for moment in sent:
        assert sum(moment <= other < moment + WINDOW for other in sent) <= at_most
    assert got == list(range(count)) or count > MOST_WAITING


def test_of_too_many_the_oldest_are_given_up_and_counted() -> None:
    box = Outbox()
    for number in range(MOST_WAITING + 5):
        box = box.put(notice(number))
    assert (len(box.waiting), box.dropped, box.waiting[0].alarm.subject) == (MOST_WAITING, 5, "5")
