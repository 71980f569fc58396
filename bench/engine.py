"""`python -m bench.engine`: the flow engine beside two state machine libraries.

One step is one key pressed (or silence) and everything that follows from it until the caller is asked again. Ours
leads the whole call. The two libraries are measured twice: with the same menu (`bench.menus` says what it has, and what
it has not), whose journeys must be ours before anything is measured; and bare, where an event changes a state and no
more. CPU time of this process, rounds interleaved, ratios of neighbours. Needs `pip install --group bench`.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from statemachine import State, StateMachine
from transitions import Machine

from bench.menus import Left, MenuMachine, transitions_menu
from ivr.engine.effects import Ask, Trace
from ivr.engine.inputs import CallFacts, Input, Keys, Silence, Started
from ivr.engine.machine import begin, step, worked_out
from ivr.flow.load import load_flow
from ivr.flow.model import FlowSet

if TYPE_CHECKING:
    from collections.abc import Callable

PRESSED: Final = ("key_1", "key_2", "key_9", "key_1", "silence", "key_2")
"""Again and again; `key_9` is on offer in neither menu."""
STEPS: Final = 1_200
"""Of one call; a step of a flow may be visited 1,000 times."""
CALLS: Final = 4
"""One after the other, in each round."""
ROUNDS: Final = 9
NOW: Final = datetime(2026, 11, 20, 10, tzinfo=UTC)
FLOW: Final = """\
flow: main
start: first
longest_steps: 10000
steps:
  first:
    menu: first-menu
    keys: {1: second, 2: first}
    no_input: {after: 5s, tries: 3, then: end}
    wrong_input: {tries: 3, message: wrong-key, then: end}
    most_visits: 1000
  second:
    menu: second-menu
    keys: {1: first, 2: second}
    no_input: {after: 5s, tries: 3, then: end}
    wrong_input: {tries: 3, message: wrong-key, then: end}
    most_visits: 1000
"""
FACTS: Final = CallFacts("96956", "8613800138000", "", "u", "u")


class BareMachine(StateMachine):
    """Two states and nothing else, for python-statemachine."""

    first = State(initial=True)
    second = State()
    key_1 = first.to(second) | second.to(first)
    key_2 = first.to(first) | second.to(second)


def bare_transitions() -> Machine:
    """Two states and nothing else, for transitions."""
    machine = Machine(states=["first", "second"], initial="first", auto_transitions=False)
    for key, ways in {"key_1": ("second", "first"), "key_2": ("first", "second")}.items():
        machine.add_transition(key, "first", ways[0])
        machine.add_transition(key, "second", ways[1])
    return machine


def flows() -> FlowSet:
    """The menu for our engine."""
    reading = load_flow(FLOW.encode(), "flows/main.yaml")
    if reading.flow is None or reading.diagnostics:
        raise SystemExit(f"the menu is wrong: {reading.diagnostics}")
    return FlowSet("0" * 12, {"main": reading.flow}, ("en",))


def told(number: int) -> Input:
    """What our engine is told; made anew each time, as it comes from a telephone."""
    name = PRESSED[number % len(PRESSED)]
    return Silence() if name == "silence" else Keys(name[-1])


def ours(calling: FlowSet, lead: Callable[..., Any]) -> float:
    """Steps a second of our engine."""
    took = 0.0
    for _ in range(CALLS):
        move = lead(calling, begin(calling, "main", FACTS, "en"), Started(FACTS), NOW)
        events = [told(number) for number in range(STEPS)]
        began = time.process_time()
        for event in events:
            move = lead(calling, move.cursor, event, NOW)
        took += time.process_time() - began
        if not isinstance(move.effects[-1], Ask):
            raise SystemExit(f"the call went elsewhere: {move.effects}")
    return CALLS * STEPS / took


def theirs(make: Callable[[], Any], names: tuple[str, ...]) -> float:
    """Steps a second of a state machine; how its events are found is not counted."""
    took = 0.0
    for _ in range(CALLS):
        machine = make()
        events = [getattr(machine, names[number % len(names)]) for number in range(STEPS)]
        began = time.process_time()
        for event in events:
            event()
        took += time.process_time() - began
    return CALLS * STEPS / took


def compare_journeys() -> None:
    """All three must say the same and leave the same journey, else nothing is measured."""
    calling = flows()
    move = step(calling, begin(calling, "main", FACTS, "en"), Started(FACTS), NOW)
    peers = (transitions_menu(), MenuMachine())
    journey: list[Left] = []
    for number in range(4 * len(PRESSED)):
        move = step(calling, move.cursor, told(number), NOW)
        journey += [Left(one.step, one.outcome, one.to) for one in move.effects if isinstance(one, Trace)]
        (*_, asked) = move.effects
        said = tuple(one.message for one in asked.utterances) if isinstance(asked, Ask) else ()
        for peer in peers:
            getattr(peer, PRESSED[number % len(PRESSED)])()
            if peer.said != said or peer.journey != journey or len(peer.past) <= number:
                raise SystemExit(f"{type(peer).__name__} leads another call: {peer.said}, ours {said}")


def main() -> None:
    """Print the table."""
    compare_journeys()
    calling = flows()
    plain = f"python-statemachine {version('python-statemachine')}"
    light = f"transitions {version('transitions')}"
    bare = ("key_1", "key_2")
    rows: dict[str, Callable[[], float]] = {
        "ours": lambda: ours(calling, step),
        "ours, every turn worked out": lambda: ours(calling, worked_out),
        f"{plain}, the same menu": lambda: theirs(MenuMachine, PRESSED),
        f"{light}, the same menu": lambda: theirs(transitions_menu, PRESSED),
        f"{plain}, bare": lambda: theirs(BareMachine, bare),
        f"{light}, bare": lambda: theirs(bare_transitions, bare),
    }
    took: dict[str, list[float]] = {name: [] for name in rows}
    for turn in range(ROUNDS + 1):
        for name, run in rows.items():
            rate = run()
            if turn:  # the first round warms up
                took[name].append(rate)
    print(f"Python {sys.version.split()[0]}, median of {ROUNDS} rounds of {CALLS * STEPS:,} steps, CPU time")
    us = took["ours"]
    for name, rates in took.items():
        ratio = statistics.median(one / other for one, other in zip(us, rates, strict=True))
        print(f"{name:45} {statistics.median(rates):10,.0f} steps/s   ours is {ratio:5.2f} x")


if __name__ == "__main__":
    main()
