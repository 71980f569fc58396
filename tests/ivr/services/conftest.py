from __future__ import annotations

from tests.store.databases import databases

__all__ = ["databases"]
