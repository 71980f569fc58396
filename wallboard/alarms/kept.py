"""The book as JSON and back, so that a service that is started anew rings no alarm a second time. Pure.

What was about to begin or to end counts anew after a restart: nobody saw the time between. Of telephones only those
that are gone are kept, for an alarm that stands is over when they are back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from wallboard.alarms.book import Book, Notice
from wallboard.alarms.machine import Alarm
from wallboard.alarms.outbox import Outbox
from wallboard.alarms.phones import Phones

if TYPE_CHECKING:
    from collections.abc import Mapping

EDITION: Final = 1


class UnreadableError(ValueError):
    """What was kept is none of ours."""


class _Kept(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: int
    alarms: tuple[Alarm, ...] = ()
    gone: dict[str, dict[str, datetime]] = {}
    over: tuple[Notice, ...] = ()
    outboxes: dict[str, Outbox] = {}


_Kept.model_rebuild(_types_namespace={"datetime": datetime, "Notice": Notice, "Alarm": Alarm, "Outbox": Outbox})


def written(book: Book, outboxes: Mapping[str, Outbox]) -> bytes:
    """What is kept of a book and of what is still to be told."""
    kept = _Kept(
        edition=EDITION,
        alarms=tuple(book.alarms.values()),
        gone={name: dict(phones.gone) for name, phones in book.phones.items() if phones.gone},
        over=book.over,
        outboxes={name: box for name, box in outboxes.items() if box.waiting},
    )
    return kept.model_dump_json(indent=1).encode() + b"\n"


def read(data: bytes) -> tuple[Book, dict[str, Outbox]]:
    """The book that was kept.

    Raises:
        UnreadableError: it is none.
    """
    try:
        kept = _Kept.model_validate_json(data)
    except ValidationError as wrong:
        raise UnreadableError(f"{wrong.error_count()} mistakes, the first: {wrong.errors()[0]['msg']}") from None
    if kept.edition != EDITION:
        raise UnreadableError(f"edition {kept.edition}, expected {EDITION}")
    alarms = {(alarm.rule, alarm.subject): _after_a_pause(alarm) for alarm in kept.alarms}
    phones = {name: Phones(frozenset(), gone) for name, gone in kept.gone.items()}
    return Book(alarms=alarms, phones=phones, over=kept.over), dict(kept.outboxes)


def _after_a_pause(alarm: Alarm) -> Alarm:
    """What holds stands; a stretch that was being counted is counted anew."""
    return replace(alarm, phase="firing" if alarm.fires else "ok", looked_at=None, since=None)
