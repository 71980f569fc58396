"""Copies of versions on disk: whole or not there at all, and what they say is what their name says.

A version's copy is in a folder of its name, its content address. Whether it is right is asked of the copy itself, by
reading it: the folder it was made from may have been saved meanwhile, and comments make no version.
"""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import secrets
import shutil
import time
from typing import TYPE_CHECKING, Final

from ivr.app.owners import give, make_private
from ivr.config.load import load_hotline
from ivr.config.script_files import BESIDE, files_beside, script_files
from ivr.prompts.made import write_made
from ivr.publishing.book import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from ivr.config.load import Loaded

MOST_KEPT: Final = 50
"""Versions on disk, the youngest: far more than a day of changes, and no call lasts a day."""
ABANDONED_AFTER_S: Final = 3600.0
"""A half-made copy of this age is nobody's any more: its process was killed."""
HEARD: Final = ("flows", "prompts")
"""What a version is made of, beside the settings, the recordings and the scripts."""
SOUNDS: Final = "sounds.json"
"""In a copy: which sound files say its sentences (`ivr.prompts.made`); copies from before it was written have none."""


class ChangedMeanwhileError(Exception):
    """The folder was saved between its check and its copy: what was copied is another version."""


def read_copy(target: Path) -> Loaded | None:
    """A kept version; None when it is not there, or is not what its name says."""
    loaded = load_hotline(target, kept=True) if target.is_dir() else None
    if loaded is None or loaded.hotline is None or loaded.flows is None or loaded.flows.version != target.name:
        return None
    return loaded


def why_unread(target: Path) -> str:
    """What is wrong with a kept version that `read_copy` does not give, to stand behind `version X`."""
    if not target.is_dir():
        return "is not kept here"
    loaded = load_hotline(target, kept=True)
    mistakes = [each for each in loaded.diagnostics if each.severity == "error"]
    if not mistakes:
        return "is not as it was written"
    first = mistakes[0]
    expected = f"; expected {first.expected}" if first.expected else f"; {first.hint}" if first.hint else ""
    return f"cannot be read by this version of hotline: {first.place}: {first.code} {first.message}{expected}"


def keep(folder: Path, target: Path) -> None:
    """Copy what a version is made of, on disk before this returns; a copy that has been damaged is made anew.

    Several processes may do so at once: each stages its own, and whoever comes second finds the work done.

    Args:
        folder: where the version was loaded from.
        target: the folder of the copy, called as the version.

    Raises:
        ChangedMeanwhileError: the folder is another version now.
        OSError: it cannot be copied. In both cases nothing is there that was not before.
    """
    if read_copy(target) is not None:
        with contextlib.suppress(OSError):  # another user's: then it only looks older than it is
            os.utime(target)
        return
    make_private(target.parent)
    staged = target.with_name(f".{target.name}.{secrets.token_hex(4)}") / target.name
    try:
        staged.mkdir(parents=True)
        others = _others(target)
        for name in _heard(folder):
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            alike = [copy / name for copy in others] if name.parts[0] == "prompts" else []
            _copy(folder / name, staged / name, alike)
            sync(staged / name)
        write_made(staged / SOUNDS, {})
        (staged / BESIDE).write_text(json.dumps(dict(files_beside(staged / "scripts"))), "utf-8")
        for written in (SOUNDS, BESIDE):
            sync(staged / written)
        for each, _, _ in os.walk(staged):
            sync(staged / each)
        if read_copy(staged) is None:
            raise ChangedMeanwhileError
        give(staged, target.parent)
        _put(staged, target)
        sync(target.parent)
    finally:
        shutil.rmtree(staged.parent, ignore_errors=True)


def _others(target: Path) -> list[Path]:
    """Other versions' copies, the youngest first."""
    ages: list[tuple[float, Path]] = []
    for path in target.parent.iterdir():
        with contextlib.suppress(FileNotFoundError):  # forgotten just now
            if not path.name.startswith(".") and path != target:
                ages.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(ages, reverse=True)]


def _copy(source: Path, target: Path, alike: list[Path]) -> None:
    """Copy a file; a recording that another version has, too, is on disk once for all of them.

    Not so what lies beside scripts: they may write into it.
    """
    for other in alike if source.suffix.lower() == ".wav" else ():
        with contextlib.suppress(OSError):  # not there, or no links on this disk
            if filecmp.cmp(source, other, shallow=False):
                target.hardlink_to(other)
                return
    shutil.copyfile(source, target)


def _put(staged: Path, target: Path) -> None:
    """Put the copy in its place; a damaged one is moved aside first, never taken away before there is another."""
    try:
        staged.replace(target)
    except OSError:
        if not target.is_dir():
            raise
        if read_copy(target) is None:
            aside = staged.with_name("damaged")
            target.rename(aside)
            try:
                staged.replace(target)
            except OSError:
                if not target.is_dir():
                    aside.rename(target)
                    raise


def _heard(folder: Path) -> Iterator[Path]:
    """The files a version is made of, relative to the hotline's folder."""
    found = [folder / "hotline.yaml", *(path for name in HEARD for path in sorted((folder / name).glob("*.yaml")))]
    recordings = sorted(path for path in (folder / "prompts").glob("*/**/*") if path.suffix.lower() == ".wav")
    for path in (*found, *recordings, *script_files(folder / "scripts")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(folder)


def forget_oldest(folder: Path, needed: Collection[str], leaving: Callable[[Path], None] = lambda _: None) -> None:
    """Keep the youngest, and those that may be gone back to; another process may be at it, too.

    Args:
        folder: the folder of versions.
        needed: the versions that may be gone back to.
        leaving: is told each copy that is about to be removed.
    """
    ages: list[tuple[float, Path]] = []
    for path in folder.iterdir():
        try:
            ages.append((path.stat().st_mtime, path))
        except FileNotFoundError:
            continue  # forgotten, or put in its place, by another process
    ages.sort()
    abandoned = [path for age, path in ages if path.name.startswith(".") and age < time.time() - ABANDONED_AFTER_S]
    kept = [path for _, path in ages if not path.name.startswith(".")]
    forgotten = [path for path in kept[:-MOST_KEPT] if path.name not in needed]
    for path in forgotten:
        leaving(path)
    for path in (*abandoned, *forgotten):
        shutil.rmtree(path, ignore_errors=True)
