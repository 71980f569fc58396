"""Dialogues: what passes, what fails and how that is told; what is inherited; what one call remembers for the next."""

from __future__ import annotations

import pytest

from ivr.rehearsal.coverage import Coverage
from ivr.rehearsal.edges import UnknownOutcomeError, edge_of
from ivr.rehearsal.player import Failure, play
from ivr.rehearsal.run import rehearse
from tests.ivr.engine.making import left
from tests.ivr.rehearsal.surroundings import sample, small

DAY = 'from: "13800138000"\n  clock: "2026-11-20 10:00"'


def failure(talk: str, world: str = DAY, ends: str = "") -> Failure:
    played = small().play(f"it:\n  {world}\n  talk:\n{talk}{ends}")
    assert played.failure is not None
    return played.failure


# --- the sample ------------------------------------------------------------------------------------------------------


def test_every_dialogue_of_the_sample_passes() -> None:
    stage, dialogues = sample()
    rehearsal = rehearse(stage.house, dialogues)
    assert [(one.dialogue.name, one.failure) for one in rehearsal.failed] == []


def test_the_dialogues_of_the_sample_take_every_way_of_all_its_flows() -> None:
    stage, dialogues = sample()
    coverage = rehearse(stage.house, dialogues).coverage
    assert coverage.missed == ()
    assert (coverage.per_cent, coverage.steps_taken) == (100.0, coverage.steps)


def test_the_sample_tells_the_balance_word_for_word_in_each_language() -> None:
    stage, dialogues = sample()
    told = {
        heard.language
        for dialogue in dialogues
        for act in dialogue.talk
        if getattr(act, "says", None) and act.messages == ("your-balance",)  # type: ignore[union-attr]  # it has says
        for heard in play(stage.house, dialogue).heard
        if heard.message == "your-balance"
    }
    assert told == {"zh-CN", "yue-HK", "en"}


# --- failures --------------------------------------------------------------------------------------------------------


def test_a_message_that_does_not_come_is_told_with_what_came_and_where_the_call_is() -> None:
    found = failure("    - expect: welcome\n    - expect: your-balance\n")
    assert (found.at and found.at.line, found.expected) == (6, "to hear 'your-balance'")
    assert (
        found.found
        == "heard 'main-menu' (zh-CN: 查询余额请按1，人工服务请按0。); the call is in main.menu and waits for a key"
    )
    assert found.hint == "'your-balance' is said in main.say_balance"


def test_messages_in_a_row_are_one_right_after_the_other() -> None:
    assert small().play(f"it:\n  {DAY}\n  talk:\n    - expect: [welcome, main-menu]\n").passed
    assert failure("    - expect: [welcome, no-key]\n").expected == "to hear 'welcome' and right after it 'no-key'"


def test_a_sentence_that_differs_is_told_from_where() -> None:
    found = failure("    - expect: welcome\n      says: 您坏。\n")
    assert found.found == "it says: 您好。"
    assert found.hint == "they differ from character 2 on: '坏。' and '好。'"


def test_a_message_in_another_language_is_told() -> None:
    assert "it is said in zh-CN" in failure("    - expect: welcome\n      language: en\n").found


def test_what_must_never_be_said_fails_where_it_is() -> None:
    found = failure("    - expect: main-menu\n", f"{DAY}\n  never: welcome")
    assert (found.expected, found.found) == ("never to hear 'welcome'", "it is said in main.greet: 您好。")


@pytest.mark.parametrize(
    ("talk", "expected", "told"),
    [
        ("    - queued: sales\n", "to wait in queue 'sales'", "the call is in main.menu and waits for a key"),
        ("    - speak: 3s\n", "to be recorded", "waits for a key"),
        ("    - comes back: answered\n", "a queue or another telephone", "waits for a key"),
        ("    - at: main.bye\n", "to be at 'main.bye'", "main.menu"),
        ("    - dialled: PJSIP/1001\n", "to be connected to 'PJSIP/1001'", "main.menu"),
        ("    - hang up\n    - press: 1\n", "to press key 1 of 1", "the caller has hung up"),
        ("    - hang up\n    - hang up\n", "to hang up", "the caller has hung up"),
        ("    - hang up\n    - wait: 1s\n", "to wait", "the caller has hung up"),
    ],
)
def test_an_act_that_cannot_be_done_is_told(talk: str, expected: str, told: str) -> None:
    found = failure(talk)
    assert found.expected == expected
    assert told in found.found


def test_another_ending_is_told() -> None:
    assert "waits for a key" in failure("    - expect: welcome\n", ends="  ends: finished\n").found
    found = failure("    - hang up\n", ends="  ends: finished\n")
    assert found.expected == "the call to be led to its end"


def test_what_a_dialogue_leaves_open_is_asked_for() -> None:
    no_clock = failure("    - expect: main-menu\n", 'from: "13800138000"')
    assert (no_clock.expected, no_clock.found) == ("a clock", "the call depends on the hours 'office'")
    talk = (
        "    - expect: main-menu\n    - press: 1\n    - press: 123456#\n    - press: 4711\n    - expect: one-moment\n"
    )
    no_answer = failure(talk)
    assert no_answer.expected == "an answer of 'balance'"
    assert no_answer.hint == "backend: {balance: {…}}, or down, slow, missing, wrong"


