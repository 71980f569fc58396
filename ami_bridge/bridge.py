"""One Asterisk, watched: the task that owns the state, and the few that feed it.

``link → backlog → translate → reducer → recorder and feed``. Everything that changes the state comes through the one
backlog, in order: AMI events, the link's own ups and downs, ticks, lines of queue_log.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from ami_bridge import evidence
from ami_bridge.backlog import HeardUntil, HoleBegins, LinkLost, LinkUp, Notice, Overflowed, is_before
from ami_bridge.client import AmiLink
from ami_bridge.contacts import unreachable
from ami_bridge.domain import events as ev
from ami_bridge.domain.model import empty_state
from ami_bridge.domain.reducer import apply
from ami_bridge.doubts import SIGN_OF_LIFE_S, Doubts, Others
from ami_bridge.endings import Endings
from ami_bridge.feed import Feed
from ami_bridge.following import Hearing
from ami_bridge.past import Past, follower, restore
from ami_bridge.protocol.errors import ActionFailed, AmiError
from ami_bridge.protocol.headers import read
from ami_bridge.protocol.replies import stamped
from ami_bridge.reconcile.checking import portions
from ami_bridge.reconcile.keeping import SETTLED
from ami_bridge.recorder import Recorder, RowSink
from ami_bridge.telling import Telling
from ami_bridge.translate import WANTED_EVENTS, WANTED_VARIABLES, event_of, snapshot_of
from ami_bridge.trunks import Trunks
from ami_bridge.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from ami_bridge.backlog import Item
    from ami_bridge.client import Reply
    from ami_bridge.following import LogFollower
    from ami_bridge.messages import News, Snapshot
    from ami_bridge.protocol.actions import Fields
    from ami_bridge.protocol.headers import Said
    from ami_bridge.queue_log.logged import LoggedVisit
    from ami_bridge.reconcile.keeping import Reconciler
    from ami_bridge.settings import BridgeSettings
    from store.engine import Store
    from store.rows import EvidenceLine, GapCause

log = structlog.get_logger("bridge")

TICK_S = 1.0
RECONCILE_EVERY_S = 20.0
AT_ONCE = 500
"""Items handled before the loop's other tasks get a turn."""


def utc_now() -> datetime:
    """The bridge's clock."""
    return datetime.now(UTC)


