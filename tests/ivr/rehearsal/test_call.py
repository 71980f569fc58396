"""The simulated telephone is the real one: keys, clocks, what is dropped; and nothing of the engine is left out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.results import Collected, Ended
from ivr.engine import effects as fx
from ivr.engine.inputs import Found, Keys, LookupFailed, Silence, Spoken
from ivr.engine.machine import VERBS
from ivr.engine.play_script import NOON
from ivr.flow.paths import exits
from ivr.rehearsal.backend import Backend
from ivr.rehearsal.call import KEPT
from ivr.rehearsal.choices import CHOICES
from ivr.rehearsal.doings import BREATH_MS, DOINGS, Asking, Saying
from ivr.rehearsal.edges import TOLD, ways_of
from ivr.rehearsal.model import Act, Answer
from ivr.rehearsal.player import DO
from ivr.rehearsal.writing import WRITTEN
from ivr.runner.perform import BREATH_S, Voice
from tests.ivr.rehearsal.surroundings import sample, small

if TYPE_CHECKING:
    from agi.channel import Channel
    from ivr.engine.inputs import Input
    from ivr.flow.model import Step
    from ivr.rehearsal.call import Call
    from ivr.rehearsal.doing import Doing
    from ivr.runner.ports import Speech

# --- nothing is left out ---------------------------------------------------------------------------------------------


def test_every_effect_of_the_engine_is_rehearsed() -> None:
    assert {*DOINGS, *KEPT} == set(get_args(fx.Effect))
    assert set(CHOICES) == set(DOINGS)


def test_every_verb_of_the_engine_has_its_ways() -> None:
    assert set(TOLD) == set(VERBS)


def test_every_act_of_a_dialogue_is_done_and_written() -> None:
    assert set(DO) == set(WRITTEN) == set(get_args(Act))


def test_every_way_of_the_check_is_an_edge() -> None:
    stage, _ = sample()
    steps: list[Step] = [step for flow in stage.house.flows.flows.values() for step in flow.steps.values()]
    for step in steps:
        assert len(ways_of(step)) == len(set(ways_of(step))) == max(1, len(exits(step))), step.name


def test_a_breath_is_as_long_as_the_real_one() -> None:
    assert BREATH_S * 1000 == BREATH_MS


# --- the same as the real voice --------------------------------------------------------------------------------------

NEVER = None
"""In a script of keys: nothing more comes in time."""


@dataclass
class Switch:
    """What Asterisk does with `GET DATA` (app.c, ast_app_getdata): takes keys until `#`, enough of them, or a clock."""

    keys: list[str | None]
    taken: int = 0
    played: list[str] = field(default_factory=list)

    async def set_variable(self, name: str, value: str) -> None:
        del name, value

    async def exec(self, application: str, args: str) -> None:
        del application
        self.played.append(args)
        while self.taken < len(self.keys) and self.keys[self.taken] is not None:
            self.taken += 1  # Playback drops them

    async def get_data(self, *files: str, timeout_ms: int, max_keys: int, secret: bool) -> Collected:
        del files, timeout_ms, secret
        got = ""
        while self.taken < len(self.keys):
            key = self.keys[self.taken]
            self.taken += 1
            if key is NEVER:
                return Collected(got, Ended.TIMEOUT)
            if key == "#":
                return Collected(got, Ended.KEYS if got else Ended.EMPTY)
            got += key
            if len(got) >= max_keys:
                return Collected(got, Ended.KEYS)
        return Collected(got, Ended.TIMEOUT)


class Files:
    def files(self, message: str, args: object, language: str) -> tuple[str, ...]:
        del args
        return (f"{language}/{message}",)


class Listener:
    """The part of a call that doings speak to."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.heard: list[fx.Utterance] = []
        self.lost: list[str] = []

    def hear(self, utterance: fx.Utterance) -> None:
        self.heard.append(utterance)

    def dropped(self, key: str) -> None:
        self.lost.append(key)


