"""The tables walk every pair, and say what they are meant to say."""

from __future__ import annotations

from itertools import product

import pytest

from ami_bridge.domain.states import NEXT_PHASE, PHONE_OF_STATUS, Phase, Phone, Step, agent_state
from store.rows import AGENT_STATES


def test_every_phase_answers_every_step() -> None:
    assert set(NEXT_PHASE) == set(product(Phase, Step))


def test_the_end_is_the_end() -> None:
    assert {NEXT_PHASE[Phase.ENDED, step] for step in Step} == {Phase.ENDED}


def test_nobody_goes_back_into_the_line() -> None:
    order = list(Phase)
    for (phase, _), after in NEXT_PHASE.items():
        assert order.index(after) >= order.index(phase)


def test_giving_up_alone_ends_nothing() -> None:
    for phase in Phase:
        assert NEXT_PHASE[phase, Step.GIVE_UP] is phase


def test_all_nine_device_states_are_known() -> None:
    assert sorted(PHONE_OF_STATUS) == list(range(9))


FLAGS = ("member", "unreachable", "serving", "holding", "rung", "paused", "wrapping_up")


def test_every_combination_of_facts_is_exactly_one_state() -> None:
    seen = set()
    for phone, flags in product(Phone, product((False, True), repeat=len(FLAGS))):
        facts = dict(zip(FLAGS, flags, strict=True))
        state = agent_state(phone=phone, **facts)
        seen.add(state)
        if facts["serving"]:
            assert state in {"on_queue_call", "on_hold"}
        elif facts["rung"]:
            assert state == "ringing"
        elif not facts["member"]:
            assert state == "signed_off"
    assert seen == set(AGENT_STATES)


IDLE = dict.fromkeys(FLAGS, False) | {"member": True}


@pytest.mark.parametrize(
    ("phone", "facts", "state"),
    [
        (Phone.FREE, {}, "available"),
        (Phone.FREE, {"wrapping_up": True}, "wrap_up"),
        (Phone.FREE, {"paused": True, "wrapping_up": True}, "paused"),
        (Phone.BUSY, {"paused": True}, "on_other_call"),
        (Phone.ABSENT, {"paused": True}, "signed_off"),
        (Phone.ABSENT, {"unreachable": True}, "unreachable"),
        (Phone.BROKEN, {}, "unreachable"),
        (Phone.RINGING, {}, "ringing"),
        (Phone.BUSY, {"serving": True}, "on_queue_call"),
        (Phone.HELD, {"serving": True, "holding": True}, "on_hold"),
    ],
)
def test_the_stronger_fact_wins(phone: Phone, facts: dict[str, bool], state: str) -> None:
    assert agent_state(phone=phone, **(IDLE | facts)) == state
