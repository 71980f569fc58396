"""On PostgreSQL the big tables by month, column by column as found; on both engines, who watches which node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words
from store.months import NO_MONTH, OF_KEY
from store.partitions import statements

if TYPE_CHECKING:
    from collections.abc import Mapping

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _month_of(key: str) -> str:
    second = f"to_timestamp(substring({key} from '{OF_KEY}')::bigint)"
    return f"coalesce(to_char({second} AT TIME ZONE 'UTC', 'YYYYMM')::integer, {NO_MONTH})"


MONTHS: Mapping[str, str] = {
    "ring_attempts": _month_of("visit_id"),
    "agent_intervals": _month_of("id"),
    "journey_steps": _month_of("journey_id"),
    "evidence_lines": "to_char(at AT TIME ZONE 'UTC', 'YYYYMM')::integer",
}
"""Each table, and the month of a row in it, as `store.months` tells it."""


def upgrade() -> None:
    """Divide each table, rows and all, and make this month's and the next one's partitions; make the new table."""
    op.create_table(
        "watchers",
        sa.Column("node", Words(), nullable=False),
        sa.Column("bridge", Words(), nullable=False),
        sa.Column("host", Words(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("node", "bridge", name="pk_watchers"),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, month in MONTHS.items():
        keys, indexes = _described(table)
        op.execute(f"ALTER TABLE {table} RENAME TO {table}_whole")
        columns = f"LIKE {table}_whole INCLUDING DEFAULTS, month integer NOT NULL"
        op.execute(f"CREATE TABLE {table} ({columns}) PARTITION BY LIST (month)")
        for number in _months(f"{table}_whole", month):
            for statement in statements(table, number):
                op.execute(statement)
        op.execute(f"INSERT INTO {table} SELECT *, {month} FROM {table}_whole")  # noqa: S608 - names of our own
        op.execute(f"DROP TABLE {table}_whole")
        _index(table, [*keys, "month"], indexes)


def downgrade() -> None:
    """Put each table together again, and drop the new one."""
    op.drop_table("watchers")
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in MONTHS:
        keys, indexes = _described(table)
        op.execute(f"ALTER TABLE {table} RENAME TO {table}_divided")
        op.execute(f"CREATE TABLE {table} (LIKE {table}_divided INCLUDING DEFAULTS)")
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_divided")  # noqa: S608 - names of our own
        op.execute(f"DROP TABLE {table}_divided")
        op.execute(f"ALTER TABLE {table} DROP COLUMN month")
        _index(table, [key for key in keys if key != "month"], indexes)


def _described(table: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """A table's key and indexes; each index by name."""
    found = sa.inspect(op.get_bind())
    keys = found.get_pk_constraint(table)["constrained_columns"]
    return keys, [
        (str(one["name"]), [str(column) for column in one["column_names"]]) for one in found.get_indexes(table)
    ]


def _months(table: str, month: str) -> list[int]:
    """The months its rows are of, this one, the next one, and that of rows without."""
    ahead = "SELECT to_char(now() AT TIME ZONE 'UTC' + step, 'YYYYMM')::integer FROM unnest(%s) AS step"
    steps = "ARRAY['0 months', '1 month']::interval[]"
    asked = f"SELECT {month} FROM {table} UNION {ahead % steps} UNION SELECT {NO_MONTH}"  # noqa: S608 - names of our own
    return sorted(op.get_bind().execute(sa.text(asked)).scalars())


def _index(table: str, keys: list[str], indexes: list[tuple[str, list[str]]]) -> None:
    op.create_primary_key(f"pk_{table}", table, keys)
    for name, columns in indexes:
        op.create_index(name, table, columns)