def offline(doing: Doing, keys: list[str | None]) -> Input | None:
    told = doing.begin()
    for key in [*keys, NEVER]:
        if told is not None:
            return told
        if key is NEVER:
            while told is None and doing.is_speaking:
                told = doing.listen()
            told = told if told is not None else doing.expire()
        else:
            told = doing.key(key)
    return told


def real(effect: fx.Ask | fx.Say, keys: list[str | None]) -> Input:
    voice = Voice(cast("Channel", Switch(keys)), cast("Speech", Files()), Path("/nowhere"), UTC)
    return asyncio.run(voice.ask(effect) if isinstance(effect, fx.Ask) else voice.say(effect))


KEY = st.sampled_from([*"0123456789*#", NEVER])
SAID = (fx.Utterance("no-key", {}, "en"), fx.Utterance("menu", {}, "en"))


@given(
    keys=st.lists(KEY, max_size=8),
    most=st.integers(1, 6),
    terminator=st.sampled_from(["", "#", "*"]),
    ahead=st.text("0123456789*", max_size=4),
)
def test_a_question_ends_as_the_real_one_does(keys: list[str | None], most: int, terminator: str, ahead: str) -> None:
    ask = fx.Ask(SAID, most, 5000, 3000, terminator, sensitive=False, typed_ahead=ahead)
    here = offline(Asking(cast("Call", Listener()), ask), keys)
    there = real(ask, keys)
    assert here == there
    assert isinstance(here, Keys | Silence)


@given(keys=st.lists(KEY, max_size=3), interruptible=st.booleans())
def test_a_message_ends_as_the_real_one_does(keys: list[str | None], *, interruptible: bool) -> None:
    say = fx.Say(SAID, interruptible)
    here = offline(Saying(cast("Call", Listener()), say), keys)
    assert here == real(say, keys)
    assert isinstance(here, Spoken)


# --- clocks ----------------------------------------------------------------------------------------------------------


def play(talk: str, **world: str) -> Any:
    given_world = {"from": '"13800138000"', "clock": '"2026-11-20 10:00"', **world}
    head = "".join(f"  {key}: {value}\n" for key, value in given_world.items())
    return small().play(f"it:\n{head}  talk:\n{talk}")


def acts(*lines: str) -> str:
    return "".join(f"    - {line}\n" for line in lines)


def steps(played: Any) -> list[str]:
    assert played.failure is None, played.failure
    return [f"{trace.step}: {trace.outcome}" for trace in played.traces]


def test_no_input_is_due_when_its_time_has_passed_and_not_before() -> None:
    assert play(acts("expect: main-menu", "wait: 4999ms", "wait: 1ms", "expect: [no-key, main-menu]")).passed
    early = play(acts("expect: main-menu", "wait: 4999ms", "expect: no-key"))
    assert "waits for a key" in early.failure.found


def test_keys_too_far_apart_are_an_entry_of_their_own() -> None:
    talk = acts("expect: main-menu", "press: 1", "expect: ask-account", "press: 123", "wait: 3s", "expect: ask-account")
    assert play(talk).passed
    together = play(
        acts("expect: main-menu", "press: 1", "press: 123", "wait: 2900ms", "press: 456#", "expect: ask-pin")
    )
    assert together.passed


def test_a_key_during_a_message_is_kept_for_the_next_question() -> None:
    assert steps(play(acts("expect: welcome", "press: 0", "queued: sales")))[:3] == [
        "greet: interrupted",
        "open_now: open",
        "menu: key 0",
    ]


def test_a_slow_lookup_drops_keys_and_is_covered_after_a_breath() -> None:
    balance = '{balance: {amount: "1.00 CNY", after: 1500ms}}'
    talk = ("expect: main-menu", "press: 1", "press: 123456#", "press: 4711")
    covered = play(acts(*talk, "expect: [one-moment, your-balance]"), backend=balance)
    assert covered.passed, covered.failure
    dropped = play(
        acts(*talk, "press: 0", "expect: your-balance", "expect: main-menu", "queued: sales"), backend=balance
    )
    assert dropped.failure is not None, "the 0 fell into the lookup"


