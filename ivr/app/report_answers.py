"""`GET /api/v1/reports/…`: the reports of the command line, by the same words and the same code, for programs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from dialplan.diagnostics import did_you_mean
from ivr.app.former import former_agents
from ivr.app.report_part import metrics_in
from ivr.config.shifts import Shifts
from ivr.reports.forms import as_plain
from ivr.reports.past import LONGEST, MOST_CELLS, MOST_PIECES
from ivr.reports.wishes import WHOLE, Kind, WishError, metrics, pieces, span
from store.intervals import Interval
from store.queries.planned import plan_tallies
from wallboard.history import NotUnderstoodError
from wallboard.known_as import agent_known_as, known_as

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ivr.config.model import Hotline
    from ivr.reports.wishes import Span
    from store.engine import Store
    from store.metrics import Metric, Tally
    from wallboard.payloads import Json

_OF: Final[Mapping[Kind, str]] = MappingProxyType(
    {"queues": "queue", "agents": "agent", "hours": "queue", "calls": "flow"}
)
"""By which word a report is asked for one row alone."""


class HotlineReports:
    """The reports of one hotline.

    Args:
        hotline: Its settings: the clock, the queues with their limits, the agents.
        shifts: Reads the plan of the agents, which changes while the wallboard runs.
    """

    def __init__(self, hotline: Hotline, shifts: Callable[[], Shifts] = Shifts) -> None:
        self._hotline = hotline
        self._shifts = shifts

    async def told(
        self, store: Store, report: str, words: Mapping[str, str], now: datetime, queues: frozenset[str] | None = None
    ) -> Json:
        """The report as plain data, of these queues; None is all.

        Raises:
            NotUnderstoodError: What is asked for cannot be had.
            StoreUnavailable: The database does not serve.
        """
        kind = _kind(report)
        try:
            _known(words, ("from", "to", "by", "metrics", _OF[kind]))
            asked = span(words.get("from", "today"), words.get("to", "now"), self._hotline.time_zone, now, _SAID)
            by = words.get("by", WHOLE[kind])
            cut, wanted = pieces(kind, by, asked), metrics(kind, words.get("metrics"))
            self._bounded(kind, asked, cut, wanted)
            table = await metrics_in(
                store,
                self._hotline,
                kind,
                asked,
                by=by,
                only=self._only(kind, words, queues),
                names=words.get("metrics"),
                shifts=await asyncio.to_thread(self._shifts) if kind == "agents" else None,
                now=now,
            )
        except WishError as wrong:
            raise NotUnderstoodError(wrong.code, wrong.sentence) from None
        told = await asyncio.to_thread(as_plain, table)
        if kind == "agents":
            rows = [row for row in told["rows"] if isinstance(row, dict)] if isinstance(told["rows"], list) else []
            for row in rows:
                row["agent"] = known_as(str(row["agent"]))  # one that is a mobile's number is masked like a caller's
        return {**told, "at": now}

    async def adherence(self, store: Store, since: datetime, now: datetime) -> Mapping[str, Tally]:
        """What each agent did against his plan since then, by agent; nothing where there is none or it has errors."""
        shifts = await asyncio.to_thread(self._shifts)
        if not shifts.is_sound or not shifts.plan or since >= now:
            return {}
        found = await plan_tallies(
            store, shifts.plan, [Interval(since, now)], now, formerly=former_agents(self._hotline).present
        )
        return {agent: tally for (agent, _), tally in found.items()}

    def _only(self, kind: Kind, words: Mapping[str, str], queues: frozenset[str] | None) -> Sequence[str]:
        named = words.get(_OF[kind])
        if queues is not None and _OF[kind] == "queue":
            if named and named not in queues:
                near = did_you_mean(named, sorted(queues))
                raise NotUnderstoodError("bad_question", f"there is no queue '{named}'" + (f"; {near}" if near else ""))
            return [named] if named else sorted(queues) or [""]  # no name at all would be every queue's
        if not named:
            return ()
        return [agent_known_as(named, self._hotline.agents) if kind == "agents" else named]

    def _bounded(self, kind: Kind, asked: Span, cut: Sequence[Interval], wanted: Sequence[Metric]) -> None:
        """See that the answer is one a server makes while others look at the board (R010)."""
        if asked.until - asked.since > LONGEST:
            days = (asked.until - asked.since) / timedelta(days=1)
            raise WishError("R010", f"that is a range of {days:,.0f} days; expected at most {LONGEST.days}")
        rows = {"queues": len(self._hotline.queues), "agents": len(self._hotline.agents)}.get(kind, 1)
        cells = len(cut) * max(rows, 1) * (len(wanted) + 2)
        if len(cut) > MOST_PIECES or cells > MOST_CELLS:
            raise WishError(
                "R010",
                f"that is a report of {len(cut):,} intervals and {cells:,} cells; expected at most {MOST_PIECES:,} and "
                f"{MOST_CELLS:,}; `hotline report` takes more",
            )


_SAID: Final = ("'from'", "'to'")


def _kind(told: str) -> Kind:
    for kind in get_args(Kind):
        if kind == told:
            return kind  # type: ignore[no-any-return]  # one of the literal's words
    near = did_you_mean(told, get_args(Kind))
    raise NotUnderstoodError(
        "bad_question", f"there is no report '{told}'; {near or 'expected ' + ', '.join(get_args(Kind))}"
    )


def _known(words: Mapping[str, str], expected: Sequence[str]) -> None:
    for word, value in words.items():
        if word not in expected:
            near = did_you_mean(word, expected)
            raise NotUnderstoodError(
                "bad_question",
                f"unknown word '{word}', expected one of {', '.join(expected)}{'; ' + near if near else ''}",
            )
        if "\0" in value:
            raise NotUnderstoodError("bad_question", f"'{word}' has a NUL in it, which no name and no time has")
