"""What is to be run of a hotline: the version that was published last, on this machine's own settings.

As long as nothing was ever published it is the folder as it is. From the first publication on the folder is a draft:
what is changed there reaches callers when it is published, and a mistake in it stops no restart.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from ivr.app.copies import read_copy, why_unread
from ivr.app.loading import Ready, ready_of
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.places import places
from ivr.config.load import load_hotline
from ivr.config.read import FILE
from ivr.config.secrets import SecretMissingError
from ivr.config.version import NOT_HEARD, RETIRED
from ivr.flow.yaml_reader import Mapping
from ivr.publishing.book import Book, BrokenRecordError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.config.load import Loaded
    from ivr.config.model import Hotline
    from ivr.publishing.records import Publication

log = structlog.get_logger("ivr.live")


def load_live(folder: Path) -> Ready:
    """Load what is to be run, and make its state folders.

    When the live version's copy is damaged, the one that was live before it is run: callers know it, and no draft.

    Raises:
        MistakeError: it has errors, something it needs is missing, or nothing that was published is whole.
    """
    loaded = load_hotline(folder)
    state = _state(loaded)
    published = _published(state) if state else ()
    if state is None or not published:
        return ready_of(loaded)
    live, versions = published[-1].live, state / "versions"
    copy = _youngest_whole(versions, published)
    if copy is None or copy.hotline is None or copy.flows is None:
        raise MistakeError(
            f"version {live} is live and {why_unread(versions / live)}; none from before can be read either; "
            f"bring its copy in {versions} back, or run: hotline publish {folder}"
        )
    if loaded.hotline is None and _is_another(loaded, copy.hotline):
        return ready_of(loaded)
    if copy.flows.version != live:
        why = why_unread(versions / live)
        log.error("published_version_is_broken", version=live, instead=copy.flows.version, why=why)
    elif loaded.flows is None or loaded.flows.version != live:
        log.info("folder_is_a_draft", version=live, run=f"hotline publish {folder}")
    if loaded.hotline is None:
        if retired := [name for name in RETIRED if isinstance(copy.root, Mapping) and copy.root.find(name)]:
            raise MistakeError(
                f"{folder / FILE} cannot be read, and version {copy.flows.version}, which is live, has {retired[0]} as "
                f"hotline had it once; put hotline.yaml right (hotline check {folder}), then start again"
            )
        log.error("settings_cannot_be_read", file=str(folder / FILE), instead=f"those of version {copy.flows.version}")
        return _begun(folder, copy, copy.hotline.model_copy(update={"state_dir": str(state)}), copy)
    return _begun(folder, copy, on(loaded.hotline, copy.hotline), loaded)


def _begun(folder: Path, copy: Loaded, hotline: Hotline, loaded: Loaded) -> Ready:
    if copy.flows is None:
        raise AssertionError("a copy that was read has flows")
    try:
        where = places(hotline, folder)
    except SecretMissingError as missing:
        raise MistakeError(str(missing)) from None
    try:
        where.make()
    except OSError as error:
        raise cannot_use(where.state, error) from None
    return Ready(folder, copy.folder, hotline, copy.flows, copy.catalogue, where, loaded)


def _state(loaded: Loaded) -> Path | None:
    """The state folder; None when a `hotline.yaml` with mistakes does not say for certain where it is."""
    settings = loaded.settings
    if loaded.hotline is not None:
        return (loaded.folder / loaded.hotline.state_dir).resolve()
    if not (loaded.folder / FILE).is_file():  # another folder than was meant, more likely than a hotline's
        return None
    if named := os.environ.get("HOTLINE_STATE_DIR"):
        return (loaded.folder / named).resolve()
    if settings is None or not settings.written or not settings.whole("state_dir"):
        return None
    return (loaded.folder / settings.hotline.state_dir).resolve()


def _is_another(loaded: Loaded, published: Hotline) -> bool:
    """Whether settings with mistakes are of another hotline than that whose state they lead to."""
    name = loaded.settings.written.get("hotline") if loaded.settings is not None else None
    return name is not None and name != published.name


def _youngest_whole(versions: Path, published: Sequence[Publication]) -> Loaded | None:
    lives = dict.fromkeys(name for each in reversed(published) for name in (each.live, each.before) if name.isalnum())
    return next((copy for name in lives if (copy := read_copy(versions / name)) is not None), None)


def on(machine: Hotline, version: Hotline) -> Hotline:
    """A version's settings with those of this machine, which callers cannot tell."""
    fields = type(machine).model_fields.items()
    own = {name for name, field in fields if (field.alias or name) in NOT_HEARD}
    return version.model_copy(update={name: getattr(machine, name) for name in own})


def at_version(ready: Ready, version: str) -> Ready | None:
    """The same machine with a kept version; None when it is not kept, or not as it was."""
    copy = read_copy(ready.places.versions / version) if version.isalnum() else None
    if copy is None or copy.hotline is None or copy.flows is None:
        return None
    hotline = on(ready.hotline, copy.hotline)
    return replace(ready, source=copy.folder, hotline=hotline, flows=copy.flows, catalogue=copy.catalogue)


def _published(state: Path) -> tuple[Publication, ...]:
    """The records, the last of which decides; none when nothing was published.

    Raises:
        MistakeError: nobody can tell; the folder is a draft, and not run in its place.
    """
    try:
        return Book(state / "published").records()
    except OSError as error:
        raise cannot_use(state, error) from None
    except BrokenRecordError as broken:
        raise MistakeError(f"what was published cannot be told: {broken}") from None
