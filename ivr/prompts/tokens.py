"""The closed vocabulary of each language: everything its grammar can ever say, so that all of it can be recorded."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.prompts.message import Choice, Count, Kind, Part, Place
from ivr.prompts.spoken import en, yue, zh
from ivr.prompts.values import CannotSay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel.plural import PluralRule

    from ivr.prompts.spoken.grammar import Grammar

GRAMMARS: Mapping[str, Grammar] = MappingProxyType({"zh": zh.GRAMMAR, "yue": yue.GRAMMAR, "en": en.GRAMMAR})
"""Primary language subtag to grammar."""


def primary(language: str) -> str:
    """`zh` of `zh-CN`: the part of a BCP 47 tag that decides how numbers are said."""
    return language.partition("-")[0].lower()


def can_speak(language: str) -> bool:
    """Whether there is a grammar for a BCP 47 tag."""
    return primary(language) in GRAMMARS


def grammar(language: str) -> Grammar:
    """The grammar of a BCP 47 tag.

    Raises:
        CannotSay: there is none.
    """
    found = GRAMMARS.get(primary(language))
    if found is None:
        raise CannotSay(f"language {language!r} has no grammar; there are {', '.join(GRAMMARS)}")
    return found


@cache
def _plural_rule(language: str) -> PluralRule:
    from babel import Locale  # here: only sentences with a plural need it, and its import takes longer than they do

    return Locale(primary(language)).plural_form


def plural_forms(language: str) -> tuple[str, ...]:
    """CLDR's plural categories of a language that can be spoken, `other` last: `one`, `other` in English."""
    return (*sorted(str(tag) for tag in _plural_rule(language).tags), "other")


def plural_form(language: str, number: int) -> str:
    """The category of a whole number: `one` or `other` in English, always `other` in Chinese."""
    return str(_plural_rule(language)(number))


def vocabulary(language: str) -> frozenset[str]:
    """Every word the grammar of `language` can yield.

    Raises:
        CannotSay: there is no such grammar.
    """
    return frozenset().union(*grammar(language).vocabulary().values())


def words_needed(part: Part) -> str | None:
    """The vocabulary a part of a message draws on: a key of `Grammar.vocabulary`, or None."""
    match part:
        case Count():
            return "number"  # a broken number of things is a number like any other
        case Place(kind=Kind.NUMBER, style="count"):
            return "count"
        case Place(kind=kind) if kind is not Kind.TEXT:
            return str(kind)
        case Choice() | _:
            return None
