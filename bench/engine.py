"""`python -m bench.engine`: the flow engine beside two state machine libraries, on the same menu.

One step is one key pressed and everything that follows from it until the caller is asked again. Ours leads the whole
call: it says the message, checks the key, counts tries and steps, keeps variables and a trace. Theirs change a state by
an event and nothing more. Needs `pip install --group bench`.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from statemachine import State, StateMachine
from transitions import Machine

from ivr.engine.effects import Ask
from ivr.engine.inputs import CallFacts, Input, Keys, Started
from ivr.engine.machine import begin, step
from ivr.flow.load import load_flow
from ivr.flow.model import FlowSet

STEPS = 5_000
"""In one call; the flow's own bound is 10,000."""
ROUNDS = 7
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
FLOW = """\
flow: main
start: first
longest_steps: 10000
steps:
  first:
    menu: first-menu
    keys: {1: second, 2: first}
    no_input: {after: 5s, tries: 3, then: end}
    wrong_input: {tries: 3, then: end}
  second:
    menu: second-menu
    keys: {1: first, 2: second}
    no_input: {after: 5s, tries: 3, then: end}
    wrong_input: {tries: 3, then: end}
"""


class MenuMachine(StateMachine):
    """The same menu for python-statemachine."""

    first = State(initial=True)
    second = State()
    key1 = first.to(second) | second.to(first)
    key2 = first.to(first) | second.to(second)


def ours() -> float:
    """Steps a second of our engine."""
    reading = load_flow(FLOW.encode(), "flows/main.yaml")
    if reading.flow is None or reading.diagnostics:
        raise SystemExit(f"the menu is wrong: {reading.diagnostics}")
    flows = FlowSet("0" * 12, {"main": reading.flow}, ("en",))
    facts = CallFacts("96956", "8613800138000", "", "u", "u")
    move = step(flows, begin(flows, "main", facts, "en"), Started(facts), NOW)
    keys: tuple[Input, Input] = (Keys("1"), Keys("2"))
    began = time.perf_counter()
    for number in range(STEPS):
        move = step(flows, move.cursor, keys[number % 2], NOW)
    took = time.perf_counter() - began
    if not isinstance(move.effects[-1], Ask):
        raise SystemExit(f"the call went elsewhere: {move.effects}")
    return STEPS / took


def _sent(machine: Any, first: str, second: str) -> float:
    events = (getattr(machine, first), getattr(machine, second))
    began = time.perf_counter()
    for number in range(STEPS):
        events[number % 2]()
    return STEPS / (time.perf_counter() - began)


def statemachine() -> float:
    """Steps a second of python-statemachine."""
    return _sent(MenuMachine(), "key1", "key2")


def transitions() -> float:
    """Steps a second of transitions."""
    machine = Machine(states=["first", "second"], initial="first", auto_transitions=False)
    for key, ways in {"key1": ("second", "first"), "key2": ("first", "second")}.items():
        machine.add_transition(key, "first", ways[0])
        machine.add_transition(key, "second", ways[1])
    return _sent(machine, "key1", "key2")


def main() -> None:
    """Print the table."""
    rows = {
        "ours: whole menu, tries, trace": ours,
        f"python-statemachine {version('python-statemachine')}": statemachine,
        f"transitions {version('transitions')}": transitions,
    }
    took: dict[str, list[float]] = {name: [] for name in rows}
    for turn in range(ROUNDS + 1):
        for name, run in rows.items():
            rate = run()
            if turn:  # the first round warms up
                took[name].append(rate)
    print(f"Python {sys.version.split()[0]}, median of {ROUNDS} rounds of {STEPS:,} keys")
    us = next(iter(took.values()))
    for name, rates in took.items():
        ratio = statistics.median(one / other for one, other in zip(us, rates, strict=True))
        print(f"{name:40} {statistics.median(rates):10,.0f} steps/s   ours is {ratio:5.2f} x")


if __name__ == "__main__":
    main()
