"""Cantonese in the formal register of phone systems in Guangdong and Hong Kong (`yue-HK`). The rules are in `han.py`.

Formal means: 元 and not 蚊, 日 and not 號, 小時 and not 粒鐘, 二十 and not 廿. Traditional characters, because the
speech engine's Cantonese dictionary and the readers of `yue-HK.yaml` have them.
"""

from __future__ import annotations

from types import MappingProxyType

from ivr.prompts.spoken.han import Currency, Han

GRAMMAR = Han(
    tag="yue",
    two="兩",
    myriad="萬",
    hundred_million="億",
    point="點",
    minus="負",
    currencies=MappingProxyType(
        {
            "CNY": Currency("元", "角", "分"),
            "HKD": Currency("港元", "毫", "分"),
            "USD": Currency("美元", None, "美仙"),
        }
    ),
    hour="點",
    units=MappingProxyType({"day": "日", "hour": "小時", "minute": "分鐘", "second": "秒"}),
    weekday="星期",
    keys=MappingProxyType({"*": "星號", "#": "井號", "X": "X"}),
    phone_one="一",  # 幺 is Mandarin; Cantonese reads 1 as it is
)
"""Cantonese's words."""
