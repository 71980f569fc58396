"""What of a hotline is spoken by a person, and by which recording: a part of its version."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ivr.prompts.recordings import find_recordings

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.prompts.catalogue import Catalogue


def recorded(catalogue: Catalogue, folder: Path) -> dict[str, str]:
    """`<language>/<id of the words>` to the SHA-256 of what says them: whatever the file is called.

    One that cannot be read counts as none: building its sound fails, and says so.

    Args:
        catalogue: everything that is said.
        folder: the hotline's `prompts`.
    """
    found: dict[str, str] = {}
    try:
        recordings = find_recordings(catalogue, folder)[0]
        for said, recording in recordings.items():
            with recording.path.open("rb") as file:
                found[f"{said.language}/{said.id}"] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return {}
    return found
