"""What a flow inherits from its hotline where a step says nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.flow.model import MOST_VISITS


@dataclass(frozen=True, slots=True)
class TriesDefaults:
    """The hotline's `no_input` or `wrong_input`; None where it gives none, and each step must."""

    tries: int | None = None
    """How often in all a caller is asked."""
    then: str | None = None
    """A step that every flow with menus then has, or `end`."""
    message: str | None = None
    """Said before asking again."""
    after_ms: int | None = None
    """For no-input of menus only: how long to wait for a key."""


@dataclass(frozen=True, slots=True)
class FlowDefaults:
    """The hotline's `defaults`."""

    no_input: TriesDefaults = TriesDefaults()
    wrong_input: TriesDefaults = TriesDefaults()
    inter_digit_ms: int = 3_000
    """The longest pause between two keys of one entry."""
    longest_steps: int = 200
    """Steps one call may take in one flow."""
    most_visits: int = MOST_VISITS
    """How often one call may come to one step."""
    first_digit_ms: int = 5_000
    """How long a collect waits for its first key."""
