from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.services.kept import Answer, Kept

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROW = {"tier": "vip"}


def test_an_answer_is_found_until_it_is_older_than_the_one_who_asks_allows() -> None:
    kept = Kept()
    key = kept.key("customer", {"number": "1"})
    kept.keep(key, Answer(ROW, NOW))
    assert kept.find(key, MINUTE, NOW + MINUTE) == ROW
    assert kept.find(key, MINUTE, NOW + MINUTE + timedelta(microseconds=1)) is None
    assert kept.find(key, 2 * MINUTE, NOW + 2 * MINUTE) == ROW


def test_who_allows_no_age_is_never_given_a_kept_answer() -> None:
    kept = Kept()
    key = kept.key("check_pin", {})
    kept.keep(key, Answer(ROW, NOW))
    assert kept.find(key, timedelta(0), NOW) is None


def test_questions_are_told_apart_by_name_value_and_kind_and_cannot_be_read_back() -> None:
    kept = Kept()
    keys = {
        kept.key("a", {"x": "1"}),
        kept.key("a", {"x": 1}),
        kept.key("b", {"x": "1"}),
        kept.key("a", {"y": "1"}),
        kept.key("a", {"x": "1", "y": "2"}),
    }
    assert len(keys) == 5
    assert kept.key("a", {"x": "1", "y": "2"}) == kept.key("a", {"y": "2", "x": "1"})
    assert Kept().key("a", {"x": "1"}) not in keys


def test_the_least_recently_used_is_forgotten_first() -> None:
    kept = Kept(most=2)
    keys = [kept.key("a", {"x": number}) for number in range(3)]
    kept.keep(keys[0], Answer(ROW, NOW))
    kept.keep(keys[1], Answer(ROW, NOW))
    kept.find(keys[0], MINUTE, NOW)
    kept.keep(keys[2], Answer(ROW, NOW))
    assert [kept.find(key, MINUTE, NOW) is not None for key in keys] == [True, False, True]
    assert len(kept) == 2
