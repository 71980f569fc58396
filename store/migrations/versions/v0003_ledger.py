"""The ledger's proof: what is known, where the log's readers are, what rows came from; `incompatible` has a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, let a channel's visits be found, and rename an outcome."""
    op.create_table(
        "knowledge",
        sa.Column("node", Words(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("checked_until", Instant(), nullable=True),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("unexplained", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_knowledge"),
    )
    op.create_table(
        "log_places",
        sa.Column("node", Words(), nullable=False),
        sa.Column("log", Words(), nullable=False),
        sa.Column("file", Words(), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("line_bytes", sa.Integer(), nullable=False),
        sa.Column("line_digest", Words(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("line_at", Instant(), nullable=True),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("node", "log", name="pk_log_places"),
    )
    op.create_table(
        "evidence_lines",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_lines"),
    )
    op.create_index("ix_evidence_lines_node_channel_id", "evidence_lines", ["node", "channel_id"])
    op.create_index("ix_evidence_lines_at", "evidence_lines", ["at"])
    op.create_index("ix_visits_node_channel_id", "visits", ["node", "channel_id"])
    op.execute(
        "UPDATE visits SET outcome = 'incompatible' WHERE outcome = 'failed' AND evidence LIKE 'queue_log: SYSCOMPAT%'"
    )


def downgrade() -> None:
    """Take all of it back."""
    op.execute("UPDATE visits SET outcome = 'failed' WHERE outcome = 'incompatible'")
    op.drop_index("ix_visits_node_channel_id", "visits")
    for name in ("evidence_lines", "log_places", "knowledge"):
        op.drop_table(name)
