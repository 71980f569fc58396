"""The menu of `bench.engine` for its two peers, written as their own guides write such things.

Both lead the same call as our flow: a message is chosen, silence and wrong keys have their own bounded tries, the steps
of the call are bounded, a step that is left leaves an entry of the journey, and where the call stood after each input
is kept and never changed. Every key is an event of its own; counts are attributes of the model, conditions and actions
its methods: README of transitions, "Conditional transitions", "Callbacks" and "Internal transitions"; guide of
python-statemachine, "Guards", "Actions" and "Internal transition".

Where they do less than the engine: one state machine leads one call and is changed in place, so no earlier moment can
be gone on from (what is kept is a record only); there are no languages, no time of each step, no bound on the visits of
each step and no variables.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from statemachine import State, StateMachine
from transitions import Machine

TRIES: Final = 3
MOST_STEPS: Final = 10_000


class Left(NamedTuple):
    """One line of the journey."""

    step: str
    outcome: str
    to: str


class Stand(NamedTuple):
    """Where the call stood."""

    step: str
    said: tuple[str, ...]
    silent: int
    wrong: int
    steps: int


class Counts:
    """What both count, say and write down."""

    def __init__(self) -> None:
        self.silent = 0
        self.wrong = 0
        self.steps = 0
        self.said: tuple[str, ...] = ()
        self.journey: list[Left] = []
        self.past: list[Stand] = []

    def may_go_on(self) -> bool:
        """Whether the call has steps left."""
        return self.steps < MOST_STEPS

    def may_be_wrong(self) -> bool:
        """Whether a wrong key is asked again."""
        return self.wrong + 1 < TRIES

    def may_be_silent(self) -> bool:
        """Whether silence is asked again."""
        return self.silent + 1 < TRIES

    def enter(self, message: str) -> None:
        """A menu is entered and said, with all its tries."""
        self.silent = self.wrong = 0
        self.steps += 1
        self.said = (message,)

    def keep(self, step: str) -> None:
        """Keep where the call stands."""
        self.past.append(Stand(step, self.said, self.silent, self.wrong, self.steps))


class Caller(Counts):
    """The model of a `transitions.Machine`."""

    state: str
    _from = ""

    def on_enter_first(self) -> None:
        """Ask."""
        self.enter("first-menu")

    def on_enter_second(self) -> None:
        """Ask."""
        self.enter("second-menu")

    def leave(self) -> None:
        """Note which step is left."""
        self._from = self.state

    def pressed_1(self) -> None:
        """A line of the journey."""
        self.journey.append(Left(self._from, "key 1", self.state))

    def pressed_2(self) -> None:
        """A line of the journey."""
        self.journey.append(Left(self._from, "key 2", self.state))

    def be_wrong(self) -> None:
        """Ask again."""
        self.wrong += 1
        self.said = ("wrong-key", f"{self.state}-menu")

    def be_silent(self) -> None:
        """Ask again."""
        self.silent += 1
        self.said = (f"{self.state}-menu",)

    def stand(self) -> None:
        """After every change of state."""
        self.keep(self.state)


def transitions_menu() -> Caller:
    """The menu for transitions."""
    caller = Caller()
    states = ["first", "second", "end", "person"]
    machine = Machine(caller, states, initial="first", auto_transitions=False, after_state_change="stand")
    for menu, ways in {"first": ("second", "first"), "second": ("first", "second")}.items():
        for key, to in zip("12", ways, strict=True):
            machine.add_transition(
                f"key_{key}", menu, to, conditions="may_go_on", before="leave", after=f"pressed_{key}"
            )
            machine.add_transition(f"key_{key}", menu, "person")
        machine.add_transition("key_9", menu, None, conditions="may_be_wrong", after="be_wrong")
        machine.add_transition("key_9", menu, "end")
        machine.add_transition("silence", menu, None, conditions="may_be_silent", after="be_silent")
        machine.add_transition("silence", menu, "end")
    caller.enter("first-menu")
    return caller


class MenuMachine(Counts, StateMachine):
    """The menu for python-statemachine."""

    first = State(initial=True)
    second = State()
    end = State(final=True)
    person = State(final=True)

    key_1 = (
        first.to(second, cond="may_go_on", after="pressed_1")
        | second.to(first, cond="may_go_on", after="pressed_1")
        | first.to(person)
        | second.to(person)
    )
    key_2 = (
        first.to(first, cond="may_go_on", after="pressed_2")
        | second.to(second, cond="may_go_on", after="pressed_2")
        | first.to(person)
        | second.to(person)
    )
    key_9 = (
        first.to(first, internal=True, cond="may_be_wrong", after="be_wrong")
        | second.to(second, internal=True, cond="may_be_wrong", after="be_wrong")
        | first.to(end)
        | second.to(end)
    )
    silence = (
        first.to(first, internal=True, cond="may_be_silent", after="be_silent")
        | second.to(second, internal=True, cond="may_be_silent", after="be_silent")
        | first.to(end)
        | second.to(end)
    )

    def __init__(self) -> None:
        Counts.__init__(self)
        StateMachine.__init__(self)

    def on_enter_first(self) -> None:
        """Ask."""
        self.enter("first-menu")

    def on_enter_second(self) -> None:
        """Ask."""
        self.enter("second-menu")

    def pressed_1(self, source: State, target: State) -> None:
        """A line of the journey."""
        self.journey.append(Left(source.id, "key 1", target.id))

    def pressed_2(self, source: State, target: State) -> None:
        """A line of the journey."""
        self.journey.append(Left(source.id, "key 2", target.id))

    def be_wrong(self, source: State) -> None:
        """Ask again."""
        self.wrong += 1
        self.said = ("wrong-key", f"{source.id}-menu")

    def be_silent(self, source: State) -> None:
        """Ask again."""
        self.silent += 1
        self.said = (f"{source.id}-menu",)

    def after_transition(self, target: State) -> None:
        """After every transition."""
        self.keep(target.id)
