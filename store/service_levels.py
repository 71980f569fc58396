"""Service levels by name, from counts. Several are in use under the one word. Pure.

Sources: queues.conf.sample and app_queue.c ("SL" and "SL2" of `queue show`, app_queue.c:10828); Cisco ICM's three ways
to treat abandoned calls. With nothing to judge a level is null: neither 0 % nor 100 % would be true.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from store.metrics import METRICS, Tally, value_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the levels are computed from; counts of visits whose wait is over.

    Attributes:
        ended: All of them, whatever the outcome.
        answered: Those answered.
        answered_within: Those answered within the queue's threshold.
        abandoned: Those whose caller gave up.
        abandoned_within: Those whose caller gave up within the threshold.
        short_abandoned: Those whose caller gave up sooner than the queue's short-abandon time.
    """

    ended: int
    answered: int
    answered_within: int
    abandoned: int
    abandoned_within: int
    short_abandoned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevels:
    """Shares from 0 to 1; null when there is nothing to judge.

    Attributes:
        sl_negative: Answered within ÷ (ended − short abandons): every caller not helped in time counts against us. The
            hotline's default. Visits whose end nobody saw count as ended: a gap must never improve the figure.
        sl_asterisk: Answered within ÷ answered; what `queue show` prints as SL.
        sl_asterisk2: (Answered within + abandoned within) ÷ (answered + abandoned); what `queue show` prints as SL2.
        sl_ignore_abandoned: Answered within ÷ (ended − abandoned within).
        sl_positive: (Answered within + abandoned within) ÷ ended.
    """

    sl_negative: float | None
    sl_asterisk: float | None
    sl_asterisk2: float | None
    sl_ignore_abandoned: float | None
    sl_positive: float | None


def service_levels(judged: Judged) -> ServiceLevels:
    """Every level for these counts, by the one definition of its name (`store.metrics`)."""
    tally = Tally({field.name: getattr(judged, field.name) for field in fields(Judged)})
    return ServiceLevels(**{field.name: value_of(METRICS[field.name], tally) for field in fields(ServiceLevels)})
