"""How long the dialogues wait: as they are written (`make dialogues`), or sooner, so that the gate has time for them.

Only waits become shorter, and only those of a minute or so and longer: the rig's folder is edited, which is the folder
that is rehearsed as well, and the acts that wait for it are shortened alike. Everything else is as it is written.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ivr.rehearsal import model

if TYPE_CHECKING:
    from ivr.rehearsal.model import Dialogue

WHOLE = os.environ.get("HOTLINE_DIALOGUES") == "whole"
"""Whether everything takes the time that is written."""
_LONG_MS = 45_000
"""Waits from this on are shortened: between two announcements of the line, and the longest one in it."""
PATIENCE_S = 60.0
"""Until what must come has come, on a machine that has much else to do."""
LONGEST_S = 300.0 if WHOLE else 0.0
"""How much longer than that a caller may have to wait because it is written so."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much sooner; by nothing when the dialogues are played as they are written."""

    sooner: float = 1.0
    """Waits take one so-manieth."""
    changes: tuple[tuple[str, str, str], ...] = ()
    """The same for the hotline's folder: file, text to be found, text to stand there instead."""

    @property
    def edits(self) -> tuple[tuple[str, str, str], ...]:
        """Of the rig."""
        return () if WHOLE else self.changes

    def of(self, dialogue: Dialogue) -> Dialogue:
        """The dialogue at this pace."""
        return dialogue if WHOLE else replace(dialogue, talk=tuple(map(self._act, dialogue.talk)))

    def _act(self, act: model.Act) -> model.Act:
        if isinstance(act, model.Wait) and act.ms >= _LONG_MS:
            return replace(act, ms=int(act.ms / self.sooner))
        return act


AS_WRITTEN = Pace()
