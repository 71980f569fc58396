from __future__ import annotations

from tests.store.databases import databases, engine_name, store, url

__all__ = ["databases", "engine_name", "store", "url"]
