"""The boards of a running hotline: read at start, and again while the folder is watched.

A mistake in a board ends nothing: it is told with its report, and the board stays as it was (at start: is left out).
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from watchfiles import awatch

from dialplan.report import as_text
from ivr.config.boards import FOLDER, load_boards
from ivr.config.load import load_hotline
from ivr.config.read import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from watchfiles import Change

    from ivr.config.load import Loaded
    from wallboard.boards import Board
    from wallboard.hub import Hub

log = structlog.get_logger("hotline.boards")


def boards_of(loaded: Loaded, before: Mapping[str, Board] | None = None) -> dict[str, Board]:
    """Every board without a mistake; of one with a mistake what it was before. Mistakes are told."""
    found = load_boards(loaded)
    if not found.is_sound:
        sys.stderr.write(as_text(found.diagnostics, found.sources))
    wrong = [each for each in found.diagnostics if each.severity == "error"]
    broken = {each.span.file if each.span else each.file or FOLDER for each in wrong}
    if broken:
        log.error("boards_with_mistakes", files=sorted(broken))
    # of a folder that cannot be read nobody knows what is gone
    kept = {name: board for name, board in (before or {}).items() if broken & {f"{FOLDER}/{name}.yaml", FOLDER}}
    return {**kept, **found.boards}


def now() -> datetime:
    """The time of a look at the boards."""
    return datetime.now(UTC)


async def follow(folder: Path, hub: Hub, stop: asyncio.Event) -> None:
    """Show each change of the boards until `stop`."""
    try:
        async for _ in awatch(folder, watch_filter=changes_of(folder), stop_event=stop):
            boards = await asyncio.to_thread(lambda: boards_of(load_hotline(folder), hub.boards))
            if boards != hub.boards:
                hub.show(boards, now())
                log.info("boards_reloaded", boards=sorted(boards))
    except OSError as error:  # the folder is gone, or the system watches no more: boards stay as they are
        log.error("boards_not_watched", why=str(error))


def changes_of(folder: Path) -> Callable[[Change, str], bool]:
    """Tells changes of boards, of their folder as a whole, and of the settings whose names they use."""
    base = folder.resolve()

    def matters(_: Change, name: str) -> bool:
        return name in {str(base / FILE), str(base / FOLDER)} or (
            name.startswith(f"{base / FOLDER}/") and name.endswith(".yaml")
        )

    return matters
