"""Sounds that no version on this machine plays any more, and no draft: they are removed, a day after the last one did.

The rule is that of versions (`ivr.app.copies.forget_oldest`): what is kept may be asked for by a call in progress or by
a rollback. A sound outlives the version that played it by a day, which no call lasts.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from typing import TYPE_CHECKING, Final

import structlog

from ivr.app.copies import SOUNDS
from ivr.prompts.made import BrokenMadeError, read_draft, read_made
from ivr.prompts.sounds import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.prompts.made import Made

STAYS_S: Final = 24 * 3600.0
"""How long a sound stays that nothing plays: also one that was made for a version that is just being published."""
ABANDONED_AFTER_S: Final = 600.0
"""What is laid ready of this age is nobody's any more: it is put in its place, or taken away, within seconds, also when
the disk is slow and a publication waits for it. Its process was killed."""
_LAID_READY: Final = re.compile(r"\..+\.(?:wav|alaw|ulaw|json|tsv)\.[0-9a-f-]+|\.\d+\.[0-9a-f]{8}")
"""Names of what is written whole before it takes its place: sounds, records of them, and publications."""
_BY_WORDS: Final = re.compile(r"[0-9a-f]{20}")
"""A sound of before, named by its words alone: also versions play it that have no record of their sounds."""
_BY_CONTENT: Final = re.compile(r"[0-9a-f]{24}")

log = structlog.get_logger("ivr.releases")


def remove_unused(sounds: Path, versions: Path) -> int:
    """Remove what nothing plays; how many files were removed.

    Nothing is, when a version's record of its sounds cannot be read: then nobody knows what it plays.
    """
    try:
        records = [read_made(copy / SOUNDS) for copy in versions.iterdir() if not copy.name.startswith(".")]
        played = (made.items() for made in (*records, read_draft(sounds)) if made is not None)
        used = {(name.partition("/")[0], one.file) for each in played for name, one in each}
        own = [_BY_CONTENT] if any(made is None for made in records) else [_BY_CONTENT, _BY_WORDS]
        gone = sum(
            _removed(path)
            for path in sounds.glob("*/*")
            if path.suffix in FORMATS
            and any(pattern.fullmatch(path.stem) for pattern in own)
            and (path.parent.name, path.stem) not in used
        )
    except (BrokenMadeError, OSError) as error:
        log.warning("old_sounds_not_looked_for", why=str(error))
        return 0
    if gone:
        log.info("old_sounds_removed", files=gone)
    return gone


def remove_abandoned(*folders: Path) -> int:
    """Remove what was laid ready, in these folders and those in them, by a process that was killed; how many files.

    What a publication under way has laid ready is younger, and stays.
    """
    gone = 0
    for path in (found for folder in folders for pattern in (".*", "*/.*") for found in folder.glob(pattern)):
        if _LAID_READY.fullmatch(path.name):
            gone += _removed(path, ABANDONED_AFTER_S)
    if gone:
        log.info("abandoned_files_removed", files=gone)
    return gone


def stay_a_day(sounds: Path, copy: Path) -> None:
    """Have the sounds of a version that is being forgotten stay, for calls of it that are not over."""
    with contextlib.suppress(BrokenMadeError, OSError):
        for name, one in (read_made(copy / SOUNDS) or {}).items():
            _look_young(sounds / name.partition("/")[0], one)


def _look_young(folder: Path, made: Made) -> None:
    for ending in FORMATS:
        with contextlib.suppress(OSError):  # another user's, or gone
            os.utime(folder / f"{made.file}{ending}")


def _removed(path: Path, stays_s: float = STAYS_S) -> bool:
    try:
        if path.stat().st_mtime > time.time() - stays_s:
            return False
        path.unlink()
    except OSError:  # another process was faster, or it is another user's
        return False
    return True
