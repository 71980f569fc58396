"""The versions of a hotline on this machine: a call ends on the one it began with, also over a restart.

A version is kept as the text it was made of, under its content address, and read again when a call of it comes back.
The sounds are content-addressed themselves and stay where they are.
"""

from __future__ import annotations

import asyncio
import filecmp
import os
import secrets
import shutil
import time
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from ivr.app.mistakes import cannot_use
from ivr.app.timetables import Timetables
from ivr.config.load import load_hotline
from ivr.prompts.sounds import Speech
from ivr.publishing.book import Book, BrokenRecordError
from ivr.publishing.records import needed
from ivr.runner.ports import Release

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.config.model import Hotline
    from ivr.flow.model import FlowSet

MOST_KEPT: Final = 50
"""Versions on disk, the youngest: far more than a day of changes, and no call lasts a day."""
MOST_LOADED: Final = 10
"""Versions in memory beside the current one; a call of another is worth reading it again."""
ABANDONED_AFTER_S: Final = 3600.0
"""A half-made copy of this age is nobody's any more: its process was killed."""
HEARD: Final = ("hotline.yaml", "flows", "prompts", "scripts")
"""What a version is made of. Recordings are in the built sounds already."""

log = structlog.get_logger("ivr.releases")


class KeptReleases:
    """The version the service was started with or has taken up last, and those that calls in progress began with.

    Raises:
        MistakeError: the folder of versions cannot be written.
    """

    def __init__(self, ready: Ready) -> None:
        self._folder = ready.places.versions
        self._sounds = ready.places.sounds
        self._book = Book(ready.places.published)
        self._current = _release(ready.hotline, ready.flows, Speech(ready.catalogue, ready.places.sounds))
        self._older: dict[str, Release | None] = {}
        try:
            self._keep(ready)
        except OSError as error:
            raise cannot_use(self._folder, error) from None

    @property
    def current(self) -> Release:
        """The last one."""
        return self._current

    def _keep(self, ready: Ready) -> None:
        keep(ready.source, self._folder / ready.flows.version)
        try:
            _forget_oldest(self._folder, needed(self._book.records()))
        except BrokenRecordError as broken:  # then nothing is known to be useless
            log.error("record_of_publishing_is_broken", why=str(broken))

    def renew(self, ready: Ready) -> None:
        """Let new calls begin with another version; calls in progress find theirs as before.

        Raises:
            OSError: it cannot be kept, and nothing has changed.
        """
        self._keep(ready)
        self._older[self._current.flows.version] = self._current
        self._current = _release(ready.hotline, ready.flows, Speech(ready.catalogue, ready.places.sounds))

    async def at(self, version: str) -> Release | None:
        """The one a call began with; None when it is not kept any more."""
        if version == self._current.flows.version:
            return self._current
        if version not in self._older:
            self._older[version] = await asyncio.to_thread(self._read, version)
            while len(self._older) > MOST_LOADED:
                self._older.pop(next(iter(self._older)))
        return self._older.get(version)

    def _read(self, version: str) -> Release | None:
        folder = self._folder / version
        if not version.isalnum() or not folder.is_dir():
            return None
        loaded = load_hotline(folder)
        if loaded.hotline is None or loaded.flows is None or loaded.flows.version != version:
            log.error("kept_version_is_broken", version=version, mistakes=len(loaded.diagnostics))
            return None
        return _release(loaded.hotline, loaded.flows, Speech(loaded.catalogue, self._sounds))


def _release(hotline: Hotline, flows: FlowSet, speech: Speech) -> Release:
    return Release(flows, speech, Timetables(hotline.hours, ZoneInfo(hotline.time_zone)))


def keep(folder: Path, target: Path) -> None:
    """Copy what the version is made of, whole or not at all; a copy that has been damaged is made anew.

    Several processes may do so at once: each stages its own, and whoever comes second finds the work done.

    Raises:
        OSError: it cannot be copied, and nothing is there that was not before.
    """
    if target.is_dir() and _is_whole(folder, target):
        os.utime(target)
        return
    staged = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        staged.mkdir(parents=True)
        for name in _heard(folder):
            (staged / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(folder / name, staged / name)
        _put(staged, target, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _put(staged: Path, target: Path, folder: Path) -> None:
    try:
        staged.replace(target)
    except OSError:
        if not target.is_dir():
            raise
        if not _is_whole(folder, target):
            shutil.rmtree(target, ignore_errors=True)
            staged.replace(target)


def _heard(folder: Path) -> Iterator[Path]:
    """The files a version is made of, relative to the hotline's folder."""
    for name in HEARD:
        for path in [folder / name] if (folder / name).is_file() else sorted((folder / name).glob("*")):
            if path.is_file() and path.suffix != ".wav" and not path.name.startswith("."):
                yield path.relative_to(folder)


def _is_whole(folder: Path, copy: Path) -> bool:
    names = set(_heard(folder))
    return names == set(_heard(copy)) and all(filecmp.cmp(folder / name, copy / name, shallow=False) for name in names)


def _forget_oldest(folder: Path, needed: Collection[str]) -> None:
    """Keep the youngest, and those that may be gone back to; another process may be at it, too."""
    ages: list[tuple[float, Path]] = []
    for path in folder.iterdir():
        try:
            ages.append((path.stat().st_mtime, path))
        except FileNotFoundError:
            continue  # forgotten, or put in its place, by another process
    ages.sort()
    abandoned = [path for age, path in ages if path.name.startswith(".") and age < time.time() - ABANDONED_AFTER_S]
    kept = [path for _, path in ages if not path.name.startswith(".")]
    for path in (*abandoned, *(path for path in kept[:-MOST_KEPT] if path.name not in needed)):
        shutil.rmtree(path, ignore_errors=True)
