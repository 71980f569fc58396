"""What callers went through, as rows: one journey per call over all its segments, one line per step.

Everything a row says is in the cursor and the trace, so nothing is kept here between two calls or two segments, and
another process may go on with the journey. Writing a row again with the same key replaces it (`store.rows`).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from store.rows import Journey, JourneyStep, journey_id

if TYPE_CHECKING:
    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import Trace
    from ivr.engine.inputs import CallFacts
    from store.rows import Row

VIP = "vip"
"""The variable of the outermost flow that says, when it is true, that the caller is a VIP."""


class RowSink(Protocol):
    """Takes rows without waiting: `store.writer.Writer`."""

    def put(self, row: Row) -> None:
        """Have it written, soon."""


class JourneyLog:
    """Writes journeys down.

    Args:
        sink: Where rows go.
        node: The Asterisk the calls are on.
    """

    def __init__(self, sink: RowSink, node: str) -> None:
        self._sink = sink
        self._node = node

    def begin(self, facts: CallFacts, cursor: Cursor, now: datetime) -> None:
        """A call has begun."""
        self._put_journey(facts, cursor, began=now)

    def step(self, cursor: Cursor, trace: Trace, now: datetime) -> None:
        """A step was left. The journey goes on, also where it seemed to have ended in a queue."""
        self._sink.put(
            JourneyStep(
                journey_id=journey_id(self._node, cursor.facts.uniqueid),
                ordinal=trace.ordinal,
                node=self._node,
                segment=trace.segment,
                flow=trace.flow,
                step=trace.step,
                verb=trace.verb,
                outcome=trace.outcome,
                at=now - timedelta(milliseconds=trace.took_ms),
                to_step=trace.to,
                took_ms=trace.took_ms,
                detail=json.dumps(dict(trace.detail), ensure_ascii=False, sort_keys=True),
            )
        )
        self._put_journey(cursor.facts, cursor, began=_began(cursor, now))

    def end(self, cursor: Cursor, outcome: str, now: datetime) -> None:
        """A segment has ended, in the words of `outcome`.

        A caller who waits or talks outside (`queued`, `dialled`, `transferred`) may never come back to the flow; so the
        journey ends here until the next step says otherwise. What happened in the queue is in the call's visits.
        """
        self._put_journey(cursor.facts, cursor, began=_began(cursor, now), ended=now, outcome=outcome)

    def _put_journey(
        self,
        facts: CallFacts,
        cursor: Cursor,
        *,
        began: datetime,
        ended: datetime | None = None,
        outcome: str | None = None,
    ) -> None:
        outermost = cursor.stack[0]
        self._sink.put(
            Journey(
                id=journey_id(self._node, facts.uniqueid),
                node=self._node,
                call_id=facts.linkedid,
                channel_id=facts.uniqueid,
                number=facts.number,
                flow=outermost.flow,
                flow_version=cursor.version,
                started_at=began,
                caller=facts.caller,
                language=cursor.language,
                vip=bool(outermost.variables.get(VIP)),
                ended_at=ended,
                outcome=outcome,
                last_step=cursor.place,
            )
        )


def _began(cursor: Cursor, now: datetime) -> datetime:
    return datetime.fromtimestamp(cursor.began_ms / 1000, UTC) if cursor.began_ms else now
