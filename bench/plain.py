"""The sample's balance call written by hand in plain dialplan: what the hotline is measured against. Pure.

The caller hears the same files in the same order. The language and the customer come out of Asterisk's own database
(`DB`), the PIN is checked and the balance asked for over HTTP (`CURL`), at the same addresses. Where there was a choice
it takes the cheaper: what a balance sounds like is in a list made beforehand, and is not put together in dialplan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NUMBER = "96957"
TOLD = "bench told the balance"
"""Logged as a notice by each call that heard the balance to its end."""
MODULES = ("res_curl.so", "func_curl.so", "func_json.so")
"""Needed beside those of a hotline."""
_KEY = "${FILTER(0-9.,${JSON_DECODE(BILL,amount)})}@${JSON_DECODE(BILL,as_of)}"
"""The name of the extension, as the dialplan makes it; `extension` is how we make it."""


MESSAGES = ("welcome", "main-menu", "ask-pin", "anything-else", "goodbye", "balance-unavailable")
"""What is said beside the balance, by its name in the hotline."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer the plain dialplan knows."""

    caller: str
    """Calling number as the trunk sends it."""
    account: str
    language: str
    """BCP 47."""
    pin: str


@dataclass(frozen=True, slots=True)
class Sounds:
    """The files of one language, absolute paths without ending."""

    messages: Mapping[str, Sequence[str]]
    """By message, all of `MESSAGES`."""
    balances: Mapping[tuple[str, str], Sequence[str]]
    """(amount, moment) as the billing system writes them → what is said."""


def modules(shipped: str) -> str:
    """A hotline's modules.conf and what plain dialplan needs besides."""
    return shipped + "".join(f"load = {module}\n" for module in MODULES)


def database(customers: Iterable[Customer]) -> list[str]:
    """Commands for Asterisk's command line that make it know the customers."""
    return [
        f"database put {family} {one.caller} {value}"
        for one in customers
        for family, value in (("plain-language", one.language), ("plain-account", one.account))
    ]


def extensions(sounds: Mapping[str, Sounds], billing: str, token: str) -> str:
    """Contexts to be put behind a hotline's own extensions.conf.

    Args:
        sounds: by language.
        billing: address of the billing system, without a slash at its end.
        token: what it wants as `Authorization`.
    """
    parts = [_begin()]
    for language, said in sounds.items():
        parts += [_talk(language, said, billing, token), _balances(language, said)]
    return "\n".join(parts)


def _begin() -> str:
    return f"""
[hotline-numbers]
exten => {NUMBER},1,Answer()
 same => n,Set(ACCOUNT=${{DB(plain-account/${{CALLERID(num)}})}})
 same => n,Goto(plain-${{DB(plain-language/${{CALLERID(num)}})}},s,1)
"""


def _talk(language: str, said: Sounds, billing: str, token: str) -> str:
    account = f"{billing}/v1/accounts/${{ACCOUNT}}"
    return f"""
[plain-{language}]
exten => s,1,Set(CHANNEL(language)={language})
 same => n(menu),Read(KEY,{_files(said, "welcome", "main-menu")},1,,1,5)
 same => n,GotoIf($["${{KEY}}" != "1"]?over)
 same => n,Read(PIN,{_files(said, "ask-pin")},6,,1,6)
 same => n,Set(CURLOPT(httpheader)=Authorization: {token})
 same => n,Set(CURLOPT(httptimeout)=2)
 same => n,Set(CHECKED=${{CURL({account}/check,{{"pin":"${{PIN}}"}})}})
 same => n,GotoIf($["${{JSON_DECODE(CHECKED,verified)}}" != "1"]?sorry)
 same => n,Set(BILL=${{CURL({account}/balance)}})
 same => n,Goto(plain-balance-{language},{_KEY},1)
 same => n(sorry),Playback({_files(said, "balance-unavailable")})
 same => n,Hangup()
 same => n(told),Log(NOTICE,{TOLD})
 same => n,Read(KEY,{_files(said, "anything-else")},1,,1,4)
 same => n,GotoIf($["${{KEY}}" = "1"]?menu)
 same => n(over),Playback({_files(said, "goodbye")})
 same => n,Hangup()
"""


def _balances(language: str, said: Sounds) -> str:
    lines = [f"[plain-balance-{language}]"]
    for (amount, moment), files in said.balances.items():
        lines.append(f"exten => {extension(amount, moment)},1,Playback({'&'.join(files)})")
        lines.append(f" same => n,Goto(plain-{language},s,told)")
    lines.append(f"exten => i,1,Goto(plain-{language},s,sorry)")
    return "\n".join(lines) + "\n"


def extension(amount: str, moment: str) -> str:
    """The name of the extension that says this balance: `123.45@2026-01-31T08:00:00+00:00`."""
    return f"{amount.split(maxsplit=1)[0]}@{moment}"


def _files(said: Sounds, *messages: str) -> str:
    return "&".join(file for message in messages for file in said.messages[message])
