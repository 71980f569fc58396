"""What the sign-in page says, in its three languages."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "zh-Hans": ("简", "简体中文"), "zh-Hant": ("繁", "繁體中文"), "en": ("EN", "English"),
})  # fmt: skip
"""Tag to what its button says and what it is called."""

_ZH_HANS: Final = {
    "sign_in": "登录",
    "name": "用户名",
    "password": "密码",
    "language": "语言",
    "show": "显示密码",
    "wrong": "用户名或密码不对。",
    "too_many": "尝试次数太多，请在 {wait} 秒后再试。",
    "busy": "现在登录的人太多，请稍后再试。",
    "bad_secret": "这个链接已失效：一次性链接只能用一次，且很快过期；屏幕的令牌可能已更换。",
    "bad_form": "这次登录没有收全，请再试一次。",
    "signed_out": "您已退出登录。",
    "entering": "正在进入……",
    "openid": "用 {provider} 登录",
    "openid_failed": "{provider} 的登录没有成功，请再试一次；仍不行请找管理员。",
    "nobody": "还没有人可以登录。",
    "nobody_how": "请在 hotline.yaml 里写入用户，密码的散列用 "
    "<code>hotline user hash --into secrets/ling</code> 生成：",
    "nobody_link": "想先看看？在这台机器上运行 <code>hotline user link DIR</code>，会得到一个只能用一次的链接。",
    "or": "或",
}
_ZH_HANT: Final = {
    "sign_in": "登入",
    "name": "用戶名稱",
    "password": "密碼",
    "language": "語言",
    "show": "顯示密碼",
    "wrong": "用戶名稱或密碼不正確。",
    "too_many": "嘗試次數太多，請在 {wait} 秒後再試。",
    "busy": "現在登入的人太多，請稍後再試。",
    "bad_secret": "這個連結已失效：一次性連結只能用一次，而且很快過期；屏幕的權杖可能已更換。",
    "bad_form": "這次登入沒有收齊，請再試一次。",
    "signed_out": "您已登出。",
    "entering": "正在進入……",
    "openid": "用 {provider} 登入",
    "openid_failed": "{provider} 的登入沒有成功，請再試一次；仍不行請找管理員。",
    "nobody": "還沒有人可以登入。",
    "nobody_how": "請在 hotline.yaml 裏寫入用戶，密碼的雜湊用 "
    "<code>hotline user hash --into secrets/ling</code> 產生：",
    "nobody_link": "想先看看？在這台機器上執行 <code>hotline user link DIR</code>，會得到一個只能用一次的連結。",
    "or": "或",
}
_EN: Final = {
    "sign_in": "Sign in",
    "name": "Name",
    "password": "Password",
    "language": "Language",
    "show": "Show the password",
    "wrong": "That name and password do not belong together.",
    "too_many": "Too many tries. Try again in {wait} s.",
    "busy": "Too many people are signing in at this moment. Try again shortly.",
    "bad_secret": "This link is no longer good. A one-time link works once and for a short time; a screen's token may "
    "have been replaced.",
    "bad_form": "That did not arrive whole. Please try again.",
    "signed_out": "You have signed out.",
    "entering": "Letting you in…",
    "openid": "Sign in with {provider}",
    "openid_failed": "{provider} did not sign you in. Try again, or ask your administrator.",
    "nobody": "Nobody can sign in yet.",
    "nobody_how": "Put users into hotline.yaml. <code>hotline user hash --into secrets/ling</code> makes the hash of a "
    "password:",
    "nobody_link": "Just looking? On this machine, <code>hotline user link DIR</code> prints an address that lets you "
    "in once.",
    "or": "or",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"zh-Hans": _ZH_HANS, "zh-Hant": _ZH_HANT, "en": _EN})


def language_of(asked: str | None, accepted: str) -> str:
    """The page's language: the one asked for, else the first of a browser's `Accept-Language` that there is."""
    if asked is not None and asked in WORDS:
        return asked
    for each in accepted.split(","):
        tag = each.partition(";")[0].strip().lower()
        if re.match(r"(zh-(hk|mo|tw|hant)|yue)\b", tag):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return "zh-Hans"


def title_of(titles: Mapping[str, str], language: str) -> str:
    """The hotline's name as this language has it, else any it has."""
    order = {"zh-Hans": ("zh-CN", "zh"), "zh-Hant": ("yue-HK", "zh-HK", "zh-TW"), "en": ("en",)}[language]
    return next((titles[tag] for tag in order if tag in titles), next(iter(titles.values()), "hotline"))
