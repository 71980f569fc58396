"""Every kind of change as an edit of the small hotline's files, and a hotline with some of them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DIALOGUES = """\
a caller asks for a person:
  from: "13800138000"
  clock: "2026-11-20 10:00"
  talk:
    - expect: [welcome, main-menu]
    - press: 0
    - queued: sales

a caller leaves a word when nobody is there:
  like: a caller asks for a person
  clock: "2026-11-20 03:00"
  talk:
    - expect: [welcome, leave-word]
    - speak: 2s
    - expect: goodbye

a caller hears the balance:
  like: a caller asks for a person
  backend: {balance: {amount: "12.00 CNY", as_of: "2026-11-20 09:58"}}
  talk:
    - expect: main-menu
    - press: 1
    - expect: ask-account
    - press: 755001234#
    - expect: ask-pin
    - press: 4711#
    - expect: your-balance
"""
MAIN, IDENTIFY, SETTINGS = "flows/main.yaml", "flows/identify.yaml", "hotline.yaml"
ZH, EN = "prompts/zh-CN.yaml", "prompts/en.yaml"
RENAMED = [(ZH, "leave-word:", "your-word:"), (EN, "leave-word:", "your-word:"), (MAIN, "leave-word", "your-word")]
SIGN_IN = "flows/sign-in.yaml"


@dataclass(frozen=True)
class Edit:
    """One change as somebody would make it."""

    kind: str
    changes: tuple[tuple[str, str, str], ...]
    """File, text, other text; an empty text puts the other at the end, an empty other text takes the file away."""
    alone: bool = False
    """Whether it cannot be made beside others."""


def one(kind: str, *changes: tuple[str, str, str], alone: bool = False) -> Edit:
    return Edit(kind, changes, alone)


EXTRA = "flow: extra\nstart: bye\nsteps:\n  bye: {hangup: goodbye}\n"
CALLED = """\
    subflow: identify
    into: identity
    then:
      - {when: identity.verified, then: balance}
      - {then: person}
"""
ASKED = """\
    collect: ask-account
    into: account
    length: 6
    no_input: {then: person}
    wrong_input: {then: person}
    then: balance
