from __future__ import annotations

from tests.store.databases import databases, engine_name, sqlite_threads_end, store, url

__all__ = ["databases", "engine_name", "sqlite_threads_end", "store", "url"]
