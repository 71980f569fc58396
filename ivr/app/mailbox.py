"""Voicemail: the row about a recording that Asterisk has written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from store.rows import Voicemail

if TYPE_CHECKING:
    from datetime import datetime

    from ivr.engine.cursor import Cursor
    from ivr.services.journeys import RowSink


class Mailbox:
    """Keeps what callers leave.

    Args:
        sink: Where rows go.
        node: The Asterisk the calls are on.
        recordings: The folder the rows' paths are relative to.
    """

    def __init__(self, sink: RowSink, node: str, recordings: Path) -> None:
        self._sink = sink
        self._node = node
        self._recordings = recordings

    def keep(self, cursor: Cursor, box: str, path: str, seconds: float, recorded_at: datetime) -> None:
        """A caller left a message."""
        facts = cursor.facts
        self._sink.put(
            Voicemail(
                id=f"{self._node}/{Path(path).stem}",
                node=self._node,
                call_id=facts.linkedid,
                box=box,
                path=str(Path(path).relative_to(self._recordings)),
                recorded_at=recorded_at,
                seconds=seconds,
                caller=facts.caller,
                language=cursor.language,
            )
        )
