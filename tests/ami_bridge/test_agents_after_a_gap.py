"""Agents after a gap: what they did is as if there had been none, as far as queue_log knows; the rest is unknown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.domain import events as ev
from ami_bridge.domain.ledger import MEMBER_VERBS
from ami_bridge.domain.model import empty_state
from ami_bridge.past import Past, restore
from ami_bridge.queue_log.agents import places_of
from ami_bridge.queue_log.history import visits_of
from ami_bridge.reconcile.comparing_agents import (
    AgentDifference,
    Window,
    differing_doings,
    differing_places,
    heard_in_log,
)
from ami_bridge.reconcile.filling import WHAT_THE_LOG_TELLS, Facts, facts_by_agent, refilled
from store import rows
from tests.ami_bridge.acting import AGENTS, QUEUES, STAFFED, Act, World
from tests.ami_bridge.replaying import T0, Replay, fresh
from tests.ami_bridge.test_reconcile import Book, who

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = (
    "add add add remove pause pause unpause penalty other_call sign_off_phone call call ring ring answer answer miss "
    "hold end end"
)
KINDS = WORDS.split()
ACTS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.floats(7.0, 40.0),
        st.sampled_from(AGENTS),
        st.sampled_from(QUEUES),
        st.integers(0, 11),
    ),
    min_size=8,
    max_size=60,
)
LAG = timedelta(seconds=1.2)
BEGIN = T0 + timedelta(seconds=2)


def played(acts: Iterable[tuple[str, float, str, str, int]]) -> list[Act]:
    world = World()
    for kind, after_s, agent, queue, number in acts:
        world.act(kind, after_s, agent, queue, number)
    for agent in AGENTS:  # what goes on at the end, the log has no word on yet
        world.act("end", 10.0, agent, "normal", 0)
    return world.acts


def first_shot() -> ev.SnapshotTaken:
    return ev.SnapshotTaken(at=BEGIN, queues=QUEUES, members=(), waiting=(), channels=())


def told(replay: Replay, acts: Iterable[Act], log: list[ev.LedgerLine], *, deaf: bool = False) -> None:
    """The bridge hears these acts, and the log a moment later."""
    for act in acts:
        for event in [] if deaf else act.heard:
            replay.take(event)
        for line in act.logged:
            replay.take(line, act.at + LAG)
            log.append(line)
        replay.tick(act.at + timedelta(seconds=5))


@dataclass(slots=True)
class Ledger:
    """What stands in the tables afterwards."""

    intervals: dict[str, rows.AgentInterval]
    places: dict[str, rows.MembershipInterval]
    visits: dict[str, rows.Visit]
    attempts: dict[tuple[str, int], rows.RingAttempt]
    gaps: dict[datetime, rows.Gap] = field(default_factory=dict)

    @classmethod
    def of(cls, *replays: Replay) -> Ledger:
        """What one bridge after another wrote."""
        whole = cls({}, {}, {}, {})
        for one in replays:
            whole.intervals |= one.intervals
            whole.places |= one.places
            whole.visits |= one.visits
            whole.attempts |= one.attempts
            whole.gaps |= one.gaps
        return whole

    def repaired(self, log: list[ev.LedgerLine]) -> int:
        """Visits from the log, then the gaps from the visits; how much was changed."""
        book = Book(self.visits, self.attempts)
        changed = len(book.repaired(log).rows)
        rings = [(ring, self.visits[ring.visit_id].queue) for ring in self.attempts.values()]
        for gap in self.gaps.values():
            assert gap.until is not None
            known = facts_by_agent(self.visits.values(), rings, self.places.values())
            mine = sorted(self.intervals.values(), key=lambda one: (one.agent, one.started_at))
            touching = [one for one in mine if one.ended_at is None or one.ended_at >= gap.since]
            for agent, should in refilled("gz-1", gap.since, gap.until, known, touching).items():
                changed += 1
                for one in mine:
                    if one.agent == agent and gap.since <= one.started_at < gap.until:
                        del self.intervals[one.id]
                self.intervals |= {one.id: one for one in should}
        return changed

    def doing(self, agent: str, at: datetime) -> rows.AgentInterval | None:
        return next((one for one in self.intervals.values() if one.agent == agent and _covers(one, at)), None)

    def place(self, agent: str, queue: str, at: datetime) -> rows.MembershipInterval | None:
        mine = [one for one in self.places.values() if (one.agent, one.queue) == (agent, queue)]
        return next((one for one in mine if _covers(one, at)), None)

    def assert_without_hole_or_overlap(self) -> None:
        for agent in AGENTS:
            mine = sorted((i for i in self.intervals.values() if i.agent == agent), key=lambda i: i.started_at)
            for one, then in pairwise(mine):
                assert one.ended_at == then.started_at, (one, then)
                assert one.ended_at > one.started_at
            assert not mine or mine[-1].ended_at is None
            for queue in QUEUES:
                stays = [one for one in self.places.values() if (one.agent, one.queue) == (agent, queue)]
                for earlier, later in pairwise(sorted(stays, key=lambda one: one.started_at)):
                    assert earlier.ended_at is not None
                    assert earlier.started_at <= earlier.ended_at <= later.started_at


def _covers(one: rows.AgentInterval | rows.MembershipInterval, at: datetime) -> bool:
    return one.started_at <= at and (one.ended_at is None or at < one.ended_at)


def went_blind(replay: Replay, acts: list[Act], since: datetime, log: list[ev.LedgerLine]) -> Replay:
    """AMI is gone while the bridge lives, and comes back: what the log tells is read before the snapshot."""
    replay.take(ev.LinkChanged(at=since, up=False))
    told(replay, acts, log, deaf=True)
    return replay


def was_killed(replay: Replay, acts: list[Act], since: datetime, log: list[ev.LedgerLine]) -> Replay:
    """No bridge runs; the next one reads the log of the time between first of all, as `Reconciler.catch_up` does."""
    missed = [line for act in acts for line in act.logged]
    book = Book(replay.visits, replay.attempts)
    book.repaired(log + missed)
    log.extend(missed)
    began = acts[-1].at + timedelta(seconds=3)
    past = Past(
        bridge=rows.BridgeState(node="gz-1", last_event_at=since, seen_until=since),
        open_visits=tuple(one for one in book.visits.values() if one.ended_at is None),
        recent=tuple(book.visits.values()),
        open_attempts=tuple(one for one in book.attempts.values() if one.ended_at is None),
        intervals=tuple(one for one in replay.intervals.values() if one.ended_at is None),
        members=tuple(one for one in replay.places.values() if one.ended_at is None),
    )
    reading = Replay(restore(empty_state(STAFFED, began), past, began))
    reading.take_all(line for line in missed if line.verb in MEMBER_VERBS)
    replay.places |= reading.places
    replay.intervals |= reading.intervals
    past = replace(
        past,
        intervals=tuple(one for one in replay.intervals.values() if one.ended_at is None),
        members=tuple(one for one in replay.places.values() if one.ended_at is None),
    )
    following = Replay(restore(empty_state(STAFFED, began), past, began))
    following.take(ev.LinkChanged(at=began, up=True))
    return following


def verified(ledger: Ledger, log: list[ev.LedgerLine], until: datetime) -> list[AgentDifference]:
    """What `hotline ledger verify` would find."""
    known: dict[str, Facts] = {}
    heard_in_log(visits_of(log), who, known)
    window = Window(BEGIN, until)
    differing: list[AgentDifference] = []
    for agent in AGENTS:
        mine = sorted((i for i in ledger.intervals.values() if i.agent == agent), key=lambda one: one.started_at)
        stays = [one for one in ledger.places.values() if one.agent == agent]
        if mine:
            seen = replace(window, since=mine[0].started_at)
            differing += differing_doings(agent, mine, stays, known.get(agent) or Facts(), seen)
        for queue in QUEUES:
            here = [one for one in stays if one.queue == queue]
            said = [one for one in places_of(log, who) if (one.agent, one.queue) == (agent, queue)]
            differing += differing_places((agent, queue), here, said, window)
    return differing


@settings(max_examples=300, deadline=None)
@given(ACTS, st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_what_agents_did_in_a_gap_is_as_the_log_knows_it_and_else_unknown(
    drawn: list[tuple[str, float, str, str, int]],
    one: float,
    other: float,
    killed: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    acts = played(drawn)
    begin = int(min(one, other) * (len(acts) - 1)) + 1
    end = min(len(acts) - 1, max(begin + 1, int(max(one, other) * len(acts))))
    if begin >= end:
        return
    since = acts[begin].at - timedelta(seconds=3.5)

    log: list[ev.LedgerLine] = []
    never = fresh(BEGIN, STAFFED).take(first_shot())
    told(never, acts, log)
    whole = Ledger.of(never)

    read: list[ev.LedgerLine] = []
    before = fresh(BEGIN, STAFFED).take(first_shot())
    told(before, acts[:begin], read)
    lost = was_killed if killed else went_blind
    after = lost(before, acts[begin:end], since, read)
    last = acts[end - 1]
    assert last.shot is not None
    until = last.at + timedelta(seconds=3.5)
    after.take(replace(last.shot, at=until))
    told(after, acts[end:], read)
    found = Ledger.of(before, after)
    found.repaired(log)
    found.assert_without_hole_or_overlap()
    assert found.repaired(log) == 0, "the same a second time changes nothing"

    assert verified(whole, log, acts[-1].at) == []
    # of one whose phone rang when the snapshot was taken, and who was removed meanwhile, nobody can tell
    assert [one for one in verified(found, log, acts[-1].at) if not one.log.startswith("ringing")] == []

    for act, then in pairwise(acts):
        moment = act.at + (then.at - act.at) / 2
        for agent in AGENTS:
            real, ours = whole.doing(agent, moment), found.doing(agent, moment)
            if since <= moment < until:
                _as_the_log_knows(real, ours)
            else:
                _same_doing(real, ours, until)
            for queue in QUEUES:
                _same_place(whole.place(agent, queue, moment), found.place(agent, queue, moment))


def _same_doing(real: rows.AgentInterval | None, ours: rows.AgentInterval | None, until: datetime) -> None:
    """Outside the gap everything is as it was.

    But a hold that began in it is not noticed, nor for whom a phone rings that began to ring in it.
    """
    if real is None or ours is None:
        _never_heard_of(real, ours)
    elif not (real.state == "ringing" and real.started_at < until and ours.state in {"ringing", "signed_off"}):
        assert _told(real) == _told(ours), (real, ours)


def _as_the_log_knows(real: rows.AgentInterval | None, ours: rows.AgentInterval | None) -> None:
    if real is None or ours is None:
        _never_heard_of(real, ours)
    elif ours.state == "unknown":
        told = real.state in {"paused", "on_queue_call", "on_hold"} or (real.state == "ringing" and real.queue)
        assert not told, (real, ours)
    elif ours.state == "paused" and real.state in {"on_other_call", "signed_off"}:
        pass  # his phone was busy or signed off, which the log does not tell: the pause is true all the same
    else:
        assert _told(real) == _told(ours), (real, ours)
        assert not WHAT_THE_LOG_TELLS[ours.state].startswith("no"), ours


def _never_heard_of(real: rows.AgentInterval | None, ours: rows.AgentInterval | None) -> None:
    assert real is None or real.state == "signed_off", (real, ours)
    assert ours is None or ours.state in {"signed_off", "unknown"}, (real, ours)


def _told(one: rows.AgentInterval) -> tuple[str, str | None, str | None]:
    return "on_queue_call" if one.state == "on_hold" else one.state, one.reason, one.queue


def _same_place(real: rows.MembershipInterval | None, ours: rows.MembershipInterval | None) -> None:
    assert (real is None) == (ours is None), (real, ours)
    if real is not None and ours is not None:
        assert (real.paused, real.reason, real.added_by) == (ours.paused, ours.reason, ours.added_by), (real, ours)
        assert ours.penalty in {None, real.penalty}, (real, ours)
