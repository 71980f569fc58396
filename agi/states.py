"""Whose turn it is: the states of an AGI conversation and every move between them. Nothing else.

Whatever changes the state of a session goes through ``next_state``; a pair that is not in the table is illegal, and
which side is to blame follows from the move: only ``COMMAND`` and ``LEAVE`` are ours.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from agi.errors import CommandRefused, PeerError

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(Enum):
    """Where a conversation is."""

    HEADER = "Asterisk introduces the call"
    READY = "our turn: no command is running"
    WAITING = "Asterisk's turn: a command is running"
    USAGE = "inside the usage block of a 520"
    VALUE = "inside a value that goes over several lines"
    OVER = "nothing more will happen"


class Move(Enum):
    """What can happen to a conversation."""

    REQUEST = "the header block is complete"
    COMMAND = "we send a command"
    TRYING = "Asterisk says 100: still busy"
    REPLY = "Asterisk answers"
    USAGE_BEGINS = "Asterisk opens a 520 block"
    VALUE_BEGINS = "a value's parenthesis stays open at the end of its line"
    MORE = "a further line of a block or value, or a stray line"
    HANGUP = "a HANGUP line"
    END = "the connection ended"
    FAULT = "the peer broke a rule or a bound"
    LEAVE = "we close"


TRANSITIONS: Mapping[tuple[State, Move], State] = MappingProxyType(
    {
        (State.HEADER, Move.MORE): State.HEADER,
        (State.HEADER, Move.REQUEST): State.READY,
        (State.READY, Move.COMMAND): State.WAITING,
        (State.READY, Move.MORE): State.READY,
        (State.READY, Move.HANGUP): State.READY,
        (State.WAITING, Move.TRYING): State.WAITING,
        (State.WAITING, Move.MORE): State.WAITING,
        # res_agi.c:4335: the reply of the running command comes first, but an idle hang-up can cross our command
        (State.WAITING, Move.HANGUP): State.WAITING,
        (State.WAITING, Move.REPLY): State.READY,
        (State.WAITING, Move.USAGE_BEGINS): State.USAGE,
        (State.WAITING, Move.VALUE_BEGINS): State.VALUE,
        (State.USAGE, Move.MORE): State.USAGE,
        (State.USAGE, Move.REPLY): State.READY,
        # one thread of Asterisk writes value and HANGUP, each in one piece: inside a value HANGUP is a caller's text
        (State.VALUE, Move.MORE): State.VALUE,
        (State.VALUE, Move.REPLY): State.READY,
    }
    | {
        (state, move): State.OVER
        for state in (State.HEADER, State.READY, State.WAITING, State.USAGE, State.VALUE)
        for move in (Move.END, Move.FAULT, Move.LEAVE)
    }
    # the end can be seen twice (EOF, then a lost connection), and we may close what is over
    | {(State.OVER, move): State.OVER for move in (Move.END, Move.LEAVE)}
)


def next_state(state: State, move: Move) -> State:
    """The state after a move.

    Raises:
        CommandRefused: a move of ours is not possible now.
        PeerError: a move of the peer's is not possible now.
    """
    found = TRANSITIONS.get((state, move))
    if found is not None:
        return found
    if move in {Move.COMMAND, Move.LEAVE}:
        raise CommandRefused(f"{move.name} is not possible in state {state.name} ({state.value})")
    raise PeerError(f"{move.name} is not possible in state {state.name} ({state.value})")
