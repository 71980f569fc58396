from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from ivr.services.breaker import Circuit, Limits, Permit, admit, fail, succeed, withdraw

LIMITS = Limits(failures=3, open_s=10)


def allowed(circuit: Circuit, now: float) -> tuple[Circuit, Permit]:
    circuit, permit = admit(circuit, LIMITS, now)
    assert permit is not None
    return circuit, permit


def opened(at: float = 0) -> Circuit:
    circuit = Circuit()
    for _ in range(3):
        circuit, permit = allowed(circuit, at)
        circuit = fail(circuit, permit, LIMITS, at)
    return circuit


def test_failures_in_a_row_open_it_and_a_success_between_starts_the_count_anew() -> None:
    circuit = Circuit()
    for fails in (True, True, False, True, True):
        circuit, permit = allowed(circuit, 0)
        circuit = fail(circuit, permit, LIMITS, 0) if fails else succeed(circuit, permit)
    assert circuit.opened_at is None
    circuit, permit = allowed(circuit, 0)
    assert fail(circuit, permit, LIMITS, 0).opened_at == 0


def test_while_it_is_open_nobody_asks() -> None:
    assert admit(opened(), LIMITS, 9.99)[1] is None


def test_of_ten_that_wait_exactly_one_may_try() -> None:
    circuit = opened()
    permits: list[Permit | None] = []
    for _ in range(10):
        circuit, permit = admit(circuit, LIMITS, 10)
        permits.append(permit)
    assert [permit is not None for permit in permits] == [True] + [False] * 9


def test_a_trial_that_succeeds_closes_it_and_one_that_fails_opens_it_for_the_whole_time_again() -> None:
    circuit, trial = allowed(opened(), 10)
    assert succeed(circuit, trial).opened_at is None
    again = fail(circuit, trial, LIMITS, 15)
    assert admit(again, LIMITS, 24.9)[1] is None
    assert admit(again, LIMITS, 25)[1] is not None


def test_a_trial_that_nobody_waits_for_any_more_lets_the_next_one_try() -> None:
    circuit, trial = allowed(opened(), 10)
    circuit, permit = admit(withdraw(circuit, trial), LIMITS, 10)
    assert permit is not None
    assert permit.is_trial


def test_what_comes_back_from_before_it_opened_changes_nothing() -> None:
    start = Circuit()
    start, early = allowed(start, 0)
    circuit = start
    for _ in range(3):
        circuit, permit = allowed(circuit, 0)
        circuit = fail(circuit, permit, LIMITS, 0)
    assert succeed(circuit, early) == circuit
    assert fail(circuit, early, LIMITS, 5) == circuit
    assert withdraw(circuit, early) == circuit


class AnyOrder(RuleBasedStateMachine):
    """Questions that come, succeed, fail and are given up in any order."""

    permits: Bundle[Permit] = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.circuit = Circuit()
        self.now = 0.0
        self.trials = 0

    @rule(seconds=st.floats(0, 20))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=permits)
    def ask(self) -> Permit:
        before = self.circuit
        self.circuit, permit = admit(before, LIMITS, self.now)
        if permit is None:
            assert before.opened_at is not None
            assert before.is_trying or self.now < before.opened_at + LIMITS.open_s
            return Permit(-1, is_trial=False)
        self.trials += permit.is_trial
        return permit

    @rule(permit=consumes(permits), how=st.sampled_from(("succeed", "fail", "withdraw")))
    def come_back(self, permit: Permit, how: str) -> None:
        self.trials -= permit.is_trial
        match how:
            case "succeed":
                self.circuit = succeed(self.circuit, permit)
            case "fail":
                self.circuit = fail(self.circuit, permit, LIMITS, self.now)
            case _:
                self.circuit = withdraw(self.circuit, permit)

    @invariant()
    def at_most_one_tries(self) -> None:
        assert self.trials <= 1
        assert self.circuit.is_trying == (self.trials == 1)

    @invariant()
    def closed_means_few_failures(self) -> None:
        assert self.circuit.opened_at is not None or self.circuit.failures < LIMITS.failures


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, deadline=None)
