"""The versions of a hotline on this machine: a call ends on the one it began with, also over a restart.

A version is kept as the text and the recordings it was made of, under its content address, and read again when a call
of it comes back. Its sounds are content-addressed themselves and stay where they are; its copy tells which are its own.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog

from ivr.app import speech
from ivr.app.built_from import OF_A_VERSION, changed
from ivr.app.copies import ChangedMeanwhileError, forget_oldest, keep, read_copy, why_unread
from ivr.app.data import queues_of, tickets_of
from ivr.app.mistakes import cannot_use
from ivr.app.old_sounds import remove_abandoned, remove_unused, stay_a_day
from ivr.app.timetables import Timetables
from ivr.publishing.book import Book, BrokenRecordError
from ivr.publishing.records import needed
from ivr.runner.ports import Release

if TYPE_CHECKING:
    from ivr.app.loading import Ready
    from ivr.config.model import Hotline
    from ivr.flow.model import FlowSet
    from ivr.prompts.sounds import Speech

MOST_LOADED: Final = 10
"""Versions in memory beside the current one; a call of another is worth reading it again."""

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
        self._current = _release(ready.hotline, ready.flows, speech.speech_of(ready))
        self._older: dict[str, Release] = {}
        self._built_from = ready.hotline
        self._needing: dict[str, tuple[str, ...]] = {}
        try:
            self._keep(ready)
        except OSError as error:
            raise cannot_use(self._folder, error) from None

    @property
    def current(self) -> Release:
        """The last one."""
        return self._current

    def _keep(self, ready: Ready) -> None:
        try:
            copy = self._folder / ready.flows.version
            keep(ready.source, copy)
            speech.carry(ready, copy)
        except ChangedMeanwhileError:  # a folder that is just being edited; its calls end here unless we are restarted
            log.error("version_not_kept", version=ready.flows.version, why=f"{ready.folder} was saved meanwhile")
        remove_abandoned(self._sounds, ready.places.published)
        try:
            forget_oldest(self._folder, needed(self._book.records()), partial(stay_a_day, self._sounds))
            remove_unused(self._sounds, self._folder)
        except BrokenRecordError as broken:  # then nothing is known to be useless
            log.error("record_of_publishing_is_broken", why=str(broken))

    def renew(self, ready: Ready) -> None:
        """Let new calls begin with another version; calls in progress find theirs as before.

        Raises:
            OSError: it cannot be kept, and nothing has changed.
        """
        self._keep(ready)
        self._older[self._current.flows.version] = self._current
        self._current = _release(ready.hotline, ready.flows, speech.speech_of(ready))

    async def at(self, version: str) -> Release | None:
        """The one a call began with; None when it is not kept any more."""
        if version == self._current.flows.version:
            return self._current
        if version not in self._older:
            found = await asyncio.to_thread(self._read, version)
            if found is None:
                return None  # asked again the next time: a copy may come back
            self._older[version] = found
            while len(self._older) > MOST_LOADED:
                self._older.pop(next(iter(self._older)))
        return self._older.get(version)

    def needs_restart(self, version: str) -> tuple[str, ...]:
        """Settings of a version that was read (`at`) that the running service was not built for."""
        return self._needing.get(version, ())

    def lacks_sounds(self, version: str) -> bool:
        """Whether callers of a version that was read (`at`) would hear silence for a sentence."""
        return speech.lost(self._folder / version, self._sounds)

    def _read(self, version: str) -> Release | None:
        if not version.isalnum() or not (self._folder / version).is_dir():
            return None
        loaded = read_copy(self._folder / version)
        if loaded is None or loaded.hotline is None or loaded.flows is None:
            log.error("kept_version_is_broken", version=version, why=why_unread(self._folder / version))
            return None
        self._needing[version] = changed(self._built_from, loaded.hotline, OF_A_VERSION)
        spoken = speech.speech_at(self._folder / version, loaded.catalogue, self._sounds)
        return _release(loaded.hotline, loaded.flows, spoken)


def _release(hotline: Hotline, flows: FlowSet, spoken: Speech) -> Release:
    hours = Timetables(hotline.hours, ZoneInfo(hotline.time_zone))
    return Release(flows, spoken, hours, queues_of(hotline), tickets_of(hotline))
