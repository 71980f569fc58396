"""The list of who gave up waiting, each with what became of him since. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ami_bridge.messages import mask
from ivr.reports.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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


def abandoned_table(
    span: Span,
    given_up: Sequence[Visit],
    since_then: Iterable[Visit],
    wished: Iterable[Callback],
    short_s: Mapping[str, float] | None,
) -> Table:
    """The list.

    Args:
        span: Its range and clock.
        given_up: The abandoned visits, in the order they are to be listed.
        since_then: Their callers' visits from the range's beginning on, in order.
        wished: Wishes to be called back from the range's beginning on, in order.
        short_s: By queue, how soon somebody must have hung up to be left out; None lists all.
    """
    # As in the count `short_abandoned`: a wait nobody measured is no short one.
    listed = [
        one for one in given_up if short_s is None or one.wait_s is None or one.wait_s >= short_s.get(one.queue, 5.0)
    ]
    later: dict[str, list[Visit]] = {}
    for visit in since_then:
        later.setdefault(visit.caller, []).append(visit)
    wishes: dict[str, list[Callback]] = {}
    for wish in wished:
        for number in {wish.caller, wish.number_to_call}:
            wishes.setdefault(number, []).append(wish)
    rows: list[tuple[Cell, ...]] = []
    states: Counter[State] = Counter()
    for one in listed:
        state, at, by = recall_of(one, later.get(one.caller, ()), wishes.get(one.caller, ()))
        states[state] += 1
        local = one.entered_at.astimezone(span.zone)
        told = None if at is None else at.astimezone(span.zone)
        rows.append((local, one.queue, mask(one.caller) or None, one.wait_s, WORDS[state], told, by, one.call_id))
    return Table(
        title="abandoned",
        span=span,
        columns=COLUMNS,
        rows=tuple(rows),
        notes=(_summary(states, len(given_up) - len(listed)), *span.odd_days),
    )


def recall_of(
    given_up: Visit, later: Iterable[Visit], wishes: Sequence[Callback]
) -> tuple[State, datetime | None, str | None]:
    """What became of one caller after he gave up: the state, when, and by whom or where.

    An answer counts most, then a caller who waits at this moment, then a wish to be called back (made in the same call,
    too), then calls in vain. Whether a callback was made is not recorded; one that reached the caller is seen only when
    he calls again.
    """
    if not given_up.caller:
        return "withheld", None, None
    left = given_up.ended_at or given_up.entered_at
    after = [one for one in later if one.entered_at >= left and one.id != given_up.id]
    answered = next((one for one in after if one.outcome == "answered"), None)
    if answered is not None:
        return "answered", answered.answered_at, answered.agent
    waits = next((one for one in after if one.outcome is None), None)
    if waits is not None:
        return "waiting", waits.entered_at, waits.queue
    wish = next((one for one in wishes if one.asked_at >= given_up.entered_at), None)
    if wish is not None:
        return "asked", wish.asked_at, wish.queue
    if after:
        return "again", after[-1].entered_at, after[-1].queue
    return "open", None, None


def _summary(states: Counter[State], left_out: int) -> str:
    whole = sum(states.values())
    if not whole:
        said = "nobody gave up waiting in this range"
    else:
        parts = [f"{states[state]:,} {words}" for state, words in _SUMMED.items() if states[state]]
        said = f"{whole:,} gave up waiting: {', '.join(parts)}"
    more = f"; {left_out:,} more hung up sooner than the short-abandon time (--short shows them)" if left_out else ""
    return said + more
