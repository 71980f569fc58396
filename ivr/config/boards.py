"""The boards of a hotline's folder, `boards/*.yaml`: read and checked against the hotline.

They are no part of what a call needs: a mistake in one stops no call and no reload of a flow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic, has_errors
from ivr.boards.fields import Names
from ivr.boards.reading import read_board
from ivr.config.regular import read_regular, told
from ivr.flow.yaml_reader import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dialplan.source import Source
    from ivr.config.load import Loaded
    from wallboard.boards import Board

FOLDER: Final = "boards"
_ENDINGS: Final = frozenset({".yaml", ".yml", ".YAML", ".YML"})


@dataclass(frozen=True, slots=True)
class Boards:
    """What came of the folder `boards`."""

    boards: Mapping[str, Board] = field(default_factory=dict)
    """Every board without a mistake, by its name."""
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether no board has an error."""
        return not has_errors(self.diagnostics)


def load_boards(loaded: Loaded) -> Boards:
    """Read `boards/*.yaml` of a hotline that has been loaded, sound or not. No folder is no boards."""
    problems: list[Diagnostic] = []
    found: dict[str, Board] = {}
    sources: dict[str, Source] = {}
    names = names_of(loaded)
    for path in _entries(loaded.folder / FOLDER, problems):
        name = f"{FOLDER}/{path.name}"
        if path.suffix not in _ENDINGS:
            continue
        if path.suffix != ".yaml":
            problems.append(Diagnostic("C009", "warning", None, "the file is not read", f"{path.stem}.yaml", file=name))
            continue
        try:
            data = read_regular(path, loaded.folder, LARGEST_FILE + 1)
        except OSError as error:
            message = f"the file cannot be read ({told(error)})"
            problems.append(Diagnostic("C009", "error", None, message, "a readable file of this folder", file=name))
            continue
        reading = read_board(data, path.stem, names)
        problems += reading.diagnostics
        sources[name] = reading.source
        if reading.board is not None:
            found[path.stem] = reading.board
    return Boards(found, tuple(problems), sources)


def names_of(loaded: Loaded) -> Names:
    """What boards may name; nothing is said about what could not be read."""
    settings = loaded.settings
    if settings is None:
        return Names()
    hotline, agents = settings.hotline, settings.names["agents"]
    return Names(
        settings.names["queues"],
        {each: hotline.agents[each].name if each in hotline.agents else "" for each in sorted(agents or ())}
        if agents is not None
        else None,
        hotline.languages if settings.whole("languages") else None,
    )


def _entries(folder: Path, problems: list[Diagnostic]) -> list[Path]:
    """Everything in the folder but what is hidden; no folder is nothing."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        message = f"the folder cannot be read ({error.strerror or type(error).__name__})"
        problems.append(Diagnostic("C009", "error", None, message, "a readable folder", file=FOLDER))
        return []
