"""What the dialplan is told, and what it tells."""

from __future__ import annotations

import pytest

from ivr.engine.effects import DialOut, Enqueue, HangUp, Rescue, TransferOut
from ivr.engine.inputs import Returned
from ivr.flow.model import Announce
from ivr.runner.handover import Last, last_words, returned


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
        ("transfer:NOANSWER", "no_answer"),
        ("transfer:CONGESTION", "failed"),
        ("dial:KEY:1", "failed"),
        ("", "failed"),
        ("teleport:DONE", "failed"),
    ],
)
def test_what_asterisk_says_becomes_the_flows_word(result: str, outcome: str) -> None:
    assert returned(result) == Returned(outcome)


@pytest.mark.parametrize("key", ["1", "*", "#"])
def test_the_key_that_led_out_of_a_queue_is_told(key: str) -> None:
    assert returned(f"queue:KEY:{key}") == Returned("left_by_key", key)


def test_a_queue_is_named_with_its_priority_and_its_bound_in_seconds() -> None:
    assert last_words(Enqueue("vip", 10, 30_000)) == {
        "HL_QUEUE": "vip",
        "HL_PRIORITY": "10",
        "HL_LONGEST": "30",
        "HL_NEXT": "queue",
    }


def test_a_queue_is_told_its_exit_keys_and_what_is_announced_in_it() -> None:
    words = last_words(Enqueue("vip", 10, 30_000, "19", Announce("place", 45_000, "place-and-wait")))
    assert (words["HL_KEYS"], words["HL_ANNOUNCE"]) == ("19", "45;place;place-and-wait")
    assert last_words(Enqueue("vip", 10, 30_000, "", Announce("place", 45_000)))["HL_ANNOUNCE"] == "45;place;"


def test_a_transfer_is_another_word_than_a_dial() -> None:
    assert last_words(TransferOut("PJSIP/1", 20_000)) == {"HL_TO": "PJSIP/1", "HL_RING": "20", "HL_NEXT": "transfer"}
    assert last_words(DialOut("PJSIP/1", 20_000)) == {"HL_TO": "PJSIP/1", "HL_RING": "20", "HL_NEXT": "dial"}


@pytest.mark.parametrize(
    "effect",
    [
        Enqueue("q", 0, 1, "1", Announce("place", 45_000)),
        DialOut("PJSIP/1", 1),
        TransferOut("PJSIP/1", 1),
        HangUp(),
        Rescue("out of steps"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_the_last_word_is_said_last(effect: Last) -> None:
    assert list(last_words(effect))[-1] == "HL_NEXT"


def test_no_wait_is_ever_without_a_bound() -> None:
    assert last_words(Enqueue("q", 0, 1))["HL_LONGEST"] == "1"
