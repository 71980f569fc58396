"""The dialogues of both versions played on both: which of them go another way now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ivr.rehearsal.player import play

if TYPE_CHECKING:
    from dialplan.source import Span
    from ivr.compare.edition import Edition
    from ivr.compare.model import Names
    from ivr.rehearsal.player import Played

BROKEN: Final = "it has mistakes now; `hotline test` tells them"


@dataclass(frozen=True, slots=True)
class Changed:
    """A dialogue that goes otherwise in the new version."""

    name: str
    at: Span
    passed: tuple[bool, bool]
    """Whether it goes as written, in the old version and in the new one."""
    words: str
    """How it differs, where it does first."""


@dataclass(frozen=True, slots=True)
class Tests:
    """What came of all of them."""

    played: int
    changed: tuple[Changed, ...]
    added: tuple[str, ...]
    """Names only the new version has."""
    removed: tuple[str, ...]


def compare_dialogues(old: Edition, new: Edition, names: Names) -> Tests:
    """Each dialogue that both versions have, played on each as it stands there.

    A journey is compared with the names of the new version: a step that is only called otherwise changes none.
    """
    before, after = ({each.name: each for each in edition.dialogues} for edition in (old, new))
    broken = [each for each in old.dialogues if each.name not in after and _is_written(each.name, new)]
    told = [Changed(each.name, each.at, (play(old.house, each).passed, False), BROKEN) for each in broken]
    for name, one in after.items():
        if name in before:
            was, now = play(old.house, before[name]), play(new.house, one)
            words = _difference(was, now, names)
            told += [Changed(name, one.at, (was.passed, now.passed), words)] if words else []
    gone = [each for each in before if each not in after and each not in {one.name for one in broken}]
    come = tuple(each for each in after if each not in before and not _is_written(each, old))
    return Tests(len({*before, *after}), tuple(told), come, tuple(gone))


def _is_written(name: str, edition: Edition) -> bool:
    """Whether a dialogue of this name, or one it is a variant of, stands in the files and none of it could be read."""
    bases = [each for each in edition.written if _is_of(name, each)]
    return any(not any(_is_of(each.name, base) for each in edition.dialogues) for base in bases)


def _is_of(name: str, base: str) -> bool:
    return name == base or name.startswith(f"{base} (")


def _difference(was: Played, now: Played, names: Names) -> str:
    """The first difference that counts, in words; empty for none."""
    told = [_way(was, now, names), _heard(was, now, names), _ended(was, now)]
    if was.failure is None and now.failure is not None:
        told.insert(0, f"expected {now.failure.expected}; instead: {now.failure.found}")
    elif was.failure is not None and now.failure is None and not any(told):
        told.insert(0, "it goes as written now")
    return next(filter(None, told), "")


def _way(was: Played, now: Played, names: Names) -> str:
    before = [(names.new("step", f"{each.flow}.{each.step}"), each.outcome) for each in was.traces]
    after = [(f"{each.flow}.{each.step}", each.outcome) for each in now.traces]
    for one, other in zip(before, after, strict=False):
        if one[0] != other[0]:
            return f"it comes to {other[0]} (was {one[0]})"
        if one != other:
            return f"{other[0]} is left by '{other[1]}' (was '{one[1]}')"
    if len(before) == len(after):
        return ""
    longer, told = (before, "no longer comes") if len(before) > len(after) else (after, "goes on")
    return f"it {told} to {longer[min(len(before), len(after))][0]}"


def _heard(was: Played, now: Played, names: Names) -> str:
    before = [(names.new("message", each.message), each.language, each.text) for each in was.heard]
    after = [(each.message, each.language, each.text) for each in now.heard]
    for one, other in zip(before, after, strict=False):
        if one[0] != other[0]:
            return f"it hears '{other[0]}' (was '{one[0]}')"
        if one[1] != other[1]:
            return f"it hears '{other[0]}' in {other[1]} (was in {one[1]})"
        if one != other:
            return f"it hears other words in '{other[0]}' ({other[1]})"
    return "" if len(before) == len(after) else f"it hears {len(after)} sentences (was {len(before)})"


def _ended(was: Played, now: Played) -> str:
    words = {None: "is not over", "finished": "is led to its end", "hung_up": "is hung up", "rescued": "is rescued"}
    return "" if was.ending == now.ending else f"it {words[now.ending]} (was: {words[was.ending]})"
