"""All alarms as they stand, and what one look changes. Pure; `now` comes with what is seen.

An alarm is kept while it is anything but `ok`, or has fired of late (by that flapping is known). One whose rule or
subject is no more is dropped without a word: nobody can say how it ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from wallboard.alarms.causes import Key, Seen, phones_after, sights
from wallboard.alarms.machine import FLAP_WINDOW, Alarm, Change, step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.alarms.phones import Phones
    from wallboard.alarms.rules import Rule

SHOWN_AFTER: Final = timedelta(minutes=5)
"""How long boards show an alarm that is over."""
MOST_OVER: Final = 20
"""Of those that are over, how many are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be told of one alarm."""

    change: Change
    alarm: Alarm
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Every alarm that is not plainly `ok`, and those that were over of late."""

    alarms: Mapping[Key, Alarm] = field(default_factory=dict)
    phones: Mapping[str, Phones] = field(default_factory=dict)
    over: tuple[Notice, ...] = ()
    """Recoveries of the last minutes, the newest last."""

    def look(self, rules: Mapping[str, Rule], seen: Seen) -> tuple[Book, tuple[Notice, ...]]:
        """The book after one look, and what is to be told: causes first."""
        phones = phones_after(rules, seen, self.phones)
        found, told = {}, []
        for key, sight in sights(rules, seen, self.alarms, phones).items():
            name, subject = key
            alarm, change = step(rules[name], self.alarms.get(key, Alarm(rule=name, subject=subject)), sight, seen.now)
            if alarm.phase != "ok" or _fired_of_late(alarm, seen.now):
                found[key] = alarm
            if change is not None:
                told.append(Notice(change=change, alarm=alarm, at=seen.now))
        over = (*self.over, *(each for each in told if each.change == "recovered"))
        fresh = tuple(each for each in over if timedelta(0) <= seen.now - each.at < SHOWN_AFTER)[-MOST_OVER:]
        return replace(self, alarms=found, phones=phones, over=fresh), tuple(told)

    @property
    def firing(self) -> tuple[Alarm, ...]:
        """Those that stand, the oldest first."""
        stand = [alarm for alarm in self.alarms.values() if alarm.fires]
        return tuple(sorted(stand, key=lambda alarm: (str(alarm.fired_at), alarm.rule, alarm.subject)))

    def only(self, rules: Mapping[str, Rule]) -> Book:
        """Without alarms of rules that are no more."""
        return replace(self, alarms={key: alarm for key, alarm in self.alarms.items() if key[0] in rules})


def _fired_of_late(alarm: Alarm, now: datetime) -> bool:
    return any(now - at < FLAP_WINDOW for at in alarm.firings)
