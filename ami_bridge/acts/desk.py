"""Where acts are done: each once, on one target one after the other, kept before and answered after.

- The key is written into the database before anything is said to Asterisk. Whoever comes with the same key, now or
  after a restart, gets that act's answer; nothing is done a second time.
- No answer from Asterisk is an answer of its own: ``no_answer``, with what is seen then. Nothing is said again.
- Acts on one target, or on two that hang together (`ami_bridge.acts.touched`), wait for each other, until what the one
  before did is seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from ami_bridge.acts import asked
from ami_bridge.acts.deciding import NEEDS_CHANNELS, decide
from ami_bridge.acts.effects import is_seen, what_is_seen
from ami_bridge.acts.outcome import Answer, Steps, Told, result_of
from ami_bridge.acts.sight import Sight
from ami_bridge.acts.touched import touched
from ami_bridge.domain.events import BroughtForward
from ami_bridge.messages import mask_name
from ami_bridge.protocol.errors import ActionFailed, ActionRefusedHere, AmiError, LinkDown
from ami_bridge.translate import channel_of
from store.act_rows import Act
from store.errors import StoreUnavailable
from store.queries.acts import answer, claim, interrupted, notes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from ami_bridge.acts.outcome import Code
    from ami_bridge.acts.own import OwnActs
    from ami_bridge.acts.spoken import Wish
    from ami_bridge.client import Reply
    from ami_bridge.domain.model import State
    from ami_bridge.messages import News
    from ami_bridge.protocol.actions import Fields
    from store.engine import Store

SEEN_WITHIN_S: Final = 3.0
"""How long the next act on a target waits for this one's effect."""
RINGS_WITHIN_S: Final = 10.0
"""How long a supervisor's telephone may take to ring: Asterisk takes the call on at once, and makes it later."""
LOOK_S: Final = 0.05
LOOK_AT_CHANNELS_S: Final = 0.3
MOST_REMEMBERED: Final = 1000
"""Answers kept in memory, too: hours of a busy floor."""
LONGEST_NOTE_DAYS: Final = 1
"""No note lasts longer (`asked.SendNote`)."""
OWN: Final = (asked.SendNote, asked.TakeNoteDown, asked.CloseNumber, asked.OpenNumber)

log = structlog.get_logger("bridge.acts")


class Switch(Protocol):
    """One Asterisk, watched: `ami_bridge.bridge.Bridge`."""

    @property
    def state(self) -> State:
        """What is known of it now."""

    @property
    def is_up(self) -> bool:
        """Whether it can be asked for anything."""

    async def ask(self, name: str, fields: Fields | None = None) -> Reply:
        """Have it do something.

        Raises:
            AmiError: it does not answer, or refuses.
        """

    def tell(self, event: BroughtForward) -> None:
        """Something of our own happened."""

    def show(self, news: News) -> None:
        """What boards show beside the switch."""


