"""The hotlines that rehearsals are tried on: the small one of the fixtures, and the sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dialplan.report import as_text
from ivr.config.dialogues import load_dialogues, names_of
from ivr.config.load import Loaded, load_hotline
from ivr.rehearsal.edges import edges_of
from ivr.rehearsal.house import House, house_of
from ivr.rehearsal.player import Played, play
from ivr.rehearsal.reading import read_dialogues
from ivr.rehearsal.resolving import resolve
from ivr.rehearsal.run import NOWHERE
from ivr.rehearsal.search import Seeker
from ivr.rehearsal.writing import proposal
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from dialplan.diagnostics import Diagnostic
    from ivr.rehearsal.model import Dialogue
    from ivr.rehearsal.written import Names

SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"


@dataclass(frozen=True)
class Stage:
    """A sound hotline, ready for dialogues."""

    house: House
    names: Names

    def read(self, text: str, *more: str) -> tuple[tuple[Dialogue, ...], tuple[Diagnostic, ...]]:
        """The dialogues of a file (and of more files), and what is wrong with them."""
        files = {f"tests/{n}.yaml": each.encode() for n, each in enumerate((text, *more), start=1)}
        reading = read_dialogues(files, self.names)
        dialogues, between = resolve(reading, self.names)
        return dialogues, (*reading.diagnostics, *between)

    def told(self, text: str, *more: str) -> str:
        """What an admin reads about a file."""
        files = {f"tests/{n}.yaml": each.encode() for n, each in enumerate((text, *more), start=1)}
        reading = read_dialogues(files, self.names)
        _, between = resolve(reading, self.names)
        return as_text((*reading.diagnostics, *between), reading.sources)

    def play(self, text: str) -> Played:
        """Play the last dialogue of a file that has no mistake."""
        dialogues, problems = self.read(text)
        assert problems == (), [each.message for each in problems]
        return play(self.house, dialogues[-1])


def stage(loaded: Loaded) -> Stage:
    assert loaded.hotline is not None
    assert loaded.flows is not None, as_text(loaded.diagnostics, loaded.sources)
    return Stage(house_of(loaded.hotline, loaded.flows, loaded.catalogue), names_of(loaded))


@cache
def small() -> Stage:
    return stage(load_hotline(SMALL, {}))


@cache
def sample() -> tuple[Stage, tuple[Dialogue, ...]]:
    loaded = load_hotline(SAMPLE, {})
    found = load_dialogues(loaded)
    assert found.diagnostics == ()
    return stage(loaded), found.dialogues


def without_proposal(stage: Stage) -> list[str]:
    """The ways of a hotline's flows for which no dialogue is found that passes and takes them."""
    every = edges_of(stage.house.flows)
    found = Seeker(stage.house, NOWHERE).search(every).found
    made = {edge: proposal(stage.house, stage.names, edge, dialogue) for edge, dialogue in found.items()}
    return [str(edge) for edge in every if made.get(edge) is None]
