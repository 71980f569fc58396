"""What a call leaves for people, asserted in a dialogue: what passes, what fails and how that is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.flow.load import load_flow
from ivr.flow.model import FlowSet
from ivr.rehearsal.player import Failure, play
from ivr.rehearsal.writing import as_yaml
from tests.ivr.flow.surroundings import framed
from tests.ivr.rehearsal.surroundings import Stage, small, without_proposal

STEPS = """\
rate:
  survey: after-talk
  questions:
    helpful: {message: main-menu, keys: 1-5}
    solved: {message: main-menu, keys: [1, 2]}
  no_input: {after: 5s, tries: 1, then: note}
  wrong_input: {tries: 2, then: note}
  into: rating
  then:
    - {when: rating.helpful <= 2, then: note}
    - {then: describe}
note: {callback: sales, number: "'13800138000'", reason: bad rating, not_before: 1h, then: describe}
describe: {record: leave-word, into: words, longest: 1min, then: open}
open:
  ticket: fault
  colour: red
  with: {account: "'755'"}
  recording: words
  then: box
box: {voicemail: messages, message: leave-word, longest: 1min, then: end}
"""
RATED = "    - press: 5\n    - press: 1\n"


def stage() -> Stage:
    flow = load_flow(framed(STEPS).encode(), "flows/example.yaml").flow
    assert flow is not None
    beside = small()
    flows = FlowSet("0123456789ab", {"example": flow}, beside.house.flows.languages)
    names = replace(
        beside.names,
        steps=frozenset(f"example.{name}" for name in flow.steps),
        surveyed={"helpful": "12345", "solved": "12"},
    )
    return Stage(replace(beside.house, flows=flows, numbers={"10010": "example"}), names)


def passes(talk: str) -> bool:
    played = stage().play(f"it:\n  talk:\n{talk}")
    assert played.failure is None, played.failure
    return played.passed


def failure(talk: str) -> Failure:
    played = stage().play(f"it:\n  talk:\n{talk}")
    assert played.failure is not None
    return played.failure


def test_a_survey_is_kept_as_soon_as_it_is_asked_and_with_each_answer() -> None:
    assert passes(
        "    - kept: {survey: {helpful: null, solved: null}}\n    - press: 2\n"
        "    - kept: {survey: {helpful: 2, solved: null}}\n    - press: 1\n"
        "    - kept: {survey: {helpful: 2, solved: 1}}\n"
    )
    found = failure("    - press: 4\n    - kept: {survey: {helpful: 5}}\n")
    assert (found.expected, found.found) == (
        "to be kept: survey (helpful 5)",
        "kept is survey (helpful 4, solved unanswered)",
    )


def test_a_bad_rating_is_called_back_and_a_good_one_is_not() -> None:
    number = 'number: "13800138000"'
    assert passes(f"    - press: 11\n    - kept: {{callback: {{queue: sales, {number}, not_before: 1h}}}}\n")
    assert passes(f"    - press: 11\n    - kept: {{callback: {{{number}, not_after: null, reason: bad rating}}}}\n")
    found = failure(f"{RATED}    - kept: {{callback: {{}}}}\n")
    assert found.expected == "to be kept: callback"
    later = failure("    - press: 11\n    - kept: {callback: {not_before: 2h}}\n")
    assert "callback (queue sales, number 13800138000, reason bad rating, not before 1h)" in later.found


def test_words_are_kept_by_their_length_and_the_ticket_that_refers_to_them_tells_it() -> None:
    ticket = 'ticket: {kind: fault, colour: red, with: {account: "755"}, recording: 12s}'
    assert passes(
        f"{RATED}    - expect: leave-word\n    - speak: 12s\n    - press: '#'\n"
        f"    - kept: {{recording: 12s, {ticket}}}\n    - expect: leave-word\n    - speak: 3s\n    - press: '#'\n"
        f"    - kept: {{voicemail: {{box: messages, length: 3s}}}}\n"
    )
    silent = f"{RATED}    - expect: leave-word\n    - speak: 0s\n    - press: '#'\n"
    assert passes(f"{silent}    - kept: {{ticket: {{recording: null}}}}\n")
    found = failure(f"{silent}    - kept: {{{ticket}}}\n")
    assert found.expected == "to be kept: ticket (kind fault, colour red, account 755, recording 12s)"
    assert found.found.endswith("; ticket (kind fault, colour red, account 755)")


def test_who_hangs_up_while_speaking_has_spoken_and_who_hangs_up_before_has_not() -> None:
    record = f"{RATED}    - expect: leave-word\n"
    assert passes(f"{record}    - speak: 7s\n    - hang up\n    - kept: {{ticket: {{recording: 7s}}}}\n")
    found = failure(f"{record}    - hang up\n    - kept: {{ticket: {{}}}}\n")
    assert found.found == "kept is survey (helpful 5, solved 1)"
    box = f"{record}    - speak: 7s\n    - press: '#'\n    - expect: leave-word\n    - speak: 4s\n    - hang up\n"
    assert passes(f"{box}    - kept: {{voicemail: {{length: 4s}}}}\n")


def test_nothing_is_kept_at_this_moment() -> None:
    played = small().play(
        'it:\n  from: "13800138000"\n  clock: "2026-11-20 23:00"\n  talk:\n'
        "    - expect: leave-word\n    - kept: nothing\n    - speak: 2s\n    - press: '#'\n    - kept: nothing\n"
    )
    assert played.failure is not None
    assert (played.failure.expected, played.failure.found) == (
        "nothing to be kept",
        "kept is voicemail (box messages, length 2s)",
    )


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("5", "T019"),
        ("{survey: {helpfull: 5}}", "did you mean 'helpful'?"),
        ("{survey: {solved: 3}}", "one of 1, 2, or null"),
        ("{survey: 5}", "T019"),
        ("{callback: {queue: slaes}}", "did you mean 'sales'?"),
        ("{callback: {numbr: 1}}", "did you mean 'number'?"),
        ("{callback: {not_after: 5}}", "T012"),
        ("{ticket: {kind: falt}}", "did you mean 'fault'?"),
        ("{ticket: {kind: fault, colour: rde}}", "did you mean 'red'?"),
        ("{ticket: {kind: fault, with: {acount: x}}}", "did you mean 'account'?"),
        ("{ticket: {kind: fault, with: 5}}", "T019"),
        ("{voicemail: {box: mesages}}", "did you mean 'messages'?"),
        ("{recording: 5}", "T012"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_place(kept: str, told: str) -> None:
    assert told in stage().told(f"it:\n  talk:\n    - kept: {kept}\n")


def test_what_a_queue_cannot_be_is_told_at_its_place() -> None:
    for queues, told in (
        ("5", "T003"),
        ("{slaes: unknown}", "did you mean 'sales'?"),
        ("{sales: 5}", "T020"),
        ("{sales: {ahead: -1}}", "a whole number, or null"),
        ("{sales: {ahead: true}}", "a whole number, or null"),
        ("{sales: {longest_wait: 5}}", "T012"),
    ):
        assert told in stage().told(f"it:\n  queues: {queues}\n  talk:\n    - expect: welcome\n"), queues


def test_a_dialogue_of_all_new_words_is_written_as_it_is_read() -> None:
    text = """\
