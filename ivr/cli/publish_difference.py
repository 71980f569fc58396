"""What a publication changes for callers, in words: kept with its record."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from ivr.compare.comparing import compare
from ivr.compare.edition import edition_of
from ivr.config.load import load_hotline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.app.loading import Ready

MOST_LINES: Final = 40
"""A record is read by people: who wants all of it asks `hotline diff`."""


def difference(ready: Ready, live: str) -> tuple[str, ...]:
    """Each change against the live version in a line, by what it means; none when its copy is gone or unreadable.

    Dialogues and recordings are left out: a kept version has none beside it.
    """
    copy = ready.places.versions / live
    if not live.isalnum() or not copy.is_dir():
        return ()
    old = load_hotline(copy)
    if old.flows is None:
        return ()
    before = edition_of(old, scripts=_scripts(copy))
    changes = compare(before, edition_of(ready.loaded, scripts=_scripts(ready.folder))).changes
    lines = [f"{each.sign} {each.words}" for each in changes]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"and {len(lines) - MOST_LINES} more"]
    return tuple(lines)


def _scripts(folder: Path) -> Mapping[str, str]:
    paths = sorted((folder / "scripts").glob("*.py"))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
