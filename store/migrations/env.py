"""Alembic's environment. No ini file: `store.migrate` hands it a connection that is already in a transaction."""

from __future__ import annotations

from alembic import context

from store.schema import METADATA

# SQLite cannot alter most things in place; `render_as_batch` makes later migrations copy the table there.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
