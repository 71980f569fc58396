"""One mistake, told the same way for flows, prompts, settings and Asterisk's own files; and what each code means.

A package that finds mistakes writes its codes down in a module of its own (`ivr/config/codes.py`) as
`CODES = codes(CodeDoc(...), ...)`; whoever prints the page for admins joins them with `merge_codes`. There is no global
registry to write into, so importing a module never changes what another one sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dialplan.source import Span

Severity = Literal["error", "warning"]

_LONGEST_NAME = 200
"""Characters; a longer "name" is no slip of the finger and is not compared, which would cost length times length."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong, where, and what was expected there."""

    code: str
    """Stable code such as `F012`: one letter for the kind of file, then digits. Documented in a package's `CODES`."""
    severity: Severity
    """`error` refuses the hotline; `warning` does not."""
    span: Span | None
    """The place; None when the mistake is something missing, or concerns a whole file."""
    message: str
    """What was found, in one line, with the found words in quotes."""
    expected: str | None = None
    """What would have been right, in words that follow "expected:"."""
    hint: str | None = None
    """A way out, usually `did you mean 'main_menu' (line 34)?`; it stands right behind the caret."""
    file: str | None = None
    """The file when there is no span; with a span its file counts."""

    @property
    def place(self) -> str:
        """`file:line:column`, or the file alone, or nothing, for the head of the message."""
        return str(self.span) if self.span else (self.file or "")


@dataclass(frozen=True, slots=True)
class CodeDoc:
    """What an admin reads when he looks up a code."""

    code: str
    """The code, as in `Diagnostic.code`."""
    title: str
    """The rule in one short sentence, without a full stop."""
    explanation: str
    """Why the rule exists and what to do, in Markdown."""
    bad: str
    """The shortest example that gives this code."""
    good: str
    """The same example put right."""
    language: str = "yaml"
    """Name for the examples' code fence: `yaml`, `ini` (Asterisk's files), `sh`, …"""


def codes(*docs: CodeDoc) -> Mapping[str, CodeDoc]:
    """A package's codes by name, unchangeable.

    Raises:
        ValueError: one code is documented twice.
    """
    table: dict[str, CodeDoc] = {}
    for doc in docs:
        if doc.code in table:
            raise ValueError(f"code {doc.code} is documented twice: {table[doc.code].title!r} and {doc.title!r}")
        table[doc.code] = doc
    return MappingProxyType(table)


def merge_codes(*tables: Mapping[str, CodeDoc]) -> Mapping[str, CodeDoc]:
    """Several packages' codes in one table, sorted by code.

    Raises:
        ValueError: two packages use the same code.
    """
    return codes(*sorted((doc for table in tables for doc in table.values()), key=lambda doc: doc.code))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them refuses the hotline."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most likely meant by a misspelt `word`, or None when none is near.

    Counts slips of the finger (a letter left out, put in, changed, two swapped); case and `-`/`_` weigh nothing,
    because they are the commonest slips. Allowed are about one slip in three letters, never as many as the word has, so
    that `1` is not "meant" by `2`. Works alike for names of two Chinese characters. A long enough beginning of exactly
    one choice counts as near, too (`gen` for `general`).
    """
    if not word or len(word) > _LONGEST_NAME:
        return None
    wanted = _folded(word)
    best: tuple[int, int, str] | None = None
    beginnings: list[str] = []
    for choice in choices:
        folded = _folded(choice)
        longest = max(len(wanted), len(folded))
        bound = min(max(1, (longest + 1) // 3), longest - 1)
        if folded == wanted:
            return choice
        if len(wanted) >= _shortest_beginning(wanted) and folded.startswith(wanted):
            beginnings.append(choice)
        if len(folded) > _LONGEST_NAME or abs(len(wanted) - len(folded)) > bound:
            continue
        slips = _slips(wanted, folded)
        rank = (slips, -_common_beginning(wanted, folded), choice)
        if slips <= bound and (best is None or rank[:2] < best[:2]):
            best = rank
    if best:
        return best[2]
    return beginnings[0] if len(beginnings) == 1 else None


def did_you_mean(word: str, choices: Iterable[str]) -> str | None:
    """The usual hint, `did you mean 'main_menu'?`, or None when nothing is near."""
    near = nearest(word, choices)
    return f"did you mean '{near}'?" if near is not None else None


def _folded(word: str) -> str:
    """The word without what is commonly mistyped: case, hyphen for underscore, space for underscore."""
    return word.casefold().replace("-", "_").replace(" ", "_")


def _shortest_beginning(word: str) -> int:
    """How many characters make a telling beginning: three letters, or two ideographs."""
    return 2 if not word.isascii() else 3


def _common_beginning(one: str, other: str) -> int:
    """How many characters both words begin with alike."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))


def _slips(one: str, other: str) -> int:
    """Least number of slips that turn one word into the other (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, before_above = row, before
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before_above[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]
