"""The files of what callers said, removed: only those of the recordings folder, whatever a row says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger("hotline.keeping")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recordings of this machine.

    Attributes:
        folder: The folder the rows' paths are relative to.
    """

    folder: Path

    def erase(self, path: str) -> bool:
        """Remove a row's file; whether it is gone, also where it never was."""
        told = PurePosixPath(path)
        if not path:
            return True
        if told.is_absolute() or ".." in told.parts:
            log.warning("keeping.path_refused", path=path)
            return False
        try:
            (self.folder / told).unlink(missing_ok=True)
        except OSError as error:
            log.warning("keeping.file_left", path=path, reason=error.strerror or str(error))
            return False
        return True
