"""The list of who gave up waiting, each with what became of him since. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ami_bridge.messages import mask
from ivr.reports.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ivr.reports.wishes import Span
    from store.records import Callback
    from store.rows import Visit

State: TypeAlias = Literal["answered", "waiting", "asked", "again", "open", "withheld"]
WORDS: Final[dict[State, str]] = {
    "answered": "answered",
    "waiting": "waiting now",
    "asked": "callback asked",
    "again": "called again",
    "open": "open",
    "withheld": "withheld",
}
_SUMMED: Final[dict[State, str]] = {
    "answered": "called again and answered",
    "waiting": "waiting again now",
    "asked": "asked to be called back",
    "again": "called again in vain",
    "open": "open",
    "withheld": "with a number withheld, of whom nothing more can be known",
}
COLUMNS: Final = (
    Column("entered_at", "instant", "When the caller entered the queue."),
    Column("queue", "text", "The queue."),
    Column("caller", "text", "The calling number, masked."),
    Column("wait_s", "seconds", "How long the caller waited."),
    Column(
        "recall", "text", "What became of the caller since: " + "; ".join(f"{WORDS[s]}: {_SUMMED[s]}" for s in WORDS)
    ),
    Column("recall_at", "instant", "When that was."),
    Column("by", "text", "The agent who answered then, or the queue the wish or the call went to."),
    Column("call_id", "text", "The call that was abandoned; `hotline ledger call` opens it."),
)


@dataclass(frozen=True, slots=True)
class Recall:
    """What became of one caller since he gave up.

    Attributes:
        state: What.
        at: When that was; None where nothing was.
        by: The agent who answered then, or the queue the wish or the call went to.
    """

    state: State
    at: datetime | None = None
    by: str | None = None


def abandoned_table(
    span: Span, given_up: Sequence[Visit], recalls: Mapping[str, Recall], short_s: Mapping[str, float] | None
) -> Table:
    """The list.

    Args:
        span: Its range and clock.
        given_up: The abandoned visits, in the order they are to be listed.
        recalls: By the visit's id what became of its caller (`Since`); who is not in it withheld the number.
        short_s: By queue, how soon somebody must have hung up to be left out; None lists all.
    """
    # As in the count `short_abandoned`: a wait nobody measured is no short one.
    listed = [
        one for one in given_up if short_s is None or one.wait_s is None or one.wait_s >= short_s.get(one.queue, 5.0)
    ]
    rows: list[tuple[Cell, ...]] = []
    states: Counter[State] = Counter()
    for one in listed:
        found = recalls.get(one.id, _WITHHELD)
        states[found.state] += 1
        local = one.entered_at.astimezone(span.zone)
        told = None if found.at is None else found.at.astimezone(span.zone)
        who = mask(one.caller) or None
        rows.append((local, one.queue, who, one.wait_s, WORDS[found.state], told, found.by, one.call_id))
    return Table(
        title="abandoned",
        span=span,
        columns=COLUMNS,
        rows=tuple(rows),
        notes=(_summary(states, len(given_up) - len(listed)), *span.odd_days),
    )


_WITHHELD: Final = Recall("withheld")


class Since:
    """What one caller did since, made ready to be asked for each time he gave up.

    Args:
        visits: All his visits from the range's beginning on, in order.
        wishes: His wishes to be called back from then on, in order.
    """

    def __init__(self, visits: Sequence[Visit], wishes: Sequence[Callback] = ()) -> None:
        self._all = visits
        self._answered = [one for one in visits if one.outcome == "answered"]
        self._waiting = [one for one in visits if one.outcome is None]
        self._wishes = wishes

    def recall(self, given_up: Visit) -> Recall:
        """What became of him after he gave up.

        An answer counts most, then that he waits at this moment, then a wish to be called back (made in the same call,
        too), then calls in vain. Whether a callback was made is not recorded; one that reached the caller is seen only
        when he calls again.
        """
        if not given_up.caller:
            return _WITHHELD
        left = given_up.ended_at or given_up.entered_at
        if (answered := _first_after(self._answered, left, given_up)) is not None:
            return Recall("answered", answered.answered_at, answered.agent)
        if (waits := _first_after(self._waiting, left, given_up)) is not None:
            return Recall("waiting", waits.entered_at, waits.queue)
        wish = bisect_left(self._wishes, given_up.entered_at, key=lambda one: one.asked_at)
        if wish < len(self._wishes):
            return Recall("asked", self._wishes[wish].asked_at, self._wishes[wish].queue)
        if _first_after(self._all, left, given_up) is not None:
            last = self._all[-1] if self._all[-1].id != given_up.id else self._all[-2]
            return Recall("again", last.entered_at, last.queue)
        return Recall("open")


def _first_after(visits: Sequence[Visit], left: datetime, but: Visit) -> Visit | None:
    place = bisect_left(visits, left, key=lambda one: one.entered_at)
    return next((one for one in visits[place : place + 2] if one.id != but.id), None)


def _summary(states: Counter[State], left_out: int) -> str:
    whole = sum(states.values())
    if not whole:
        said = "nobody gave up waiting in this range"
    else:
        parts = [f"{states[state]:,} {words}" for state, words in _SUMMED.items() if states[state]]
        said = f"{whole:,} gave up waiting: {', '.join(parts)}"
    more = f"; {left_out:,} more hung up sooner than the short-abandon time (--short shows them)" if left_out else ""
    return said + more
