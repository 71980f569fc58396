"""What one turn of the engine gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplan.made_quickly import made_quickly

if TYPE_CHECKING:
    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import Effect


@made_quickly
@dataclass(frozen=True, slots=True)
class Move:
    """What one input led to."""

    cursor: Cursor
    effects: tuple[Effect, ...]
    """To be done in order; the last one, and only it, waits for an input or ends the call."""
