"""`hotline.yaml` compared: numbers, and everything that has a name there, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from ivr.compare.matching import renamed
from ivr.compare.model import EVERYTHING, Change
from ivr.config.kinds import SecretRef
from ivr.config.read import place
from ivr.flow.units import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialplan.source import Span
    from ivr.compare.edition import Edition
    from ivr.compare.facts import Thing
    from ivr.compare.model import Names

KIND_OF: Final[Mapping[str, str]] = {
    "queues": "queue",
    "hours": "hours",
    "data_sources": "data source",
    "lookups": "lookup",
    "voicemail": "voicemail",
    "tickets": "ticket",
    "agents": "agent",
    "trunks": "trunk",
}
"""Part of the file to the kind of thing in it; sources before the lookups that name them."""
NOT_HEARD: Final = frozenset(
    {"agents", "trunks", "title", "agi", "ami", "wallboard", "sip", "database_url", "state_dir"}
)
"""Parts no caller can tell apart."""
_WATCHED: Final = frozenset({"title", "service_level", "short_abandon", "extension"})
"""Of a queue: what people and figures see, and no caller."""
_STAND_ALONE: Final = frozenset({"time_zone", "region", "languages", "rescue", "prompts", "longest_steps"})
"""Settings that every call meets."""
_TOLD_ELSEWHERE: Final = frozenset({"numbers", "defaults", *KIND_OF})


def facts_of(value: object, name: str = "") -> dict[str, str]:
    """A setting as flat facts, in the words of the file; a secret is told by its place."""
    match value:
        case None:
            return {}
        case SecretRef():
            return {name: str(value)}
        case BaseModel():
            found: dict[str, str] = {}
            for each, info in type(value).model_fields.items():
                inner = getattr(value, each)
                word = info.alias or each
                found |= facts_of(
                    _lasting(inner) if each.endswith("_ms") else inner, f"{name}.{word}" if name else word
                )
            return found
        case Mapping():
            found = {}
            for key, inner in value.items():
                found |= facts_of(inner, f"{name}.{key}" if name else str(key))
            return found
        case tuple():
            return {name: ", ".join(map(str, value))} if value else {}
        case bool():
            return {name: "true" if value else "false"}
        case _:
            return {name: str(value)}


def _lasting(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _lasting(inner) for key, inner in value.items()}
    return duration_text(value) if isinstance(value, int) else value


def match_settings(old: Edition, new: Edition) -> dict[str, dict[str, str]]:
    """Kind of thing to old name to new name, for what only has another name."""
    found: dict[str, dict[str, str]] = {}
    for part, kind in KIND_OF.items():
        was, now = getattr(old.hotline, part), getattr(new.hotline, part)

        def before(name: str, was: Mapping[str, object] = was) -> frozenset[tuple[str, str]]:
            return frozenset(_translated(facts_of(was[name]), found).items())

        def after(name: str, now: Mapping[str, object] = now) -> frozenset[tuple[str, str]]:
            return frozenset(facts_of(now[name]).items())

        found[kind] = renamed(was, now, before, after)
    return found


def _translated(facts: Mapping[str, str], names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Facts of the old version with the new names of queues and sources in them."""
    queues, sources = names.get("queue", {}), names.get("data source", {})
    found = {}
    for name, value in facts.items():
        outer, _, last = name.partition(".")
        key = f"queues.{queues.get(last, last)}" if outer == "queues" else name
        found[key] = sources.get(value, value) if name == "source" else value
    return found


def compare_settings(old: Edition, new: Edition, names: Names) -> Iterator[Change]:
    """Everything in the file but numbers and what steps inherit."""
    for part, kind in KIND_OF.items():
        yield from _things(old, new, part, kind, names)
    was, now = facts_of(old.hotline), facts_of(new.hotline)
    for name in dict.fromkeys((*was, *now)):
        head = name.partition(".")[0]
        if head in _TOLD_ELSEWHERE:
            continue
        before = names.new("queue", was.get(name, "")) if name == "rescue.queue" else was.get(name)
        if name.startswith("rescue.") and name.rpartition(".")[2] in {"message", "busy", "goodbye"}:
            before = names.new("message", was[name]) if name in was else None
        if before != now.get(name):
            touches = frozenset() if head in NOT_HEARD or head not in _STAND_ALONE else frozenset({EVERYTHING})
            yield _changed("settings", f"`{name}`", (before, now.get(name)), _at(old, new, name.split(".")), touches)


