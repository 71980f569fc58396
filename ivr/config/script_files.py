"""What belongs to a hotline's scripts: all that is below their folder, since a script reads what lies beside it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BESIDE: Final = ".beside-scripts.json"
"""In a version's copy: what lay beside its scripts when it was made, each file with a hash. A script that writes beside
itself writes into the copy, which is the same version all the same."""

COPIES: Final = "versions"
"""The folder that copies of versions are in."""
_COPY: Final = re.compile(r"[0-9a-f]{12}")
"""The name of a version, and so of its copy; brought back under another name it is a folder like any other."""
_MADE: Final = "__pycache__"
"""Python's own, made anew wherever scripts run."""


def script_files(folder: Path) -> list[Path]:
    """Every file, sorted; not what Python made of them, nor what an editor hides."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_left_out(path, folder)]


def imported_files(folder: Path) -> dict[str, Path]:
    """Python files below the scripts, which they may import, by their path in the hotline's folder."""
    below = (path for path in script_files(folder) if path.suffix == ".py" and path.parent != folder)
    return {path.relative_to(folder.parent).as_posix(): path for path in below}


def files_beside(folder: Path) -> Mapping[str, str]:
    """What scripts may read: each other file below them, by its path in the hotline's folder, with its SHA-256.

    Of a version's copy, whose name says that it is one, it is what lay there when it was made (`BESIDE`); of one from
    before such files made versions it is nothing. A file that cannot be read has none.
    """
    kept = _kept(folder.parent) if _COPY.fullmatch(folder.parent.name) else None
    if kept is not None:
        return kept
    if _is_from_before(folder.parent):
        return {}
    below = (path for path in script_files(folder) if path.suffix != ".py")
    return {path.relative_to(folder.parent).as_posix(): _digest(path) for path in below}


def _kept(copy: Path) -> Mapping[str, str] | None:
    try:
        told = json.loads((copy / BESIDE).read_bytes())
        return {str(name): str(digest) for name, digest in told.items()}
    except (OSError, ValueError, AttributeError):
        return None


def _is_from_before(copy: Path) -> bool:
    is_copy = _COPY.fullmatch(copy.name) is not None and copy.parent.name == COPIES
    return is_copy and not (copy / BESIDE).exists()


def script_names(folder: Path) -> dict[str, Path]:
    """All of them as people call them: a script by its name, what it imports or reads by its path below the scripts."""
    return {
        path.stem if path.parent == folder and path.suffix == ".py" else path.relative_to(folder).as_posix(): path
        for path in script_files(folder)
    }


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _is_left_out(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return path.suffix == ".pyc" or any(part == _MADE or part.startswith(".") for part in parts)
