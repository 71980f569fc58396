"""A message and its values into the row of fragments a caller hears. Pure, and quick: it runs while somebody waits."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from ivr.prompts.message import Choice, Count, Kind, Literal, Message, Part, Parts, Place
from ivr.prompts.spoken.grammar import LONGEST_S, split_decimal
from ivr.prompts.tokens import grammar, plural_form, words_needed
from ivr.prompts.values import CannotSay, Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.prompts.catalogue import Catalogue
    from ivr.prompts.spoken.grammar import Tokens


@dataclass(frozen=True, slots=True)
class Fragment:
    """One stretch of speech that is one sound file."""

    id: str
    """Hash of language and text: the file's name. A new wording is a new file; a call in progress keeps the old one."""
    text: str
    """What is said."""
    language: str
    """BCP 47 tag, which chooses the voice and the folder."""


def fragment(text: str, language: str) -> Fragment:
    """The fragment that says `text`."""
    return Fragment(hashlib.sha256(f"{language}\0{text}".encode()).hexdigest()[:20], text, language)


def compose(catalogue: Catalogue, message: str, args: Mapping[str, object], language: str) -> tuple[Fragment, ...]:
    """The fragments of one message in order.

    Raises:
        CannotSay: no such message or language, or a value that is missing, of another kind or out of range.
    """
    found = _find(catalogue, message, language)
    try:
        said = [
            (text, section.language)
            for section in found.sections
            for text, _ in _say(section.parts, args, section.language)
        ]
    except CannotSay as error:
        raise error.within(message, language) from None
    return tuple(fragment(spoken, tongue) for text, tongue in said if (spoken := spoken_text(text)))


def sentence(catalogue: Catalogue, message: str, args: Mapping[str, object], language: str) -> str:
    """The same sentence in writing, with its punctuation.

    Raises:
        CannotSay: as `compose`.
    """
    found = _find(catalogue, message, language)
    try:
        return " ".join(_written(section.parts, args, section.language) for section in found.sections).strip()
    except CannotSay as error:
        raise error.within(message, language) from None


def everything_said(catalogue: Catalogue) -> tuple[Fragment, ...]:
    """Every fragment any message can ever need, each once: what must be there before the first call."""
    seen: dict[Fragment, None] = {}
    for messages in catalogue.messages.values():
        for message in messages.values():
            for language, part in message.walk_with_language():
                for text in _all_texts(part, language):
                    seen[fragment(text, language)] = None
    return tuple(seen)


def spoken_text(text: str) -> str:
    """A stretch as the speech engine gets it: spaces collapsed; empty when it is only punctuation."""
    return " ".join(text.split()) if any(character.isalnum() for character in text) else ""


def _find(catalogue: Catalogue, message: str, language: str) -> Message:
    messages = catalogue.messages.get(language)
    if messages is None:
        raise CannotSay(
            f"no such language; there are {', '.join(catalogue.languages)}", message=message, language=language
        )
    if message not in messages:
        raise CannotSay("no such message", message=message, language=language)
    return messages[message]


def _all_texts(part: Part, language: str) -> Iterator[str]:
    match part:
        case Literal(text=text):
            if spoken := spoken_text(text):
                yield spoken
        case Place(kind=Kind.TEXT, options=options):
            yield from filter(None, map(spoken_text, options))
        case _:
            if words := words_needed(part):
                yield from sorted(grammar(language).vocabulary()[words])


def _written(parts: Parts, args: Mapping[str, object], language: str) -> str:
    """Literal stretches keep their own spaces; the words of one value stand apart as their language writes them."""
    out: list[str] = []
    value_before = False
    for text, is_value in _say(parts, args, language):
        if is_value and value_before:
            out.append(grammar(language).between)
        ends = bool(out) and out[-1].endswith(".")
        out.append(text[1:] if ends and text.startswith(".") else text)  # "… 9:58 a.m." already ends the sentence
        value_before = is_value
    return "".join(out)


