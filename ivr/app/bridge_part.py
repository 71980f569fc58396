"""`hotline bridge`: one Asterisk, watched."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from ami_bridge.announcer import Announcer
from ami_bridge.bridge import Bridge, utc_now
from ami_bridge.client import LinkSettings
from ami_bridge.domain.model import QueueRules
from ami_bridge.feed import FeedTaken
from ami_bridge.past import load_past
from ami_bridge.protocol.errors import LoginRefused
from ami_bridge.reconcile.call_keeping import CallKeeper
from ami_bridge.reconcile.keeping import Reconciler
from ami_bridge.reconcile.names import AgentNames
from ami_bridge.reconcile.verifying_calls import House
from ami_bridge.settings import AgiServer, BridgeSettings, WatchdogSettings
from ivr.app.acts_part import desk_open
from ivr.app.alarms_part import watched_trunks
from ivr.app.cel_file import cel_file
from ivr.app.keeping import purge_nightly
from ivr.app.line_voice import LineVoice
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.opened import database_mistake, opened_store
from ivr.app.parent import beat, is_restarted
from ivr.app.preflight import preflight
from ivr.app.releases import KeptReleases
from ivr.app.switch import split
from ivr.config.alarms import load_alarms
from ivr.config.secrets import SecretMissingError, resolve_secret
from store.errors import StoreUnavailable
from store.queries.agent_history import first_of_a_bridge
from store.queries.ledger import agent_names, knowledge
from store.spool import Spool
from store.writer import Writer

if TYPE_CHECKING:
    from ivr.app.loading import Ready
    from ivr.config import model
    from store.engine import Store

FIRST_LOGIN_S = 3.0
"""How long the start waits for Asterisk: a wrong secret shows within it; an absent Asterisk is waited for later."""

log = structlog.get_logger("hotline.bridge")


def settings_of(ready: Ready) -> BridgeSettings:
    """What the bridge is told.

    Raises:
        MistakeError: the AMI secret is not where the hotline says it is.
    """
    hotline = ready.hotline
    try:
        secret = resolve_secret(hotline.ami.secret, ready.folder)
    except SecretMissingError as missing:
        raise MistakeError(str(missing)) from None
    queue_log = Path(hotline.queue_log)
    trunks, registrations = watched_trunks(load_alarms(ready.loaded).alarms)
    return BridgeSettings(
        node=hotline.node,
        link=LinkSettings(host=hotline.ami.host, port=hotline.ami.port, username=hotline.ami.user, secret=secret),
        feed_path=ready.places.feed,
        time_zone=hotline.time_zone,
        queues={name: _rules(name, queue, hotline.languages[0]) for name, queue in hotline.queues.items()},
        agents={agent_id: agent.name for agent_id, agent in hotline.agents.items()},
        trunks=trunks,
        registrations=registrations,
        skills={agent_id: agent.skills for agent_id, agent in hotline.agents.items() if agent.skills},
        keep_evidence=hotline.keep.evidence,
        queue_log=queue_log if queue_log.parent.is_dir() else None,
        queue_log_olddir=Path(hotline.queue_log_olddir) if hotline.queue_log_olddir else None,
        set_aside=ready.places.state / "set-aside" / hotline.node / "live.lines",
        watchdog=WatchdogSettings(
            servers=tuple(AgiServer(host=host, port=port) for host, port in map(split, hotline.agi_servers))
        ),
    )


def _rules(name: str, queue: model.Queue, language: str) -> QueueRules:
    return QueueRules(
        title=queue.title.get(language, name),
        threshold_s=queue.service_level.answer_within_ms / 1000,
        target=queue.service_level.target / 100,
        short_s=queue.short_abandon_ms / 1000,
        wrap_up_s=queue.wrap_up_ms / 1000,
    )


async def run_bridge(ready: Ready, stop: asyncio.Event) -> None:
    """Watch until `stop`.

    Raises:
        MistakeError: Asterisk refuses the login at the start, the feed is served already, or there is no database.
    """
    settings = settings_of(ready)
    preflight(ready, {"bridge"})
    if settings.queue_log is None:
        log.warning("no_queue_log", folder=str(Path(ready.hotline.queue_log).parent))
    async with AsyncExitStack() as opened:
        voice = _voice(ready)  # first of all: while the log is read nobody hears numbers of an earlier run
        store = await opened.enter_async_context(opened_store(ready))
        writer = await opened.enter_async_context(Writer(store, spool=Spool(ready.places.spool / "bridge")))
        try:
            reconciler = await _caught_up(settings, store, writer)
            past = await load_past(store, settings.node, ZoneInfo(settings.time_zone), datetime.now(UTC))
            first = await first_of_a_bridge(store, settings.node)
        except StoreUnavailable as away:
            raise database_mistake(ready, away) from None
        bridge = Bridge(settings, writer, past=past, store=store, reconciler=reconciler)
        bridge.link.keeps_trying = is_restarted()
        opened.callback(voice.clear)
        await opened.enter_async_context(desk_open(ready, bridge, store))
        watching = asyncio.create_task(bridge.run(), name="bridge")
        beating = asyncio.create_task(_beat_when_seen(bridge), name="beat")
        calling = asyncio.create_task(_keeper(ready, settings, store, writer, first).run(), name="cel")
        announcing = asyncio.create_task(Announcer(bridge, voice, utc_now).run(), name="announcer")
        purging = asyncio.create_task(purge_nightly(ready, store), name="purge")
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            bridge.close()
            await watching
        except LoginRefused as refused:
            raise MistakeError(f"{refused}; ours comes from the {ready.hotline.ami.secret}") from None
        except FeedTaken:
            raise MistakeError(
                f"another bridge serves {settings.feed_path} already (is the hotline running twice?)"
            ) from None
        except OSError as error:
            raise cannot_use(settings.feed_path, error) from None
        finally:
            beating.cancel()
            announcing.cancel()
            calling.cancel()
            purging.cancel()
            stopping.cancel()


def _voice(ready: Ready) -> LineVoice:
    try:
        return LineVoice(KeptReleases(ready), ready.places.sounds)
    except OSError as error:
        raise cannot_use(ready.places.sounds, error) from None


def _keeper(ready: Ready, settings: BridgeSettings, store: Store, writer: Writer, first: datetime | None) -> CallKeeper:
    """What CEL, where there is one, still puts right of calls that are over."""
    hotline = ready.hotline
    house = House(settings.node, AgentNames(settings.rules))
    return CallKeeper(cel_file(hotline), store, writer, house, dict(hotline.numbers), utc_now, first)


async def _caught_up(settings: BridgeSettings, store: Store, writer: Writer) -> Reconciler:
    """The reconciler, once what happened while no bridge ran is in the ledger."""
    known = await knowledge(store, settings.node)
    reconciler = Reconciler(
        store,
        writer,
        settings.node,
        AgentNames(settings.rules, await agent_names(store, settings.node)),
        checked_until=known.checked_until if known else None,
        repaired=known.repaired if known else 0,
    )
    source = settings.log
    if source is not None:
        try:
            await reconciler.catch_up(source, datetime.now(UTC))
        except OSError as wrong:
            log.error("queue_log_unreadable", reason=str(wrong))
    return reconciler


async def _beat_when_seen(bridge: Bridge) -> None:
    """Beat once Asterisk has let us in, or has not been there for a while: a wrong secret must stop the start."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + FIRST_LOGIN_S
    while not bridge.link.is_up and loop.time() < deadline:  # noqa: ASYNC110 - the link has no event for "up"
        await asyncio.sleep(0.05)
    bridge.link.keeps_trying = True  # whoever ends now is started again at once, and each try may count as an attack
    log.info("watching", asterisk=bridge.link.is_up)
    await beat()
