"""A message as senders give it on: one JSON document, and a text. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wallboard.alarms.words import digest, headline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from wallboard.alarms.book import Notice
    from wallboard.alarms.rules import Rule

VERSION: Final = 1
"""Of the document's form."""
MOST_LINES: Final = 40
"""Lines of a digest's text; the document has all."""


@dataclass(frozen=True, slots=True)
class From:
    """Whose messages they are."""

    hotline: str
    node: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Message:
    """What one sender is to deliver."""

    document: Mapping[str, object]
    text: str
    """The same for people; the first line is the headline."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """change, rule, subject, severity, id: what a command's arguments may name; of a digest those of its worst."""

    @property
    def id(self) -> str:
        """Names what is told, for whoever gets it twice."""
        return self.facts["id"]


def message(notices: Sequence[Notice], rules: Mapping[str, Rule], of: From, dropped: int = 0) -> Message:
    """One notice as itself, several as a digest. Of a rule that is no more nobody can tell any more."""
    known = [each for each in notices if each.alarm.rule in rules]
    told = [_document(each, rules[each.alarm.rule], of) for each in known]
    if len(told) == 1 and not dropped:
        return Message(told[0], str(told[0]["text"]), _facts(told[0]))
    head = digest(len(told), of.language)
    worst = next((each for each in told if each["severity"] == "red"), told[0] if told else None)
    facts = {**_facts(worst or {}), "change": "digest", "id": f"digest/{told[-1]['id'] if told else of.node}"}
    document = {
        "version": VERSION,
        "change": "digest",
        "id": facts["id"],
        "hotline": of.hotline,
        "node": of.node,
        "severity": facts["severity"],
        "dropped": dropped,
        "alarms": told,
        "text": head,
    }
    lines = [str(each["text"]) for each in told[:MOST_LINES]]
    return Message(document, "\n".join([head, *lines, *(["…"] if len(told) > MOST_LINES else [])]), facts)


def trial(name: str, of: From, now: datetime) -> Message:
    """What `hotline alarms test` sends."""
    text = {"zh-Hans": "测试：告警消息可以送达", "zh-Hant": "測試：警報訊息可以送達", "en": "TEST: alarms get through"}[
        of.language
    ]
    facts = {"change": "test", "rule": name, "subject": of.node, "severity": "yellow"}
    facts["id"] = f"test/{name}/{now:%Y%m%dT%H%M%S.%fZ}"
    document = {
        "version": VERSION,
        "hotline": of.hotline,
        "node": of.node,
        **facts,
        "at": now.isoformat(),
        "text": text,
    }
    return Message(document, text, facts)


def _document(notice: Notice, rule: Rule, of: From) -> dict[str, object]:
    alarm = notice.alarm
    return {
        "version": VERSION,
        "change": notice.change,
        "id": alarm.id,
        "hotline": of.hotline,
        "node": of.node,
        "rule": alarm.rule,
        "when": rule.when,
        "subject": alarm.subject,
        "severity": rule.severity,
        "value": alarm.value,
        "bound": alarm.of,
        "since": alarm.fired_at.isoformat() if alarm.fired_at else None,
        "at": notice.at.isoformat(),
        "flapping": alarm.flaps,
        "text": headline(rule, alarm, notice.change, of.language),
    }


def _facts(document: Mapping[str, object]) -> dict[str, str]:
    return {key: str(document.get(key, "")) for key in ("change", "rule", "subject", "severity", "id")}
