"""Queues with keys and announcements, looks at queues, and transfers, as an admin writes them."""

from __future__ import annotations

from ivr.flow import model
from ivr.flow.load import load_flow
from tests.ivr.flow.surroundings import codes_of, framed, told

WAIT = "wait:\n  queue: sales\n  longest: 10min\n  after: {{answered: end, timed_out: end}}\n  {more}"


def wait(more: str) -> str:
    return WAIT.format(more=more)


def test_a_queue_step_is_read_with_its_keys_and_its_announcements() -> None:
    text = wait("exit_keys: {1: end, '#': {set: {x: y}, then: end}}\n  announce: {message: place, every: 1min}")
    reading = load_flow(framed(text).encode(), "flows/example.yaml")
    assert reading.flow is not None
    step = reading.flow.steps["wait"]
    assert isinstance(step, model.Queue)
    assert {key: (way.then, list(way.assign)) for key, way in step.exit_keys.items()} == {
        "1": ("end", []),
        "#": ("end", ["x"]),
    }
    assert step.announce == model.Announce("place", 60_000)


def test_exit_keys_are_keys_each_once_and_lead_to_steps() -> None:
    assert codes_of(wait("exit_keys: {10: end}")) == ["F007"]
    assert codes_of(wait("exit_keys: {1: end, '1': end}")) == ["Y009"]
    assert codes_of(wait("exit_keys: {1: nowhere}")) == ["F012"]
    assert codes_of(wait("exit_keys: [1, 2]")) == ["F003"]
    assert codes_of(wait("exit_keys: {}")) == ["F003"]
    assert "did you mean 'again'" in told(wait("exit_keys: {1: agin}") + "\nagain:\n  hangup: goodbye")


def test_a_step_only_a_key_leads_to_is_reached_and_a_secret_does_not_get_there() -> None:
    pin = (
        "pin:\n  collect: ask-pin\n  into: pin\n  length: 4\n  sensitive: true\n"
        "  no_input: {tries: 2, then: end}\n  wrong_input: {tries: 2, then: end}\n  then: wait\n"
    )
    bye = "\nbye:\n  branch:\n    - {when: pin == '1', then: end}\n    - {then: end}"
    assert codes_of(wait("exit_keys: {1: bye}") + "\nbye:\n  hangup: goodbye") == []
    assert codes_of(pin + wait("exit_keys: {1: bye}") + bye) == ["F025"]


def test_an_announcement_is_bounded_and_known() -> None:
    assert codes_of(wait("announce: {message: callers-ahead, every: 5s}")) == ["F011"]
    assert codes_of(wait("announce: {message: callers-ahead}")) == ["F002"]
    assert codes_of(wait("announce: {message: calers-ahead, every: 45s}")) == ["F017"]
    assert codes_of(wait("announce: callers-ahead")) == ["F003"]
    assert "is called 'with_wait'" in told(wait("announce: {message: callers-ahead, every: 45s, wait: true}"))


def test_a_message_without_places_may_be_all_that_is_announced() -> None:
    assert codes_of(wait("announce: {message: one-moment, every: 45s}")) == []


def test_the_figures_of_a_queue_are_numbers_that_may_be_null() -> None:
    def look(when: str, then: str = "wait") -> str:
        ways = f"    - {{when: {when}, then: {then}}}\n    - {{then: wait}}\n"
        return f"look:\n  queue_state: sales\n  into: line\n  then:\n{ways}" + wait("priority: 1")

    say = "\nsay:\n  play: your-balance\n  with: {amount: 5, as_of: line.free}\n  then: end"
    assert codes_of(look("line.waiting > 3 and line.free == 0")) == []
    assert codes_of(look("line.waiting == 'many'")) == ["F028"]
    assert codes_of(look("line.wating > 3")) == ["F026"]
    assert codes_of(look("line.free", then="say") + say) == ["F028", "F028"]
    assert "did you mean 'sales'" in told(look("line.free").replace("queue_state: sales", "queue_state: slaes"))


def test_a_circle_that_only_looks_at_a_queue_never_asks_the_caller() -> None:
    look = "look:\n  queue_state: sales\n  into: line\n  then:\n    - {when: line.free, then: end}\n    - {then: look}"
    assert codes_of(look) == ["F023"]


def test_a_transfer_has_no_way_behind_its_talk() -> None:
    give = "give:\n  transfer: PJSIP/1001\n  ring: 20s\n  after: {{{after}}}"
    assert codes_of(give.format(after="no_answer: end")) == []
    assert codes_of(give.format(after="busy: end")) == ["F002"]
    assert "'dial' comes back after the talk" in told(give.format(after="answered: end, no_answer: end"))
    assert codes_of("give:\n  transfer:\n  ring: 20s\n  after: {no_answer: end}") == ["F003"]
