"""How a visit's talk was handed on, and where to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.columns import Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two more columns; of older visits it is not known (`hotline ledger import` tells it from queue_log)."""
    op.add_column("visits", sa.Column("transfer", Words(), nullable=True))
    op.add_column("visits", sa.Column("transferred_to", Words(), nullable=True))


def downgrade() -> None:
    """Take them back."""
    op.drop_column("visits", "transferred_to")
    op.drop_column("visits", "transfer")
