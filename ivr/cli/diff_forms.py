"""What `hotline diff` prints: for people, for programs, and for a merge request."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.cli.rehearsal_text import Colors
    from ivr.compare.comparing import Diff
    from ivr.compare.model import Change
    from ivr.compare.playing import Changed

_MARKS: Final = re.compile(r"[\\*_<>\[\]#|]")
"""What Markdown would take for its own."""
_MOST_NAMES: Final = 20
"""Tests that are listed; more are counted."""
_LONGEST: Final = 400
"""Characters of one sentence that are shown."""


def summary(diff: Diff) -> str:
    """The whole of it in one line."""
    if diff.is_empty:
        return "no difference"
    affected = [(len(diff.numbers), "number"), (len(diff.prompts), "prompt")]
    told = [count(*each) for each in affected if each[0]] or ["no number and no prompt"]
    are = "is" if sum(number for number, _ in affected) < 2 else "are"  # noqa: PLR2004 - two are many
    tests = len(diff.tests.changed)
    changes = f"{count(tests, 'test')} {'changes' if tests == 1 else 'change'}"
    return f"{count(len(diff.changes), 'change')}: {' and '.join(told)} {are} affected; {changes}"


def count(number: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def report(diff: Diff, named: tuple[str, str], colors: Colors) -> str:
    """For people, with a line end."""
    lines = [f"{named[0]} ({diff.versions[0]}) → {named[1]} ({diff.versions[1]})", ""]
    for section, changes in _sections(diff):
        lines.append(section)
        for change in changes:
            sign = {"+": colors.good, "-": colors.bad}.get(change.sign, str)(change.sign)
            lines.append(f"  {sign} {_plain(change.words)}{_place(change, colors)}")
            lines += [colors.dim(f"      {_short(each)}") for each in change.details]
        lines.append("")
    effects = list(_effects(diff))
    lines += [*effects, ""] if effects else []
    lines += _tests(diff, colors)
    return "\n".join([*lines, summary(diff), ""])


def _place(change: Change, colors: Colors) -> str:
    if change.at is None:
        return ""
    return colors.dim(f"  ({'was ' if change.sign == '-' else ''}{change.at.file}:{change.at.line})")


def _effects(diff: Diff) -> Iterator[str]:
    for number, flows in diff.numbers.items():
        yield f"number     {number}, through {', '.join(flows)}"
    if diff.prompts:
        yield f"prompts    {', '.join(diff.prompts)}"
    for each in diff.variables:
        yield f"variable   {_plain(each)}"


def _tests(diff: Diff, colors: Colors) -> Iterator[str]:
    tests = diff.tests
    for each in tests.changed:
        verdict = colors.bad(_verdict(each)) if each.passed == (True, False) else _verdict(each)
        yield f"{each.at.file}:{each.at.line} {verdict}  {each.name}"
        yield f"      {_short(each.words)}"
    for words, names in (("new test", tests.added), ("test is gone", tests.removed)):
        yield from (f"{words:<12}  {each}" for each in names[:_MOST_NAMES])
        if len(names) > _MOST_NAMES:
            yield f"{'':<12}  and {len(names) - _MOST_NAMES} more"
    if tests.changed or tests.added or tests.removed:
        yield ""


def _verdict(changed: Changed) -> str:
    return {(True, False): "fails now", (False, True): "passes now"}.get(changed.passed, "goes otherwise")


def as_markdown(diff: Diff, named: tuple[str, str]) -> str:
    """For a merge request, with a line end."""
    lines = [f"## {_capital(summary(diff))}", "", f"`{named[0]}` → `{named[1]}`", ""]
    for section, changes in _sections(diff):
        lines += [f"**{_capital(section)}**", ""]
        for change in changes:
            place = f" ({change.at.file}:{change.at.line})" if change.at is not None else ""
            lines.append(f"- {_escaped(change.words)}{place}")
            lines += [f"  - {_escaped(_short(each))}" for each in change.details]
        lines.append("")
    if diff.numbers or diff.prompts or diff.variables:
        lines += ["**What is affected**", ""]
        lines += [f"- number {number}, through {', '.join(flows)}" for number, flows in diff.numbers.items()]
        lines += [f"- prompts: {', '.join(f'`{each}`' for each in diff.prompts)}"] if diff.prompts else []
        lines += [f"- variable {each}" for each in diff.variables]
        lines.append("")
    if diff.tests.changed:
        lines += [f"**Tests that change** ({len(diff.tests.changed)} of {diff.tests.played})", ""]
        lines += [
            f"- {_verdict(each)}: {_escaped(each.name)} ({each.at.file}:{each.at.line}): {_escaped(_short(each.words))}"
            for each in diff.tests.changed
        ]
        lines.append("")
    for title, names in (("New tests", diff.tests.added), ("Tests that are gone", diff.tests.removed)):
        lines += [f"**{title}**", "", *(f"- {_escaped(each)}" for each in names), ""] if names else []
    return "\n".join(lines)


def as_json(diff: Diff) -> str:
    """For programs, with a line end."""
    told = {
        "summary": summary(diff),
        "versions": {"old": diff.versions[0], "new": diff.versions[1]},
        "changes": [_as_object(change) for change in diff.changes],
        "numbers": {number: list(flows) for number, flows in diff.numbers.items()},
        "prompts": list(diff.prompts),
        "variables": [_plain(each) for each in diff.variables],
        "tests": {
            "played": diff.tests.played,
            "changed": [
                {
                    "name": each.name,
                    "file": each.at.file,
                    "line": each.at.line,
                    "passed": {"old": each.passed[0], "new": each.passed[1]},
                    "words": each.words,
                }
                for each in diff.tests.changed
            ],
            "added": list(diff.tests.added),
            "removed": list(diff.tests.removed),
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _as_object(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "section": change.section,
        "words": _plain(change.words),
        "old": change.old,
        "new": change.new,
        "file": change.at.file if change.at else None,
        "line": change.at.line if change.at else None,
        "details": list(change.details),
    }


def _sections(diff: Diff) -> Iterator[tuple[str, list[Change]]]:
    order = list(dict.fromkeys(each.section for each in diff.changes))
    changes = sorted(diff.changes, key=lambda each: order.index(each.section))
    for section, found in groupby(changes, key=lambda each: each.section):
        yield section, list(found)


def _plain(text: str) -> str:
    """Words for a terminal; names stay between their marks, and nothing in them moves the cursor."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _short(text: str) -> str:
    text = _plain(text.replace("\n", " "))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _escaped(text: str) -> str:
    """Words of an admin as Markdown shows them; names between our own marks need nothing."""
    parts = _plain(text.replace("\n", " ")).split("`")
    return "`".join(part if number % 2 else _MARKS.sub(r"\\\g<0>", part) for number, part in enumerate(parts))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
