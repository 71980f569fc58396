"""Mandarin as spoken by phone systems in mainland China (`zh-CN`). The rules are in `han.py`."""

from __future__ import annotations

from types import MappingProxyType

from ivr.prompts.spoken.han import Currency, Han

GRAMMAR = Han(
    tag="zh",
    two="两",
    myriad="万",
    hundred_million="亿",
    point="点",
    minus="负",
    currencies=MappingProxyType(
        {
            "CNY": Currency("元", "角", "分"),
            "HKD": Currency("港元", "角", "分"),
            "USD": Currency("美元", None, "美分"),
        }
    ),
    hour="点",
    units=MappingProxyType({"day": "天", "hour": "小时", "minute": "分钟", "second": "秒"}),
    weekday="星期",
    keys=MappingProxyType({"*": "星号", "#": "井号", "X": "X"}),
    phone_one="幺",  # on a bad line 一 is taken for 七, so phone numbers are read with 幺
)
"""Mandarin's words."""
