"""The history view's figures: asked of the database in the words of `hotline report`, for the wallboard."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.app.former import Former
from ivr.app.report_part import limits_in_words, queue_tallies
from ivr.reports.forms import as_csv
from ivr.reports.html import STYLE, as_html
from ivr.reports.past import Past, Range, UnknownWordError, answer, choices, fits_a_sheet, past, side_by_side
from ivr.reports.tables import Asked, Table, span_in_words, table_of
from ivr.reports.wishes import WishError, named
from store.queries.gaps import unseen
from store.queries.recalls import last_entered
from wallboard.history import NotUnderstoodError, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.engine import Store
    from store.metrics.tally import Tally
    from store.queries.totals import Limit
    from wallboard.history import SheetForm
    from wallboard.payloads import Json

    Tallies = dict[tuple[str, int], Tally]

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class VisitHistory:
    """Figures of the visits.

    Args:
        zone: The hotline's clock, an IANA name.
        limits: What each queue calls in time, in the order of `hotline.yaml`, by the names it had, too.
        former: Which names these are.
    """

    def __init__(self, zone: str, limits: Mapping[str, Limit], former: Former | None = None) -> None:
        self._zone = zone
        self._former = former or Former()
        self._limits = {name: limit for name, limit in limits.items() if name not in self._former.present}
        self._ever = dict(limits)

    def choices(self) -> list[dict[str, str]]:
        """Every metric there is to choose from."""
        return choices()

    async def told(
        self, store: Store, words: Mapping[str, str], now: datetime, queues: frozenset[str] | None = None
    ) -> Json:
        """The figures as plain data, with the stretches nobody saw; of these queues, None being all.

        Raises:
            NotUnderstoodError: What is asked for cannot be had.
            StoreUnavailable: The database does not serve.
        """
        asked = await self._asked(store, words, now, queues)
        found = await self._counted(store, asked, asked.range, now, queues)
        before = None if asked.against is None else await self._counted(store, asked, asked.against, now, queues)
        span = asked.range.span
        gaps = await unseen(store, span.since, min(span.until, now)) if span.since < now else []
        made = await asyncio.to_thread(answer, asked, found, before, self._named(queues))
        return {**made, "at": now, "unseen": [{"from": gap.begin, "to": gap.end} for gap in gaps]}

    async def sheet(
        self,
        store: Store,
        words: Mapping[str, str],
        form: SheetForm,
        now: datetime,
        queues: frozenset[str] | None = None,
    ) -> Sheet:
        """The figures as a report, a row for each interval and queue of these; None is all.

        Raises:
            NotUnderstoodError: What is asked for cannot be had.
            StoreUnavailable: The database does not serve.
        """
        asked = await self._asked(store, words, now, queues)
        name = f"history-{asked.range.span.since.astimezone(asked.range.span.zone):%Y-%m-%d}.{form}"
        try:
            table = await self._table(store, asked, now, queues)
            body = await asyncio.to_thread(_written, table, form)
        except WishError as wrong:
            raise NotUnderstoodError(wrong.code, wrong.sentence) from None
        return Sheet(body, _TYPES[form], name, STYLE if form == "html" else "")

    async def _asked(
        self, store: Store, words: Mapping[str, str], now: datetime, queues: frozenset[str] | None
    ) -> Past:
        try:
            asked = past(words, self._zone, now)
            if asked.queue is not None:
                (queue,) = self._former.now([asked.queue])
                asked = replace(asked, queue=queue)
            if asked.queue is not None and queues is not None:
                named("queue", [asked.queue], sorted(queues))
            elif asked.queue is not None and asked.queue not in self._limits:
                there = await last_entered(store, asked.queue)
                named("queue", [asked.queue], [*self._limits, *([asked.queue] if there else [])])
        except UnknownWordError as wrong:
            raise NotUnderstoodError("bad_question", str(wrong)) from None
        except WishError as wrong:
            raise NotUnderstoodError(wrong.code, wrong.sentence) from None
        return asked

    def _named(self, queues: frozenset[str] | None) -> list[str]:
        return [name for name in self._limits if queues is None or name in queues]

    async def _counted(
        self, store: Store, asked: Past, told: Range, now: datetime, queues: frozenset[str] | None
    ) -> Tallies:
        if queues is not None and not queues:
            return {}  # who has no queue has no figures; no name at all would be every queue's
        only = self._former.ever([asked.queue] if asked.queue else sorted(queues or ()))
        found = await queue_tallies(store, told.pieces, asked.counts, self._ever, only, now=now)
        return self._former.merged(found)

    async def _table(self, store: Store, asked: Past, now: datetime, queues: frozenset[str] | None) -> Table:
        ranges = [told for told in (asked.range, asked.against) if told]
        counted = [(told, await self._counted(store, asked, told, now, queues)) for told in ranges]
        there = {name for _, tallies in counted for name, _ in tallies}
        names = [asked.queue] if asked.queue else [*self._named(queues), *sorted(there - set(self._limits))]
        fits_a_sheet(asked, len(names))
        notes = [limits_in_words(self._limits, names)]
        if asked.against is not None:
            notes.append(f"compared with {span_in_words(asked.against.span)}")
        made = [
            await asyncio.to_thread(
                table_of,
                Asked(
                    title="queues",
                    span=told.span,
                    pieces=told.pieces,
                    names=names,
                    metrics=asked.metrics,
                    notes=(*notes, *told.span.odd_days),
                ),
                tallies,
                named="queue",
                by_time=True,
            )
            for told, tallies in counted
        ]
        if asked.against is None:
            return made[0]
        return side_by_side(made[0], made[1], asked.range, asked.against)


def _written(table: Table, form: SheetForm) -> bytes:
    match form:
        case "csv":
            return f"{as_csv(table)}\n".encode()
        case "html":
            return f"{as_html(table)}\n".encode()
        case "xlsx":
            from ivr.reports.workbook import as_workbook

            return as_workbook(table)
