"""Every test of real calls proves each of them from four sides: heard, journey, visits, live feed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.calls.book import BOOK, FEED, HEARD, JOURNEY, SOURCES, VISITS
from tests.calls.conftest import pytest_runtest_call

CALLS = Path(__file__).parents[1] / "calls"
WHO_ASSERTS = {"book.py", "proof.py", "together.py"}
"""A source counts as asserted where it is compared, and nowhere else."""


def finish(*calls: tuple[object, tuple[str, ...]]) -> None:
    """Go through a test that makes these calls and asserts of each from these sources."""
    test = pytest_runtest_call()
    next(test)
    for call, sources in calls:
        BOOK.open(call, str(call))
        for source in sources:
            with BOOK.asserting(source, call):
                pass
    with pytest.raises(StopIteration):
        next(test)


def test_a_test_that_proves_each_call_from_every_source_passes() -> None:
    finish(("first", SOURCES), ("second", SOURCES))
    assert SOURCES == (HEARD, JOURNEY, VISITS, FEED)


@pytest.mark.parametrize("left_out", SOURCES)
def test_a_test_that_leaves_a_source_of_one_call_out_fails(left_out: str) -> None:
    rest = tuple(source for source in SOURCES if source != left_out)
    with pytest.raises(pytest.fail.Exception, match=f"second: nothing asserted from {left_out}$"):
        finish(("first", SOURCES), ("second", rest))


def test_a_test_that_makes_no_call_fails_whatever_the_one_before_it_proved() -> None:
    finish(("before", SOURCES))
    with pytest.raises(pytest.fail.Exception, match="no call was made"):
        finish()


def test_what_does_not_hold_is_not_asserted() -> None:
    BOOK.begin()
    BOOK.open("call", "the call")
    with pytest.raises(AssertionError, match="not so"), BOOK.asserting(HEARD, "call"):
        raise AssertionError("not so")
    assert BOOK.lacking() == [f"the call: nothing asserted from {', '.join(SOURCES)}"]


def test_a_test_that_failed_says_why_and_not_what_it_left_out() -> None:
    test = pytest_runtest_call()
    next(test)
    BOOK.open("call", "the call")
    with pytest.raises(ValueError, match="its own reason"):
        test.throw(ValueError("its own reason"))


@pytest.mark.parametrize("path", sorted(CALLS.glob("*.py")), ids=lambda path: path.name)
def test_no_test_says_of_itself_that_it_has_asserted_something(path: Path) -> None:
    used = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    assert path.name in WHO_ASSERTS or not used & {"asserting", "asserted"}
