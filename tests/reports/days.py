"""A day of a made-up hotline, the same for the same seed: visits, ringing and states that belong together."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store.records import Callback
from store.rows import OUTCOMES, AgentInterval, RingAttempt, Visit, interval_id, visit_id

if TYPE_CHECKING:
    from store.rows import AgentState, Outcome, RingResult, Row

QUEUES = ("sales", "vip", "服务")
ENDS: tuple[Outcome | None, ...] = (*OUTCOMES, *("answered",) * 20, *("abandoned",) * 6, None)
AGENTS = ("1001", "1002", "1003", "1004")


def a_day(begin: datetime, count: int, seed: int, *, hours: int = 24) -> list[Row]:
    """So many visits and what belongs to them, from `begin` on."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        entered = begin + timedelta(seconds=round(chance.uniform(0, hours * 3600), 3))
        outcome = chance.choice(ENDS)
        wait = None if outcome is None else round(chance.expovariate(1 / 15), 3)
        talk = round(chance.expovariate(1 / 200), 3) if outcome == "answered" and chance.random() < 0.97 else None
        answered = entered + timedelta(seconds=wait or 0) if outcome == "answered" else None
        agent = chance.choice(AGENTS) if outcome == "answered" else None
        visit = Visit(
            id=visit_id("t-1", f"{number}.1", 1),
            node="t-1",
            call_id=f"{number}.1" if chance.random() < 0.9 else f"{max(number - 1, 0)}.1",
            channel_id=f"{number}.1",
            ordinal=1,
            queue=chance.choice(QUEUES),
            entered_at=entered,
            caller=chance.choice(["", f"1380000{chance.randrange(count):04}"]) if number % 5 else "13800138000",
            answered_at=answered,
            ended_at=None
            if outcome is None or (outcome == "answered" and talk is None)
            else entered + timedelta(seconds=(wait or 0) + (talk or 0)),
            agent=agent,
            agent_name=agent and f"Agent {agent}",
            wait_s=wait,
            talk_s=talk,
            hold_s=chance.choice([None, 2.5]) if talk is not None else None,
            wrap_up_s=chance.choice([None, 7.5]) if talk is not None else None,
            transfer=chance.choice([None, None, "blind", "attended"]) if talk is not None else None,
            outcome=outcome,
        )
        rows.append(visit)
        if agent is not None:
            rows.append(_ring(visit, 1, agent, "answered"))
        for attempt in range(2, chance.choice([2, 2, 3, 4])):
            result: RingResult | None = chance.choice(["no_answer", "busy", "cancelled", "refused", None])
            rows.append(_ring(visit, attempt, chance.choice(AGENTS), result))
        if outcome == "abandoned" and chance.random() < 0.2 and visit.caller:
            rows.append(_wish(visit))
    return [*rows, *_states(begin, hours, chance)]


def _ring(visit: Visit, ordinal: int, agent: str, result: RingResult | None) -> RingAttempt:
    return RingAttempt(
        visit_id=visit.id,
        ordinal=ordinal,
        node="t-1",
        agent=agent,
        interface=f"PJSIP/{agent}",
        started_at=visit.entered_at + timedelta(seconds=1),
        result=result,
    )


def _wish(visit: Visit) -> Callback:
    return Callback(
        id=f"{visit.id}/back",
        node="t-1",
        call_id=visit.call_id,
        channel_id=visit.channel_id,
        queue=visit.queue,
        number_to_call=visit.caller,
        asked_at=visit.entered_at + timedelta(seconds=5),
        entered_at=visit.entered_at,
        flow="main",
        flow_version="v",
        step="wait",
        caller=visit.caller,
    )


def _states(begin: datetime, hours: int, chance: random.Random) -> list[AgentInterval]:
    states: tuple[AgentState, ...] = (
        "available",
        "ringing",
        "on_queue_call",
        "on_hold",
        "wrap_up",
        "paused",
        "on_other_call",
        "unreachable",
    )
    rows: list[AgentInterval] = []
    for agent in AGENTS:
        at = begin - timedelta(hours=1)
        while at < begin + timedelta(hours=hours):
            until = at + timedelta(seconds=round(chance.expovariate(1 / 300), 3) + 0.5)
            rows.append(
                AgentInterval(
                    id=interval_id("t-1", agent, at),
                    node="t-1",
                    agent=agent,
                    state=chance.choice(states),
                    started_at=at,
                    ended_at=until,
                )
            )
            at = until
    return rows
