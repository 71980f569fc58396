"""What callers told us and what was promised them: surveys, callbacks, tickets, recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _callbacks()
    _recordings()
    _surveys()
    _tickets()


def downgrade() -> None:
    """Drop the tables."""
    for name in ("callbacks", "recordings", "surveys", "tickets"):
        op.drop_table(name)


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("call_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("queue", Words(), nullable=False),
        sa.Column("number_to_call", Words(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("flow", Words(), nullable=False),
        sa.Column("flow_version", Words(), nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("not_after", Instant(), nullable=True),
        sa.Column("caller", Words(), nullable=False),
        sa.Column("number", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_asked_at_id", "callbacks", ["asked_at", "id"])
    op.create_index("ix_callbacks_call_id", "callbacks", ["call_id"])
    op.create_index("ix_callbacks_queue_entered_at", "callbacks", ["queue", "entered_at"])


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("call_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("path", Words(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("flow", Words(), nullable=False),
        sa.Column("flow_version", Words(), nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("caller", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
    )
    op.create_index("ix_recordings_call_id", "recordings", ["call_id"])
    op.create_index("ix_recordings_recorded_at_id", "recordings", ["recorded_at", "id"])


def _surveys() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("call_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("survey", Words(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answers", Words(), nullable=False),
        sa.Column("flow", Words(), nullable=False),
        sa.Column("flow_version", Words(), nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("caller", Words(), nullable=False),
        sa.Column("number", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.Column("agent", Words(), nullable=True),
        sa.Column("visit_id", Words(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
    )
    op.create_index("ix_surveys_agent_asked_at", "surveys", ["agent", "asked_at"])
    op.create_index("ix_surveys_asked_at_id", "surveys", ["asked_at", "id"])
    op.create_index("ix_surveys_call_id", "surveys", ["call_id"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("call_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("colour", Words(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("fields", Words(), nullable=False),
        sa.Column("flow", Words(), nullable=False),
        sa.Column("flow_version", Words(), nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("recording", Words(), nullable=True),
        sa.Column("caller", Words(), nullable=False),
        sa.Column("number", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index("ix_tickets_call_id", "tickets", ["call_id"])
    op.create_index("ix_tickets_kind_opened_at", "tickets", ["kind", "opened_at"])
    op.create_index("ix_tickets_opened_at_id", "tickets", ["opened_at", "id"])