class Bridge:
    """``await Bridge(settings, writer).run()`` watches until it is cancelled or ``close()`` is called."""

    def __init__(
        self,
        settings: BridgeSettings,
        sink: RowSink,
        *,
        past: Past | None = None,
        store: Store | None = None,
        reconciler: Reconciler | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.settings = settings
        self.link = AmiLink(settings.link, events=(*WANTED_EVENTS, "FullyBooted"), variables=WANTED_VARIABLES)
        self._telling = Telling(settings.node)
        self.feed = Feed(settings.feed_path, self._whole, backlog_bytes=settings.reader_backlog_bytes)
        self.watchdog = Watchdog(settings.watchdog, self.ask)
        self.unreadable = 0
        """Events that could not be understood; each is logged."""
        self._clock = clock
        now = clock()
        past = past or Past()
        self.state = restore(empty_state(settings.rules, now), past, now)
        self._recorder = Recorder(sink, past.bridge, ledger=settings.queue_log is not None, knowledge=past.knowledge)
        self._endings = Endings(store, settings.node)
        self._doubts = Doubts(settings.link.username, clock)
        self.link.pinged = self._pinged
        self._others = Others(store, sink, settings.node, now) if store is not None else None
        self._reconciler = reconciler
        if reconciler is not None:  # what its start put right is told with the first diary
            self._recorder.note_checked(reconciler.checked_until, reconciler.repaired, reconciler.unexplained)
        self._partners: set[str] = set()
        self._second, self._line_of_second = now, 0
        self._unchecked: list[LoggedVisit] = []
        self._ledger = follower(settings.log, settings.node, past, now)
        self._contacts_trouble = ""
        self._trunks = Trunks(settings.trunks, settings.registrations)
        self._hearing = Hearing()

    # -- running

    async def run(self) -> None:
        """Watches.

        Raises:
            LoginRefused: the switch knows neither user nor secret (only at the first login).
            FeedTaken: another bridge serves the feed's socket.
        """
        await self.feed.open()
        helpers = [self._tick_on(), self._publish_on(), self._own(), self._end_journeys_on()]
        helpers.append(self._trunks.run(self.ask, self._clock))
        if self.settings.watchdog.servers:
            helpers.append(self.watchdog.run())
        if self._reconciler is not None and self._ledger is not None:
            helpers.append(self._reconcile_on(self._reconciler, self._ledger))
        if self._others is not None:
            helpers.append(self._look_for(self._others))
        tasks = [asyncio.get_running_loop().create_task(h) for h in helpers]
        link = asyncio.get_running_loop().create_task(self.link.run(), name="ami-link")
        try:
            done, _ = await asyncio.wait([link, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.link.close()
            for task in (link, *tasks):
                task.cancel()
            await asyncio.gather(link, *tasks, return_exceptions=True)
            self._drain()
            self._recorder.write_diary(self.state, self._clock())
            await self.feed.close()
            if self._others is not None:
                await self._others.leave()

    def close(self) -> None:
        """Ends ``run()``."""
        self.link.close()

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.link.backlog.put(Notice(ev.Ticked(at=self._clock())))

    async def _publish_on(self) -> None:
        while True:
            await asyncio.sleep(self.settings.publish_every_s)
            self._publish()

    async def _end_journeys_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            await self._endings.write(self._clock())

    async def _look_for(self, others: Others) -> None:
        while True:
            await others.look(self._clock())
            await asyncio.sleep(SIGN_OF_LIFE_S)

    async def _reconcile_on(self, reconciler: Reconciler, ledger: LogFollower) -> None:
        """Each visit once more, a while after it: what the log tells of it and what was written."""
        while True:
            await asyncio.sleep(RECONCILE_EVERY_S)
            for agent in self.state.agents.values():
                reconciler.names.learn(agent.id, agent.name)
            self._unchecked.extend(ledger.settled(self._clock() - SETTLED))
            for portion in portions(list(self._unchecked)):
                if not await reconciler.keep(portion):
                    break
                del self._unchecked[: len(portion)]
                if reconciler.corrections:
                    told, reconciler.corrections = tuple(reconciler.corrections), []
                    self.link.backlog.put(Notice(ev.Repaired(at=self._clock(), corrections=told)))
            await reconciler.fill(self._clock())
            await reconciler.forget(self._clock() - self.settings.keep_evidence)
            await ledger.forget(self._clock() - self.settings.keep_evidence)
            self._recorder.note_checked(reconciler.checked_until, reconciler.repaired, reconciler.unexplained)

    async def _own(self) -> None:
        """Takes one item after the other; the only task that changes the state."""
        while True:
            for _ in range(AT_ONCE):
                await self._take(await self.link.backlog.take())
            await asyncio.sleep(0)

    def _drain(self) -> None:
        """The last items, on the way out: what was heard is kept.

        What was given up, and what a peer found dead no longer said, is a gap that the next bridge's snapshot ends.
        """
        while len(self.link.backlog):
            match self.link.backlog.take_nowait():
                case bytes(raw):
                    self._heard(raw)
                case HoleBegins():
                    self._hole_begins()
                case Overflowed(dropped=dropped):
                    log.error("bridge.overflow", dropped=dropped)
                case LinkLost(heard_until=heard) if heard is not None:
                    self._apply(ev.LinkChanged(at=self._clock(), up=False, unseen_since=heard, cause="ami"))
                case _:
                    pass

    # -- one item

    async def _take(self, item: Item) -> None:
        match item:
            case bytes():
                self._heard(item)
            case Notice(event=ev.Ticked() as tick):
                set_back, self._hearing.set_back = self._hearing.set_back, False
                await self._ledger_on(everything=set_back)
                self._apply(tick)
                self._telling.tick(self.feed, tick.at)
            case Notice(event=ev.Repaired() | ev.BroughtForward() as told):
                self._apply(told)
            case LinkUp():
                self._partners.clear()  # their hang-ups may have gone unheard
                self._hearing.begin()
                self._apply(ev.LinkChanged(at=self._clock(), up=True))
                await self._doubts.ask(self.ask)  # first: without its rights there is no snapshot
                await self._resync()
            case Overflowed(dropped=dropped):
                log.error("bridge.overflow", dropped=dropped)
                await self._resync()
            case HoleBegins():
                self._hole_begins()
            case HeardUntil(at=at):
                self._hearing.hear(at)
            case LinkLost(heard_until=heard):
                self._hearing.end()
                cause: GapCause = "bridge" if self.link.is_closing else "ami"
                self._apply(ev.LinkChanged(at=self._clock(), up=False, unseen_since=heard, cause=cause))
                self._publish()
            case _:
                pass

    def _hole_begins(self) -> None:
        unseen = self.state.last_event_at or self._clock()
        self._apply(ev.LinkChanged(at=self._clock(), up=True, unseen_since=unseen, cause="overflow"))

    def _heard(self, raw: bytes) -> None:
        heard = read(raw)
        self._trunks.hear(heard, self._clock())
        if heard.text("Event") == "FullyBooted":
            self._booted(heard)
            return
        try:
            event = event_of(heard, self._clock())
        except (ValueError, OverflowError, OSError) as wrong:
            self.unreadable += 1
            log.warning("ami.unreadable_event", event_name=heard.text("Event"), reason=str(wrong))
            return
        if event is not None:
            if heard.text("Timestamp"):  # else its time is when we came to it, and tells nothing of what is behind it
                self._hearing.hear(event.at)
            self._apply(event)
            self._keep_evidence(evidence.of_event(heard, event, self.settings.node, self._channels(event)))

    def _channels(self, event: Any) -> Container[str]:
        """The channels whose lines are evidence: callers who made a visit, and the agents they talk to."""
        match event:
            case ev.Connected(agent_channel_id=channel) if channel:
                self._partners.add(channel)
            case ev.HungUp(channel_id=channel):
                known = {channel} if channel in self._partners or channel in self.state.ordinals else set()
                self._partners.discard(channel)
                return known
            case ev.HoldChanged():
                return self.state.ordinals if event.channel_id in self.state.ordinals else self._partners
            case _:
                pass
        return self.state.ordinals

    def _keep_evidence(self, line: EvidenceLine | None) -> None:
        if line is not None and self.settings.keep_evidence:
            self._recorder.keep(line)

    def _booted(self, heard: Said) -> None:
        self._doubts.booted()
        uptime = heard.text("Uptime")
        if uptime.isdecimal():
            self._recorder.switch_started_at = self._clock() - timedelta(seconds=int(uptime))

    def _apply(self, event: Any) -> None:
        now = self._clock()
        self.state, changes = apply(self.state, event, now)
        self._recorder.record(self.state, changes, now)
        self._endings.hear(event)
        self._doubts.hear(event)
        self._telling.note(changes)

    # -- the switch's own account

    def _pinged(self, stamp: str, took_s: float) -> None:
        self._doubts.pinged(stamp, took_s)
        self.link.backlog.put(HeardUntil(stamped(stamp) or self._clock() - timedelta(seconds=took_s)))

    async def ask(self, name: str, fields: Fields | None = None) -> Reply:
        """Have the switch do something.

        Raises:
            AmiError: it does not answer, or refuses.
        """
        return await self.link.action(name, fields)

    async def _resync(self) -> None:
        """Ledger first (it knows how things ended), then a snapshot of what is."""
        await self._ledger_on(everything=True)
        try:
            pong = await self.link.action("Ping")
            status = await self.link.action("QueueStatus")
            channels = await self.link.action("CoreShowChannels")
            deaf = await self._unreachable(status)
        except AmiError as wrong:
            log.warning("bridge.snapshot_failed", reason=str(wrong))
            if self.link.is_up:  # else the next LinkUp asks again
                self.link.protocol.end("the switch gave no snapshot")
            return
        at = stamped(pong.first.text("Timestamp")) or self._clock()
        for item in self.link.backlog.take_while(lambda item: is_before(item, at)):  # of before it, first
            await self._take(item)
        self._apply(snapshot_of(status.rows, channels.rows, deaf, at))
        log.info(
            "bridge.snapshot",
            queues=len([r for r in status.rows if r.text("Event") == "QueueParams"]),
            channels=len(channels.rows),
        )
        self._publish()

    async def _unreachable(self, status: Reply) -> frozenset[str] | None:
        """The agents whose phones do not answer; None when the switch cannot say, and then what was known holds."""
        members = {self.settings.rules.agent_of(row.text("Location")) for row in status.rows if row.text("Location")}
        try:
            answer = await unreachable(self.ask, {*self.settings.agents, *members})
        except ActionFailed as failed:
            if str(failed) != self._contacts_trouble:  # said once, not after every reconnect
                self._contacts_trouble = str(failed)
                log.warning("bridge.contacts_unknown", reason=str(failed), needs="func_pjsip_aor, func_pjsip_contact")
            return None
        self._contacts_trouble = ""
        return answer

    async def _ledger_on(self, *, everything: bool) -> None:
        """Applies the lines of queue_log whose time has come; all of them before a snapshot."""
        if self._ledger is None:
            return
        for line in await self._ledger.due(self._clock(), everything=everything, heard=self._hearing.until):
            self._apply(line)
            self._line_of_second = self._line_of_second + 1 if line.at == self._second else 0
            self._second = line.at
            self._keep_evidence(evidence.of_line(line, self.settings.node, self._line_of_second))
        place = self._ledger.place(self._clock())
        if place is not None:
            self._recorder.keep(place)

    # -- telling

    @property
    def is_up(self) -> bool:
        """Whether the switch can be asked for anything."""
        return self.link.is_up

    def tell(self, event: ev.BroughtForward) -> None:
        """Something of our own happened; it is taken in order with the rest."""
        self.link.backlog.put(Notice(event))

    def show(self, news: News) -> None:
        """Notes and closed numbers, as every board shows them from now on."""
        self._telling.show(news)

    def _whole(self) -> Snapshot:
        return self._telling.whole(self.state, self._clock(), self._trunks.views(self._clock()))

    def _publish(self) -> None:
        self._telling.publish(self.feed, self.state, self._clock(), self._trunks.news(self._clock()))
