"""Which version of the page is served: a browser that was loaded from another one loads itself anew."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def version_of(static: Path) -> str:
    """A digest over every file of the page, names and contents."""
    found = hashlib.sha256()
    for path in sorted(each for each in static.rglob("*") if each.is_file()):
        found.update(f"{path.relative_to(static)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
