from __future__ import annotations

from tests.store.databases import databases, sqlite_threads_end

__all__ = ["databases", "sqlite_threads_end"]
