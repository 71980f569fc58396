"""What is to be run of a hotline: the version that was published last, on this machine's own settings.

As long as nothing was ever published it is the folder as it is. From the first publication on the folder is a draft:
what is changed there reaches callers when it is published, and a mistake in its flows stops no restart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from ivr.app.loading import Ready, ready_of
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.places import places
from ivr.config.load import load_hotline
from ivr.config.secrets import SecretMissingError
from ivr.config.version import NOT_HEARD
from ivr.publishing.book import Book, BrokenRecordError

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config.load import Loaded
    from ivr.config.model import Hotline
    from ivr.publishing.records import Publication

log = structlog.get_logger("ivr.live")


def load_live(folder: Path) -> Ready:
    """Load what is to be run, and make its state folders.

    Raises:
        MistakeError: it has errors, or something it needs is missing.
    """
    loaded = load_hotline(folder)
    record = _published(loaded)
    if loaded.hotline is None or record is None:
        return ready_of(loaded)
    where = places(loaded.hotline, folder)
    copy = load_hotline(where.versions / record.live)
    if copy.hotline is None or copy.flows is None or copy.flows.version != record.live:
        log.error("published_version_is_broken", version=record.live, instead="the folder as it is")
        return ready_of(loaded)
    if loaded.flows is None or loaded.flows.version != record.live:
        log.info("folder_is_a_draft", version=record.live, run=f"hotline publish {folder}")
    try:
        where.make()
    except OSError as error:
        raise cannot_use(where.state, error) from None
    return Ready(folder, copy.folder, on(loaded.hotline, copy.hotline), copy.flows, copy.catalogue, where, loaded)


def on(machine: Hotline, version: Hotline) -> Hotline:
    """A version's settings with those of this machine, which callers cannot tell."""
    fields = type(machine).model_fields.items()
    own = {name for name, field in fields if (field.alias or name) in NOT_HEARD}
    return version.model_copy(update={name: getattr(machine, name) for name in own})


def at_version(ready: Ready, version: str) -> Ready | None:
    """The same machine with a kept version; None when it is not kept, or not as it was."""
    copy = load_hotline(ready.places.versions / version) if version.isalnum() else None
    if copy is None or copy.hotline is None or copy.flows is None or copy.flows.version != version:
        return None
    hotline = on(ready.hotline, copy.hotline)
    return replace(ready, source=copy.folder, hotline=hotline, flows=copy.flows, catalogue=copy.catalogue)


def _published(loaded: Loaded) -> Publication | None:
    """The record that decides; None when nothing was published.

    Raises:
        MistakeError: nobody can tell; the folder is a draft, and not run in its place.
    """
    if loaded.hotline is None:
        return None
    try:
        return Book(places(loaded.hotline, loaded.folder).published).last()
    except SecretMissingError as missing:
        raise MistakeError(str(missing)) from None
    except (OSError, BrokenRecordError) as broken:
        raise MistakeError(f"what was published cannot be told: {broken}") from None