def _things(old: Edition, new: Edition, part: str, kind: str, names: Names) -> Iterator[Change]:
    was, now = getattr(old.hotline, part), getattr(new.hotline, part)
    pairs = {name: names.new(kind, name) for name in was if names.new(kind, name) in now}
    heard = part not in NOT_HEARD
    for name in was:
        if name not in pairs:
            touches: frozenset[Thing] = frozenset({(kind, name)}) if heard else frozenset()
            yield Change(
                "setting removed",
                part,
                f"{_word(kind)} `{name}` is gone",
                name,
                None,
                at=_key(old, part, name),
                touches=touches,
            )
    for name in now:
        if name not in pairs.values():
            touches = frozenset({(kind, name)}) if heard else frozenset()
            yield Change(
                "setting added",
                part,
                f"{_word(kind)} `{name}` is new",
                None,
                name,
                at=_key(new, part, name),
                touches=touches,
            )
    for before, after in pairs.items():
        if before != after:
            words = f"{_word(kind)} `{before}` is now called `{after}`"
            yield Change("setting renamed", part, words, before, after, at=_key(new, part, after))
        yield from _fields(old, new, (part, kind, before, after), names)


def _fields(old: Edition, new: Edition, thing: tuple[str, str, str, str], names: Names) -> Iterator[Change]:
    part, kind, before, after = thing
    was = _translated(facts_of(getattr(old.hotline, part)[before]), names.of)
    now = facts_of(getattr(new.hotline, part)[after])
    for field in dict.fromkeys((*was, *now)):
        if was.get(field) != now.get(field):
            heard = part not in NOT_HEARD and field.partition(".")[0] not in _WATCHED
            touches = frozenset({(kind, before), (kind, after)}) if heard else frozenset()
            at = place(new.root, (part, after, *field.split("."))) or _key(new, part, after)
            yield _changed(part, f"`{field}` of {_word(kind)} `{after}`", (was.get(field), now.get(field)), at, touches)


def _changed(
    section: str, what: str, values: tuple[str | None, str | None], at: Span | None, touches: frozenset[Thing]
) -> Change:
    return Change("setting changed", section, f"{what} {now_was(*values)}", *values, at=at, touches=touches)


def now_was(old: str | None, new: str | None) -> str:
    """How a value that is another reads."""
    if old is None:
        return f"is now {shown(new)} (was not given)"
    if new is None:
        return f"is no longer given (was {shown(old)})"
    return f"is now {shown(new)} (was {shown(old)})"


def shown(value: str | None) -> str:
    """A value in a sentence."""
    return f"`{value}`" if value else "empty"


def compare_numbers(old: Edition, new: Edition, names: Names) -> Iterator[Change]:
    """Numbers dialled, and the flows they lead to."""
    was, now = old.hotline.numbers, new.hotline.numbers
    for number in dict.fromkeys((*was, *now)):
        touches = frozenset({("number", number)})
        if number not in now:
            words = f"number {number} is gone (led to `{was[number]}`)"
            at = _key(old, "numbers", number)
            yield Change("number removed", "numbers", words, was[number], None, at=at, touches=touches)
        elif number not in was:
            words = f"number {number} is new and leads to `{now[number]}`"
            at = _key(new, "numbers", number)
            yield Change("number added", "numbers", words, None, now[number], at=at, touches=touches)
        elif names.new("flow", was[number]) != now[number]:
            words = f"number {number} now leads to `{now[number]}` (was `{was[number]}`)"
            at = _key(new, "numbers", number)
            yield Change("number flow", "numbers", words, was[number], now[number], at=at, touches=touches)


def _word(kind: str) -> str:
    return {"hours": "schedule", "voicemail": "voicemail box", "ticket": "kind of ticket"}.get(kind, kind)


def _key(edition: Edition, part: str, name: str) -> Span | None:
    return place(edition.root, (part, name, "[key]"))


def _at(old: Edition, new: Edition, path: list[str]) -> Span | None:
    return place(new.root, tuple(path)) or place(old.root, tuple(path))
