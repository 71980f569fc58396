"""Ways that an earlier way always takes first, and conditions that decide nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.expressions import parse
from ivr.flow.overlaps import is_covered
from tests.ivr.flow.surroundings import codes_of, told

COVERED = [
    ("x > 20", "x > 5"),
    ("x > 5", "x >= 5"),
    ("x >= 6", "x > 5"),
    ("x < 1", "x <= 1"),
    ("20 < x", "x > 5"),
    ("x == 7", "x > 5"),
    ("x == 7", "x in [6, 7]"),
    ("x in ['a', 'b']", "x in ['b', 'c', 'a']"),
    ("x in [6, 7]", "x > 5"),
    ("x == 7", "x != 6"),
    ("x > 6", "x != 6"),
    ("x not in [1, 2]", "x != 1"),
    ("x > 5 and y == 'a'", "x > 2"),
    ("y == 'a' and x > 5", "x > 2 and y in ['a', 'b']"),
    ("starts_with(y, '8')", "starts_with(y,  '8')"),
    ("'1' == y", "y == '1'"),
    ("z and x > 3", "z"),
]
APART = [
    ("x > 5", "x > 20"),
    ("x >= 5", "x > 5"),
    ("x > 5", "x < 20"),
    ("x == 5", "x > 5"),
    ("x == 'a'", "x > 5"),
    ("x in ['a', 'b']", "x in ['a']"),
    ("x != 6", "x > 6"),
    ("x != 6", "x == 7"),
    ("x > 5", "x > 2 and y == 'a'"),
    ("x > 5 or y == 'a'", "x > 5"),
    ("y > 5", "x > 5"),
    ("x == true", "x != 1"),
    ("not z", "z"),
    ("x > y", "x > 5"),
]


@pytest.mark.parametrize(("later", "earlier"), COVERED)
def test_what_is_true_only_where_another_is_has_been_taken_before(later: str, earlier: str) -> None:
    assert is_covered(parse(later), parse(earlier))


@pytest.mark.parametrize(("later", "earlier"), APART)
def test_what_may_be_true_alone_may_be_taken(later: str, earlier: str) -> None:
    assert not is_covered(parse(later), parse(earlier))


LIMITS = st.sampled_from(["1", "2", "3", "2.5", "'a'", "'b'", "true", "null"])
LISTS = st.lists(LIMITS, min_size=1, max_size=3).map(lambda each: f"[{', '.join(each)}]")
NUMBERS = st.sampled_from(["1", "2", "3", "2.5"])
ATOMS = st.one_of(
    st.builds("x {} {}".format, st.sampled_from(["==", "!="]), LIMITS),
    st.builds("x {} {}".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds("{} {} x".format, NUMBERS, st.sampled_from(["<", "<=", ">", ">="])),
    st.builds("x {} {}".format, st.sampled_from(["in", "not in"]), LISTS),
)
CONDITIONS = st.lists(ATOMS, min_size=1, max_size=2).map(" and ".join)


@given(CONDITIONS, CONDITIONS)
def test_no_value_takes_the_later_way_where_the_check_says_none_can(later: str, earlier: str) -> None:
    one, other = parse(later), parse(earlier)
    if is_covered(one, other):
        for value in (None, True, False, 0, 1, 2, 3, 4, 2.5, 1.5, "a", "b", "c"):
            if not (isinstance(value, str) and ("<" in later or ">" in later or "<" in earlier or ">" in earlier)):
                assert not one.evaluate({"x": value}) or other.evaluate({"x": value}), value


def branch(*conditions: str) -> list[str]:
    ways = "".join(f'    - {{when: "{condition}", then: bye}}\n' for condition in conditions)
    return codes_of(
        f"how:\n  queue_state: sales\n  into: q\n  then:\n{ways}    - {{then: bye}}\nbye: {{hangup: goodbye}}"
    )


@pytest.mark.parametrize(
    ("conditions", "codes"),
    [
        (("q.waiting > 5", "q.waiting > 20"), ["F024"]),
        (("q.waiting > 20", "q.waiting > 5"), []),
        (("1 == 1",), ["F024"]),
        (("length('a') > 0",), ["F024"]),
        (("q.waiting == 1", "q.waiting == 1"), ["F024"]),
        (("q.waiting > 5", "q.agents > 5", "q.waiting >= 6 and q.agents == 1"), ["F024"]),
    ],
)
def test_a_way_no_call_can_take_is_told(conditions: tuple[str, ...], codes: list[str]) -> None:
    assert branch(*conditions) == codes


def test_a_condition_that_reads_nothing_is_told_as_it_was_written() -> None:
    said = told("how:\n  branch:\n    - {when: false, then: bye}\n    - {then: bye}\nbye: {hangup: goodbye}")
    assert "'false' is always the same" in said


def test_a_figure_of_a_survey_that_is_there_twice_is_told() -> None:
    steps = "rate:\n  survey: s\n  questions:\n    good: {message: main-menu, keys: [1, 2, 1]}\n"
    steps += "  no_input: {after: 5s, tries: 1, then: bye}\n  wrong_input: {tries: 1, then: bye}\n  then: bye\n"
    assert codes_of(steps + "bye: {hangup: goodbye}") == ["F007"]
