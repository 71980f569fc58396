"""The tables of `store.agent_rows`; `store.schema` has them among all others."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table

from store.columns import Instant, Words


def agent_tables(metadata: MetaData) -> tuple[Table, Table]:
    """The tables of stretches in queues and of gaps."""
    stretches = Table(
        "membership_intervals",
        metadata,
        Column("id", Words, primary_key=True),
        Column("node", Words, nullable=False),
        Column("agent", Words, nullable=False),
        Column("queue", Words, nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("penalty", Integer, nullable=True),
        Column("paused", Boolean, nullable=False),
        Column("reason", Words, nullable=True),
        Column("paused_by", Words, nullable=True),
        Column("added_by", Words, nullable=True),
        Column("skills", Words, nullable=False),
        Column("ended_at", Instant, nullable=True),
        Column("evidence", Words, nullable=False),
        Index(None, "agent", "started_at"),
        Index(None, "started_at"),
        Index(None, "ended_at"),
    )
    gaps = Table(
        "gaps",
        metadata,
        Column("node", Words, primary_key=True),
        Column("since", Instant, primary_key=True),
        Column("until", Instant, nullable=True),
        Column("cause", Words, nullable=False),
        Column("settled", Boolean, nullable=False),
    )
    return stretches, gaps
