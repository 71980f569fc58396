"""What belongs to a hotline's scripts: all that is below their folder, since a script reads what lies beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_MADE: Final = "__pycache__"
"""Python's own, made anew wherever scripts run."""


def script_files(folder: Path) -> list[Path]:
    """Every file, sorted; not what Python made of them, nor what an editor hides."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_left_out(path, folder)]


def imported_files(folder: Path) -> dict[str, Path]:
    """Python files below the scripts, which they may import, by their path in the hotline's folder.

    They are part of the version. Other files are not: a script that writes beside itself would make another of it.
    """
    below = (path for path in script_files(folder) if path.suffix == ".py" and path.parent != folder)
    return {path.relative_to(folder.parent).as_posix(): path for path in below}


def _is_left_out(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return path.suffix == ".pyc" or any(part == _MADE or part.startswith(".") for part in parts)
