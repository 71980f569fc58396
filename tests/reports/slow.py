"""The figures of a day, worked out again: slowly, one number after another, by code that shares nothing with ours.

It reads the rows a test wrote and nothing else: no definition, no tally, no interval of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from store.rows import AgentInterval, RingAttempt, Visit

Figures = dict[str, float | None]


def queue_figures(visits: list[Visit], threshold: float, short: float) -> Figures:
    """The default figures of a report of queues, and some variants."""
    ended = answered = in_time = gave_up = quick = gave_up_in_time = known = finished = 0
    flowed = as_abandoned = as_abandoned_in_time = moved = 0
    waited = talked = worked = 0.0
    longest: float | None = None
    for visit in visits:
        if visit.outcome is None:
            continue
        ended += 1
        wait = visit.wait_s
        if wait is not None and (longest is None or wait > longest):
            longest = wait
        soon = wait is not None and wait <= threshold
        if visit.outcome == "answered":
            answered += 1
            in_time += soon
            if wait is not None:
                known += 1
                waited += wait
            if visit.talk_s is not None:
                finished += 1
                talked += visit.talk_s
                worked += visit.wrap_up_s or 0
                moved += visit.transfer is not None
        if visit.outcome == "abandoned":
            gave_up += 1
            gave_up_in_time += soon
            quick += wait is not None and wait < short
        if visit.outcome in {"timed_out", "left_by_key", "leave_empty", "withdrawn"}:
            flowed += 1
        if visit.outcome in {"abandoned", "timed_out", "leave_empty", "withdrawn", "incompatible"}:
            as_abandoned += 1
            as_abandoned_in_time += soon
    return {
        "entered": len(visits),
        "answered": answered,
        "abandoned": gave_up,
        "sl_negative": _divided(in_time, ended - quick),
        "sl_asterisk": _divided(in_time, answered),
        "sl_asterisk2": _divided(in_time + gave_up_in_time, answered + gave_up),
        "sl_asterisk2_counters": _divided(in_time + as_abandoned_in_time, answered + as_abandoned),
        "sl_positive": _divided(in_time + gave_up_in_time, ended),
        "sl_genesys_flow_outs_no_short": _divided(in_time, answered + gave_up + flowed - quick),
        "connection_rate": _divided(answered, ended - quick),
        "abandonment": _divided(gave_up - quick, ended - quick),
        "asa_s": _divided(waited, known),
        "longest_wait_s": longest,
        "talk_s": _divided(talked, finished),
        "aht_s": _divided(talked + worked, finished),
        "transfer_rate": _divided(moved, finished),
    }


def caller_figures(visits: list[Visit], queue: str, since: datetime, until: datetime, now: datetime) -> Figures:
    """Who came back, looked for by comparing every call with every other."""
    calls: dict[tuple[str, str], list[Visit]] = {}
    for visit in visits:
        if visit.caller:
            calls.setdefault((visit.caller, visit.call_id), []).append(visit)
    starts = {
        key: (min(v.entered_at for v in stays), any(v.outcome == "answered" for v in stays))
        for key, stays in calls.items()
    }
    week = 7 * 86_400
    known = again = judged = resolved = 0
    for key, (start, answered) in starts.items():
        first = min(calls[key], key=lambda visit: (visit.entered_at, visit.queue))
        if first.queue != queue or not since <= start < until:
            continue
        others = [
            (other - start).total_seconds()
            for (caller, call), (other, _) in starts.items()
            if caller == key[0] and call != key[1]
        ]
        known += 1
        again += any(-week <= apart < 0 for apart in others)
        if answered and (now - start).total_seconds() >= week:
            judged += 1
            resolved += not any(0 <= apart <= week for apart in others)
    return {"repeat_rate": _divided(again, known), "fcr": _divided(resolved, judged)}


def agent_figures(
    agent: str,
    visits: list[Visit],
    rings: list[RingAttempt],
    states: list[AgentInterval],
    span: tuple[datetime, datetime],
) -> Figures:
    """The default figures of a report of agents."""
    since, until = span
    mine = [v for v in visits if v.agent == agent and v.answered_at is not None and since <= v.answered_at < until]
    over = [v for v in mine if v.talk_s is not None]
    rung = [r for r in rings if r.agent == agent and since <= r.started_at < until and r.result is not None]
    missed = sum(r.result == "no_answer" for r in rung)
    spent: dict[str, float] = {}
    for one in states:
        if one.agent == agent and one.ended_at is not None:
            begin, end = max(one.started_at, since), min(one.ended_at, until)
            if end > begin:
                spent[one.state] = spent.get(one.state, 0.0) + (end - begin).total_seconds()
    busy = spent.get("on_queue_call", 0) + spent.get("on_hold", 0) + spent.get("wrap_up", 0)
    idle = spent.get("available", 0) + spent.get("ringing", 0)
    there = busy + idle + spent.get("on_other_call", 0) + spent.get("paused", 0)
    return {
        "handled": len(over),
        "talk_s": _divided(sum(v.talk_s or 0 for v in over), len(over)),
        "aht_s": _divided(sum((v.talk_s or 0) + (v.wrap_up_s or 0) for v in over), len(over)),
        "rung": len(rung),
        "missed": missed,
        "missed_rate": _divided(missed, len(rung)),
        "occupancy": _divided(busy, busy + idle),
        "utilisation": _divided(spent.get("on_queue_call", 0) + spent.get("on_hold", 0), busy + idle),
        "paused_share": _divided(spent.get("paused", 0), there),
        "signed_in_s": there,
    }


def _divided(top: float, bottom: float) -> float | None:
    return top / bottom if bottom > 0 else None