"""
EDITS = {
    "flow-added": one(
        "flow added",
        ("flows/extra.yaml", "", EXTRA),
        (SETTINGS, '"10010": main', '"10010": main\n  "10011": extra'),
        alone=True,
    ),
    "flow-removed": one(
        "flow removed", (IDENTIFY, "", ""), (MAIN, CALLED, ASKED), (MAIN, "identity.acc", "acc"), alone=True
    ),
    "flow-renamed": one(
        "flow renamed",
        (IDENTIFY, "flow: identify", "flow: sign-in"),
        (IDENTIFY, "", SIGN_IN),
        (MAIN, "subflow: identify", "subflow: sign-in"),
        alone=True,
    ),
    "flow-start": one(
        "flow start",
        (MAIN, "start: greet", "start: open_now"),
        (MAIN, "  greet: {play: welcome, then: open_now}\n", "  greet: {play: welcome, then: menu}\n"),
        (MAIN, "open: menu", "open: greet"),
        alone=True,
    ),
    "flow-takes": one(
        "flow takes",
        (IDENTIFY, "flow: identify", "flow: identify\ntakes: [reason]"),
        (MAIN, "    subflow: identify\n", "    subflow: identify\n    with: {reason: true}\n"),
        alone=True,
    ),
    "flow-bound": one("flow bound", (IDENTIFY, "flow: identify", "flow: identify\nlongest_steps: 50")),
    "step-added": one(
        "step added",
        (MAIN, "  bye: {hangup", "  sorry: {play: one-moment, then: bye}\n  bye: {hangup"),
        (MAIN, "empty: record", "empty: sorry"),
        alone=True,
    ),
    "step-removed": one(
        "step removed",
        (MAIN, "  greet: {play: welcome, then: open_now}\n\n", ""),
        (MAIN, "start: greet", "start: open_now"),
        alone=True,
    ),
    "step-renamed": one(
        "step renamed", (MAIN, "  say_balance:", "  tell_balance:"), (MAIN, "then: say_balance", "then: tell_balance")
    ),
    "step-verb": one(
        "step verb",
        (MAIN, "  greet: {play: welcome, then: open_now}", "  greet: {set: {seen: true}, then: open_now}"),
        alone=True,
    ),
    "step-field": one("step field", (MAIN, "longest: 10min", "longest: 8min")),
    "step-message": one("step field", (MAIN, "meanwhile: one-moment", "meanwhile: rescue")),
    "way-to": one("way to", (MAIN, "timed_out: record", "timed_out: bye")),
    "way-sets": one(
        "way sets", (MAIN, "{set: {language: en}, then: menu}", "{set: {language: zh-CN}, then: menu}"), alone=True
    ),
    "way-added": one("way added", (MAIN, "      0: person\n", "      0: person\n      7: record\n")),
    "way-removed": one("way removed", (MAIN, '      "*": {set: {language: en}, then: menu}\n', ""), alone=True),
    "way-key": one("way key", (MAIN, "      1: identify\n", "      2: identify\n")),
    "way-order": one(
        "way order",
        (
            IDENTIFY,
            "- {when: pin == '4711', then: known}\n",
            "- {when: pin == '4711', then: known}\n      - {when: account == '7', then: known}\n",
        ),
        alone=True,
    ),
    "message-added": one("message added", (ZH, "", "thanks: 谢谢。\n"), (EN, "", "thanks: Thank you.\n")),
    "message-removed": one(
        "message removed",
        (ZH, "repeat-number: 您的号码是{number, digits}。\n", ""),
        (EN, "repeat-number: Your number is {number, digits}.\n", ""),
    ),
    "message-renamed": one("message renamed", *RENAMED, alone=True),
    "message-words": one("message words", (EN, "welcome: Hello.", "welcome: Good day.")),
    "message-recording": one("message recording", ("prompts/en/welcome.wav", "", "RIFF")),
    "number-added": one("number added", (SETTINGS, '"10010": main', '"10010": main\n  "10012": main')),
    "number-removed": one("number removed", (SETTINGS, '"10010": main', '"10012": main'), alone=True),
    "setting-added": one("setting added", (SETTINGS, "voicemail:\n", "voicemail:\n  night: {longest: 1min}\n")),
    "setting-removed": one(
        "setting removed",
        (SETTINGS, "tickets:\n  fault:\n    takes: {account: text}\n    within: {yellow: 1d, red: 4h}\n", ""),
        alone=True,
    ),
    "setting-renamed": one(
        "setting renamed",
        (SETTINGS, "  sales:\n    title", "  orders:\n    title"),
        (SETTINGS, "queues: {sales: 0}", "queues: {orders: 0}"),
        (SETTINGS, "queue: sales", "queue: orders"),
        (MAIN, "queue: sales", "queue: orders"),
        alone=True,
    ),
    "setting-queue": one("setting changed", (SETTINGS, "ring: 12s", "ring: 20s")),
    "setting-hours": one("setting changed", (SETTINGS, '"Mo-Fr 09:00-18:00; Sa 09:00-12:00"', '"Mo-Fr 09:00-18:00"')),
    "setting-lookup": one(
        "setting changed", (SETTINGS, "get: /accounts/{account}/balance", "get: /v2/{account}/balance")
    ),
    "setting-agent": one("setting changed", (SETTINGS, "name: 陈美玲", "name: 李志强")),
    "setting-secret": one("setting changed", (SETTINGS, "SMALL_BILLING_TOKEN", "OTHER_TOKEN")),
    "setting-alone": one("setting changed", (SETTINGS, "message: rescue", "message: one-moment")),
    "default-changed": one(
        "default changed", (SETTINGS, "no_input: {after: 5s, tries: 3", "no_input: {after: 5s, tries: 2")
    ),
    "script-added": one("script added", ("scripts/other.py", "", "print('hello')\n")),
    "script-removed": one("script removed", ("scripts/echo-number.py", "", ""), alone=True),
    "script-changed": one("script changed", ("scripts/echo-number.py", "", "\nprint('more')\n")),
}
"""Name of the golden file to the edit."""


def hotline(place: Path, edits: Iterable[Edit] = ()) -> Path:
    """The small hotline with dialogues, edited."""
    shutil.copytree(SMALL, place)
    (place / "tests").mkdir()
    (place / "tests" / "calls.yaml").write_text(DIALOGUES, "utf-8")
    for edit in edits:
        for name, old, new in edit.changes:
            _apply(place, place / name, old, new)
    return place


def _apply(folder: Path, path: Path, old: str, new: str) -> None:
    if new.startswith("flows/"):
        path.rename(folder / new)
    elif old:
        text = path.read_text("utf-8")
        assert old in text, (path, old)
        path.write_text(text.replace(old, new), "utf-8")
    elif new:
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + new, "utf-8")
    else:
        path.unlink()
