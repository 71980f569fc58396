"""What a publication changes for callers, in words: kept with its record."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from ivr.app.copies import SOUNDS
from ivr.compare.comparing import compare
from ivr.compare.edition import edition_of
from ivr.config.load import load_hotline
from ivr.config.script_files import script_names
from ivr.prompts.catalogue import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ivr.app.loading import Ready

MOST_LINES: Final = 40
"""A record is read by people: who wants all of it asks `hotline diff`."""


def difference(ready: Ready, live: str) -> tuple[str, ...]:
    """Each change against the live version in a line, by what it means; none when its copy is gone or unreadable.

    Dialogues are left out: a kept version has none beside it; so are recordings, where it was kept before it had any.
    """
    copy = ready.places.versions / live
    if not live.isalnum() or not copy.is_dir():
        return ()
    old = load_hotline(copy, kept=True)
    if old.flows is None:
        return ()
    both = (copy, ready.folder) if (copy / SOUNDS).is_file() else ()
    was, now = (_recordings(each, ready.catalogue.languages) for each in both) if both else (None, None)
    before = edition_of(old, scripts=_scripts(copy), recordings=was)
    changes = compare(before, edition_of(ready.loaded, scripts=_scripts(ready.folder), recordings=now)).changes
    lines = [f"{each.sign} {each.words}" for each in changes]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"and {len(lines) - MOST_LINES} more"]
    return tuple(lines)


def _scripts(folder: Path) -> Mapping[str, str]:
    return {name: _digest(path) for name, path in script_names(folder / "scripts").items()}


def _recordings(folder: Path, languages: Sequence[str]) -> Mapping[tuple[str, str], str]:
    return {
        (language, path.relative_to(folder / "prompts" / language).as_posix()): _digest(path)
        for language in (*languages, ALL)
        for path in sorted((folder / "prompts" / language).rglob("*.wav"))
    }


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""  # nobody hears it; building it says so
