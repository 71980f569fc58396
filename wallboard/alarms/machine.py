"""One alarm: (phase, sight) → phase, as a table. Pure; `now` is an argument.

`pending` is bad but not for long enough, `clearing` good but not for long enough. What cannot be seen (`unseen`: its
cause is an alarm of its own, or nobody knows) neither fires nor recovers: what stood stands, what was about to begin or
to end counts from the next look. One that fires for the `FLAPPING`th time within `FLAP_WINDOW` flaps: it is then over
only when it has been good for `CALM`, so that what comes and goes is told once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.alarms.rules import Rule

Phase = Literal["ok", "pending", "firing", "clearing"]
Look = Literal["bad", "between", "good", "unseen"]
Change = Literal["fired", "recovered", "repeated"]

FLAPPING: Final = 3
FLAP_WINDOW: Final = timedelta(minutes=10)
CALM: Final = timedelta(minutes=5)

NEXT: Final[Mapping[tuple[Phase, Look], Phase]] = MappingProxyType({
    ("ok", "bad"): "pending",
    ("ok", "between"): "ok",
    ("ok", "good"): "ok",
    ("ok", "unseen"): "ok",
    ("pending", "bad"): "pending",
    ("pending", "between"): "ok",
    ("pending", "good"): "ok",
    ("pending", "unseen"): "ok",
    ("firing", "bad"): "firing",
    ("firing", "between"): "firing",
    ("firing", "good"): "clearing",
    ("firing", "unseen"): "firing",
    ("clearing", "bad"): "firing",
    ("clearing", "between"): "firing",
    ("clearing", "good"): "clearing",
    ("clearing", "unseen"): "firing",
})  # fmt: skip
"""Where a look leads. Time alone leads on: from `pending` to `firing` after `for`, from `clearing` to `ok`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one look at a subject saw."""

    look: Look
    value: float | None = None
    """The figure, in its unit; None where there is none."""
    of: float | None = None
    """What it is held against: the bound, or all there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One rule and one subject, as they stand."""

    rule: str
    subject: str
    phase: Phase = "ok"
    since: datetime | None = None
    """Since when it is in this phase; kept for `pending` and `clearing`."""
    looked_at: datetime | None = None
    fired_at: datetime | None = None
    """When it began to fire; None while it does not."""
    told_at: datetime | None = None
    """When it was told last: fired, or repeated."""
    firings: tuple[datetime, ...] = ()
    """The firings of late, by which flapping is known."""
    value: float | None = None
    of: float | None = None

    @property
    def fires(self) -> bool:
        """Whether it stands."""
        return self.phase in {"firing", "clearing"}

    @property
    def id(self) -> str:
        """Names this firing, and no other, also after a restart."""
        began = self.fired_at.strftime("%Y%m%dT%H%M%S.%fZ") if self.fired_at else "none"
        return f"{self.rule}/{self.subject}/{began}"

    @property
    def flaps(self) -> bool:
        """Whether it has come and gone so often that it is told with a longer breath."""
        return len(self.firings) >= FLAPPING


def step(rule: Rule, alarm: Alarm, sight: Sight, now: datetime) -> tuple[Alarm, Change | None]:
    """The alarm after one look, and what is to be told of it.

    Args:
        rule: its rule.
        alarm: as it stood after the look before. Of one that has just recovered `fired_at` still says when it began.
        sight: what was seen.
        now: the time of this look; one before the last look counts stretches anew.
    """
    if not alarm.fires and alarm.fired_at is not None:
        alarm = replace(alarm, fired_at=None, told_at=None)
    set_back = alarm.looked_at is not None and now < alarm.looked_at
    phase = NEXT[alarm.phase, sight.look]
    same = phase == alarm.phase and alarm.since is not None and not set_back
    since = alarm.since if same else now
    firings = tuple(at for at in alarm.firings if timedelta(0) <= now - at < FLAP_WINDOW or alarm.fires)
    if phase == "pending":  # what it is told with: one that stands keeps the value it fired at
        alarm = replace(alarm, value=sight.value, of=sight.of)
    alarm = replace(alarm, phase=phase, since=since, looked_at=now, firings=firings)
    lasted = now - since if since is not None else timedelta(0)
    if phase == "pending" and lasted >= timedelta(seconds=rule.for_s):
        return _fired(alarm, now), "fired"
    if phase == "clearing" and lasted >= _breath(rule, alarm):
        return replace(alarm, phase="ok", since=now), "recovered"
    if phase == "firing" and sight.look == "bad" and _is_due_again(rule, alarm, now):
        return replace(alarm, told_at=now, value=sight.value, of=sight.of), "repeated"
    return alarm, None


def _fired(alarm: Alarm, now: datetime) -> Alarm:
    return replace(alarm, phase="firing", since=now, fired_at=now, told_at=now, firings=(*alarm.firings, now))


def _breath(rule: Rule, alarm: Alarm) -> timedelta:
    needed = timedelta(seconds=rule.clear_s)
    return max(needed, CALM) if alarm.flaps else needed


def _is_due_again(rule: Rule, alarm: Alarm, now: datetime) -> bool:
    if rule.repeat_s is None or alarm.told_at is None:
        return False
    return now - alarm.told_at >= timedelta(seconds=rule.repeat_s)
