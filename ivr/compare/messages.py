"""Sentences and recordings compared, language by language; classic scripts, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.compare.matching import renamed
from ivr.compare.model import Change
from ivr.prompts.catalogue import ALL
from ivr.prompts.values_alone import is_value_alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dialplan.source import Span
    from ivr.compare.edition import Edition
    from ivr.compare.facts import Thing
    from ivr.compare.model import Names

Said = tuple[tuple[str | None, str], ...]
"""A sentence as it is written: its stretches, each with its language where one is given."""


def said_in(edition: Edition) -> dict[str, dict[str, Said]]:
    """Message to language to what callers of that language hear."""
    written, found = edition.catalogue.written, dict[str, dict[str, Said]]()
    for language in edition.catalogue.languages:
        for name, said in {**written.get(ALL, {}), **written.get(language, {})}.items():
            found.setdefault(name, {})[language] = said
    return found


def match_messages(old: Edition, new: Edition) -> dict[str, str]:
    """Old name to new name of what only has another name."""
    was, now = said_in(old), said_in(new)
    return renamed(was, now, lambda name: tuple(was[name].items()), lambda name: tuple(now[name].items()))


def compare_messages(old: Edition, new: Edition, names: Names) -> Iterator[Change]:
    """Every sentence that is new, gone, called otherwise or said otherwise."""
    was, now = said_in(old), said_in(new)
    pairs = {name: names.new("message", name) for name in was if names.new("message", name) in now}
    for name in was:
        if name not in pairs:
            words = f"message `{name}` is gone"
            yield Change("message removed", "messages", words, name, None, at=_at(old, name), touches=_touch(name))
    for name, by_language in now.items():
        if name not in pairs.values():
            details = tuple(f"{language}: {text(said)}" for language, said in by_language.items())
            words = f"message `{name}` is new"
            yield Change("message added", "messages", words, None, name, details, _at(new, name), _touch(name))
    for before, after in pairs.items():
        if before != after:
            words = f"message `{before}` is now called `{after}`"
            yield Change("message renamed", "messages", words, before, after, at=_at(new, after))
        yield from _words(was[before], now[after], after, new)
    yield from _recordings(old, new)


def _words(was: Mapping[str, Said], now: Mapping[str, Said], name: str, new: Edition) -> Iterator[Change]:
    """One change for each language in which it says something else; a language that is new is told by itself."""
    for language, said in now.items():
        before = was.get(language)
        if before is not None and before != said:
            texts = text(before), text(said)
            details = (f"was: {texts[0]}", f"now: {texts[1]}")
            words = f"`{name}` says something else in {language}"
            at = _at(new, name, language)
            yield Change("message words", "messages", words, *texts, details, at, _touch(name))


def _recordings(old: Edition, new: Edition) -> Iterator[Change]:
    for language, name in dict.fromkeys((*old.recordings, *new.recordings)):
        was, now = old.recordings.get((language, name)), new.recordings.get((language, name))
        if was != now:
            told = "is new" if was is None else "is gone" if now is None else "is another"
            words = f"the recording {language}/{name} {told}"
            message = name.removesuffix(".wav")
            known = message in new.catalogue.names or message in old.catalogue.names
            yield Change(
                "message recording", "messages", words, was, now, touches=_touch(message) if known else _all(new)
            )


def _all(edition: Edition) -> frozenset[Thing]:
    """A recording of a word may be part of any sentence."""
    return frozenset(("message", name) for name in edition.catalogue.names if not is_value_alone(name))


def compare_scripts(old: Edition, new: Edition) -> Iterator[Change]:
    """Classic scripts, by what is in them."""
    for name in dict.fromkeys((*old.scripts, *new.scripts)):
        was, now = old.scripts.get(name), new.scripts.get(name)
        if was != now:
            kind = "script added" if was is None else "script removed" if now is None else "script changed"
            told = {"script added": "is new", "script removed": "is gone"}.get(kind, "does something else")
            touches = frozenset({("script", name)})
            yield Change(kind, "scripts", f"script `{name}` {told}", was, now, touches=touches)


def text(said: Said) -> str:
    """A sentence in one line."""
    return " / ".join(f"[{language}] {words}" if language else words for language, words in said)


def _touch(name: str) -> frozenset[Thing]:
    return frozenset({("message", name)})


def _at(edition: Edition, name: str, language: str | None = None) -> Span | None:
    for spoken in (language,) if language else edition.catalogue.languages:
        found = edition.catalogue.messages.get(spoken, {}).get(name)
        if found is not None:
            return found.at
    return None
