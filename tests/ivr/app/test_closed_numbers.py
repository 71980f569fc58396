"""Numbers closed by hand: kept whole or not at all, seen at once by whoever looks, and never lost to a broken file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ivr.app.closed_numbers import ClosedFile, ClosedNumbers, closing_messages
from ivr.config.load import load_hotline
from lab.rig import SAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from ami_bridge.acts.outcome import Told

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "closed.json"


def numbers(path: Path) -> ClosedNumbers:
    return ClosedNumbers(ClosedFile(path), ("96956", "96957"), ("emergency", "goodbye"))


def test_what_one_process_closes_another_sees(path: Path) -> None:
    reader = ClosedFile(path)
    assert reader.message("96956") is None
    numbers(path).close("96956", "emergency", "陈 <b>", NOON)
    assert reader.message("96956") == "emergency"
    assert reader.message("96957") is None
    (one,) = numbers(path).closed()
    assert (one.number, one.message, one.who, one.since) == ("96956", "emergency", "陈 <b>", NOON)
    numbers(path).close("96957", "goodbye", "Li", NOON)
    numbers(path).open("96956")
    assert (reader.message("96956"), reader.message("96957")) == (None, "goodbye")


def test_nothing_but_the_file_is_left_behind(path: Path) -> None:
    numbers(path).close("96956", "emergency", "Li", NOON)
    assert [one.name for one in path.parent.iterdir()] == ["closed.json"]


@pytest.mark.parametrize("broken", ["", "[]", '{"96956": {}}', '{"96956": {"message": 1, "since": "x"}}', "{"])
def test_a_broken_file_changes_nothing_and_is_told_once(path: Path, broken: str) -> None:
    reader = ClosedFile(path)
    numbers(path).close("96956", "emergency", "Li", NOON)
    assert reader.message("96956") == "emergency"
    path.write_text(broken)
    with capture_logs() as said:
        assert reader.message("96956") == "emergency"
        assert reader.message("96956") == "emergency"
    assert [one["event"] for one in said] == ["closed_numbers_unreadable"]
    with pytest.raises(OSError, match="not as it was written"):
        numbers(path).closed()


def test_a_folder_that_cannot_be_written_leaves_the_number_open(tmp_path: Path) -> None:
    nowhere = tmp_path / "missing" / "closed.json"
    with pytest.raises(OSError, match="missing"):
        numbers(nowhere).close("96956", "emergency", "Li", NOON)
    assert ClosedFile(nowhere).message("96956") is None


def _code(told: Told | None) -> str | None:
    return told.code if told is not None else None


def test_only_numbers_and_messages_there_are(path: Path) -> None:
    here = numbers(path)
    assert _code(here.refusal("96956", "emergency")) is None
    assert _code(here.refusal("96956", None)) is None
    assert _code(here.refusal("1", "emergency")) == "unknown_number"
    assert _code(here.refusal("96956", "hullo")) == "unknown_message"


def test_a_closed_number_that_was_taken_out_of_the_configuration_can_be_opened(path: Path) -> None:
    numbers(path).close("4711", "emergency", "Li", NOON)
    assert _code(numbers(path).refusal("4711", None)) is None
    assert _code(numbers(path).refusal("4711", "emergency")) == "unknown_number"
    assert _code(numbers(path).refusal("4712", None)) == "unknown_number"


def test_a_number_is_closed_with_what_is_said_without_values_in_every_language() -> None:
    catalogue = load_hotline(SAMPLE).catalogue
    offered = closing_messages(catalogue)
    assert "goodbye" in offered
    assert all(not catalogue.places(name) for name in offered)
    assert all(name in catalogue.messages[language] for name in offered for language in catalogue.languages)
    assert set(catalogue.names) - set(offered)
