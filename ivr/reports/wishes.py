"""What is asked of a report, understood: the range on the hotline's clock, its intervals, its metrics. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast
from zoneinfo import ZoneInfo, available_timezones

from dialplan.diagnostics import did_you_mean
from store.intervals import MINUTES, Interval, Length, changed_offsets, intervals, local_moment
from store.metrics import COUNTS, METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from store.metrics import Metric

Kind: TypeAlias = Literal["queues", "agents", "hours", "calls"]
FORMS: Final = ("table", "csv", "json", "html", "xlsx")
SEPARATORS: Final[Mapping[str, str]] = MappingProxyType({",": ",", ";": ";", "tab": "\t"})
"""What may stand between two cells of a CSV file, by its word."""
MOST_INTERVALS: Final = 50_000
DEFAULT_METRICS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        "queues": ("entered", "answered", "abandoned", "sl_negative", "connection_rate", "abandonment", "asa_s",
                   "longest_wait_s", "aht_s"),
        "hours": ("entered", "answered", "abandoned", "sl_negative", "connection_rate", "abandonment", "asa_s",
                  "longest_wait_s", "aht_s"),
        "agents": ("handled", "talk_s", "aht_s", "rung", "missed", "missed_rate", "occupancy", "paused_share",
                   "signed_in_s"),
        "calls": ("calls", "calls_contained", "calls_queued", "calls_handed_on", "calls_rescued", "calls_lost",
                  "containment", "ivr_hang_up_rate", "ivr_s"),
    }
)  # fmt: skip
WHOLE: Final[Mapping[Kind, str]] = MappingProxyType(
    {"queues": "queue", "agents": "agent", "hours": "hour", "calls": "flow"}
)
"""The word of `--by` for the whole range in one row each."""
OF_A_PLAN: Final = ("adherence", "conformance")
"""What agents are shown with, too, where they have a plan."""
OF_AN_AGENT: Final = frozenset(
    {"answered", "answered_within", "still_talking", "answer_waits", "answer_wait_s", "handled", "talk_sum_s", "holds",
     "hold_sum_s", "wrap_up_sum_s", "transferred"}
)  # fmt: skip
"""Counts of visits that mean something for an agent: those of visits he answered."""
_SPAN: Final = re.compile(r"(\d{1,5})(min|h|d|w)")
_UNIT: Final = MappingProxyType({"min": "minutes", "h": "hours", "d": "days", "w": "weeks"})
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""No call is older than Unix time, and nobody reads this hotline's reports after that."""


