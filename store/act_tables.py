"""The table of `store.act_rows`; `store.schema` has it among all others."""

from __future__ import annotations

from sqlalchemy import Column, Index, MetaData, Table

from store.columns import Instant, Words


def act_table(metadata: MetaData) -> Table:
    """What supervisors did."""
    return Table(
        "acts",
        metadata,
        Column("id", Words, primary_key=True),
        Column("node", Words, nullable=False),
        Column("who", Words, nullable=False),
        Column("role", Words, nullable=False),
        Column("asked_at", Instant, nullable=False),
        Column("act", Words, nullable=False),
        Column("target", Words, nullable=False),
        Column("arguments", Words, nullable=False),
        Column("digest", Words, nullable=False),
        Column("answered_at", Instant, nullable=True),
        Column("code", Words, nullable=True),
        Column("words", Words, nullable=True),
        Column("seen", Words, nullable=True),
        Index(None, "asked_at", "id"),
        Index(None, "who", "asked_at"),
        Index(None, "target", "asked_at"),
    )
