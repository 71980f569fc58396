"""Queues that are looked at, left by a key, and calls that are given away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.engine import effects as fx
from ivr.engine.inputs import QueueTold, Returned
from ivr.engine.play_script import Heard, PlayScript
from ivr.flow import model
from ivr.flow.expressions import parse
from ivr.flow.model import END
from tests.ivr.engine.making import AT, FACTS, given, left, on, single, to


def play(name: str, **args: str) -> model.Play:
    return model.Play(name, AT, f"{name}-message", given(**args), to(END))


HOLD = model.Queue(
    "hold",
    AT,
    "general",
    0,
    60_000,
    {"answered": END, "timed_out": "late", "failed": "failed"},
    {"9": on("number"), "1": on("number", back="call.caller")},
    model.Announce("place", 45_000),
)
HOLDING = single(HOLD, play("late"), play("failed"), play("number", back="back"))
ENQUEUE = fx.Enqueue("general", 0, 60_000, "19", model.Announce("place", 45_000))


def test_an_exit_key_leads_where_the_step_says_and_sets_what_it_says() -> None:
    said = fx.Say((fx.Utterance("number-message", {"back": FACTS.caller}, "zh-CN"),), interruptible=True)
    assert (
        PlayScript(HOLDING, "main", FACTS, traces=True)
        << left("main", "hold", "queue", "handed over", "hold", {"queue": "general"})
        << ENQUEUE
        >> Returned("left_by_key", "1")
        << left("main", "hold", "queue", "key 1", "number")
        << said
    )
    assert (
        PlayScript(HOLDING, "main", FACTS)
        << ENQUEUE
        >> Returned("left_by_key", "9")
        << fx.Say((fx.Utterance("number-message", {"back": None}, "zh-CN"),), interruptible=True)
    )


@pytest.mark.parametrize("back", [Returned("left_by_key", "7"), Returned("left_by_key"), Returned("strange", "1")])
def test_a_key_that_is_not_the_steps_is_a_failure_and_never_loses_the_caller(back: Returned) -> None:
    assert PlayScript(HOLDING, "main", FACTS) << ENQUEUE >> back << Heard("failed-message")


def test_a_queue_is_looked_at_and_its_figures_decide() -> None:
    look = model.QueueState("look", AT, "general", "line", (on("late", "line.waiting > 2"), on("number")))
    looking = single(look, play("late"), play("number", back="line.expected_wait"))
    figures = {"waiting": "3", "places": "unknown", "agents": "2", "free": "0", "longest_wait": "unknown"}
    assert (
        PlayScript(looking, "main", FACTS, traces=True)
        << fx.AskQueue("general")
        >> QueueTold(3, None, 2, 0)
        << left("main", "look", "queue_state", "seen", "late", {**figures, "expected_wait": "unknown"})
        << Heard("late-message")
    )
    assert (
        PlayScript(looking, "main", FACTS)
        << fx.AskQueue("general")
        >> QueueTold(expected_wait=90)
        << fx.Say((fx.Utterance("number-message", {"back": 90}, "zh-CN"),), interruptible=True)
    )


GIVING = single(
    model.Transfer(
        "give", AT, parse("call.caller"), 20_000, {"no_answer": "late", "busy": "number", "failed": "failed"}
    ),
    play("late"),
    play("failed"),
    play("number"),
)


@pytest.mark.parametrize(
    ("outcome", "heard"), [("no_answer", "late"), ("busy", "number"), ("failed", "failed"), ("strange", "failed")]
)
def test_a_transfer_that_nobody_takes_brings_the_caller_back(outcome: str, heard: str) -> None:
    assert (
        PlayScript(GIVING, "main", FACTS, traces=True)
        << left("main", "give", "transfer", "handed over", "give")
        << fx.TransferOut(FACTS.caller, 20_000)
        >> Returned(outcome)
        << left("main", "give", "transfer", outcome, heard)
        << Heard(f"{heard}-message")
    )


def test_what_is_no_number_is_not_transferred_to() -> None:
    assert PlayScript(GIVING, "main", replace(FACTS, caller="")) << Heard("failed-message")
    assert PlayScript(GIVING, "main", replace(FACTS, caller="1001,,G(evil)")) << Heard("failed-message")


def test_no_secret_outlasts_a_transfer_or_a_look() -> None:
    hidden = single(
        model.Transfer("give", AT, parse("pin"), 20_000, {"failed": "late"}),
        play("late"),
    )
    sensitive = PlayScript(hidden, "main", FACTS)
    top = replace(sensitive.cursor.top, variables={"pin": "1234"}, sensitive=frozenset({"pin"}))
    sensitive.cursor = sensitive.cursor.with_top(top)
    assert sensitive << fx.Rescue("main.give: the number to dial is sensitive")
