from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.errors import CommandRefused, PeerError
from agi.states import TRANSITIONS, Move, State, next_state


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_every_pair_moves_by_the_table_or_blames_one_side(state: State, move: Move) -> None:
    if (state, move) in TRANSITIONS:
        assert next_state(state, move) is TRANSITIONS[state, move]
    else:
        blamed = CommandRefused if move in {Move.COMMAND, Move.LEAVE} else PeerError
        with pytest.raises(blamed, match=state.name):
            next_state(state, move)


@given(st.lists(st.sampled_from(Move)))
def test_no_walk_leaves_the_end(moves: list[Move]) -> None:
    state = State.HEADER
    for move in moves:
        before = state
        try:
            state = next_state(state, move)
        except (CommandRefused, PeerError):
            continue
        assert before is not State.OVER or state is State.OVER


def test_every_state_can_be_reached_and_every_move_is_used() -> None:
    assert {state for (_, _), state in TRANSITIONS.items()} == set(State)
    assert {move for _, move in TRANSITIONS} == set(Move)


def test_the_documented_table_is_this_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "protocol-agi.md").read_text(encoding="utf-8")
    for (state, move), after in TRANSITIONS.items():
        assert f"| {state.name} | {move.name} | {after.name} |" in page
