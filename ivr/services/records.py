"""What callers told us and what was promised them, as rows: surveys, callbacks, tickets, recordings.

Everything a row says is in the cursor and the effect, and its id is made of the call and the step, so that the same
one told twice is one row. The rows go the way of journeys: nobody waits for the database, and one that is away delays
them.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivr.services.journeys import VIP
from store.records import Callback, Recording, Survey, Ticket, callback_id, record_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import CallbackAsked, Surveyed, TicketOpened
    from ivr.runner.ports import Talk, TicketKind
    from ivr.services.journeys import RowSink


class RecordBook:
    """Keeps what is kept for people.

    Args:
        sink: Where rows go.
        node: The Asterisk the calls are on.
        recordings: The folder the rows' paths are relative to.
    """

    def __init__(self, sink: RowSink, node: str, recordings: Path) -> None:
        self._sink = sink
        self._node = node
        self._recordings = recordings

    def recording(self, cursor: Cursor, path: str, seconds: float, recorded_at: datetime) -> str:
        """A caller has said something; which recording it is."""
        which = f"{self._node}/{Path(path).stem}"
        facts = cursor.facts
        self._sink.put(
            Recording(
                id=which,
                path=str(Path(path).relative_to(self._recordings)),
                recorded_at=recorded_at,
                seconds=seconds,
                call_id=facts.linkedid,
                caller=facts.caller,
                language=cursor.language,
                **self._place(cursor, cursor.place),
            )
        )
        return which

    def survey(self, cursor: Cursor, note: Surveyed, talk: Talk) -> None:
        """A survey was asked, or has been answered further."""
        self._sink.put(
            Survey(
                id=record_id(self._node, cursor.facts.uniqueid, note.step, note.visit),
                survey=note.survey,
                asked_at=_instant(note.asked_ms),
                answers=_json(dict(note.answers)),
                agent=talk.agent,
                visit_id=talk.visit_id,
                **self._call(cursor, note.step),
            )
        )

    def callback(self, cursor: Cursor, note: CallbackAsked, now: datetime) -> None:
        """A caller wants to be called back."""
        self._sink.put(
            Callback(
                id=callback_id(self._node, cursor.facts.uniqueid, note.queue),
                queue=note.queue,
                number_to_call=note.number,
                asked_at=now,
                entered_at=_instant(note.entered_ms),
                reason=note.reason,
                not_before=_from(now, note.not_before_ms),
                not_after=_from(now, note.not_after_ms),
                **self._call(cursor, note.step),
            )
        )

    def ticket(self, cursor: Cursor, note: TicketOpened, kind: TicketKind, now: datetime) -> None:
        """A ticket was opened, and promises what its kind does in the version the call began with."""
        colour = note.colour or next(iter(kind.within), "")
        within = kind.within.get(colour)
        self._sink.put(
            Ticket(
                id=record_id(self._node, cursor.facts.uniqueid, note.step, note.visit),
                kind=note.kind,
                colour=colour,
                opened_at=now,
                fields=_json(note.fields),
                due_at=None if within is None else now + within,
                recording=note.recording,
                **self._call(cursor, note.step),
            )
        )

    def _call(self, cursor: Cursor, place: str) -> dict[str, Any]:
        """What every row about a call says of it."""
        facts = cursor.facts
        return {
            **self._place(cursor, place),
            "call_id": facts.linkedid,
            "caller": facts.caller,
            "number": facts.number,
            "language": cursor.language,
            "vip": bool(cursor.stack[0].variables.get(VIP)),
        }

    def _place(self, cursor: Cursor, place: str) -> dict[str, Any]:
        flow, _, step = place.partition(".")
        return {
            "node": self._node,
            "channel_id": cursor.facts.uniqueid,
            "flow": flow,
            "flow_version": cursor.version,
            "step": step,
        }


def _instant(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def _from(now: datetime, after_ms: int | None) -> datetime | None:
    return None if after_ms is None else now + timedelta(milliseconds=after_ms)


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    """A value of a flow that JSON has no word for: an amount, an exact number, a moment."""
    return value.isoformat() if isinstance(value, date) else str(value)
