"""What an alarm says, in the page's three languages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wallboard.alarms import rules as on
from wallboard.alarms.metric_words import name_of
from wallboard.alarms.rules import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.alarms.machine import Alarm, Change
    from wallboard.alarms.rules import Rule

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")

_SAYS: Final[Mapping[str, Mapping[str, str]]] = {
    on.NODE: {
        "zh-Hans": "节点 {subject} 失联：桥接程序不在，无任何实时数据",
        "zh-Hant": "節點 {subject} 失聯：橋接程式不在，沒有任何即時資料",
        "en": "node {subject} is gone: its bridge does not answer, nothing is known of it",
    },
    on.AMI: {
        "zh-Hans": "{subject} 上的 Asterisk 不应答（AMI 中断或 Asterisk 已停止）",
        "zh-Hant": "{subject} 上的 Asterisk 沒有回應（AMI 中斷或 Asterisk 已停止）",
        "en": "Asterisk on {subject} does not answer: AMI is cut, or Asterisk has stopped",
    },
    on.DATABASE: {
        "zh-Hans": "数据库不应答", "zh-Hant": "資料庫沒有回應", "en": "the database does not answer",
    },
    on.TRUNK: {
        "zh-Hans": "中继 {subject} 不可达",
        "zh-Hant": "中繼 {subject} 無法連線",
        "en": "trunk {subject} cannot be reached",
    },
    on.NO_AGENTS: {
        "zh-Hans": "队列 {subject} 无人签入",
        "zh-Hant": "隊列 {subject} 無人簽入",
        "en": "nobody is signed in to queue {subject}",
    },
    on.FAILED: {
        "zh-Hans": "通话失败率 {value}（上限 {of}）",
        "zh-Hant": "通話失敗率 {value}（上限 {of}）",
        "en": "{value} of the calls failed (bound {of})",
    },
    on.PHONES: {
        "zh-Hans": "{of} 部坐席话机中有 {value} 部同时离线", "zh-Hant": "{of} 部專員話機中有 {value} 部同時離線",
        "en": "{value} of {of} agents' telephones are gone at once",
    },
}  # fmt: skip
_METRIC: Final = {
    "zh-Hans": "队列 {subject}：{metric} {value}（界限 {of}）",
    "zh-Hant": "隊列 {subject}：{metric} {value}（界限 {of}）",
    "en": "queue {subject}: {metric} {value} (bound {of})",
}
_COLON: Final = {"zh-Hans": "：", "zh-Hant": "：", "en": ": "}
_CHANGES: Final[Mapping[str, Mapping[str, str]]] = {
    "fired": {"zh-Hans": "告警", "zh-Hant": "警報", "en": "ALARM"},
    "repeated": {"zh-Hans": "仍在告警", "zh-Hant": "仍在警報", "en": "STILL"},
    "recovered": {"zh-Hans": "已恢复", "zh-Hant": "已恢復", "en": "OVER"},
}
_FLAPS: Final = {"zh-Hans": "（反复出现）", "zh-Hant": "（反覆出現）", "en": " (it comes and goes)"}
_DIGEST: Final = {"zh-Hans": "{count} 条告警消息", "zh-Hant": "{count} 則警報訊息", "en": "{count} messages of alarms"}


def page_language(tag: str) -> str:
    """The page's language for one of the hotline's: Mandarin and Cantonese are written in two scripts."""
    low = tag.lower()
    if low.startswith(("yue", "zh-hant")) or low in {"zh-hk", "zh-mo", "zh-tw"}:
        return "zh-Hant"
    return "zh-Hans" if low.split("-")[0] in {"zh", "cmn"} else "en"


def says(rule: Rule, alarm: Alarm, language: str) -> str:
    """What is the matter, in one line."""
    title = next((text for tag, text in rule.title.items() if page_language(tag) == language), "")
    if title and alarm.subject in {"database", "phones", "calls"}:
        return title
    if title:
        return f"{title}{_COLON[language]}{alarm.subject}"
    unit = METRICS.get(rule.when, "per_cent" if rule.when == on.FAILED else "count")
    form = _SAYS.get(rule.when, _METRIC)[language]
    value, bound = shown(alarm.value, unit), shown(alarm.of, unit)
    return form.format(subject=alarm.subject, metric=name_of(rule.when, language), value=value, of=bound)


def headline(rule: Rule, alarm: Alarm, change: Change, language: str) -> str:
    """The same with what became of it, as a message begins."""
    flaps = _FLAPS[language] if alarm.flaps and change == "fired" else ""
    return f"{_CHANGES[change][language]}{_COLON[language]}{says(rule, alarm, language)}{flaps}"


def digest(count: int, language: str) -> str:
    """The first line of many told together."""
    return _DIGEST[language].format(count=count)


def shown(value: float | None, unit: str) -> str:
    """A figure as people read it."""
    if value is None:
        return "–"
    if unit == "seconds":
        return f"{value:.0f} s"
    return f"{value:.1f}".rstrip("0").rstrip(".") + (" %" if unit == "per_cent" else "")
