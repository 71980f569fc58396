"""What the feed is told: what has changed since it was told last, numbered without a gap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ami_bridge import views
from ami_bridge.messages import News, Tick

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.model import Changes, State
    from ami_bridge.feed import Feed
    from ami_bridge.messages import Snapshot, TrunkView


class Telling:
    """Gathers changes, and tells them."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._seq = 0
        self._queues: set[str] = set()
        self._agents: set[str] = set()
        self._calls: set[str] = set()
        self._knowledge = False
        self._news = News()
        self._is_news = False

    def note(self, changes: Changes) -> None:
        """What an event changed is to be told."""
        self._queues |= changes.queues
        self._agents |= changes.agents
        self._calls |= changes.calls
        self._knowledge |= changes.knowledge

    def show(self, news: News) -> None:
        """Other notes, or other closed numbers, are to be told."""
        self._is_news |= news != self._news
        self._news = news

    def whole(self, state: State, at: datetime, trunks: tuple[TrunkView, ...] = ()) -> Snapshot:
        """What a new reader gets; changes not yet published are in it and will be told once more."""
        return replace(views.snapshot(state, self._seq, at, trunks), news=self._news)

    def tick(self, feed: Feed, at: datetime) -> None:
        """That we live."""
        self._seq += 1
        feed.publish(Tick(node=self._node, seq=self._seq, at=at))

    def publish(self, feed: Feed, state: State, at: datetime, trunks: tuple[TrunkView, ...] | None = None) -> None:
        """What has changed, where anything has; trunks are all of them, or None when none has."""
        changed = self._queues or self._agents or self._calls or self._knowledge or self._is_news
        if not changed and trunks is None:
            return
        self._seq += 1
        told = views.delta(
            state,
            self._seq,
            at,
            queues=self._queues,
            agents=self._agents,
            calls=self._calls,
            knowledge_changed=self._knowledge,
            trunks=trunks,
        )
        feed.publish(replace(told, news=self._news) if self._is_news else told)
        self._queues, self._agents, self._calls = set(), set(), set()
        self._knowledge = self._is_news = False
