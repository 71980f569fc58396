"""A circuit breaker as data: after some failures in a row nobody asks for a while, then exactly one tries.

Pure: `now` is seconds of any clock that only goes forward. What came of a question counts only for the state it was
allowed in; an answer that crawls in after the circuit has opened neither closes it nor opens it anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """When a circuit opens, and for how long."""

    failures: int = 5
    """So many failures in a row open it."""
    open_s: float = 10.0
    """Seconds until one question may try again."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state of one source; closed at first."""

    failures: int = 0
    opened_at: float | None = None
    """None: closed."""
    is_trying: bool = False
    """One question is out, to see whether the source is back."""
    era: int = 0
    """Grows at each opening and closing."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to ask once; to be handed back to `succeed`, `fail` or `withdraw`."""

    era: int
    is_trial: bool


def admit(circuit: Circuit, limits: Limits, now: float) -> tuple[Circuit, Permit | None]:
    """Whether a question may be asked now: a permit, or None."""
    if circuit.opened_at is None:
        return circuit, Permit(circuit.era, is_trial=False)
    if circuit.is_trying or now - circuit.opened_at < limits.open_s:
        return circuit, None
    return replace(circuit, is_trying=True), Permit(circuit.era, is_trial=True)


def succeed(circuit: Circuit, permit: Permit) -> Circuit:
    """The source answered."""
    if permit.era != circuit.era:
        return circuit
    return Circuit(era=circuit.era + 1) if permit.is_trial else replace(circuit, failures=0)


def fail(circuit: Circuit, permit: Permit, limits: Limits, now: float) -> Circuit:
    """The source failed, or did not answer in time."""
    if permit.era != circuit.era:
        return circuit
    failures = circuit.failures + 1
    if permit.is_trial or failures >= limits.failures:
        return Circuit(failures=failures, opened_at=now, era=circuit.era + 1)
    return replace(circuit, failures=failures)


def withdraw(circuit: Circuit, permit: Permit) -> Circuit:
    """Nobody waits for the answer any more; it tells nothing about the source, and another may try."""
    return replace(circuit, is_trying=False) if permit.is_trial and permit.era == circuit.era else circuit
