"""The reader of one sentence: text into parts, mistakes into diagnostics, never an exception."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.prompts.message import STYLES, Choice, Count, Kind, Literal, Part, Parts, Place
from ivr.prompts.tokens import plural_forms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.prompts.texts import Text

_DEEPEST = 6
"""Choices within choices; a sentence nested deeper is not one a person has read."""
_LONGEST = 4000
"""Characters of one text: ten minutes of speech."""
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CASE = re.compile(r"=\d{1,12}|[^\s{}',|#=]+")
_SPECIAL = re.compile(r"['{}#]")
"""What may be more than itself; between two of these nothing needs a look."""
_SPACE = re.compile(r"\s*")
_TYPES = tuple(str(kind) for kind in Kind)


class _Stop(Exception):  # noqa: N818 - control flow inside this module: the rest of the text cannot be understood
    """Reading cannot go on behind this mistake."""


def parse_text(text: Text, language: str) -> tuple[Parts, tuple[Diagnostic, ...]]:
    """The parts of one text; with any diagnostic the parts are not to be spoken.

    A mistake inside one place does not hide those in later places; only a brace without its partner ends the reading.
    """
    if len(text.value) <= _LONGEST and not _SPECIAL.search(text.value):  # always said the same, as most texts are
        return (Literal(text.value, text.span(0, len(text.value))),), ()
    reader = _Reader(text, language)
    try:
        if len(text.value) > _LONGEST:
            reader.complain("P004", 0, 1, f"a text of {len(text.value)} characters", f"at most {_LONGEST}")
            raise _Stop  # noqa: TRY301 - the same way out as for every mistake that ends the reading
        parts = reader.message(0, None)
    except _Stop:
        parts = ()
    return parts, tuple(reader.diagnostics)


class _Reader:
    """A cursor over one text."""

    def __init__(self, text: Text, language: str) -> None:
        self.text = text
        self.value = text.value
        self.language = language
        self.at = 0
        self.diagnostics: list[Diagnostic] = []

    def complain(  # noqa: PLR0917 - one line per call reads best
        self, code: str, start: int, end: int, message: str, expected: str | None = None, hint: str | None = None
    ) -> None:
        self.diagnostics.append(Diagnostic(code, "error", self.text.span(start, end), message, expected, hint))

    def message(self, depth: int, plural: str | None) -> Parts:
        """Parts up to the end, or (depth > 0) up to the brace that closes this wording."""
        parts: list[Part] = []
        start, buffer = self.at, ""
        while self.at < len(self.value):
            character = self.value[self.at]
            if character == "'":
                buffer += self._quoted(plural)
            elif character in "{}" or (character == "#" and plural):
                self._end_literal(parts, buffer, start)
                if character == "}" and depth:
                    return tuple(parts)
                parts += self._special(character, depth, plural)
                start, buffer = self.at, ""
            else:
                following = _SPECIAL.search(self.value, self.at + 1)
                end = following.start() if following else len(self.value)
                buffer += self.value[self.at : end]
                self.at = end
        self._end_literal(parts, buffer, start)
        return tuple(parts)

    def _end_literal(self, parts: list[Part], buffer: str, start: int) -> None:
        if buffer:
            parts.append(Literal(buffer, self.text.span(start, self.at)))

    def _special(self, character: str, depth: int, plural: str | None) -> list[Part]:
        """A place, a `#`, or a closing brace that closes nothing."""
        if character == "#" and plural:
            self.at += 1
            return [Count(plural, self.text.span(self.at - 1, self.at))]
        if character == "}":
            self.complain(
                "P005", self.at, self.at + 1, "'}' closes nothing", "a '{' before it, or \"'}'\" to say a brace"
            )
            self.at += 1
            return []
        place = self._place(depth, plural)
        return [place] if place else []

    def _quoted(self, plural: str | None) -> str:
        """An apostrophe: two are one, one before a brace (or a plural's #) quotes up to the next, others are kept."""
        following = self.value[self.at + 1 : self.at + 2]
        if following == "'":
            self.at += 2
            return "'"
        if not following or following not in ("{}#" if plural else "{}"):
            self.at += 1
            return "'"
        out, self.at = "", self.at + 1
        while self.at < len(self.value):
            if self.value.startswith("''", self.at):
                out, self.at = out + "'", self.at + 2
            elif self.value[self.at] == "'":
                self.at += 1
                return out
            else:
                out, self.at = out + self.value[self.at], self.at + 1
        return out

    def _place(self, depth: int, plural: str | None) -> Part | None:
        opened = self.at
        self.at += 1
        name_at, name = self._word(_IDENTIFIER)
        if not name or self._peek() not in {",", "}"}:
            self._skip_place(opened)
            self.complain("P006", opened, self.at, "a place without a name", "such as '{amount, money}'")
            return None
        if self._peek() == "}":
            self.at += 1
            self.complain("P006", opened, self.at, f"place '{name}' has no type", f"one of {', '.join(_TYPES)}")
            return None
        self.at += 1
        type_at, type_word = self._word(re.compile(r"[^\s,{}]+"))
        if type_word not in _TYPES:
            self.complain(
                "P006",
                type_at,
                max(type_at + 1, type_at + len(type_word)),
                f"unknown type '{type_word}' of place '{name}'",
                f"one of {', '.join(_TYPES)}",
                did_you_mean(type_word, _TYPES),
            )
            self._skip_place(opened)
            return None
        kind = Kind(type_word)
        if kind in {Kind.PLURAL, Kind.SELECT}:
            return self._choice(name, kind, opened, depth, plural)
        return self._simple(name, kind, opened, name_at)

    def _simple(self, name: str, kind: Kind, opened: int, name_at: int) -> Place | None:
        rest_at = self.at
        self._skip_place(opened)
        rest = self.value[rest_at : self.at - 1].strip()
        span = self.text.span(name_at, name_at + len(name))
        if rest and not rest.startswith(","):
            self.complain("P005", opened, self.at, f"place '{name}' is not closed after its type", "'}' or ','")
            return None
        rest = rest[1:].strip()
        if kind is Kind.TEXT:
            options = tuple(option.strip() for option in rest.split("|") if option.strip())
            if not options or "{" in rest:
                self.complain(
                    "P010", opened, self.at, f"place '{name}' may be any text", "'{name, text, one | another}'"
                )
                return None
            return Place(name, kind, "", options, span)
        styles = STYLES[kind]
        if rest and rest not in styles:
            allowed = [style for style in styles if style]
            self.complain(
                "P007",
                opened,
                self.at,
                f"unknown style '{rest[:40]}' of {kind} place '{name}'",
                f"one of {', '.join(allowed)}" if allowed else "no style",
                did_you_mean(rest, allowed),
            )
            return None
        return Place(name, kind, rest or styles[0], (), span)

    def _choice(self, name: str, kind: Kind, opened: int, depth: int, plural: str | None) -> Choice | None:
        if depth >= _DEEPEST:
            self.complain("P008", opened, opened + 1, "choices are nested too deeply", f"at most {_DEEPEST} levels")
            raise _Stop
        if self._peek() == ",":
            self.at += 1
        cases: dict[str, Parts] = {}
        while self._peek() not in {"}", ""}:
            case_at, case = self._word(_CASE)
            if not case or self._peek() != "{":
                self.complain(
                    "P008",
                    case_at,
                    max(case_at + 1, self.at),
                    f"{kind} '{name}' has a case without wording",
                    "'case {wording}'",
                )
                raise _Stop
            self._check_case(name, kind, case, case_at, cases)
            self.at += 1
            cases[case] = self.message(depth + 1, name if kind is Kind.PLURAL else plural)
            self._close(opened)
        self._close(opened)
        self._check_complete(name, kind, cases, opened)
        return (
            Choice(name, kind, MappingProxyType(cases), self.text.span(opened, opened + 1))
            if "other" in cases
            else None
        )

    def _check_case(self, name: str, kind: Kind, case: str, at: int, cases: Iterable[str]) -> None:
        if case in cases:
            self.complain("P008", at, at + len(case), f"case '{case}' of {kind} '{name}' is written twice")
        forms = plural_forms(self.language)
        if kind is Kind.PLURAL and not case.startswith("=") and case not in forms:
            self.complain(
                "P008",
                at,
                at + len(case),
                f"plural '{name}' has a case '{case}'",
                f"{self.language} has {' and '.join(forms)}, and exact numbers such as '=0'",
                did_you_mean(case, forms),
            )
        if kind is Kind.SELECT and case.startswith("="):
            self.complain("P008", at, at + len(case), f"select '{name}' has a case '{case}'", "a word")

    def _check_complete(self, name: str, kind: Kind, cases: Iterable[str], opened: int) -> None:
        """`other` always; for a plural every form of the language, of which `=1` stands for English's `one`."""
        needed = plural_forms(self.language) if kind is Kind.PLURAL else ("other",)
        written = set(cases) | ({"one"} if "=1" in cases else set())
        missing = [form for form in needed if form not in written]
        if missing:
            lacking = " and ".join(f"'{form}'" for form in missing)
            self.complain(
                "P008",
                opened,
                self.at,
                f"{kind} '{name}' has no case {lacking}",
                f"{' and '.join(needed)} in {self.language}",
            )

    def _peek(self) -> str:
        """The next character that is no space; the cursor stands on it."""
        self.at = _SPACE.match(self.value, self.at).end()  # type: ignore[union-attr]  # `\s*` always matches
        return self.value[self.at : self.at + 1]

    def _word(self, pattern: re.Pattern[str]) -> tuple[int, str]:
        """The next word and where it begins; an empty one when there is none."""
        self._peek()
        start = self.at
        match = pattern.match(self.value, start)
        if match:
            self.at = match.end()
        return start, match.group() if match else ""

    def _close(self, opened: int) -> None:
        if self._peek() != "}":
            self._unclosed(opened)
        self.at += 1

    def _skip_place(self, opened: int) -> None:
        """Go behind the brace that closes the place opened there."""
        depth = 0
        for index in range(opened, len(self.value)):
            depth += {"{": 1, "}": -1}.get(self.value[index], 0)
            if not depth:
                self.at = index + 1
                return
        self._unclosed(opened)

    def _unclosed(self, opened: int) -> None:
        self.complain("P005", opened, opened + 1, "'{' is never closed", "'}'")
        raise _Stop
