"""What is wrong around a bridge, each said once with what to change: rights, versions, clocks, a second bridge."""

from __future__ import annotations

import os
import secrets
import socket
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.domain.clocks import Clocks
from ami_bridge.domain.rights import OLDEST, Hearing, Missing, may_not, too_old
from ami_bridge.protocol.errors import AmiError
from store.errors import StoreUnavailable
from store.queries.watchers import forget_watchers, watchers
from store.rows import Watcher

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ami_bridge.client import Reply
    from ami_bridge.domain import events as ev
    from ami_bridge.recorder import RowSink
    from store.engine import Store

log = structlog.get_logger("bridge")

SIGN_OF_LIFE_S: Final = 5.0
"""How often a bridge says in the database that it is there, and looks who else is."""
FORGET: Final = timedelta(days=1)
"""How long a bridge that ended without a word is kept."""
SLOW_S: Final = 1.0
"""A ping that took longer says nothing of clocks."""
_CHANGE_OF_CLOCKS: Final = {
    "clocks.differ": "set both machines' clocks by the same NTP server; waits and rests are wrong by the difference",
    "clock.jumped": "let NTP slew this machine's clock, not step it",
}


class Doubts:
    """What is asked and heard of the switch beside its calls.

    Args:
        user: The AMI user's name, for the messages.
        clock: The bridge's.
    """

    def __init__(self, user: str, clock: Callable[[], datetime]) -> None:
        self._user = user
        self._clock = clock
        self._hearing = Hearing()
        self._clocks = Clocks()
        self._said: set[object] = set()

    def hear(self, event: ev.Event) -> None:
        """Every event the state is made of."""
        missing = self._hearing.hear(event)
        if missing is not None:
            self._say_missing(missing)

    def booted(self) -> None:
        """FullyBooted was heard."""
        self._hearing.booted()

    async def ask(self, ask: Callable[[str], Awaitable[Reply]]) -> None:
        """What the switch says of itself and of us after a login."""
        try:
            lacking = may_not((await ask("ListCommands")).first)
            for missing in lacking:
                self._say_missing(missing)
            if Missing("write", "reporting") not in lacking:
                self._look_at(version=(await ask("CoreSettings")).first.text("AsteriskVersion"))
        except AmiError as wrong:  # it lives or it does not: the link says so, and asks again when it is up
            log.info("ami.rights_unknown", reason=str(wrong))

    def _look_at(self, *, version: str) -> None:
        if too_old(version) and version not in self._said:
            self._said.add(version)
            log.error(
                "ami.asterisk_too_old",
                version=version,
                change=f"run Asterisk {OLDEST} or newer; older ones lack what the generated files ask for",
            )

    def pinged(self, stamp: str, took_s: float) -> None:
        """A ping was answered: with Asterisk's time, after so many seconds."""
        if took_s > SLOW_S:
            return
        switch = float(stamp) if stamp.replace(".", "", 1).isdecimal() else None
        half = took_s / 2
        for told in self._clocks.look(self._clock().timestamp() - half, time.monotonic() - half, switch):
            if told.what == "clocks.agree":
                log.info(told.what, by_s=told.by_s)
            else:
                log.warning(told.what, by_s=told.by_s, change=_CHANGE_OF_CLOCKS[told.what])

    def _say_missing(self, missing: Missing) -> None:
        if missing not in self._said:
            self._said.add(missing)
            log.error(
                "ami.class_missing", user=self._user, lacks=f"{missing.side} {missing.name}", change=missing.change
            )


class Others:
    """Whether another bridge writes the same node into the same database.

    One whose sign of life changes between two looks is alive, whatever its clock says.
    """

    def __init__(self, store: Store, sink: RowSink, node: str, now: datetime) -> None:
        self._store = store
        self._sink = sink
        self._me = Watcher(
            node=node, bridge=secrets.token_hex(8), host=socket.gethostname(), pid=os.getpid(), since=now, seen_at=now
        )
        self._last: dict[str, datetime] | None = None
        self._said: set[str] = set()

    async def look(self, now: datetime) -> None:
        """Says that we are here, and who else is."""
        me = self._me
        self._sink.put(Watcher(node=me.node, bridge=me.bridge, host=me.host, pid=me.pid, since=me.since, seen_at=now))
        try:
            if self._last is None:
                await forget_watchers(self._store, me.node, now - FORGET)
            found = [one for one in await watchers(self._store, me.node) if one.bridge != me.bridge]
        except StoreUnavailable:
            return  # away: the writer says so
        for other in found:
            before = (self._last or {}).get(other.bridge)
            if before is not None and before != other.seen_at and other.bridge not in self._said:
                self._said.add(other.bridge)
                log.error(
                    "bridge.two_of_one_name",
                    node=me.node,
                    other=f"{other.host}, process {other.pid}, since {other.since:%Y-%m-%d %H:%M}",
                    change="stop one of the two, or give it a `node` of its own in hotline.yaml",
                )
        self._last = {one.bridge: one.seen_at for one in found}

    async def leave(self) -> None:
        """Says no more: this bridge ends."""
        try:
            await forget_watchers(self._store, self._me.node, self._me.since - FORGET, bridge=self._me.bridge)
        except StoreUnavailable:
            pass  # a sign of life that does not change any more is none
