"""What the dialplan is told, and what it tells."""

from __future__ import annotations

import pytest

from ivr.engine.effects import DialOut, Enqueue, HangUp, Rescue
from ivr.runner.handover import last_words, outcome_of


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("queue:CONTINUE", "answered"),
        ("queue:TIMEOUT", "timed_out"),
        ("queue:FULL", "full"),
        ("queue:JOINEMPTY", "empty"),
        ("queue:LEAVEEMPTY", "empty"),
        ("queue:JOINUNAVAIL", "empty"),
        ("queue:LEAVEUNAVAIL", "empty"),
        ("queue:WITHDRAW", "withdrawn"),
        ("queue:", "failed"),
        ("dial:ANSWER", "answered"),
        ("dial:BUSY", "busy"),
        ("dial:NOANSWER", "no_answer"),
        ("dial:CHANUNAVAIL", "failed"),
        ("queue:KEY:1", "left_by_key"),
        ("queue:KEY:*", "left_by_key"),
        ("dial:KEY:1", "failed"),
        ("", "failed"),
        ("teleport:DONE", "failed"),
    ],
)
def test_what_asterisk_says_becomes_the_flows_word(result: str, outcome: str) -> None:
    assert outcome_of(result) == outcome


def test_a_queue_is_named_with_its_priority_and_its_bound_in_seconds() -> None:
    assert last_words(Enqueue("vip", 10, 30_000)) == {
        "HL_QUEUE": "vip",
        "HL_PRIORITY": "10",
        "HL_LONGEST": "30",
        "HL_NEXT": "queue",
    }


@pytest.mark.parametrize(
    "effect",
    [Enqueue("q", 0, 1), DialOut("PJSIP/1", 1), HangUp(), Rescue("out of steps")],
    ids=lambda e: type(e).__name__,
)
def test_the_last_word_is_said_last(effect: Enqueue | DialOut | HangUp | Rescue) -> None:
    assert list(last_words(effect))[-1] == "HL_NEXT"


def test_no_wait_is_ever_without_a_bound() -> None:
    assert last_words(Enqueue("q", 0, 1))["HL_LONGEST"] == "1"
