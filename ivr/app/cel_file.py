"""Where Asterisk writes its channel events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.config.model import Hotline


def cel_file(hotline: Hotline) -> Path:
    """CEL's csv: always in a folder beside queue_log (``cel-custom``, cel/cel_custom.c); the name is our mapping's."""
    return Path(hotline.queue_log).parent / "cel-custom" / "hotline.csv"
