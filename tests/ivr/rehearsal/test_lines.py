"""What a waiting caller is told of the line, and when: rehearsed as by the bridge; and keys that lead out of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.domain import line as bridge
from ivr.flow.load import load_flow
from ivr.flow.model import Announce, FlowSet
from ivr.rehearsal import lines
from ivr.rehearsal.model import Line
from tests.ami_bridge.replaying import fresh
from tests.ami_bridge.test_line import enters, seen_waits, visit_of
from tests.ami_bridge.test_reducer import at, member
from tests.ivr.flow.surroundings import framed
from tests.ivr.rehearsal.surroundings import Stage, small, without_proposal

if TYPE_CHECKING:
    from ivr.rehearsal.player import Failure

ANNOUNCE = Announce("place", 45_000, "place-and-wait")
MINUTES = st.none() | st.integers(1, 5).map(lambda minutes: 60 * minutes)


def by_the_bridge(line: Line, told: lines.Told, now_s: int) -> tuple[str, dict[str, object]] | None:
    """What a caller who entered at 0 is told at this moment."""
    replay = fresh().take_all([enters(-9 + n, f"c{n}") for n in range(line.ahead or 0)])
    replay = replay.take_all([enters(0, "ours"), *(member(1, f"100{n}") for n in range(line.free or 0))])
    if line.expected_wait_s is not None:
        replay = seen_waits(replay, *[now_s + line.expected_wait_s] * 3)
    before = bridge.Told(at(told.since_ms / 1000), told.ahead, told.wait_s)
    words = bridge.words_for(replay.state, visit_of(replay, "ours"), before, at(now_s))
    if words is None:
        return None
    return words.message, {"ahead": words.ahead, **({} if words.wait_s is None else {"wait": words.wait_s})}


@given(
    line=st.builds(
        Line, ahead=st.integers(0, 3), free=st.integers(0, 2), expected_wait_s=st.none() | st.integers(1, 300)
    ),
    told=st.builds(lines.Told, st.integers(0, 60).map(lambda s: 1000 * s), st.none() | st.integers(0, 3), MINUTES),
    later_s=st.integers(0, 90),
)
def test_the_line_is_told_as_the_bridge_tells_it(line: Line, told: lines.Told, later_s: int) -> None:
    now_s = told.since_ms // 1000 + later_s
    assert lines.words_of(ANNOUNCE, line, told, 1000 * now_s) == by_the_bridge(line, told, now_s)


def test_a_caller_of_whom_the_dialogue_says_no_place_is_told_nothing() -> None:
    assert lines.words_of(ANNOUNCE, Line(waiting=3, expected_wait_s=60), lines.Told(0), 45_000) is None
    assert lines.words_of(ANNOUNCE, Line(ahead=3), lines.Told(0), 45_000) == ("place", {"ahead": 3})


# --- in a call -------------------------------------------------------------------------------------------------------

STEPS = """\
look:
  queue_state: sales
  into: line
  then:
    - {when: line.free == 0 and line.expected_wait > 120, then: sorry}
    - {when: line.waiting, then: wait}
    - {then: away}
wait:
  queue: sales
  longest: 2min
  announce: {message: one-moment, every: 30s}
  exit_keys: {1: sorry, "#": {set: {language: en}, then: sorry}}
  after: {answered: end, timed_out: away}
away: {transfer: PJSIP/1002, ring: 20s, after: {no_answer: sorry, busy: end}}
sorry: {hangup: goodbye}
"""


def stage() -> Stage:
    flow = load_flow(framed(STEPS).encode(), "flows/example.yaml").flow
    assert flow is not None
    beside = small()
    flows = FlowSet("0123456789ab", {"example": flow}, beside.house.flows.languages)
    names = replace(beside.names, steps=frozenset(f"example.{name}" for name in flow.steps))
    return Stage(replace(beside.house, flows=flows, numbers={"10010": "example"}), names)


def ways(talk: str, line: str = "{waiting: 1, ahead: 1}") -> list[str]:
    played = stage().play(f"it:\n  queues: {{sales: {line}}}\n  talk:\n{talk}")
    assert played.failure is None, played.failure
    return [f"{edge.step}: {edge.way}" for edge in played.edges]


def failure(talk: str, line: str = "{waiting: 1}") -> Failure:
    played = stage().play(f"it:\n  queues: {{sales: {line}}}\n  talk:\n{talk}")
    assert played.failure is not None
    return played.failure


def test_a_queue_stands_as_the_dialogue_says_and_what_it_does_not_say_is_not_known() -> None:
    assert ways("    - expect: goodbye\n", "{free: 0, expected_wait: 3min}") == ["look: then 1"]
    assert ways("    - queued: sales\n", "{waiting: 2}") == ["look: then 2"]
    assert ways("    - transferred: PJSIP/1002\n", "unknown") == ["look: then 3"]


def test_a_queue_of_which_nothing_is_said_is_asked_for() -> None:
    played = stage().play("it:\n  talk:\n    - queued: sales\n")
    assert played.failure is not None
    assert played.failure.expected == "how queue 'sales' stands"
    assert played.failure.hint == "queues: {sales: {waiting: 0, free: 1}}, or unknown"


def test_a_key_of_the_step_leads_out_of_the_line_at_any_moment_and_no_other_does() -> None:
    assert ways("    - queued: sales\n    - press: 1\n    - expect: goodbye\n")[1] == "wait: key 1"
    assert ways('    - wait: 31s\n    - press: "#"\n    - expect: goodbye\n      language: en\n')[1] == "wait: key #"
    dropped = failure("    - queued: sales\n    - press: 2\n    - expect: goodbye\n")
    assert "waits for somebody in queue 'sales', or key #, 1" in dropped.found
    assert dropped.hint == "keys were pressed where none is taken: example.wait"


def test_the_line_is_announced_every_so_often_until_the_wait_is_over() -> None:
    heard = stage().play("it:\n  queues: {sales: {waiting: 1, ahead: 1}}\n  talk:\n    - wait: 2min\n").heard
    assert [one.message for one in heard] == ["one-moment"] * 3
    silent = stage().play("it:\n  queues: {sales: {waiting: 1}}\n  talk:\n    - wait: 2min\n").heard
    assert silent == ()


def test_a_transfer_comes_back_when_it_failed_and_only_then() -> None:
    away = "    - transferred: PJSIP/1002\n"
    assert ways(f"{away}    - comes back: busy\n", "unknown")[1] == "away: after busy"
    assert ways(f"{away}    - wait: 20s\n", "unknown")[1] == "away: after no_answer"
    answered = failure(f"{away}    - comes back: answered\n", "unknown")
    assert answered.found == "a call that is given away and answered does not come back"
    dialled = failure("    - dialled: PJSIP/1002\n", "unknown")
    assert dialled.found == "'PJSIP/1002' is dialled, for good (example.away)"
    other = failure("    - transferred: PJSIP/1003\n", "unknown")
    assert other.expected == "to be given away to 'PJSIP/1003'"


def test_for_every_way_out_of_a_line_and_of_a_look_at_it_a_proposal_passes() -> None:
    assert without_proposal(stage()) == []


def test_a_caller_may_do_nothing_where_it_is_said_how_the_call_ends() -> None:
    text = "it:\n  queues: {sales: {free: 0, expected_wait: 3min}}\n  talk: []\n"
    assert stage().play(f"{text}  ends: finished\n").passed
    assert "acts, or how the call ends by itself" in stage().told(text)