it:
  from: withheld
  to: "10010"
  queues:
    sales: {waiting: 3, free: 0, ahead: 2, expected_wait: 170s}
  talk:
    - hear: 1, 2
    - transferred: PJSIP/1002
    - queues:
        sales: unknown
    - kept: nothing
    - kept:
        survey: {helpful: 5, solved: null}
        callback: {queue: sales, number: "13800138000", not_before: 1h}
        ticket: {kind: fault, with: {account: "755"}, recording: 12s}
        voicemail: {box: messages, length: 3s}
        recording: 90s
"""
    [dialogue], problems = stage().read(text)
    assert problems == ()
    again = as_yaml(dialogue)
    assert as_yaml(stage().read(again)[0][0]) == again
    assert again.split() == text.replace("1, 2", '"1, 2"').replace("from: withheld", 'from: "withheld"').split()
    assert not play(stage().house, dialogue).passed, "nobody says it"


def test_for_every_way_that_leaves_something_for_people_a_proposal_passes() -> None:
    assert without_proposal(stage()) == []


def test_who_asks_again_for_a_callback_in_the_same_queue_has_one() -> None:
    text = (
        "first: {callback: sales, number: \"'1111'\", then: second}\n"
        "second: {callback: sales, number: \"'2222'\", then: wait}\n"
        "wait: {queue: sales, longest: 1min, after: {answered: end, timed_out: end}}\n"
    )
    flow = load_flow(framed(text).encode(), "flows/example.yaml").flow
    assert flow is not None
    beside = small()
    flows = FlowSet("0123456789ab", {"example": flow}, beside.house.flows.languages)
    house = replace(beside.house, flows=flows, numbers={"10010": "example"})
    played = Stage(house, beside.names).play("it:\n  talk:\n    - queued: sales\n    - kept: nothing\n")
    assert played.failure is not None
    assert played.failure.found == "kept is callback (queue sales, number 2222)"
