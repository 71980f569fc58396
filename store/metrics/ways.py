"""How often each way out of each step of a flow was taken. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HUNG_UP: Final = "hung up"
"""How a step is left by a caller who hangs up (`ivr.engine.machine`)."""


@dataclass(frozen=True, slots=True)
class WayTaken:
    """One way out of one step of one version, and how often it was taken.

    Attributes:
        flow: The flow.
        version: The version the calls began with.
        step: The step.
        verb: What it does.
        outcome: What came of it.
        to: The step that came next; empty where the call ended.
        times: How often.
        language: The language of the calls, where they were told apart by it; else empty.
        place: The number of the interval the calls began in, where they were told apart by it; else 0.
    """

    flow: str
    version: str
    step: str
    verb: str
    outcome: str
    to: str
    times: int
    language: str = ""
    place: int = 0
