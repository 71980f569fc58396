"""Questions to the database, each a function of the store. All raise `StoreUnavailable` when it does not serve.

Instants are aware and in UTC; a range holds its beginning and not its end, so that days and hours neither share nor
lose a visit. Visits and journeys belong to the range they *began* in, so the counts of a range always add up.
"""

from __future__ import annotations

from store.queries.agents import AgentTotals, agent_intervals, agent_totals, agents_now, memberships
from store.queries.bridge import bridge_state, bridge_states, open_ring_attempts, open_visits
from store.queries.journeys import (
    CallStory,
    JourneyStory,
    call,
    journey,
    journey_by_id,
    journeys,
    remembered,
    voicemails,
)
from store.queries.pages import BadCursorError, Page
from store.queries.records import callbacks, recording, recordings, surveys, tickets
from store.queries.totals import Limit, QueueTotals, queue_totals
from store.queries.visits import VisitStory, visit, visits

__all__ = [
    "AgentTotals",
    "BadCursorError",
    "CallStory",
    "JourneyStory",
    "Limit",
    "Page",
    "QueueTotals",
    "VisitStory",
    "agent_intervals",
    "agent_totals",
    "agents_now",
    "bridge_state",
    "bridge_states",
    "call",
    "callbacks",
    "journey",
    "journey_by_id",
    "journeys",
    "memberships",
    "open_ring_attempts",
    "open_visits",
    "queue_totals",
    "recording",
    "recordings",
    "remembered",
    "surveys",
    "tickets",
    "visit",
    "visits",
    "voicemails",
]
