from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.conf import ConfFile
from dialplan.text import UnwritableError, line_value, name_problem, shown_name_problem


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00", "\u2028", " a", "a ", "x" * 2000, "\ud800"])
def test_what_would_break_a_line_is_refused(value: str) -> None:
    with pytest.raises(UnwritableError):
        line_value(value)


@given(st.text(max_size=80))
def test_a_value_is_refused_or_read_back_as_it_was(value: str) -> None:
    try:
        written = line_value(value)
    except UnwritableError:
        return
    conf = ConfFile("x.conf", text=f"[a]\nkey = {written}\nnext = 1\n")
    assert not conf.diagnostics
    assert conf.resolved() == {"a": [("key", value), ("next", "1")]}


@pytest.mark.parametrize("name", ["service", "客服", "vip-2", "a.b_c", "1001", "คิว"])
def test_names_of_any_script_pass(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", "a b", "-a", "a]", "a;b", "a,b", "a\n", "${X}", "a/b", "x" * 65])
def test_what_could_mean_something_is_no_name(name: str) -> None:
    assert name_problem(name) is not None


def test_a_name_in_a_sip_address_is_ascii() -> None:
    assert name_problem("客服", ascii_only=True) == "has the character '客'"


@pytest.mark.parametrize("name", ["Chan, Mei", 'a"b', "a|b", "<a>", "a\\", "${X}", "", "a\nb"])
def test_a_shown_name_has_nothing_that_means_something_in_lists(name: str) -> None:
    assert shown_name_problem(name) is not None


def test_an_ordinary_name_is_shown() -> None:
    assert shown_name_problem("O'Neill-陈 美玲") is None
