"""`hotline up --reload`: a hotline that is being written is taken up as it is saved, for new calls.

For development. A change that passes the check becomes the version new calls begin with, its new sentences made into
sound first; calls in progress end on theirs (`ivr.app.releases`). One that does not pass is told with its report, and
the old version stays. What is no part of a version (data sources, lookups, ports) takes a restart, and is told so.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from watchfiles import awatch

from dialplan.report import as_text
from ivr.app import speech
from ivr.app.built_from import RENDERED, STARTED_WITH, changed, rhythm
from ivr.app.loading import ready_of
from ivr.app.mistakes import MistakeError
from ivr.config.boards import FOLDER as BOARDS
from ivr.config.load import load_hotline
from ivr.schema.files import PLACE, write_schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchfiles import Change

    from ivr.app.loading import Ready
    from ivr.app.releases import KeptReleases
    from ivr.config.load import Loaded

log = structlog.get_logger("ivr.reload")


async def follow(ready: Ready, releases: KeptReleases, stop: asyncio.Event) -> None:
    """Take up each change of the folder until `stop`; nothing that is wrong in it ends the service.

    What was saved between the reading at the start and the first moment of the watch is no change to the watch: the
    folder is read once more at its first word, a change or five seconds without one.
    """
    log.info("watching", folder=str(ready.folder))
    try:
        first = True
        async for changes in awatch(
            ready.folder, watch_filter=_matters(ready), stop_event=stop, rust_timeout=5000, yield_on_timeout=True
        ):
            if changes or first:
                ready = await _taken_up(ready, releases)
            first = False
    except OSError as error:  # the folder is gone, or the system watches no more: calls go on
        log.error("not_watching", why=str(error))


async def _taken_up(ready: Ready, releases: KeptReleases) -> Ready:
    try:
        return await asyncio.to_thread(renewed, ready, releases)
    except MistakeError as mistake:
        log.error("not_reloaded", why=str(mistake).splitlines()[-1], version=releases.current.flows.version)
        sys.stderr.write(f"{mistake}\n")
    except OSError as error:
        log.error("not_reloaded", why=str(error), version=releases.current.flows.version)
    return ready


def renewed(ready: Ready, releases: KeptReleases) -> Ready:
    """Read the folder again and make it what new calls begin with.

    Returns:
        What is running now; the same as before when callers would hear no difference.

    Raises:
        MistakeError: it does not pass the check, a sound cannot be made, or it needs a restart.
        OSError: the version cannot be kept.
    """
    loaded = load_hotline(ready.folder)
    _refresh_schemas(loaded)
    if not loaded.is_sound:
        raise MistakeError(as_text(loaded.diagnostics, loaded.sources, scope=loaded.scope).rstrip("\n"), 1)
    new = ready_of(loaded)
    if needing := changed(ready.hotline, new.hotline, STARTED_WITH):
        raise MistakeError(f"hotline.yaml: a change of {', '.join(needing)} needs a restart of hotline up")
    rendered = changed(ready.hotline, new.hotline, RENDERED)
    announced = rhythm(new.hotline, ready.flows, new.flows)
    if rendered or announced:
        log.warning("render_needed", settings=[*rendered, *announced], run=f"hotline render {ready.folder}")
    report = speech.build(new)
    if report.diagnostics:
        raise MistakeError(as_text(report.diagnostics, loaded.sources).rstrip("\n"), 1)
    speech.refuse_unbuilt(new)
    if new.flows.version != releases.current.flows.version:
        releases.renew(new)
        log.info("reloaded", version=new.flows.version, sounds_made=report.made)
    elif report.made:
        log.info("sounds_made", made=report.made)
    return new


def _refresh_schemas(loaded: Loaded) -> None:
    place = loaded.folder / PLACE
    if place.is_dir():
        try:
            write_schemas(loaded, place)
        except OSError as error:
            log.warning("schemas_not_written", why=str(error))


def _matters(ready: Ready) -> Callable[[Change, str], bool]:
    """Changes of the hotline's own files: not of what we write below it, not of an editor's hidden copies."""
    folder, state = ready.folder.resolve(), ready.places.state

    def matters(_: Change, name: str) -> bool:
        path = Path(name)
        if path.is_relative_to(state) or not path.is_relative_to(folder) or path.is_relative_to(folder / BOARDS):
            return False  # boards are the wallboard's: no call hears of them
        return not any(part.startswith(".") or part.endswith("~") for part in path.relative_to(folder).parts)

    return matters