def test_no_key_of_a_pin_is_in_anything_that_is_told() -> None:
    talk = (
        "    - expect: main-menu\n    - press: 1\n    - press: 123456#\n    - press: 8351\n    - expect: your-balance\n"
    )
    played = small().play(f"it:\n  {DAY}\n  backend: {{balance: down}}\n  talk:\n{talk}")
    assert played.failure is not None
    assert "8351" not in repr((played.failure, played.traces, played.heard))


# --- rescue ----------------------------------------------------------------------------------------------------------


def test_a_call_that_comes_to_a_step_too_often_is_rescued_and_says_why() -> None:
    talk = f'    - expect: main-menu\n    - press: "{"*" * 25}"\n'
    played = small().play(f"it:\n  {DAY}\n  talk:\n{talk}  ends: rescued\n")
    assert played.failure is None
    assert played.ending == "rescued"
    found = failure(talk, ends="  ends: finished\n")
    assert found.hint == "main.menu: more than 25 visits to step 'menu'"


# --- what is taken from others ---------------------------------------------------------------------------------------


def test_a_dialogue_takes_the_world_and_the_talk_it_does_not_write() -> None:
    text = f"""\
first:
  {DAY}
  backend: {{balance: {{amount: "1.00 CNY"}}}}
  talk:
    - expect: main-menu
    - press: 0
    - queued: sales
second:
  like: first
  backend: {{balance: {{after: 1s}}}}
  talk:
    - until: main-menu
    - expect: welcome
third:
  like: second
  talk:
    - ...
    - expect: main-menu
fourth:
  like: first
"""
    dialogues, problems = small().read(text)
    assert problems == ()
    first, second, third, fourth = dialogues
    [answer] = second.surroundings.answers["balance"]
    assert (answer.after_ms, answer.row["amount"]) == (1000, first.surroundings.answers["balance"][0].row["amount"])
    assert [type(act).__name__ for act in third.talk] == ["Expect", "Expect"]
    assert fourth.talk == first.talk
    assert all(play(small().house, each).passed for each in dialogues)


def test_any_answer_and_any_outcome_make_a_dialogue_each() -> None:
    text = f"""\
it:
  {DAY}
  backend: {{balance: {{any: [down, slow]}}}}
  talk:
    - expect: main-menu
    - press: 0
    - queued: sales
    - comes back: [timed_out, empty, full]
    - expect: leave-word
"""
    dialogues, _ = small().read(text)
    assert [each.name for each in dialogues][:2] == ["it (down, timed_out)", "it (down, empty)"]
    assert len(dialogues) == 6
    assert all(play(small().house, each).passed for each in dialogues)


def test_too_many_variants_are_refused() -> None:
    text = f"it:\n  {DAY}\n  talk:\n    - press: 0\n" + "    - comes back: [empty, full, failed]\n" * 5
    dialogues, [problem] = small().read(text)
    assert (dialogues, problem.code) == ((), "T002")


def test_nothing_is_remembered_unless_a_dialogue_follows_another() -> None:
    stage, dialogues = sample()
    named = {each.name: each for each in dialogues}
    follower = named["a choice made once is remembered"]
    assert play(stage.house, follower).traces[0].outcome == "remembered 3"
    alone = named["a new caller chooses English"]
    assert [play(stage.house, alone).traces[0].outcome for _ in range(2)] == ["key 3", "key 3"]


def test_a_call_before_that_goes_another_way_is_told() -> None:
    text = f"""\
first:
  {DAY}
  talk:
    - expect: main-menu
    - queued: sales
second:
  like: first
  follows: first
  talk:
    - expect: main-menu
"""
    failed = small().play(text).failure
    assert failed is not None
    assert (failed.expected, failed.found) == ("the call before it to go as written", "'first' does not")


# --- coverage --------------------------------------------------------------------------------------------------------


def test_an_outcome_or_a_verb_that_is_not_known_is_an_error_and_not_left_out() -> None:
    flows = small().house.flows
    trace = left("main", "menu", "menu", "left by magic", "bye")
    with pytest.raises(UnknownOutcomeError, match="'menu' left a step with 'left by magic'"):
        edge_of(flows, trace)
    with pytest.raises(UnknownOutcomeError, match="'key 7', which is no way out"):
        edge_of(flows, left("main", "menu", "menu", "key 7", "bye"))
    assert edge_of(flows, left("main", "menu", "menu", "hung up", "end")) is None


def test_a_way_is_counted_once_for_each_taking() -> None:
    stage, dialogues = sample()
    named = {each.name: each for each in dialogues}
    twice = play(stage.house, named["after the balance the caller may go back, reach a person, or be done"])
    coverage = Coverage.of(stage.house.flows)
    coverage.add(twice.edges)
    counted = {str(edge): count for edge, count in coverage.taken.items() if count > 1}
    assert counted["main.main_menu: key 1"] == 2
    assert "main.anything_else: key 1" not in counted
