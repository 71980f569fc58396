"""A small hotline's sentences in three languages, for the tests of this package."""

from __future__ import annotations

from dialplan.source import Source
from ivr.prompts import Catalogue, load_catalogue

ZH = """\
your-balance: 您的话费余额是{amount, money}，截至{as_of, date, long}{as_of, time, short}。
queue-position: 您前面还有{ahead, plural, =0 {零位客户，马上为您接通} other {#位客户}}。
identify:
  ask-pin: 请输入密码，按井号键结束。
  welcome: '{tier, select, vip {尊贵的客户，} other {}}您好，{agent, text, 陈美玲 | 李强}为您服务。'
"""
YUE = """\
your-balance: 您的話費餘額是{amount, money}，截至{as_of, date, long}{as_of, time, short}。
queue-position: 您前面仲有{ahead, plural, =0 {零位客戶，即刻為您接通} other {#位客戶}}。
identify:
  ask-pin: 請輸入密碼，按井字鍵結束。
  welcome: '{tier, select, vip {尊貴嘅客戶，} other {}}您好，{agent, text, 陈美玲 | 李强}為您服務。'
"""
EN = """\
your-balance: Your balance is {amount, money}, as of {as_of, date, long}, {as_of, time, short}.
queue-position: >-
  {ahead, plural, =0 {You are next.} one {There is one caller before you.}
  other {There are # callers before you.}}
identify:
  ask-pin: Don't hurry. Enter your PIN, then press hash.
  welcome: 'Hello{tier, select, vip {, dear VIP} other {}}, this is {agent, text, May Chan | John Lee}.'
"""
SHARED = """\
choose-language:
  - zh-CN: 普通话请按1。
  - yue-HK: 廣東話請按2。
  - en: For English, press 3.
"""


def sources(**changed: str) -> dict[str, Source]:
    """The four files, some of them changed: `sources(en="…")`."""
    texts = {"all": SHARED, "zh": ZH, "yue": YUE, "en": EN} | changed
    names = {"all": "all", "zh": "zh-CN", "yue": "yue-HK", "en": "en"}
    return {names[key]: Source(f"prompts/{names[key]}.yaml", text) for key, text in texts.items()}


def catalogue() -> Catalogue:
    """The hotline, loaded without an error."""
    loaded, diagnostics = load_catalogue(sources())
    assert not diagnostics, diagnostics
    return loaded


def one(text: str, language: str = "en") -> Catalogue:
    """A catalogue of one language's file, loaded without an error."""
    loaded, diagnostics = load_catalogue({language: Source(f"prompts/{language}.yaml", text)})
    assert not diagnostics, diagnostics
    return loaded
