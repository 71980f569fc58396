"""Every sentence of a hotline, by language and name, and whether each language can say all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.prompts.agreement import differing
from ivr.prompts.message import Kind, Literal, Message, Place, Section
from ivr.prompts.parse import parse_text
from ivr.prompts.texts import Entry, read_entries
from ivr.prompts.tokens import GRAMMARS, can_speak, primary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dialplan.source import Source

ALL = "all"
"""The key, and file name, of messages every language shares: those that are themselves in several languages."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every sentence of a hotline, by language and name; complete when it was loaded without an error."""

    messages: Mapping[str, Mapping[str, Message]] = field(default_factory=dict)
    """Language to name to message."""
    written: Mapping[str, Mapping[str, tuple[tuple[str | None, str], ...]]] = field(default_factory=dict)
    """File (`en`, `all`) to name to the texts as they were written: what a version is told by."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages callers can be spoken to in, in the order they were given."""
        return tuple(self.messages)

    @property
    def names(self) -> tuple[str, ...]:
        """Every message name, sorted."""
        return tuple(sorted({name for messages in self.messages.values() for name in messages}))

    def places(self, name: str) -> Mapping[str, frozenset[Kind]] | None:
        """What a flow must hand over to say a message, with the kinds of each value; None for an unknown message."""
        written = [messages[name].places for messages in self.messages.values() if name in messages]
        if not written:
            return None
        places = {place for one in written for place in one}
        return {place: frozenset().union(*(one.get(place, frozenset()) for one in written)) for place in places}


def load_catalogue(
    texts: Mapping[str, Source], given: Mapping[str, Collection[str]] | None = None
) -> tuple[Catalogue, tuple[Diagnostic, ...]]:
    """Read the prompts files of one hotline and tell all mistakes at once.

    Args:
        texts: language (`zh-CN`) to its file; `all` to the file of messages every language shares, if there is one.
        given: message to the names flows give it values by, to tell which of two languages is the odd one out.

    Returns:
        The catalogue holds every message that could be read, also when there are errors; speak from it only without.
    """
    diagnostics: list[Diagnostic] = []
    shared: dict[str, Message] = {}
    messages: dict[str, dict[str, Message]] = {}
    attempted: set[tuple[str, str]] = set()
    written: dict[str, Mapping[str, tuple[tuple[str | None, str], ...]]] = {}
    unreadable: set[str] = set()
    for language, source in sorted(texts.items(), key=lambda item: item[0] != ALL):
        if language != ALL and not can_speak(language):
            diagnostics.append(Diagnostic("P011", "error", None, _no_grammar(language), _spoken(), file=source.name))
            continue
        entries, found = read_entries(source)
        diagnostics += found
        unreadable |= {language} if any(diagnostic.code == "P001" for diagnostic in found) else set()
        written[language] = {entry.name: tuple((tag, text.value) for tag, text in entry.texts) for entry in entries}
        own = shared if language == ALL else messages.setdefault(language, {})
        for entry in entries:
            attempted.add((language, entry.name))
            if language != ALL and entry.name in shared:
                hint = f"it is in {shared[entry.name].at}"
                diagnostics.append(
                    Diagnostic(
                        "P002", "error", entry.at, f"'{entry.name}' is already shared by all languages", hint=hint
                    )
                )
                continue
            message, problems = _read_message(entry, language)
            diagnostics += problems
            if message:
                own[entry.name] = message
    complete = {
        language: MappingProxyType({**{name: _for(message, language) for name, message in shared.items()}, **own})
        for language, own in messages.items()
    }
    catalogue = Catalogue(
        MappingProxyType({language: complete[language] for language in texts if language in complete}), written
    )
    diagnostics += [] if unreadable else _missing(catalogue, texts, attempted)
    diagnostics += differing(catalogue.messages, given or {})
    return catalogue, tuple(diagnostics)


def _for(message: Message, language: str) -> Message:
    """A shared message as one language's own."""
    return Message(message.name, language, message.sections, message.at, shared=True)


def _read_message(entry: Entry, file_language: str) -> tuple[Message | None, list[Diagnostic]]:
    sections: list[Section] = []
    diagnostics: list[Diagnostic] = []
    for written, text in entry.texts:
        language = written or file_language
        if not can_speak(language):
            at = entry.at if written is None else text.span(0, 1)
            found = "'all' has no language of its own" if written is None else _no_grammar(language)
            expected = "'- en: …' lines, one for each language" if written is None else _spoken()
            code = "P004" if written is None else "P011"
            diagnostics.append(Diagnostic(code, "error", at, f"'{entry.name}': {found}", expected))
            continue
        parts, problems = parse_text(text, language)
        diagnostics += problems
        sections.append(Section(language, parts))
    if diagnostics and any(diagnostic.severity == "error" for diagnostic in diagnostics):
        return None, diagnostics
    message = Message(entry.name, file_language, tuple(sections), entry.texts[0][1].span(0, 1))
    for section, (_, text) in zip(sections, entry.texts, strict=True):
        if primary(section.language) == "en" and _HAN.search(text.value):
            diagnostics += _unreadable(message)
            break
    return message, diagnostics


def _unreadable(message: Message) -> Iterator[Diagnostic]:
    """Chinese characters in English: the voice would say "Chinese letter" for each."""
    for language, part in message.walk_with_language():
        if primary(language) != "en" or not isinstance(part, Literal | Place):
            continue
        written = part.text if isinstance(part, Literal) else "".join(part.options)
        if found := _HAN.search(written):
            text = f"'{message.name}' has '{found.group()}' in its English"
            yield Diagnostic(
                "P012", "error", part.at, text, "Latin letters, or a part of its own for the other language"
            )


def _missing(
    catalogue: Catalogue, texts: Mapping[str, Source], attempted: set[tuple[str, str]]
) -> Iterator[Diagnostic]:
    """A message some language has and another lacks. One that is there with a mistake has been told already."""
    names = catalogue.names
    for language, own in catalogue.messages.items():
        for name in names:
            if name in own or (language, name) in attempted:
                continue
            elsewhere = next(other[name].at for other in catalogue.messages.values() if name in other)
            near = did_you_mean(name, [known for known in own if known not in _everywhere(catalogue)])
            hint = near or f"it is in {elsewhere}"
            yield Diagnostic("P003", "error", None, f"'{name}' is missing", hint=hint, file=texts[language].name)


def _everywhere(catalogue: Catalogue) -> set[str]:
    """Names that no language lacks: a missing message is not a misspelling of one of them."""
    return set.intersection(*(set(messages) for messages in catalogue.messages.values()))


def _no_grammar(language: str) -> str:
    return f"language '{language}' cannot be spoken"


def _spoken() -> str:
    return f"a language tag that begins with {', '.join(GRAMMARS)}, such as zh-CN, yue-HK or en"
