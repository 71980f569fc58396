"""The hotline's memory on SQLite or PostgreSQL: schema, migrations, one batched writer, and the questions views ask."""
