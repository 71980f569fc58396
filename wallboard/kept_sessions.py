"""Sessions outlive a restart of the wallboard: they are written into the state folder, as digests."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from wallboard import links

if TYPE_CHECKING:
    from pathlib import Path

    from wallboard.access.sessions import Sessions

_FILE: Final = "sessions.json"
LOOK_EVERY_S: Final = 1.0

log = structlog.get_logger("wallboard.access")


def read(folder: Path, sessions: Sessions) -> None:
    """Take up what was written before; a file that cannot be read signs everybody out, and is told."""
    try:
        sessions.load(json.loads((folder / _FILE).read_text("utf-8")), datetime.now(UTC))
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        log.warning("sessions_unreadable", why=str(error))


async def keep(folder: Path | None, sessions: Sessions) -> None:
    """Forget what is over, and write down each change, until cancelled; the last one then, too.

    What could not be written is tried again each time. An end is written at once: a wallboard that is killed in that
    second must not let somebody in again who has signed out.
    """
    written, ended, fault = sessions.changes, asyncio.Event(), ""
    sessions.on_end = ended.set
    try:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LOOK_EVERY_S)
            sessions.sweep(datetime.now(UTC))
            ended.clear()
            if folder is not None and sessions.changes != written:
                changes, before = sessions.changes, fault
                fault = await asyncio.to_thread(_write, folder, sessions.dump())
                if not fault:
                    written = changes
                elif fault != before:
                    log.error("sessions_not_kept", why=fault)
    finally:
        if folder is not None and sessions.changes != written and (fault := _write(folder, sessions.dump())):
            log.error("sessions_not_kept", why=fault)


def _write(folder: Path, told: list[dict[str, object]]) -> str:
    """Why it could not be written; empty when it was."""
    staged = folder / f"{_FILE}.new"
    try:
        links.clear(folder, datetime.now(UTC))
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(told, file)
        staged.replace(folder / _FILE)
    except OSError as error:  # nobody is signed out by it
        return error.strerror or str(error)
    return ""
