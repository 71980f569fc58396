"""A repair made afterwards corrects the day's counts on the board at once, and not only at the next start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ami_bridge.domain import events as ev
from ami_bridge.domain.model import empty_state
from ami_bridge.past import load_past, restore
from ami_bridge.queue_log.history import visits_of
from ami_bridge.views import agent_view, queue_view
from store.rows import AgentInterval, Visit, interval_id
from tests.ami_bridge.replaying import Replay
from tests.ami_bridge.test_keeping import STAFFED, reconciling
from tests.ami_bridge.test_queue_log_history import at, lines
from tests.ami_bridge.test_reconcile import ENTER, a_row

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from store.engine import Store

WRONG = a_row(position=1, outcome="abandoned", ended_at=at(5), wait_s=4.6, ended_by="caller")
TRUE = f"{ENTER} 4 c q PJSIP/1101 RINGNOANSWER 3000; 5 c q 客服1001 CONNECT 5 x 2; 30 c q 客服1001 COMPLETEAGENT 5 25 1"
SEEN = ev.MemberSeen(
    at=at(1),
    queue="q",
    interface="PJSIP/1001",
    member_name="客服1001",
    penalty=0,
    paused=False,
    pause_reason="",
    status=1,
    wrap_up_s=0.0,
    last_call=None,
)


def free(agent: str) -> AgentInterval:
    return AgentInterval(
        id=interval_id("gz-1", agent, at(0)), node="gz-1", agent=agent, state="available", started_at=at(0)
    )


async def begun(store: Store, now: datetime) -> Replay:
    """The state of a bridge that begins with what the store has."""
    past = await load_past(store, "gz-1", STAFFED.zone, now)
    replay = Replay(restore(empty_state(STAFFED, now), past, now))
    return replay.take(replace(SEEN, at=now)).take(replace(SEEN, at=now, interface="PJSIP/1101"))


def board(replay: Replay) -> tuple[int, int, int, int, float, tuple[int, float], int]:
    today = queue_view(replay.state, "q").today
    one, other = (agent_view(replay.state, replay.state.agents[agent]) for agent in ("1001", "1101"))
    counts = today.entered, today.answered, today.abandoned, today.handled, today.talk_sum_s
    return *counts, (one.answered, one.talk_sum_s), other.missed


async def test_the_boards_day_is_that_of_a_bridge_that_starts_after_the_repair(tmp_path: Path) -> None:
    async with reconciling(tmp_path, WRONG, *map(free, ("1001", "1101"))) as reconciler:
        running = await begun(reconciler.store, at(60))
        assert board(running) == (1, 0, 1, 0, 0.0, (0, 0.0), 0)
        assert await reconciler.keep(visits_of(lines(TRUE)))
        told = ev.Repaired(at=at(61), corrections=tuple(reconciler.corrections))
        running.take(told)
        assert board(running) == (1, 1, 0, 1, 25.0, (1, 25.0), 1)
        assert running.changes[-1].queues == frozenset({"q"})
        assert running.changes[-1].agents == frozenset({"1001", "1101"})
        assert board(running) == board(await begun(reconciler.store, at(62)))
        assert await reconciler.keep(visits_of(lines(TRUE)))
        assert len(reconciler.corrections) == 1, "a second comparison corrects nothing"


def test_a_visit_of_yesterday_moves_nothing_of_today() -> None:
    now = at(86_400)
    running = Replay(empty_state(STAFFED, now)).take(replace(SEEN, at=now))
    before, after = WRONG, replace(WRONG, outcome="answered", answered_at=at(5), agent="1001", talk_s=9.0)
    running.take(ev.Repaired(at=now, corrections=(ev.Correction(before=before, after=after, missed=(("1001", 1),)),)))
    one = agent_view(running.state, running.state.agents["1001"])
    assert (one.answered, one.missed, one.talk_sum_s, queue_view(running.state, "q").today.entered) == (0, 0, 0.0, 0)


def test_a_visit_that_changed_meanwhile_is_left_as_it_is() -> None:
    running = Replay(empty_state(STAFFED, at(0)))
    joined = ev.Joined(at=at(1), channel_id="c", call_id="c", queue="q", position=1)
    running.take(joined)
    (row,) = running.visits.values()
    assert isinstance(row, Visit)
    late = ev.Correction(before=replace(row, position=2), after=replace(row, outcome="abandoned", ended_at=at(5)))
    running.take(ev.Repaired(at=at(9), corrections=(late,)))
    today = queue_view(running.state, "q").today
    assert (today.entered, today.abandoned) == (1, 0)
