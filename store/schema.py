"""The tables, once for both engines. What each column means is said in `store.rows`, field by field.

There are no foreign keys between these tables, on purpose: rows come at least once, from processes that may die
between two of them. A step whose journey is late, or lost in a crash, is still evidence; a constraint would refuse it
and so turn lateness into loss. Joins are by `visit_id`, `journey_id` and `call_id`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, Table

from store import records, rows
from store.act_tables import act_table
from store.agent_tables import agent_tables
from store.columns import Instant, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

METADATA: Final = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)


def _key(name: str) -> Column[str]:
    return Column(name, Words, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Words, nullable=False)


def _maybe_text(name: str) -> Column[str | None]:
    return Column(name, Words, nullable=True)


def _at(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=False)


def _maybe_at(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=True)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=False, primary_key=key, autoincrement=False)


def _maybe_seconds(name: str) -> Column[float | None]:
    return Column(name, Double, nullable=True)


def _yes_no(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


VISITS: Final = Table(
    "visits",
    METADATA,
    _key("id"),
    _text("node"),
    _text("call_id"),
    _text("channel_id"),
    _whole("ordinal"),
    _text("queue"),
    _at("entered_at"),
    _text("caller"),
    _text("caller_name"),
    _text("number"),
    _text("language"),
    _yes_no("vip"),
    _text("flow"),
    _text("flow_version"),
    _whole("priority"),
    Column("position", Integer, nullable=True),
    _maybe_at("answered_at"),
    _maybe_at("ended_at"),
    _maybe_text("agent"),
    _maybe_text("agent_name"),
    _maybe_text("interface"),
    _maybe_seconds("wait_s"),
    _maybe_seconds("talk_s"),
    _maybe_seconds("hold_s"),
    _maybe_seconds("wrap_up_s"),
    _whole("rings"),
    _maybe_text("outcome"),
    _maybe_text("ended_by"),
    _maybe_text("next_visit_id"),
    _maybe_text("transfer"),
    _maybe_text("transferred_to"),
    _text("evidence"),
    Index(None, "entered_at", "id"),
    Index(None, "queue", "entered_at", "id"),
    Index(None, "agent", "entered_at"),
    Index(None, "call_id"),
    Index(None, "node", "ended_at"),
    Index(None, "node", "channel_id"),
)

RING_ATTEMPTS: Final = Table(
    "ring_attempts",
    METADATA,
    _key("visit_id"),
    _whole("ordinal", key=True),
    _text("node"),
    _text("agent"),
    _text("interface"),
    _at("started_at"),
    _maybe_at("ended_at"),
    _maybe_text("result"),
    Index(None, "agent", "started_at"),
    Index(None, "started_at"),
)

AGENT_INTERVALS: Final = Table(
    "agent_intervals",
    METADATA,
    _key("id"),
    _text("node"),
    _text("agent"),
    _text("state"),
    _at("started_at"),
    _maybe_text("reason"),
    _maybe_text("queue"),
    _maybe_at("ended_at"),
    Index(None, "agent", "started_at"),
    Index(None, "started_at"),
    Index(None, "ended_at"),
)

MEMBERSHIPS: Final = Table(
    "memberships",
    METADATA,
    _key("node"),
    _key("agent"),
    _key("queue"),
    _whole("penalty"),
    _yes_no("paused"),
    _at("since"),
    _maybe_at("left_at"),
)

JOURNEYS: Final = Table(
    "journeys",
    METADATA,
    _key("id"),
    _text("node"),
    _text("call_id"),
    _text("channel_id"),
    _text("number"),
    _text("flow"),
    _text("flow_version"),
    _at("started_at"),
    _text("caller"),
    _text("language"),
    _yes_no("vip"),
    _maybe_at("ended_at"),
    _maybe_text("outcome"),
    _maybe_text("last_step"),
    Index(None, "started_at", "id"),
    Index(None, "call_id"),
)

JOURNEY_STEPS: Final = Table(
    "journey_steps",
    METADATA,
    _key("journey_id"),
    _whole("ordinal", key=True),
    _text("node"),
    _whole("segment"),
    _text("flow"),
    _text("step"),
    _text("verb"),
    _text("outcome"),
    _at("at"),
    _maybe_text("to_step"),
    _whole("took_ms"),
    _text("detail"),
)

REMEMBERED: Final = Table(
    "remembered",
    METADATA,
    _key("caller_key"),
    _key("step"),
    _text("node"),
    _text("key"),
    _at("updated_at"),
)

VOICEMAILS: Final = Table(
    "voicemails",
    METADATA,
    _key("id"),
    _text("node"),
    _text("call_id"),
    _text("box"),
    _text("path"),
    _at("recorded_at"),
    Column("seconds", Double, nullable=False),
    _text("caller"),
    _text("language"),
    Index(None, "box", "recorded_at"),
    Index(None, "call_id"),
)

BRIDGE_STATE: Final = Table(
    "bridge_state",
    METADATA,
    _key("node"),
    _maybe_at("known_since"),
    _maybe_at("blind_since"),
    _maybe_at("last_event_at"),
    _maybe_at("switch_started_at"),
    _maybe_at("seen_until"),
)

SURVEYS: Final = Table(
    "surveys",
    METADATA,
    _key("id"),
    _text("node"),
    _text("call_id"),
    _text("channel_id"),
    _text("survey"),
    _at("asked_at"),
    _text("answers"),
    _text("flow"),
    _text("flow_version"),
    _text("step"),
    _text("caller"),
    _text("number"),
    _text("language"),
    _yes_no("vip"),
    _maybe_text("agent"),
    _maybe_text("visit_id"),
    Index(None, "asked_at", "id"),
    Index(None, "agent", "asked_at"),
    Index(None, "call_id"),
)

CALLBACKS: Final = Table(
    "callbacks",
    METADATA,
    _key("id"),
    _text("node"),
    _text("call_id"),
    _text("channel_id"),
    _text("queue"),
    _text("number_to_call"),
    _at("asked_at"),
    _at("entered_at"),
    _text("flow"),
    _text("flow_version"),
    _text("step"),
    _text("reason"),
    _maybe_at("not_before"),
    _maybe_at("not_after"),
    _text("caller"),
    _text("number"),
    _text("language"),
    _yes_no("vip"),
    Index(None, "asked_at", "id"),
    Index(None, "queue", "entered_at"),
    Index(None, "call_id"),
)

TICKETS: Final = Table(
    "tickets",
    METADATA,
    _key("id"),
    _text("node"),
    _text("call_id"),
    _text("channel_id"),
    _text("kind"),
    _text("colour"),
    _at("opened_at"),
    _text("fields"),
    _text("flow"),
    _text("flow_version"),
    _text("step"),
    _maybe_at("due_at"),
    _maybe_text("recording"),
    _text("caller"),
    _text("number"),
    _text("language"),
    _yes_no("vip"),
    Index(None, "opened_at", "id"),
    Index(None, "kind", "opened_at"),
    Index(None, "call_id"),
)

RECORDINGS: Final = Table(
    "recordings",
    METADATA,
    _key("id"),
    _text("node"),
    _text("call_id"),
    _text("channel_id"),
    _text("path"),
    _at("recorded_at"),
    Column("seconds", Double, nullable=False),
    _text("flow"),
    _text("flow_version"),
    _text("step"),
    _text("caller"),
    _text("language"),
    Index(None, "recorded_at", "id"),
    Index(None, "call_id"),
)

KNOWLEDGE: Final = Table(
    "knowledge",
    METADATA,
    _key("node"),
    _text("state"),
    _at("since"),
    _maybe_at("checked_until"),
    _whole("repaired"),
    _whole("unexplained"),
)

LOG_PLACES: Final = Table(
    "log_places",
    METADATA,
    _key("node"),
    _key("log"),
    _text("file"),
    Column("bytes_read", BigInteger, nullable=False),
    _whole("line_bytes"),
    _text("line_digest"),
    _at("updated_at"),
    _maybe_at("line_at"),
    Column("lines", BigInteger, nullable=False),
    _whole("set_aside"),
)

EVIDENCE_LINES: Final = Table(
    "evidence_lines",
    METADATA,
    _key("id"),
    _text("node"),
    _text("channel_id"),
    _at("at"),
    _text("source"),
    _text("text"),
    Index(None, "node", "channel_id"),
    Index(None, "at"),
)

MEMBERSHIP_INTERVALS, GAPS = agent_tables(METADATA)
WATCHERS: Final = Table(
    "watchers",
    METADATA,
    _key("node"),
    _key("bridge"),
    _text("host"),
    _whole("pid"),
    _at("since"),
    _at("seen_at"),
)

ACTS: Final = act_table(METADATA)

TABLE_OF: Final[Mapping[type[Any], Table]] = MappingProxyType(
    {
        rows.Visit: VISITS,
        rows.RingAttempt: RING_ATTEMPTS,
        rows.AgentInterval: AGENT_INTERVALS,
        rows.Membership: MEMBERSHIPS,
        rows.Journey: JOURNEYS,
        rows.JourneyStep: JOURNEY_STEPS,
        rows.Remembered: REMEMBERED,
        rows.Voicemail: VOICEMAILS,
        rows.BridgeState: BRIDGE_STATE,
        records.Survey: SURVEYS,
        records.Callback: CALLBACKS,
        records.Ticket: TICKETS,
        records.Recording: RECORDINGS,
        rows.Knowledge: KNOWLEDGE,
        rows.LogPlace: LOG_PLACES,
        rows.EvidenceLine: EVIDENCE_LINES,
        rows.MembershipInterval: MEMBERSHIP_INTERVALS,
        rows.Gap: GAPS,
        rows.Watcher: WATCHERS,
        rows.Act: ACTS,
    },
)
"""Which table keeps which rows (every member of `rows.Row`); column names are field names."""
