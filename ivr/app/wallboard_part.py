"""`hotline wallboard`: the page for ops."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from ivr.app import alarms_part, board_files, flow_pictures, people
from ivr.app.closed_numbers import closing_messages
from ivr.app.former import former_queues
from ivr.app.history_part import VisitHistory
from ivr.app.loading import place_of
from ivr.app.mistakes import cannot_listen, cannot_use
from ivr.app.opened import opened_store
from ivr.app.owners import make_private
from ivr.app.parent import beat
from ivr.app.preflight import preflight
from ivr.app.report_answers import HotlineReports
from ivr.app.report_part import limits
from ivr.app.switch import split
from ivr.config.shifts import load_shifts
from ivr.prompts.catalogue import ALL
from wallboard.access.sessions import Lasting
from wallboard.acting import Acting
from wallboard.app import make_app
from wallboard.reception import RECEPTION
from wallboard.routes import HUB
from wallboard.settings import WallboardSettings

if TYPE_CHECKING:
    from ivr.app.loading import Ready
    from ivr.prompts.catalogue import Catalogue

log = structlog.get_logger("hotline.wallboard")


def settings_of(ready: Ready) -> WallboardSettings:
    """What the wallboard is told."""
    hotline = ready.hotline
    host, port = split(hotline.wallboard.listen)
    return WallboardSettings(
        host=host,
        port=port,
        feed=ready.places.feed,
        time_zone=hotline.time_zone,
        title=hotline.title,
        queue_titles={name: queue.title for name, queue in hotline.queues.items()},
        languages=hotline.languages,
        boards=board_files.boards_of(ready.loaded),
        name=hotline.name,
        address=hotline.wallboard.address or "",
        proxies=hotline.wallboard.proxies,
        register=people.register_of(hotline, ready.folder),
        lasting=Lasting(
            timedelta(milliseconds=hotline.wallboard.sessions.idle_ms),
            timedelta(milliseconds=hotline.wallboard.sessions.longest_ms),
        ),
        openid=people.provider_of(hotline, ready.folder),
        kept=ready.places.wallboard,
    )


def acting_of(ready: Ready) -> Acting:
    """What supervisors act with."""
    hotline, catalogue = ready.hotline, ready.catalogue
    messages = {
        name: {language: _words(catalogue, language, name) for language in hotline.languages}
        for name in closing_messages(catalogue)
    }
    return Acting(
        socket=ready.places.acts,
        phones={agent_id: agent.name for agent_id, agent in hotline.agents.items()},
        listening=hotline.ami.listening,
        numbers=tuple(hotline.numbers),
        messages=messages,
    )


def _words(catalogue: Catalogue, language: str, name: str) -> str:
    written = catalogue.written.get(language, {}).get(name, ()) or catalogue.written.get(ALL, {}).get(name, ())
    return " ".join(text for _, text in written)


async def run_wallboard(ready: Ready, stop: asyncio.Event, *, reload: bool = False) -> None:
    """Serve until `stop`; with `reload`, boards that are saved meanwhile are shown.

    Raises:
        MistakeError: the database or the port cannot be had.
    """
    preflight(ready, {"wallboard"})
    settings = settings_of(ready)
    try:
        make_private(ready.places.wallboard)
    except OSError as error:
        raise cannot_use(ready.places.wallboard, error) from None
    async with AsyncExitStack() as opened:
        store = await opened.enter_async_context(opened_store(ready))
        counting = VisitHistory(settings.time_zone, limits(ready.hotline), former_queues(ready.hotline))
        pictures = flow_pictures.DrawnFlows(ready.flows, ready.catalogue)
        reports = HotlineReports(ready.hotline, lambda: load_shifts(ready.loaded))
        app = make_app(settings, store, counting, pictures, reports, acting=acting_of(ready))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        opened.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            where = place_of(ready, "wallboard", "listen")
            raise cannot_listen("the wallboard", ready.hotline.wallboard.listen, error, where) from None
        beating = asyncio.create_task(beat(), name="beat")
        ringing = asyncio.create_task(alarms_part.watch_of(ready, app[HUB], store).run(), name="alarms")
        log.info("serving", address=f"http://{ready.hotline.wallboard.listen}/")
        watching = [asyncio.create_task(flow_pictures.follow(ready, pictures, stop, reload=reload), name="flows")]
        watching.append(asyncio.create_task(people.follow(ready.folder, app[RECEPTION], stop), name="people"))
        if reload:
            watching.append(asyncio.create_task(board_files.follow(ready.folder, app[HUB], stop), name="boards"))
        await stop.wait()
        await asyncio.gather(*watching)
        beating.cancel()
        ringing.cancel()
        await asyncio.gather(ringing, return_exceptions=True)  # what it has still to tell is kept before the store goes
