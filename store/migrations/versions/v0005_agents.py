"""Agents' places in queues through time, the gaps nobody saw, and how far a bridge saw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and the column."""
    op.create_table(
        "membership_intervals",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("agent", Words(), nullable=False),
        sa.Column("queue", Words(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("penalty", sa.Integer(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("reason", Words(), nullable=True),
        sa.Column("paused_by", Words(), nullable=True),
        sa.Column("added_by", Words(), nullable=True),
        sa.Column("skills", Words(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("evidence", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_membership_intervals"),
    )
    op.create_index("ix_membership_intervals_agent_started_at", "membership_intervals", ["agent", "started_at"])
    op.create_index("ix_membership_intervals_started_at", "membership_intervals", ["started_at"])
    op.create_index("ix_membership_intervals_ended_at", "membership_intervals", ["ended_at"])
    op.create_table(
        "gaps",
        sa.Column("node", Words(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("cause", Words(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("node", "since", name="pk_gaps"),
    )
    op.add_column("bridge_state", sa.Column("seen_until", Instant(), nullable=True))


def downgrade() -> None:
    """Take all of it back."""
    op.drop_column("bridge_state", "seen_until")
    op.drop_table("gaps")
    op.drop_table("membership_intervals")
