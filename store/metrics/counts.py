"""What is counted, by name: of visits, agents, ringing, callers who came back, calls in flows. Pure data.

A count of visits is a condition and what is added where it holds; `store.metrics.tally` reads it for plain records and
`store.metrics.sql` for the database, so that both count the same. Instants and outcomes are those of `store.rows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from store.rows import AGENT_STATES, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.rows import Outcome

Source: TypeAlias = Literal[
    "visits", "agent_intervals", "ring_attempts", "shifts", "callers", "journeys", "journey_steps"
]
Fold: TypeAlias = Literal["sum", "longest"]
Bound: TypeAlias = Literal["threshold_s", "short_abandon_s"]
"""Which limit of the queue a wait is held against: at most the threshold, less than the short-abandon time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One count. Two of them are merged by addition, or, for the longest of something, by taking the longer.

    Attributes:
        name: Its name, everywhere.
        words: What it counts.
        source: The table it is counted in; `callers` are visits seen together with the others of their caller.
        outcomes: The outcomes it counts; null for every visit, waiting ones included.
        waiting: Whether it counts visits that have no outcome yet, and no others.
        bound: The limit the wait must keep; null for any wait.
        known: Columns that must have a value.
        unknown: Columns that must have none.
        adds: The column whose seconds are added; null counts one for each.
        fold: How two are merged.
    """

    name: str
    words: str
    source: Source = "visits"
    outcomes: tuple[Outcome, ...] | None = None
    waiting: bool = False
    bound: Bound | None = None
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    adds: str | None = None
    fold: Fold = "sum"

    @property
    def in_seconds(self) -> bool:
        """Whether it is a time, not a number."""
        return self.adds is not None


_OF_OUTCOME: Final = MappingProxyType(
    {
        "answered": "visits connected to an agent, whether or not the talk is over",
        "abandoned": "visits whose caller gave up waiting; short abandons are in it",
        "timed_out": "visits that waited as long as the queue lets them",
        "left_by_key": "visits whose caller left by pressing a key",
        "join_empty": "visits turned away because nobody served the queue",
        "leave_empty": "visits sent out because nobody served the queue any more",
        "full": "visits turned away because the queue was full",
        "withdrawn": "visits taken out by a supervisor or by the hotline",
        "incompatible": "visits whose caller and agent had no codec in common",
        "failed": "visits that ended because something broke",
        "unknown_after_gap": "visits whose end nobody saw",
    }
)
FLOWED_OUT: Final[tuple[Outcome, ...]] = ("timed_out", "left_by_key", "leave_empty", "withdrawn")
"""Went on elsewhere after a wait, neither answered nor hung up: what Genesys calls a flow-out."""
COUNTED_AS_ABANDONED: Final[tuple[Outcome, ...]] = (
    "abandoned",
    "timed_out",
    "leave_empty",
    "withdrawn",
    "incompatible",
)
"""What Asterisk's counter `Abandoned` goes up for (app_queue.c, `rec_abandoned` and its callers): not for a key."""

_VISITS: Final = (
    Count(name="entered", words="visits that began"),
    Count(name="still_waiting", words="visits still waiting", waiting=True),
    Count(name="ended", words="visits whose wait is over, whatever came of it", outcomes=OUTCOMES),
    *(Count(name=outcome, words=_OF_OUTCOME[outcome], outcomes=(outcome,)) for outcome in OUTCOMES),
    Count(
        name="still_talking", words="answered visits whose talk goes on", outcomes=("answered",), unknown=("ended_at",)
    ),
    Count(
        name="answered_within",
        words="visits answered within the queue's threshold",
        outcomes=("answered",),
        bound="threshold_s",
    ),
    Count(
        name="abandoned_within",
        words="visits whose caller gave up within the threshold",
        outcomes=("abandoned",),
        bound="threshold_s",
    ),
    Count(
        name="short_abandoned",
        words="visits whose caller gave up sooner than the queue's short-abandon time",
        outcomes=("abandoned",),
        bound="short_abandon_s",
    ),
    Count(
        name="flowed_out",
        words="visits that went on elsewhere after a wait (timed out, by key, queue left empty, withdrawn)",
        outcomes=FLOWED_OUT,
    ),
    Count(
        name="counted_as_abandoned",
        words="visits for which Asterisk's own counter `Abandoned` went up",
        outcomes=COUNTED_AS_ABANDONED,
    ),
    Count(
        name="counted_as_abandoned_within",
        words="the same, within the threshold",
        outcomes=COUNTED_AS_ABANDONED,
        bound="threshold_s",
    ),
    Count(name="answer_waits", words="answered visits whose wait is known", outcomes=("answered",), known=("wait_s",)),
    Count(name="answer_wait_s", words="what the answered waited, together", outcomes=("answered",), adds="wait_s"),
    Count(name="waits", words="visits whose wait is known", outcomes=OUTCOMES, known=("wait_s",)),
    Count(name="wait_sum_s", words="what all waited, together", outcomes=OUTCOMES, adds="wait_s"),
    Count(name="longest_wait", words="the longest wait", outcomes=OUTCOMES, adds="wait_s", fold="longest"),
    Count(name="handled", words="answered visits whose talk is over", outcomes=("answered",), known=("talk_s",)),
    Count(name="talk_sum_s", words="finished talks, together; hold is in them", outcomes=("answered",), adds="talk_s"),
    Count(name="holds", words="talks whose hold was measured", outcomes=("answered",), known=("hold_s",)),
    Count(name="hold_sum_s", words="what talks were on hold, together", outcomes=("answered",), adds="hold_s"),
    Count(
        name="wrap_up_sum_s",
        words="after-call work of finished talks, together; none where it was not measured",
        outcomes=("answered",),
        known=("talk_s",),
        adds="wrap_up_s",
    ),
    Count(
        name="transferred", words="talks that a transfer ended", outcomes=("answered",), known=("talk_s", "transfer")
    ),
)

