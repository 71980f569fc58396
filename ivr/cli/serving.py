"""`hotline up`, its three parts, and `hotline db upgrade`."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING

import typer

from ivr.app import speech
from ivr.app.live import load_live
from ivr.app.loading import load_ready
from ivr.app.logs import LEVELS, set_up_logs
from ivr.app.mistakes import MistakeError
from ivr.app.preflight import EVERY_PART, preflight
from ivr.app.running import run_until_told
from ivr.app.supervisor import StartFailedError, Supervisor, parts_of
from wallboard.access.people import Person, Role
from wallboard.links import GOOD_FOR

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready


def up(folder: Path, level: str, *, reload: bool = False) -> None:
    """Check, build what is missing, then keep the three parts running until told to end."""
    from ivr.app.opened import upgraded

    ready = _ready(folder, level, "up", draft=reload)
    preflight(ready, EVERY_PART)
    speech.build(ready)
    asyncio.run(upgraded(ready))  # what all three parts need is tried once, and told once
    house = Supervisor(parts_of(str(folder), level, reload=reload))

    async def serve(stop: asyncio.Event) -> None:
        all_ready = asyncio.Event()
        running = asyncio.create_task(house.run(all_ready))
        telling = asyncio.create_task(_tell_when_ready(all_ready, ready))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        telling.cancel()
        stopping.cancel()
        house.stop()
        await running

    try:
        run_until_told(serve)
    except StartFailedError as failed:
        if failed.reason:
            raise MistakeError(failed.reason) from None
        # The part has said in its own words what has to be mended; its end is ours.
        sys.exit(failed.code if failed.code > 0 else 2)


async def _tell_when_ready(all_ready: asyncio.Event, ready: Ready) -> None:
    await all_ready.wait()
    typer.echo(f"ready      http://{ready.hotline.wallboard.listen}/")
    if (
        not (ready.hotline.wallboard.users or ready.hotline.wallboard.openid) and sys.stdout.isatty()
    ):  # a log is read by others, and for long
        from ivr.cli.letting_in import address_that_lets_in

        address = address_that_lets_in(ready, Person("guest", Role.VIEWER), GOOD_FOR)
        typer.echo(f"           nobody can sign in yet; this lets you in once, as a viewer: {address}")


def agi(folder: Path, level: str, *, reload: bool = False) -> None:
    """The AGI server."""
    from ivr.app.agi_part import run_agi

    run_until_told(partial(run_agi, _ready(folder, level, "agi", draft=reload), reload=reload), fast=True)


def bridge(folder: Path, level: str) -> None:
    """The bridge."""
    from ivr.app.bridge_part import run_bridge

    run_until_told(partial(run_bridge, _ready(folder, level, "bridge")))


def wallboard(folder: Path, level: str, *, reload: bool = False) -> None:
    """The wallboard."""
    from ivr.app.wallboard_part import run_wallboard

    run_until_told(partial(run_wallboard, _ready(folder, level, "wallboard"), reload=reload))


def db_upgrade(folder: Path) -> None:
    """Migrate forward and say from where to where."""
    from ivr.app.opened import upgraded

    done = asyncio.run(upgraded(load_ready(folder)))
    if done.changed:
        typer.echo(f"upgraded from {done.before or 'nothing'} to {done.after}")
    else:
        typer.echo(f"already at {done.after}")


def _ready(folder: Path, level: str, part: str, *, draft: bool = False) -> Ready:
    if level not in LEVELS:
        raise MistakeError(f"unknown log level '{level}'; expected {', '.join(LEVELS)}")
    set_up_logs(level, part)
    return load_ready(folder) if draft else load_live(folder)
