"""The watch: looks once a second, keeps the book on disk, gives notices to senders and tells the boards.

It runs beside the boards, for there the feed, the database and the screens meet. Each look is one function of what is
seen; what takes time (the database, the file) is asked beside it, so a database that hangs holds up no look.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from store.errors import StoreUnavailable
from store.queries.call_ends import call_ends
from wallboard.alarms import rules as on
from wallboard.alarms.book import Book
from wallboard.alarms.causes import Calls, Seen
from wallboard.alarms.kept import UnreadableError, read, written
from wallboard.alarms.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from store.engine import Store
    from wallboard.alarms.messages import From
    from wallboard.alarms.rules import Alarms
    from wallboard.alarms.sending import Sending
    from wallboard.hub import Hub

LOOK_EVERY_S: Final = 1.0
ASK_EVERY_S: Final = 5.0
ANSWERS_WITHIN_S: Final = 5.0
"""A database that takes longer is away, whatever it is doing."""

log = structlog.get_logger("alarms")


class AlarmWatch:
    """`await AlarmWatch(...).run()` watches until it is cancelled."""

    def __init__(
        self,
        alarms: Alarms,
        hub: Hub,
        store: Store,
        senders: Mapping[str, Sending],
        *,
        of: From,
        kept: Path,
        is_open: Callable[[str, datetime], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self.book = Book()
        self._alarms = alarms
        self._hub = hub
        self._store = store
        self._senders = senders
        self._of = of
        self._kept = kept
        self._is_open = is_open
        self._clock = clock
        self._database: bool | None = None
        self._calls: dict[str, Calls] = {}
        self._changed = True
        self._unwritten = ""

    async def run(self) -> None:
        """Watch until cancelled; what is under way then is kept for the next start."""
        self._read()
        tasks = [
            asyncio.create_task(sender.run(self._alarms.rules, self._of, self._note), name=f"alarms.{name}")
            for name, sender in self._senders.items()
        ]
        tasks.append(asyncio.create_task(self._ask_on(), name="alarms.database"))
        try:
            while True:
                try:
                    self.look()
                    await self._tell()
                except Exception:
                    # a mistake of ours in one look must not end all watching: said in full, looked at again
                    log.exception("alarms.not_looked")
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._write(self._data())

    def look(self) -> None:
        """One look: the book moves on, senders get what is to be told."""
        now = self._clock()
        seen = Seen(
            now=now,
            node=self._of.node,
            standing=self._hub.watch.standing(now),
            snapshot=self._hub.watch.snapshot,
            database=self._database,
            calls=dict(self._calls),
            is_open=lambda schedule: self._is_open(schedule, now),
        )
        before = self._signs()
        self.book, notices = self.book.look(self._alarms.rules, seen)
        for notice in notices:
            alarm = notice.alarm
            rule = self._alarms.rules[alarm.rule]
            log.warning(
                "alarm", change=notice.change, rule=alarm.rule, subject=alarm.subject, id=alarm.id, to=[*rule.to]
            )
            for name in rule.to:
                if name in self._senders:
                    self._senders[name].put(notice)
        self._changed |= before != self._signs() or bool(notices)

    def _signs(self) -> object:
        """What boards and the file have of the book: it is told and written when this is another one."""
        alarms = {key: (alarm.fires, alarm.fired_at, alarm.flaps) for key, alarm in self.book.alarms.items()}
        return alarms, self.book.over

    def _note(self) -> None:
        self._changed = True

    async def _tell(self) -> None:
        """Tell the boards and the disk what has changed."""
        if not self._changed:
            return
        self._changed = False
        told = shown(self.book, self._alarms.rules, self._senders.values())
        if told != self._hub.alarms:
            self._hub.tell_alarms(told, self._clock())
        await asyncio.to_thread(self._write, self._data())

    async def _ask_on(self) -> None:
        counting = [rule for rule in self._alarms.rules.values() if rule.when == on.FAILED]
        while True:
            try:
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    await self._store.check()
                    self._database = True
                    for rule in counting:
                        since = self._clock() - timedelta(seconds=rule.window_s)
                        found = await call_ends(self._store, self._of.node, since)
                        self._calls[rule.name] = Calls(ended=found.ended, failed=found.failed)
            except (StoreUnavailable, TimeoutError) as away:
                log.debug("alarms.database_away", why=str(away))
                self._database = False
            except Exception:
                # a question of ours that fails must not end the watch of everything else: said in full, asked again
                log.exception("alarms.calls_not_counted")
                self._calls.clear()
            await asyncio.sleep(ASK_EVERY_S)

    # -- what is kept

    def _read(self) -> None:
        try:
            book, outboxes = read(self._kept.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, UnreadableError) as wrong:
            log.error("alarms_not_remembered", file=str(self._kept), why=str(wrong))
            return
        self.book = book.only(self._alarms.rules)
        for name, box in outboxes.items():
            if name in self._senders:
                known = tuple(each for each in box.waiting if each.alarm.rule in self._alarms.rules)
                self._senders[name].outbox = replace(box, waiting=known)

    def _data(self) -> bytes:
        return written(self.book, {name: sender.unsaid for name, sender in self._senders.items()})

    def _write(self, data: bytes) -> None:
        fresh = self._kept.with_suffix(".new")
        try:
            fresh.write_bytes(data)
            fresh.replace(self._kept)
        except OSError as wrong:
            if str(wrong) != self._unwritten:  # said once, not each time something changes
                log.error("alarms_not_kept", file=str(self._kept), why=str(wrong))
            self._unwritten = str(wrong)
        else:
            self._unwritten = ""
