"""Figures of this moment, by name: who waits and what agents do now. They have no past; no report has them. Pure data.

Each is named once here, as the metrics of a range are in `store.metrics.definitions`; the board's tiles, the API and
Prometheus show them under these names.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

MomentUnit: TypeAlias = Literal["count", "seconds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One figure of this moment.

    Attributes:
        name: Its name on the board, in the API and in Prometheus.
        unit: What kind of number it is.
        words: What it says.
    """

    name: str
    unit: MomentUnit
    words: str


_ALL: Final = (
    Moment(name="waiting_now", unit="count", words="Callers waiting in the queue now, whenever they entered it."),
    Moment(name="vip_waiting", unit="count", words="Of these, the VIP callers."),
    Moment(
        name="longest_waiting_s",
        unit="seconds",
        words="How long the caller who waits longest now has waited; 0 when nobody waits.",
    ),
    Moment(
        name="expected_wait_s",
        unit="seconds",
        words="Within this most callers were answered of late; no value while too few were.",
    ),
    Moment(name="agents_available", unit="count", words="Agents who could take a call now (state `available`)."),
    Moment(name="agents_ringing", unit="count", words="Agents whose telephone rings."),
    Moment(
        name="agents_talking",
        unit="count",
        words="Agents in a call, a queue's or another, held ones too (`on_queue_call`, `on_other_call`, `on_hold`).",
    ),
    Moment(name="agents_wrap_up", unit="count", words="Agents in after-call work."),
    Moment(name="agents_paused", unit="count", words="Agents who have paused."),
    Moment(name="agents_away", unit="count", words="Agents signed off or unreachable."),
    Moment(name="callers_in_menus", unit="count", words="Callers in a flow and in no queue now."),
)

MOMENTS: Final[Mapping[str, Moment]] = MappingProxyType({one.name: one for one in _ALL})
"""Every figure of this moment by name; none of them is also the name of a metric of a range."""
