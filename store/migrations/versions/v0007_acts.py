"""What supervisors did, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "acts",
        sa.Column("id", Words(), nullable=False),
        sa.Column("node", Words(), nullable=False),
        sa.Column("who", Words(), nullable=False),
        sa.Column("role", Words(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("act", Words(), nullable=False),
        sa.Column("target", Words(), nullable=False),
        sa.Column("arguments", Words(), nullable=False),
        sa.Column("digest", Words(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("code", Words(), nullable=True),
        sa.Column("words", Words(), nullable=True),
        sa.Column("seen", Words(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_acts"),
    )
    op.create_index("ix_acts_asked_at_id", "acts", ["asked_at", "id"])
    op.create_index("ix_acts_who_asked_at", "acts", ["who", "asked_at"])
    op.create_index("ix_acts_target_asked_at", "acts", ["target", "asked_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("acts")