class WishError(Exception):
    """What is asked for cannot be had: a code of `ivr.reports.codes`, and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.sentence = message


@dataclass(frozen=True, slots=True)
class Span:
    """The range of a report.

    Attributes:
        since: Its beginning, in UTC.
        until: Its end, not in it.
        zone: Whose clock it is cut by.
    """

    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def odd_days(self) -> list[str]:
        """The days in it that do not have 24 hours, each in words."""
        return [
            f"{begin.astimezone(self.zone):%Y-%m-%d} has {lasts / timedelta(hours=1):g} hours in {self.zone.key}"
            for begin, lasts in changed_offsets(self.since, self.until, self.zone)
        ]


def span(since: str, until: str, zone: str, now: datetime, words: tuple[str, str] = ("--from", "--to")) -> Span:
    """The range that is asked for; `words` are what its beginning and its end are called where it is asked.

    Raises:
        WishError: A zone, a time or their order is wrong (R002, R003, R004, R007).
    """
    if zone not in available_timezones():
        raise WishError("R007", _unknown("time zone", zone, available_timezones(), "a name such as Asia/Shanghai"))
    place = ZoneInfo(zone)
    begin, end = (moment(option, told, place, now) for option, told in zip(words, (since, until), strict=True))
    if begin >= end:
        raise WishError(
            "R003",
            f"the range begins at {begin.astimezone(place):%Y-%m-%d %H:%M:%S} and ends at "
            f"{end.astimezone(place):%Y-%m-%d %H:%M:%S}; expected {words[0]} before {words[1]}",
        )
    return Span(begin, end, place)


def pieces(kind: Kind, by: str, wanted: Span) -> tuple[Interval, ...]:
    """The intervals that are asked for; one where the whole range is.

    Raises:
        WishError: There is no such interval (R008), or there are too many (R010).
    """
    lengths = (WHOLE[kind], *MINUTES) if kind != "hours" else ("hour",)
    if by not in lengths:
        raise WishError("R008", _unknown("interval", by, lengths, ", ".join(lengths)))
    if kind != "hours" and by == WHOLE[kind]:
        return (Interval(wanted.since, wanted.until),)
    length = cast("Length", by)
    count = int((wanted.until - wanted.since) / timedelta(minutes=MINUTES[length]))
    if count > MOST_INTERVALS:
        raise WishError("R010", f"that is {count:,} intervals of {by}; expected at most {MOST_INTERVALS:,}")
    return tuple(intervals(wanted.since, wanted.until, length, wanted.zone))


def cut_of_ways(by: str, words: Sequence[str], wanted: Span) -> tuple[Interval, ...]:
    """The intervals a report of the flows is cut by; none where `by` is no interval.

    Raises:
        WishError: There is no such word (R008), or there are too many intervals (R010).
    """
    if by not in words:
        raise WishError("R008", _unknown("interval", by, words, ", ".join(words)))
    return pieces("calls", by, wanted) if by in MINUTES else ()


def metrics(kind: Kind, names: str | None) -> tuple[Metric, ...]:
    """The metrics that are asked for, in their order.

    Raises:
        WishError: There is none of that name, or not in this report (R005).
    """
    wanted = (
        DEFAULT_METRICS[kind] if names is None else tuple(dict.fromkeys(filter(None, map(str.strip, names.split(",")))))
    )
    known = [name for name, metric in METRICS.items() if is_of(kind, metric)]
    for name in wanted or ("",):
        if name in METRICS and name not in known:
            what = kind if kind != "hours" else "queues"
            raise WishError("R005", f"'{name}' is no metric of {what}; `hotline report metrics` says which are")
        if name not in known:
            raise WishError("R005", _unknown("metric", name, known, "those of `hotline report metrics`"))
    return tuple(METRICS[name] for name in wanted)


def is_of(kind: Kind, metric: Metric) -> bool:
    """Whether a report of this kind can have the metric."""
    sources = {COUNTS[name].source for name in metric.counts}
    if kind == "agents":
        of_visits = {name for name in metric.counts if COUNTS[name].source == "visits"}
        return sources <= {"visits", "ring_attempts", "agent_intervals", "shifts"} and of_visits <= OF_AN_AGENT
    if kind == "calls":
        return sources == {"journeys"}
    return sources <= {"visits", "callers"}


def form(told: str, *, to_terminal: bool) -> str:
    """The form that is asked for.

    Raises:
        WishError: There is none (R001), or it is not for a terminal (R011).
    """
    if told not in FORMS:
        raise WishError("R001", _unknown("format", told, FORMS, ", ".join(FORMS)))
    if told == "xlsx" and to_terminal:
        raise WishError("R011", "a workbook is not for a terminal; name a file with --output")
    return told


def separator(told: str | None, form: str, *, bom: bool) -> str:
    """The character between two cells of a CSV file.

    Raises:
        WishError: There is none such, or the form is none that has any (R013).
    """
    if form != "csv" and (told is not None or bom):
        raise WishError("R013", f"--bom and --separator are for --format csv; this one is {form}")
    if told is not None and told not in SEPARATORS:
        raise WishError("R013", f"there is no separator '{told}'; expected {', '.join(map(repr, SEPARATORS))}")
    return SEPARATORS[told or ","]


def named(what: Literal["queue", "agent", "flow"], asked: Sequence[str], known: Iterable[str]) -> None:
    """See that each queue, agent or flow asked for is one.

    Raises:
        WishError: One is not (R006, R009, R012).
    """
    choices = list(known)
    for name in asked:
        if name not in choices:
            code = {"queue": "R006", "agent": "R009", "flow": "R012"}[what]
            told = ", ".join(choices[:6]) + (", …" if len(choices) > 6 else "")  # noqa: PLR2004 - a line's worth of names
            raise WishError(code, _unknown(what, name, choices, told or "one; there is none yet"))


def _unknown(what: str, name: str, choices: Iterable[str], expected: str) -> str:
    near = did_you_mean(name, sorted(choices))
    return f"there is no {what} '{name}'; {near or f'expected {expected}'}"


def moment(option: str, told: str, zone: ZoneInfo, now: datetime) -> datetime:
    """An instant that is asked for, in UTC; `option` is what it is called where it is asked.

    Raises:
        WishError: It is not understood, or the clock does not show it exactly once (R002, R004).
    """
    today = f"{now.astimezone(zone):%Y-%m-%d}"
    yesterday = f"{now.astimezone(zone) - timedelta(days=1):%Y-%m-%d}"
    found = _SPAN.fullmatch(told)
    try:
        if told == "now" or found:
            back = timedelta(**{_UNIT[found[2]]: int(found[1])}) if found else timedelta(0)
            found_at = _in_its_time((now - back).astimezone(UTC).replace(microsecond=0))
        else:
            found_at = _in_its_time(local_moment({"today": today, "yesterday": yesterday}.get(told, told), zone))
    except (ValueError, OverflowError):
        words = ("today", "yesterday", "now")
        expected = "today, yesterday, now, a span back such as 24h or 7d, or a date or time such as 2026-11-21T09:30"
        raise WishError(
            "R002", f"{option} does not understand '{told}'; {did_you_mean(told, words) or f'expected {expected}'}"
        ) from None
    if found_at is None:
        raise WishError(
            "R004",
            f"{option}: the clock of {zone.key} does not show '{told}' exactly once, it is set in that hour; "
            f"expected its offset, too, such as {told}{_offset_near(told, zone)}",
        )
    return found_at


def _in_its_time(moment: datetime | None) -> datetime | None:
    if moment is not None and not FIRST_YEAR < moment.year < LAST_YEAR:
        raise ValueError(moment)
    return moment


def _offset_near(told: str, zone: ZoneInfo) -> str:
    offset = f"{datetime.fromisoformat(told).replace(tzinfo=zone, fold=1):%z}"
    return f"{offset[:3]}:{offset[3:]}"
