from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.diagnostics import CodeDoc, Diagnostic, codes, did_you_mean, has_errors, merge_codes, nearest
from dialplan.source import Span

NAMES = ("main_menu", "general", "vip", "普通话", "粤语", "queue", "1", "2")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("main_mneu", "main_menu"),
        ("main-menu", "main_menu"),
        ("MAIN_MENU", "main_menu"),
        ("vpi", "vip"),
        ("普通", "普通话"),
        ("粤話", "粤语"),
        ("gen", "general"),
        ("qeueue", "queue"),
        ("3", None),
        ("announcement", None),
        ("", None),
        ("x" * 1000, None),
    ],
)
def test_the_nearest_name_is_the_one_meant(word: str, meant: str | None) -> None:
    assert nearest(word, NAMES) == meant


def test_of_equally_near_names_the_one_that_begins_alike_wins() -> None:
    assert nearest("bill_", ["pill_x", "bill_y"]) == "bill_y"


@given(st.text(), st.lists(st.text()))
def test_nearest_never_fails_and_answers_with_a_choice(word: str, choices: list[str]) -> None:
    assert nearest(word, choices) in {None, *choices}


@given(st.text(min_size=1, max_size=60), st.lists(st.text()))
def test_a_right_name_is_nearest_to_itself(word: str, others: list[str]) -> None:
    near = nearest(word, [word, *others])
    assert near is not None
    assert near == word


def test_a_hint_is_given_only_when_something_is_near() -> None:
    assert did_you_mean("vpi", NAMES) == "did you mean 'vip'?"
    assert did_you_mean("nothing-like-it", NAMES) is None


def test_a_code_documented_twice_is_refused() -> None:
    doc = CodeDoc("X001", "a", "b", "c", "d")
    with pytest.raises(ValueError, match="X001 is documented twice"):
        merge_codes(codes(doc), codes(doc))


def test_merged_codes_are_sorted() -> None:
    later, earlier = CodeDoc("X002", "a", "b", "c", "d"), CodeDoc("D001", "a", "b", "c", "d")
    assert list(merge_codes(codes(later), codes(earlier))) == ["D001", "X002"]


def test_only_errors_refuse() -> None:
    warning = Diagnostic("X001", "warning", Span("f", 1, 1), "m")
    assert not has_errors([warning])
    assert has_errors([warning, Diagnostic("X001", "error", None, "m")])
