"""The plan of a hotline's folder, `shifts/*.csv`: read and checked against the hotline.

It is no part of what a call needs: a mistake in it stops no call, no board and no report but the figures made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dialplan.diagnostics import Diagnostic, has_errors
from ivr.config.regular import read_regular, told
from ivr.flow.yaml_reader import LARGEST_FILE
from ivr.shifts.reading import Row, overlaps, read_shifts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dialplan.source import Source
    from ivr.config.load import Loaded
    from store.metrics.shifts import Planned

FOLDER: Final = "shifts"


@dataclass(frozen=True, slots=True)
class Shifts:
    """What came of the folder `shifts`."""

    plan: Mapping[str, Sequence[Planned]] = field(default_factory=dict)
    """By agent, in order, none overlapping; what has a mistake is not in it."""
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether no file has an error."""
        return not has_errors(self.diagnostics)


def load_shifts(loaded: Loaded) -> Shifts:
    """Read `shifts/*.csv` of a hotline that has been loaded, sound or not. No folder is no plan."""
    problems: list[Diagnostic] = []
    rows: list[Row] = []
    sources: dict[str, Source] = {}
    settings = loaded.settings
    agents = settings.names["agents"] if settings is not None else None
    zone = ZoneInfo(settings.hotline.time_zone if settings is not None and settings.whole("time_zone") else "UTC")
    for path in _files(loaded.folder / FOLDER, problems):
        name = f"{FOLDER}/{path.name}"
        try:
            data = read_regular(path, loaded.folder, LARGEST_FILE + 1)
        except OSError as error:
            message = f"the file cannot be read ({told(error)})"
            problems.append(Diagnostic("C009", "error", None, message, "a readable file of this folder", file=name))
            continue
        reading = read_shifts(data, name, zone, agents)
        problems += reading.diagnostics
        rows += reading.rows
        sources[name] = reading.source
    twice = overlaps(rows)
    wrong = {one.span for one in twice}
    plan: dict[str, list[Planned]] = {}
    for row in sorted(rows, key=lambda one: (one.planned.agent, one.planned.begin)):
        if row.at not in wrong:
            plan.setdefault(row.planned.agent, []).append(row.planned)
    return Shifts(plan, (*problems, *twice), sources)


def _files(folder: Path, problems: list[Diagnostic]) -> list[Path]:
    try:
        there = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        message = f"the folder cannot be read ({error.strerror or type(error).__name__})"
        problems.append(Diagnostic("C009", "error", None, message, "a readable folder", file=FOLDER))
        return []
    for path in there:
        if path.suffix != ".csv":
            message = "the file is not read"
            problems.append(
                Diagnostic("C009", "warning", None, message, f"{path.stem}.csv", file=f"{FOLDER}/{path.name}")
            )
    return [path for path in there if path.suffix == ".csv"]
