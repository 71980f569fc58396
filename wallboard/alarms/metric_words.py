"""What the figures of boards are called in messages: as boards call them (`static/wall-words.js`). Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "zh-Hans": {
        "waiting": "排队中", "longest_wait": "最长等待", "expected_wait": "预计等待", "entered": "进入",
        "answered": "接听", "abandoned": "放弃", "connection_rate": "接通率", "abandonment": "放弃率",
        "service_level": "服务水平", "service_level_asterisk": "服务水平（Asterisk）", "asa": "平均接听速度",
        "longest_today": "今日最长等待", "talk_time": "平均通话", "free": "空闲坐席", "ringing": "振铃",
        "talking": "通话中", "wrap_up": "整理", "paused": "小休", "away": "离线", "in_menus": "语音导航中",
    },
    "zh-Hant": {
        "waiting": "輪候中", "longest_wait": "最長等候", "expected_wait": "預計等候", "entered": "進入",
        "answered": "接聽", "abandoned": "放棄", "connection_rate": "接通率", "abandonment": "放棄率",
        "service_level": "服務水平", "service_level_asterisk": "服務水平（Asterisk）", "asa": "平均接聽速度",
        "longest_today": "今日最長等候", "talk_time": "平均通話", "free": "空閒專員", "ringing": "響鈴",
        "talking": "通話中", "wrap_up": "整理", "paused": "小休", "away": "離線", "in_menus": "語音導航中",
    },
    "en": {
        "waiting": "Waiting", "longest_wait": "Longest wait", "expected_wait": "Expected wait", "entered": "Entered",
        "answered": "Answered", "abandoned": "Abandoned", "connection_rate": "Connection rate",
        "abandonment": "Abandonment", "service_level": "Service level",
        "service_level_asterisk": "Service level (Asterisk)", "asa": "Speed of answer",
        "longest_today": "Longest today", "talk_time": "Average talk", "free": "Agents free", "ringing": "Ringing",
        "talking": "Talking", "wrap_up": "Wrap-up", "paused": "Paused", "away": "Away", "in_menus": "In the menus",
    },
})  # fmt: skip


def name_of(metric: str, language: str) -> str:
    """A figure's name in one of the page's languages; any other metric goes by its own word."""
    return _NAMES[language].get(metric, metric)
