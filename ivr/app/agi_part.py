"""`hotline agi`: the FastAGI server that leads calls through the flows."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from agi.ping import ping
from agi.script_thread import Bounds
from agi.server import AgiServer
from ivr.app import releases, speech
from ivr.app.closed_numbers import ClosedFile
from ivr.app.data import lookups_of, sources_of
from ivr.app.lines import BridgeLines
from ivr.app.loading import place_of
from ivr.app.mailbox import Mailbox
from ivr.app.mistakes import MistakeError, cannot_listen
from ivr.app.opened import opened_store
from ivr.app.parent import beat
from ivr.app.preflight import preflight
from ivr.app.published import PublishedReleases
from ivr.app.scripts import ScriptFolder
from ivr.app.switch import split
from ivr.config.secrets import SecretMissingError
from ivr.runner.runner import Runner, World
from ivr.services.addresses import BadSourceError
from ivr.services.calling_number import normalise
from ivr.services.journeys import JourneyLog
from ivr.services.key_files import KeyFileError
from ivr.services.lookups import DataSources
from ivr.services.records import RecordBook
from ivr.services.remembered import CallerMemory, hashed, memory_key
from ivr.services.sealing import CursorSeal
from store.queries.journeys import remembered
from store.spool import Spool
from store.writer import Tempo, Writer

if TYPE_CHECKING:
    from ivr.app.loading import Ready
    from ivr.app.releases import KeptReleases
    from store.engine import Store

DRAIN_S = 3.0
"""How long calls in a menu may go on when the service ends; those that wait or talk are not here at all."""

HISTORY = Tempo(linger_s=0.5)
"""Journeys are written behind, and nobody watches them live: half a second of steps goes into one transaction."""

log = structlog.get_logger("hotline.agi")


async def run_agi(ready: Ready, stop: asyncio.Event, *, reload: bool = False) -> None:
    """Serve until `stop`; with `reload`, what is saved in the folder meanwhile is taken up for new calls.

    Raises:
        MistakeError: a sound, a secret, the database or the port cannot be had; nothing was half started.
    """
    speech.refuse_unbuilt(ready)
    preflight(ready, {"agi"})
    async with AsyncExitStack() as opened:
        store = await opened.enter_async_context(opened_store(ready))
        writer = await opened.enter_async_context(Writer(store, tempo=HISTORY, spool=Spool(ready.places.spool / "agi")))
        sources = await opened.enter_async_context(_data(ready))
        bounds = Bounds(at_once=ready.hotline.agi.scripts_at_once)
        scripts = ScriptFolder(ready.source / "scripts", bounds, ready.places.versions)
        kept = releases.KeptReleases(ready)
        published = PublishedReleases(kept, ready.places, partial(hashed, _memory_key(ready)))
        world = _world(ready, published, store, writer, sources, scripts)
        server = AgiServer({"flow": Runner(world).serve, "script": scripts.serve, "ping": ping})
        host, port = split(ready.hotline.agi.listen)
        try:
            await server.start(host, port)
        except OSError as error:
            where = place_of(ready, "agi", "listen")
            raise cannot_listen("the AGI server", ready.hotline.agi.listen, error, where) from None
        beating = asyncio.create_task(beat(), name="beat")
        following = asyncio.create_task(_follow(ready, kept, published, stop, reload=reload), name="follow")
        loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
        log.info("serving", address=ready.hotline.agi.listen, version=ready.flows.version, loop=loop)
        try:
            await stop.wait()
            await following
        finally:
            cut = await server.drain(DRAIN_S)
            beating.cancel()
            log.info("ended", calls_cut=cut)


async def _follow(
    ready: Ready, kept: KeptReleases, published: PublishedReleases, stop: asyncio.Event, *, reload: bool
) -> None:
    """Take up what is saved or what is published: while a hotline is being written, nothing else counts."""
    if reload:
        from ivr.app.reloading import follow

        await follow(ready, kept, stop)
        return
    await published.follow(stop)


def _memory_key(ready: Ready) -> bytes:
    try:
        return memory_key(ready.places.memory_key)
    except KeyFileError as wrong:
        raise MistakeError(str(wrong)) from None


def _data(ready: Ready) -> DataSources:
    try:
        return DataSources(sources_of(ready.hotline, ready.folder), lookups_of(ready.hotline))
    except (SecretMissingError, BadSourceError) as wrong:
        raise MistakeError(str(wrong)) from None


def _world(  # noqa: PLR0917 - the parts a service is made of, each once
    ready: Ready,
    published: PublishedReleases,
    store: Store,
    writer: Writer,
    sources: DataSources,
    scripts: ScriptFolder,
) -> World:
    hotline, where = ready.hotline, ready.places
    zone = ZoneInfo(hotline.time_zone)
    try:
        seal = CursorSeal.of(where.cursor_key)
    except KeyFileError as wrong:
        raise MistakeError(str(wrong)) from None
    return World(
        releases=published,
        lookups=sources,
        memory=CallerMemory(partial(remembered, store), writer, hotline.node, _memory_key(ready)),
        seal=seal,
        journeys=JourneyLog(writer, hotline.node),
        scripts=scripts,
        mailbox=Mailbox(writer, hotline.node, where.recordings),
        records=RecordBook(writer, hotline.node, where.recordings),
        lines=BridgeLines(where.feed),
        recordings=where.recordings,
        now=partial(datetime.now, UTC),
        node=hotline.node,
        zone=zone,
        normalise=partial(normalise, region=hotline.region or "ZZ"),
        closed=ClosedFile(where.closed),
    )
