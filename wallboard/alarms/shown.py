"""The alarms as boards, the API and Prometheus are told of them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wallboard.alarms.rules import METRICS, NO_AGENTS
from wallboard.alarms.words import LANGUAGES, says

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wallboard.alarms.book import Book
    from wallboard.alarms.machine import Alarm
    from wallboard.alarms.rules import Rule
    from wallboard.alarms.sending import Sending

Shown = dict[str, object]


def shown(book: Book, rules: Mapping[str, Rule], senders: Iterable[Sending]) -> Shown:
    """What stands, what was over of late, and which senders do not deliver."""
    return {
        "firing": [_alarm(alarm, rules[alarm.rule]) for alarm in book.firing],
        "over": [
            {**_alarm(each.alarm, rules[each.alarm.rule]), "over_at": each.at}
            for each in book.over
            if each.alarm.rule in rules and not _stands(book, each.alarm)
        ],
        "senders": [
            {"name": each.name, "why": each.trouble.why, "since": each.trouble.since}
            for each in senders
            if each.trouble is not None
        ],
        "watched": [
            {
                "rule": rule,
                "subject": subject,
                "queue": _queue(alarm, rules[rule]),
                "severity": rules[rule].severity,
                "firing": alarm.fires,
            }
            for (rule, subject), alarm in sorted(book.alarms.items())
        ],
    }


def _stands(book: Book, alarm: Alarm) -> bool:
    again = book.alarms.get((alarm.rule, alarm.subject))
    return again is not None and again.fires


def _alarm(alarm: Alarm, rule: Rule) -> Shown:
    return {
        "id": alarm.id,
        "rule": alarm.rule,
        "when": rule.when,
        "subject": alarm.subject,
        "queue": _queue(alarm, rule),
        "severity": rule.severity,
        "since": alarm.fired_at,
        "value": alarm.value,
        "bound": alarm.of,
        "flapping": alarm.flaps,
        "sound": rule.sound,
        "text": {language: says(rule, alarm, language) for language in LANGUAGES},
    }


def _queue(alarm: Alarm, rule: Rule) -> str | None:
    """The queue it is about: who may not see that queue is not told."""
    return alarm.subject if rule.when == NO_AGENTS or rule.when in METRICS else None
