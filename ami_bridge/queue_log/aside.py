"""Lines of queue_log that are no facts, kept as they were: in one file that is bounded, the older half moved aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ami_bridge.queue_log.lines import Odd

MOST_BYTES: Final = 4 << 20
"""A file of this size becomes the older one, and that is given up: twice as much is kept at most."""


@dataclass(frozen=True, slots=True)
class AsideFile:
    """Where one reader's odd lines are kept: offset, reason, and the line.

    Attributes:
        path: The file; the older one is beside it, with `.1` behind its name.
        most_bytes: How large it may become.
    """

    path: Path
    most_bytes: int = MOST_BYTES

    def keep(self, lines: Sequence[tuple[int, Odd]]) -> None:
        """Appends these lines.

        Raises:
            OSError: they cannot be written.
        """
        if not lines:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size >= self.most_bytes:
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        with self.path.open("ab") as file:
            for offset, odd in lines:
                file.write(b"%d %s %s\n" % (offset, odd.reason.encode(), odd.text.rstrip(b"\r\n")))
