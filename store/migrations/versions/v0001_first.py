"""The first schema: visits, rings, agents, memberships, journeys, choices, voicemails, the bridge's knowledge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    _agent_intervals()
    _bridge_state()
    _journey_steps()
    _journeys()
    _memberships()
    _remembered()
    _ring_attempts()
    _visits()
    _voicemails()


def downgrade() -> None:
    """Drop every table."""
    for name in (
        "agent_intervals",
        "bridge_state",
        "journey_steps",
        "journeys",
        "memberships",
        "remembered",
        "ring_attempts",
        "visits",
        "voicemails",
    ):
        op.drop_table(name)


def _agent_intervals() -> None:
    op.create_table(
        "agent_intervals",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("agent", Words(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("reason", Words(), nullable=True),
        sa.Column("queue", Words(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agent_intervals"),
    )
    op.create_index("ix_agent_intervals_agent_started_at", "agent_intervals", ["agent", "started_at"])
    op.create_index("ix_agent_intervals_ended_at", "agent_intervals", ["ended_at"])
    op.create_index("ix_agent_intervals_started_at", "agent_intervals", ["started_at"])


def _bridge_state() -> None:
    op.create_table(
        "bridge_state",
        sa.Column("node", Words(), nullable=False),
        sa.Column("known_since", Instant(), nullable=True),
        sa.Column("blind_since", Instant(), nullable=True),
        sa.Column("last_event_at", Instant(), nullable=True),
        sa.Column("switch_started_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("node", name="pk_bridge_state"),
    )


def _journey_steps() -> None:
    op.create_table(
        "journey_steps",
        sa.Column("journey_id", Words(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("flow", Words(), nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("verb", Words(), nullable=False),
        sa.Column("outcome", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("to_step", Words(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("detail", Words(), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "ordinal", name="pk_journey_steps"),
    )


def _journeys() -> None:
    op.create_table(
        "journeys",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("call_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("number", Words(), nullable=False),
        sa.Column("flow", Words(), nullable=False),
        sa.Column("flow_version", Words(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("caller", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("outcome", Words(), nullable=True),
        sa.Column("last_step", Words(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_journeys"),
    )
    op.create_index("ix_journeys_call_id", "journeys", ["call_id"])
    op.create_index("ix_journeys_started_at_id", "journeys", ["started_at", "id"])


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("node", Words(), nullable=False),
        sa.Column("agent", Words(), nullable=False),
        sa.Column("queue", Words(), nullable=False),
        sa.Column("penalty", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("left_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("node", "agent", "queue", name="pk_memberships"),
    )


def _remembered() -> None:
    op.create_table(
        "remembered",
        sa.Column("caller_key", Words(), nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("caller_key", "step", name="pk_remembered"),
    )


def _ring_attempts() -> None:
    op.create_table(
        "ring_attempts",
        sa.Column("visit_id", Words(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("agent", Words(), nullable=False),
        sa.Column("interface", Words(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("result", Words(), nullable=True),
        sa.PrimaryKeyConstraint("visit_id", "ordinal", name="pk_ring_attempts"),
    )
    op.create_index("ix_ring_attempts_agent_started_at", "ring_attempts", ["agent", "started_at"])
    op.create_index("ix_ring_attempts_started_at", "ring_attempts", ["started_at"])


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("call_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("queue", Words(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("caller", Words(), nullable=False),
        sa.Column("caller_name", Words(), nullable=False),
        sa.Column("number", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.Column("flow", Words(), nullable=False),
        sa.Column("flow_version", Words(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("agent", Words(), nullable=True),
        sa.Column("agent_name", Words(), nullable=True),
        sa.Column("interface", Words(), nullable=True),
        sa.Column("wait_s", sa.Double(), nullable=True),
        sa.Column("talk_s", sa.Double(), nullable=True),
        sa.Column("hold_s", sa.Double(), nullable=True),
        sa.Column("wrap_up_s", sa.Double(), nullable=True),
        sa.Column("rings", sa.Integer(), nullable=False),
        sa.Column("outcome", Words(), nullable=True),
        sa.Column("ended_by", Words(), nullable=True),
        sa.Column("next_visit_id", Words(), nullable=True),
        sa.Column("evidence", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_agent_entered_at", "visits", ["agent", "entered_at"])
    op.create_index("ix_visits_call_id", "visits", ["call_id"])
    op.create_index("ix_visits_entered_at_id", "visits", ["entered_at", "id"])
    op.create_index("ix_visits_node_ended_at", "visits", ["node", "ended_at"])
    op.create_index("ix_visits_queue_entered_at_id", "visits", ["queue", "entered_at", "id"])


def _voicemails() -> None:
    op.create_table(
        "voicemails",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("call_id", Words(), nullable=False),
        sa.Column("box", Words(), nullable=False),
        sa.Column("path", Words(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("caller", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_voicemails"),
    )
    op.create_index("ix_voicemails_box_recorded_at", "voicemails", ["box", "recorded_at"])
    op.create_index("ix_voicemails_call_id", "voicemails", ["call_id"])