class Desk:
    """Does what supervisors ask for.

    Args:
        switch: The Asterisk.
        store: Where acts are kept.
        own: Notes and closed numbers.
        clock: The time, in UTC.
        may_listen: Whether the AMI user may start calls.
    """

    def __init__(
        self, switch: Switch, store: Store, own: OwnActs, clock: Callable[[], datetime], *, may_listen: bool = False
    ) -> None:
        self._switch = switch
        self._store = store
        self._own = own
        self._clock = clock
        self._may_listen = may_listen
        self._under_way: dict[str, asyncio.Task[Answer]] = {}
        """By key: what this process is at."""
        self._answers: OrderedDict[str, tuple[str, Answer]] = OrderedDict()
        """By key, with the act's digest: the latest, which stand even when they could not be written down."""
        self._began: dict[str, str] = {}
        """By the telephone that listens: who had it rung."""
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def open(self) -> None:
        """Take up what an earlier run left: notes, closed numbers, and acts of which nobody knows the answer.

        Raises:
            StoreUnavailable: the database does not serve.
            OSError: the closed numbers cannot be read.
        """
        now, node = self._clock(), self._switch.state.rules.node
        left = await interrupted(self._store, node, now)
        if left:
            log.warning("acts.interrupted", acts=left)
        self._own.take_up(await notes(self._store, node, now - timedelta(days=LONGEST_NOTE_DAYS)), now)
        self._switch.show(self._own.news)

    async def run(self) -> None:
        """Notes whose time is over go from the boards; until cancelled."""
        while True:
            await asyncio.sleep(1.0)
            self._own.pass_time(self._clock())
            self._switch.show(self._own.news)

    async def close(self, grace_s: float = 2.0) -> None:
        """What is under way may come to its end; an act that does not is told as interrupted by the next run."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=grace_s)
        for task in self._under_way.values():
            task.cancel()

    async def ask(self, wish: Wish) -> Answer:
        """Do it, or tell what came of it before. Whoever asks may leave meanwhile: it is done all the same."""
        while (before := self._under_way.get(wish.key)) is not None:
            await asyncio.wait([before])
        task = asyncio.create_task(self._once(wish), name=f"act {wish.key}")
        self._under_way[wish.key] = task
        task.add_done_callback(lambda _: self._under_way.pop(wish.key, None))
        return await asyncio.shield(task)

    async def _once(self, wish: Wish) -> Answer:
        row = _row(wish, self._switch.state.rules.node, self._clock())
        remembered = self._answers.get(wish.key)
        if remembered is not None and remembered[0] == row.digest:
            return replace(remembered[1], repeated=True)
        async with self._alone(wish.act):  # first: on one target, who came first is first
            try:
                before = await claim(self._store, row)
            except StoreUnavailable as away:
                return Answer(key=wish.key, code="not_kept", words=f"nothing was done, for it cannot be kept: {away}")
            if before is not None:
                return self._before(wish, row, before)
            try:
                told, seen = await self._done(wish)
            except Exception:  # a fault of ours is told like everything else, and nothing is done twice for it
                log.exception("act.failed", act=row.act, target=row.target)
                told, seen = Told("interrupted", "the service failed; whether it was done is not known"), ""
        told, seen = (
            replace(told, words=mask_name(told.words)),
            mask_name(seen),
        )  # of reasons, and agents who are numbers
        log.info("act", who=row.who, act=row.act, target=row.target, code=told.code)
        found = Answer(key=wish.key, code=told.code, words=told.words, seen=seen)
        self._answers[wish.key] = (row.digest, found)
        if len(self._answers) > MOST_REMEMBERED:
            self._answers.popitem(last=False)
        await self._keep(wish.key, told, seen)
        return found

    def _before(self, wish: Wish, row: Act, before: Act) -> Answer:
        if before.digest != row.digest:
            return Answer(
                key=wish.key, code="key_reused", words="this key was used for another act, or by somebody else"
            )
        code, words = before.code or "interrupted", before.words or "its answer is not known yet"
        return Answer(key=wish.key, code=_code(code), words=words, seen=before.seen or "", repeated=True)

    async def _keep(self, key: str, told: Told, seen: str) -> None:
        try:
            await answer(self._store, key, at=self._clock(), code=told.code, words=told.words, seen=seen)
        except StoreUnavailable as away:  # the next run tells it as interrupted, which is what the audit then knows
            log.error("act.answer_not_kept", key=key, code=told.code, reason=str(away))

    async def _done(self, wish: Wish) -> tuple[Told, str]:
        act = wish.act
        if isinstance(act, OWN):
            told = self._own.do(wish, act, self._clock())
            self._switch.show(self._own.news)
            return told, ""
        if not self._switch.is_up:
            return Told("not_seen", "the switch is not connected; nothing was done"), ""
        try:
            decision = decide(act, wish.asker, await self._sight(act))
        except AmiError as wrong:
            return Told("not_seen", f"the switch does not tell its channels ({wrong}); nothing was done"), ""
        if isinstance(decision, Told):
            if result_of(decision.code) == "refused":  # not by a word more than why
                return decision, ""
            return decision, what_is_seen(act, wish.asker, await self._sight_if_known(act))
        if isinstance(act, asked.Listen) and decision.actions[0].action == "Originate":
            self._began[act.phone] = wish.asker.name  # before it is said: it may ring though no answer comes
        told = await self._say(decision)
        if told.code == "done":
            if decision.priority is not None and isinstance(act, asked.PromoteCaller):
                self._switch.tell(BroughtForward(at=self._clock(), visit_id=act.visit, priority=decision.priority))
            told = await self._settled(wish, told)
        return told, what_is_seen(act, wish.asker, await self._sight_if_known(act))

    async def _say(self, steps: Steps) -> Told:
        """Say the actions, in order; the first that fails is the last, and tells which were done."""
        for number, step in enumerate(steps.actions):
            before = f" ({number} of {len(steps.actions)} steps were done before)" if number else ""
            try:
                await self._switch.ask(step.action, step.fields)
            except ActionFailed as refused:
                return Told("asterisk_refused", f"Asterisk refused {step.action}: {refused.message}{before}")
            except ActionRefusedHere as wrong:
                return Told("asterisk_refused", f"{step.action} cannot be said: {wrong}{before}")
            except LinkDown as gone:
                words = f"whether {step.action} was done is not known: {gone}; it is not said again{before}"
                return Told("no_answer", words)
            except AmiError as late:
                return Told("no_answer", f"whether it was done is not known: {late}; it is not said again{before}")
        return Told("done", steps.words)

    async def _settled(self, wish: Wish, told: Told) -> Told:
        """The same once the effect is seen, or has not been for a while; a telephone that does not ring is told."""
        listens = isinstance(wish.act, asked.Listen)
        loop = asyncio.get_running_loop()
        until = loop.time() + (RINGS_WITHIN_S if listens else SEEN_WITHIN_S)
        while loop.time() < until:
            sight = await self._sight_if_known(wish.act) if listens else self._now()
            if is_seen(wish.act, wish.asker, sight):
                return told
            await asyncio.sleep(LOOK_AT_CHANNELS_S if listens else LOOK_S)
        if isinstance(wish.act, asked.Listen):
            words = (
                f"the telephone {wish.act.phone} was not seen to ring within {RINGS_WITHIN_S:g} s; is it registered?"
            )
            return Told("phone_away", words)
        return told

    def _now(self) -> Sight:
        return Sight(self._switch.state, self._clock(), may_listen=self._may_listen, began=self._began)

    async def _sight(self, act: asked.Act) -> Sight:
        if not isinstance(act, NEEDS_CHANNELS):
            return self._now()
        rows = (await self._switch.ask("CoreShowChannels")).rows
        now = self._clock()
        return replace(self._now(), now=now, channels=tuple(channel_of(row, now) for row in rows))

    async def _sight_if_known(self, act: asked.Act) -> Sight:
        try:
            return await self._sight(act) if isinstance(act, asked.Listen) else self._now()
        except AmiError:
            return self._now()

    @contextlib.asynccontextmanager
    async def _alone(self, act: asked.Act) -> AsyncIterator[None]:
        """Alone with all that the act is about, also where that has become more while others had it."""
        while True:
            about = touched(act, self._switch.state)
            async with contextlib.AsyncExitStack() as held:
                for one in sorted(about):  # everybody in this order: no two wait for each other
                    await held.enter_async_context(self._locked(one))
                if touched(act, self._switch.state) <= about:
                    yield
                    return

    @contextlib.asynccontextmanager
    async def _locked(self, target: str) -> AsyncIterator[None]:
        lock, waiting = self._locks.get(target, (asyncio.Lock(), 0))
        self._locks[target] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[target]
            if waiting == 1:
                del self._locks[target]
            else:
                self._locks[target] = (lock, waiting - 1)


def _row(wish: Wish, node: str, now: datetime) -> Act:
    said = asked.written(wish.act)
    masked = {name: mask_name(told) if name in {"text", "reason"} else told for name, told in said.items()}  # type: ignore[arg-type]  # these two are texts
    whose = json.dumps([wish.asker.name, asked.fingerprint(wish.act)], ensure_ascii=False)
    return Act(
        id=wish.key,
        node=node,
        who=wish.asker.name,
        role=wish.asker.role,
        asked_at=now,
        act=str(said["act"]),
        target=asked.target_of(wish.act),
        arguments=json.dumps(masked, ensure_ascii=False),
        digest=hashlib.sha256(whose.encode()).hexdigest(),
    )


def _code(text: str) -> Code:
    return text  # type: ignore[return-value]  # written by `_keep`; an older or newer run's codes are passed on
