"""What breaks around a soak's calls, and when: drawn from a seed (pure), and done."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.postgres import Postgres
    from lab.rig import Rig
    from lab.soak.relay import Relay

Kind = Literal["bridge killed", "AMI cut", "database away", "Asterisk restarted", "log rotated"]
KINDS: Final[tuple[Kind, ...]] = ("bridge killed", "AMI cut", "database away", "Asterisk restarted", "log rotated")
_WEIGHTS: Final = (30, 35, 15, 8, 12)
BLINDING: Final[frozenset[Kind]] = frozenset({"bridge killed", "AMI cut", "Asterisk restarted"})
"""While these last, and until the next snapshot, the bridge may miss what happens."""


_NOT_YET_WRITTEN_S: Final = 3.0
"""Seconds a row may take from Asterisk to the database on a busy machine."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something breaks and for how long, in seconds."""

    every: tuple[float, float] = (8.0, 25.0)
    database_away: tuple[float, float] = (2.0, 25.0)
    ami_away: tuple[float, float] = (0.0, 8.0)


BRISK: Final = Pace(every=(2.5, 4.0), database_away=(2.0, 4.0), ami_away=(0.0, 1.0))
"""For a run of a minute."""


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that breaks.

    Attributes:
        after_s: Seconds behind the one before.
        kind: What.
        lasts_s: Seconds until it is whole again, where we decide that.
        roughly: Of two ways to do it, the ruder one: killed instead of ended, crashed instead of stopped.
    """

    after_s: float
    kind: Kind
    lasts_s: float
    roughly: bool


def breaks(seed: int, pace: Pace) -> Iterator[Break]:
    """Without end: each kind once, in an order of the seed's, then by weight. Pure."""
    chance = random.Random(seed)
    first = list(KINDS)
    chance.shuffle(first)
    while True:
        kind = first.pop() if first else chance.choices(KINDS, _WEIGHTS)[0]
        away = {"database away": pace.database_away, "AMI cut": pace.ami_away}.get(kind, (0.0, 0.0))
        yield Break(chance.uniform(*pace.every), kind, chance.uniform(*away), chance.random() < 0.5)  # noqa: PLR2004 - a coin is tossed


@dataclass(slots=True)
class Trouble:
    """Does it.

    Attributes:
        rig: The hotline.
        relay: Between bridge and AMI.
        postgres: The database's server; None is SQLite.
        tell: Told of each.
        done: How many of each kind were done.
        blind: From when on the bridge may have missed something, and when that was broken: it ends with the first
            snapshot after. Unix times.
        asterisk_ended: From when until when Asterisk ended, Unix times: told to stop, it hangs up call after call.
    """

    rig: Rig
    relay: Relay
    postgres: Postgres | None
    tell: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)
    blind: list[tuple[float, float]] = field(default_factory=list)
    asterisk_ended: list[tuple[float, float]] = field(default_factory=list)
    _going_on: set[Kind] = field(default_factory=set)
    _database_away_since: float | None = None
    _gone_at: float = 0.0

    async def make(self, plan: Iterator[Break], stop: asyncio.Event) -> None:
        """Break one after the other until `stop`; returns when all that is broken is whole again."""
        async with asyncio.TaskGroup() as group:
            for one in plan:
                try:
                    async with asyncio.timeout(one.after_s):
                        await stop.wait()
                except TimeoutError:
                    pass  # nobody stopped us: it is time
                if stop.is_set():
                    return
                if one.kind not in self._going_on:
                    self._going_on.add(one.kind)
                    group.create_task(self._do(one))

    async def _do(self, one: Break) -> None:
        # A bridge that is killed loses what it has not written yet; while the database is away that is all it heard.
        began = time.time() - _NOT_YET_WRITTEN_S
        if one.kind == "bridge killed" and self._database_away_since is not None:
            began = self._database_away_since
        try:
            if not await self._broke(one):
                return
        finally:
            self._going_on.discard(one.kind)
        if one.kind in BLINDING:
            self.blind.append((began, self._gone_at if one.kind == "Asterisk restarted" else time.time()))
        self.done[one.kind] += 1
        self.tell(f"{one.kind}{f', {one.lasts_s:.0f} s' if one.lasts_s else ''}{', roughly' if one.roughly else ''}")

    async def _broke(self, one: Break) -> bool:
        match one.kind:
            case "bridge killed":
                return self._kill_bridge()
            case "AMI cut":
                await self.relay.cut(one.lasts_s)
            case "database away":
                self._database_away_since = time.time()
                try:
                    await asyncio.to_thread(self._database_away, one)
                finally:
                    self._database_away_since = None
            case "Asterisk restarted":
                began = time.time()
                await asyncio.to_thread(self._restart_asterisk, roughly=one.roughly)
                self.asterisk_ended.append((began, self._gone_at))
            case "log rotated":
                await asyncio.to_thread(self.rig.asterisk.cli, "logger rotate")
        return True

    def _kill_bridge(self) -> bool:
        try:
            os.kill(self.rig.part_pids()["bridge"], signal.SIGKILL)
        except ProcessLookupError:
            return False  # it is about to be started again
        return True

    def _database_away(self, one: Break) -> None:
        if self.postgres is not None:
            self.postgres.stop(how=signal.SIGQUIT if one.roughly else signal.SIGINT)
            time.sleep(one.lasts_s)
            self.postgres.start()
            return
        _locked(self.rig.state / "hotline.db", one.lasts_s)

    def _restart_asterisk(self, *, roughly: bool) -> None:
        if roughly:
            self.rig.asterisk.kill()
        else:
            self.rig.asterisk.stop()
        self._gone_at = time.time()
        self.rig.asterisk.start()


def _locked(file: Path, for_s: float) -> None:
    """Hold SQLite's write lock: nobody else can write."""
    with closing(sqlite3.connect(file, timeout=60.0, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        time.sleep(for_s)
        writer.execute("ROLLBACK")