def _say(parts: Parts, args: Mapping[str, object], language: str) -> Iterator[tuple[str, bool]]:
    """Each stretch, and whether it is a word of a value."""
    for part in parts:
        match part:
            case Literal(text=text):
                yield text, False
            case Choice():
                yield from _say(part.cases[_case(part, args, language)], args, language)
            case Count() | Place():
                yield from ((token, True) for token in _tokens(part, args, language))


def _tokens(part: Count | Place, args: Mapping[str, object], language: str) -> Tokens:
    value = _value(part.name, args)
    try:
        return _words(part, value, language)
    except CannotSay as error:
        raise CannotSay(f"place '{part.name}': {error.reason}") from None


def _words(part: Count | Place, value: object, language: str) -> Tokens:
    speak = grammar(language)
    if isinstance(part, Count):
        number = _number(value)
        return speak.number(number) if _is_broken(number) else speak.count(_whole(number))
    if part.kind is Kind.NUMBER and part.style == "count":
        return speak.count(_whole(value))
    match part.kind, value:
        case Kind.MONEY, Money():
            return speak.money(value)
        case Kind.NUMBER, _:
            return speak.number(_number(value))
        case Kind.DATE | Kind.TIME, _:
            return _moment(part, value, language)
        case Kind.DIGITS, str():
            return speak.digits(value, part.style)
        case Kind.DURATION, _:
            return speak.duration(_seconds(value), part.style)
        case Kind.TEXT, _ if value in part.options:
            return (str(value),)
    raise _other_kind(part, value)


def _moment(part: Place, value: object, language: str) -> Tokens:
    """A date or a time of day; a datetime is taken as it is, in the zone it carries."""
    speak = grammar(language)
    match part.kind, value:
        case Kind.DATE, dt.datetime():
            return speak.date(value.date(), part.style)
        case Kind.DATE, dt.date():
            return speak.date(value, part.style)
        case Kind.TIME, dt.datetime():
            return speak.time(value.time())
        case Kind.TIME, dt.time():
            return speak.time(value)
    raise _other_kind(part, value)


def _other_kind(part: Place, value: object) -> CannotSay:
    wanted = "one of the declared texts" if part.kind is Kind.TEXT else str(part.kind)
    return CannotSay(f"a value that is not {wanted}, but {type(value).__name__}")


def _value(name: str, args: Mapping[str, object]) -> object:
    value = args.get(name)
    if value is None:
        raise CannotSay(f"place '{name}': no value")
    return value


def _number(value: object) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise CannotSay(f"a value that is not a number, but {type(value).__name__}")
    return Decimal(str(value)) if isinstance(value, float) else value


def _whole(value: object) -> int:
    number = _number(value)
    negative, whole, decimals = split_decimal(number)
    if decimals:
        raise CannotSay("a count that is not a whole number")
    return -whole if negative else whole


def _is_broken(number: int | Decimal) -> bool:
    return bool(split_decimal(number)[2])


def _seconds(value: object) -> int:
    """A length of time in whole seconds, half a second rounded up."""
    number = _number(value.total_seconds() if isinstance(value, dt.timedelta) else value)
    if isinstance(number, Decimal):
        if not number.is_finite() or number.adjusted() > len(str(LONGEST_S)):
            raise CannotSay(f"a duration outside 0 to {LONGEST_S} seconds is not in the vocabulary")
        return int(number.to_integral_value(ROUND_HALF_UP))
    return number


def _case(choice: Choice, args: Mapping[str, object], language: str) -> str:
    """The wording of a choice that this value takes; `other` when none is written for it."""
    if choice.kind is Kind.SELECT:
        value = args.get(choice.name)
        word = str(value).lower() if isinstance(value, bool) else value
        return word if isinstance(word, str) and word in choice.cases else "other"
    value = _value(choice.name, args)
    try:
        if _is_broken(_number(value)):
            return "other"  # CLDR has no other form for a broken number in the languages that can be spoken
        number = _whole(value)
    except CannotSay as error:
        raise CannotSay(f"place '{choice.name}': {error.reason}") from None
    if f"={number}" in choice.cases:
        return f"={number}"
    form = plural_form(language, number)
    return form if form in choice.cases else "other"