def test_an_answer_at_the_deadline_is_late() -> None:
    talk = acts("expect: main-menu", "press: 1", "press: 123456#", "press: 4711", "expect: your-balance")
    in_time = play(talk, backend='{balance: {amount: "1.00 CNY", after: 1999ms}}')
    late = play(talk, backend='{balance: {amount: "1.00 CNY", after: 2s}}')
    assert (in_time.passed, late.passed) == (True, False)


def test_the_clock_decides_the_hours_and_holidays() -> None:
    for moment, outcome in (
        ("2026-11-20 17:59", "open"),
        ("2026-11-20 18:00", "closed"),
        ("2026-10-01 15:59", "open"),  # the national holiday's own hours
        ("2026-10-01 16:00", "closed"),
        ("2026-02-16 12:00", "closed"),  # an exception
    ):
        played = play(acts("expect: welcome", "wait: 1ms"), clock=f'"{moment}"')
        assert f"open_now: {outcome}" in steps(played), moment


def test_a_recording_ends_by_hash_silence_or_its_length() -> None:
    night = '"2026-11-20 23:00"'
    for words in (("speak: 5s", 'press: "#"'), ("speak: 5s", "wait: 5s"), ("speak: 3min",)):
        played = play(acts("expect: leave-word", *words, "expect: goodbye"), clock=night)
        assert "record: recorded" in steps(played)
    assert play(acts("expect: leave-word", 'press: "#"', "expect: goodbye"), clock=night).passed, "silence, then"
    going_on = play(
        acts("expect: leave-word", "speak: 5s", "at: main.record", "wait: 4s", "at: main.record"), clock=night
    )
    assert going_on.passed, "not silent for long enough yet"


def test_a_queue_gives_the_caller_back_when_the_wait_is_over() -> None:
    talk = ("expect: main-menu", "press: 0", "queued: sales", "wait: 10min")
    assert steps(play(acts(*talk, "expect: leave-word")))[-1] == "person: timed_out"


def test_who_leaves_a_queue_does_not_come_back() -> None:
    played = play(acts("expect: main-menu", "press: 0", "queued: sales", "hang up"), ends="hung up")
    assert steps(played)[-1] == "person: handed over", "as the real journey ends"
    in_a_menu = play(acts("expect: main-menu", "hang up"), ends="hung up")
    assert steps(in_a_menu)[-1] == "menu: hung up"


def test_a_failing_source_is_left_in_peace_after_some_failures() -> None:
    backend = Backend(small().house.questions, {"balance": (Answer("down"),)})
    effect = fx.LookUp("balance", {"account": "1"}, 2000, 0, None)
    told = [backend.ask(effect, NOON).told for _ in range(6)]
    assert told == [LookupFailed("unreachable")] * 5 + [LookupFailed("circuit_open")]
    assert backend.ask(effect, NOON + timedelta(seconds=10)).told == LookupFailed("unreachable"), "one may try again"


def test_an_answer_is_kept_as_long_as_the_flow_allows() -> None:
    backend = Backend(small().house.questions, {"balance": (Answer("row", {}), Answer("down"))})
    effect = fx.LookUp("balance", {"account": "1"}, 2000, 60_000, None)
    assert isinstance(backend.ask(effect, NOON).told, Found)
    assert isinstance(backend.ask(effect, NOON + timedelta(seconds=60)).told, Found)
    assert backend.ask(effect, NOON + timedelta(seconds=61)).told == LookupFailed("unreachable")


@pytest.mark.parametrize(("mood", "reason"), [("down", "unreachable"), ("wrong", "bad_answer"), ("stale", "stale")])
def test_every_mood_has_its_reason_in_the_journey(mood: str, reason: str) -> None:
    talk = acts("expect: main-menu", "press: 1", "press: 123456#", "press: 4711", "queued: sales")
    played = play(talk, backend=f"{{balance: {mood}}}")
    [failed] = [trace for trace in played.traces if trace.step == "balance"]
    assert (failed.outcome, failed.detail) == ("failed", {"reason": reason})