_AGENTS: Final = (
    *(
        Count(
            name=f"{state}_s",
            words=f"time in the state `{state}`, cut at the interval's ends",
            source="agent_intervals",
            adds=state,
        )
        for state in (*AGENT_STATES, "unknown")
    ),
    Count(name="rung", words="ringings that are over", source="ring_attempts"),
    Count(name="missed", words="ringings the agent did not answer in time (`no_answer`)", source="ring_attempts"),
    Count(name="refused", words="ringings the agent's telephone refused or was busy for", source="ring_attempts"),
)

_SHIFTS: Final = (
    Count(
        name="planned_s",
        words="planned time that is over, as far as somebody saw what the agent did",
        source="shifts",
        adds="planned",
    ),
    Count(name="adhered_s", words="of this, time in which he did as planned", source="shifts", adds="adhered"),
    Count(name="planned_queue_s", words="of this, time planned for `queue`", source="shifts", adds="planned_queue"),
    Count(
        name="worked_s",
        words="time he was there for the queues, planned or not, of agents who have a plan in the range",
        source="shifts",
        adds="worked",
    ),
    Count(
        name="exceptions",
        words="stretches of the plan, of a minute or more, in which he did something else",
        source="shifts",
    ),
)

_CALLERS: Final = (
    Count(name="calls_known", words="calls that came into a queue, of callers whose number is known", source="callers"),
    Count(
        name="calls_again",
        words="of these, the calls of a caller who had called in the days before (7 unless said)",
        source="callers",
    ),
    Count(
        name="calls_judged",
        words="answered calls of known callers, old enough that the days after (7 unless said) are over",
        source="callers",
    ),
    Count(name="calls_resolved", words="of these, the calls whose caller did not call in those days", source="callers"),
)

_CALLS: Final = (
    Count(name="calls", words="calls that a flow took", source="journeys"),
    Count(name="calls_over", words="calls whose flow is over", source="journeys"),
    Count(
        name="calls_queued",
        words="calls that came into at least one queue",
        source="journeys",
    ),
    Count(
        name="calls_contained",
        words="calls over in the flow (`calls_finished` or `calls_hung_up`): in no queue, handed on to nobody",
        source="journeys",
    ),
    Count(name="calls_finished", words="calls the flow ended, that were in no queue", source="journeys"),
    Count(name="calls_hung_up", words="calls whose caller hung up in the flow, and was in no queue", source="journeys"),
    Count(
        name="calls_handed_on",
        words="calls dialled or transferred on to a number, that were in no queue",
        source="journeys",
    ),
    Count(name="calls_rescued", words="calls the dialplan's rescue brought to a person", source="journeys"),
    Count(name="calls_lost", words="calls of which nobody knows how they went on", source="journeys"),
    Count(name="ivr_times", words="calls whose time in the flow is known", source="journeys"),
    Count(
        name="ivr_sum_s",
        words="time from the call's beginning until it entered its first queue, or the flow was over, together",
        source="journeys",
        adds="ivr",
    ),
    Count(name="steps_entered", words="times calls were in the step, and left it", source="journey_steps"),
    Count(name="steps_hung_up", words="of these, times the caller hung up there", source="journey_steps"),
    Count(name="ways_taken", words="of these, times they left by this way", source="journey_steps"),
)

COUNTS: Final[Mapping[str, Count]] = MappingProxyType(
    {count.name: count for count in (*_VISITS, *_AGENTS, *_SHIFTS, *_CALLERS, *_CALLS)}
)
"""Every count by name."""
