"""Flows compared: steps, the ways out of them, what they say and ask; and what steps inherit from the hotline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.compare.facts import kind_of
from ivr.compare.matching import as_new
from ivr.compare.model import Change
from ivr.compare.settings import facts_of, now_was, shown
from ivr.config.read import place
from ivr.rehearsal.edges import AFTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dialplan.source import Span
    from ivr.compare.edition import Edition
    from ivr.compare.facts import StepFacts, Thing, WayFacts
    from ivr.compare.matching import StepName
    from ivr.compare.model import Names

INHERITED: Final = frozenset(
    {
        *(f"no_input.{word}" for word in ("after", "tries", "message", "then")),
        *(f"wrong_input.{word}" for word in ("tries", "message", "then")),
        *("first_digit", "inter_digit", "most_visits"),
    }
)
"""Fields and ways of steps that `defaults` gives where they are not written."""

USUAL: Final = ("after timed_out", "after no_answer")
"""Where the outcomes go that an `after` leaves out (`ivr.flow.outside_verbs`)."""


def compare_flows(old: Edition, new: Edition, pairs: Mapping[StepName, StepName], names: Names) -> Iterator[Change]:
    """Every difference between the flows."""
    was_default, now_default = facts_of(old.hotline.defaults), facts_of(new.hotline.defaults)
    through: dict[str, list[StepName]] = {}
    yield from _whole_flows(old, new, names)
    for place_, now in new.steps.items():
        before = next((each for each, after in pairs.items() if after == place_), None)
        flow_is_new = place_[0] not in {names.new("flow", each) for each in old.flows}
        if before is None:
            if not flow_is_new:
                yield _step("step added", place_, now, new, f"is new{_goes(now)}")
            continue
        yield from _moves(before, place_, new, names)
        for kind, field, words, values in _differences(old.steps[before], now, _target(before, place_, pairs), names):
            if _is_inherited(field, values, (was_default, now_default)):
                through.setdefault(field, []).append(place_)
                continue
            touches = frozenset({("step", ".".join(before)), ("step", ".".join(place_))})
            says = _messages(old.steps[before], now) if kind == "step verb" else _named(field, values)
            at = _place_of(old, before, field) if values[1] is None else _place_of(new, place_, field)
            yield Change(
                kind,
                f"flow {place_[0]}",
                words.replace("{step}", _called(place_, now)).replace("{name}", place_[1]),
                values[0],
                values[1],
                at=at,
                touches=touches,
                says=says,
            )
    gone_flows = {flow for flow in old.flows if names.new("flow", flow) not in new.flows}
    for place_, was in old.steps.items():
        if place_ not in pairs and place_[0] not in gone_flows:
            yield _step("step removed", place_, was, old, f"is gone{_goes(was, past=True)}")
    yield from _defaults(was_default, now_default, new, through, names)


def _whole_flows(old: Edition, new: Edition, names: Names) -> Iterator[Change]:
    called = {names.new("flow", each): each for each in old.flows}
    for name, flow in old.flows.items():
        if names.new("flow", name) not in new.flows:
            words = f"flow `{name}` is gone, with its {_count(len(flow.steps), 'step')}"
            yield _flow("flow removed", name, words, old)
    for name, flow in new.flows.items():
        if name not in called:
            words = f"flow `{name}` is new, with {_count(len(flow.steps), 'step')}"
            yield _flow("flow added", name, words, new)
            continue
        was, section = old.flows[called[name]], f"flow {name}"
        touches: frozenset[Thing] = frozenset({("flow", name), ("flow", was.name)})
        if was.name != name:
            words = f"flow `{was.name}` is now called `{name}`"
            yield Change("flow renamed", section, words, was.name, name, at=flow.at)
        start = names.new("step", f"{was.name}.{was.start}").partition(".")[2]
        if start != flow.start:
            words = f"it now begins with `{flow.start}` (was `{was.start}`)"
            yield Change("flow start", section, words, was.start, flow.start, at=flow.at, touches=touches)
        if was.takes != flow.takes:
            before, after = ", ".join(was.takes), ", ".join(flow.takes)
            words = f"it now takes {shown(after)} (was {shown(before)})"
            yield Change("flow takes", section, words, before, after, at=flow.at, touches=touches)
        if was.longest_steps != flow.longest_steps and not _bounds_follow(
            old, new, was.longest_steps, flow.longest_steps
        ):
            before, after = str(was.longest_steps), str(flow.longest_steps)
            words = f"`longest_steps` {now_was(before, after)}"
            yield Change("flow bound", section, words, before, after, at=flow.at, touches=touches)


def _flow(kind: str, name: str, words: str, edition: Edition) -> Change:
    flow = edition.flows[name]
    old, new = (None, name) if kind == "flow added" else (name, None)
    said = _messages(*(edition.steps[name, step] for step in flow.steps))
    touches: frozenset[Thing] = frozenset({("flow", name)})
    return Change(kind, f"flow {name}", words, old, new, at=flow.at, touches=touches, says=said)


def _bounds_follow(old: Edition, new: Edition, before: int, after: int) -> bool:
    return (before, after) == (old.hotline.defaults.longest_steps, new.hotline.defaults.longest_steps)


def _moves(before: StepName, after: StepName, new: Edition, names: Names) -> Iterator[Change]:
    at = new.flows[after[0]].steps[after[1]].at
    if names.new("flow", before[0]) != after[0]:
        words = f"step `{before[1]}` of flow `{before[0]}` now stands here" + (
            f", as `{after[1]}`" if before[1] != after[1] else ""
        )
        touches: frozenset[Thing] = frozenset({("step", ".".join(before)), ("step", ".".join(after))})
        yield Change("step moved", f"flow {after[0]}", words, ".".join(before), ".".join(after), at=at, touches=touches)
    elif before[1] != after[1]:
        words = f"step `{before[1]}` is now called `{after[1]}`"
        yield Change("step renamed", f"flow {after[0]}", words, before[1], after[1], at=at)


Difference = tuple[str, str, str, tuple[str | None, str | None]]
"""Kind, field or way, words with `{step}` in them, old and new value."""


def _target(before: StepName, after: StepName, pairs: Mapping[StepName, StepName]) -> Mapping[str, str]:
    """Old names of steps in this flow to the names they have now."""
    return {step: now[1] for (flow, step), now in pairs.items() if flow == before[0] and now[0] == after[0]}


def _differences(was: StepFacts, now: StepFacts, target: Mapping[str, str], names: Names) -> Iterator[Difference]:
    if was.verb != now.verb:
        yield "step verb", "", f"step `{{name}}` is now a `{now.verb}` (was a `{was.verb}`)", (was.verb, now.verb)
        return
    yield from _ways(was, now, target)
    fields = as_new(was.fields, names)
    for field in dict.fromkeys((*fields, *now.fields)):
        values = fields.get(field), now.fields.get(field)
        if values[0] != values[1]:
            yield "step field", field, f"`{field}` of {{step}} {now_was(*values)}", values


def _ways(was: StepFacts, now: StepFacts, target: Mapping[str, str]) -> Iterator[Difference]:
    gone = {name: way for name, way in was.ways.items() if name not in now.ways}
    come = {name: way for name, way in now.ways.items() if name not in was.ways}
    for name, way in list(gone.items()):
        same = [
            other
            for other, each in come.items()
            if name.startswith("key ") and other.startswith("key ") and _content(way, target) == _content(each, {})
        ]
        if len(same) == 1:
            yield "way key", same[0], f"{name} of {{step}} is now {same[0]} (to `{way.to}`)", (name, same[0])
            del gone[name], come[same[0]]
    for name, way in come.items():
        yield "way added", f"{name}.then", f"{_way(name)} of {{step}} is new and goes to `{way.to}`", (None, way.to)
    for name, way in gone.items():
        yield "way removed", f"{name}.then", f"{_way(name)} of {{step}} is gone (went to `{way.to}`)", (way.to, None)
    for name, way in now.ways.items():
        before = was.ways.get(name)
        if before is None:
            continue
        if target.get(before.to, before.to) != way.to and not _follows(name, was, now):
            words = f"{_way(name)} of {{step}} now goes to `{way.to}` (was `{before.to}`){_with_it(name, was, now)}"
            yield "way to", f"{name}.then", words, (before.to, way.to)
        if before.sets != way.sets:
            values = _sets(before), _sets(way)
            yield "way sets", name, f"{_way(name)} of {{step}} now sets {values[1]} (was {values[0]})", values
    common = [name for name in was.ways if name in now.ways and name.startswith("when ")]
    order = [name for name in now.ways if name in common]
    if common != order:
        values = "; ".join(common), "; ".join(order)
        yield "way order", "", f"{{step}} asks its conditions in another order: {values[1]}", values


def _follows(name: str, was: StepFacts, now: StepFacts) -> bool:
    """Whether an outcome goes where the usual one went, and where it goes now: it is told with that one."""
    usual = next((each for each in USUAL if each in was.ways and each in now.ways), None)
    if usual is None or name == usual or not name.startswith(AFTER):
        return False
    return was.ways.get(name) == was.ways[usual] and now.ways.get(name) == now.ways[usual]


def _with_it(name: str, was: StepFacts, now: StepFacts) -> str:
    if name not in USUAL:
        return ""
    others = [each.removeprefix(AFTER) for each in now.ways if _follows(each, was, now)]
    return f", and with it {', '.join(f'`{each}`' for each in others)}" if others else ""


def _content(way: WayFacts, target: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    return target.get(way.to, way.to), way.sets


def _sets(way: WayFacts) -> str:
    return ", ".join(f"`{name}` to `{value}`" for name, value in way.sets.items()) or "nothing"


def _way(name: str) -> str:
    return f"`{name}`" if not name.startswith("key ") else name


def _is_inherited(
    field: str, values: tuple[str | None, str | None], defaults: tuple[Mapping[str, str], Mapping[str, str]]
) -> bool:
    """Whether a step only follows what the hotline gives: it had the old default, and it has the new one."""
    before, after = (each.get(field) for each in defaults)
    return field in INHERITED and before != after and values == (before, after)


def _defaults(
    was: Mapping[str, str], now: Mapping[str, str], new: Edition, through: Mapping[str, list[StepName]], names: Names
) -> Iterator[Change]:
    for name in dict.fromkeys((*was, *now)):
        before = names.new("message", was[name]) if name.endswith("message") and name in was else was.get(name)
        if before == now.get(name):
            continue
        steps = through.get(name, [])
        touches: set[Thing] = {("step", ".".join(each)) for each in steps}
        if name == "longest_steps":
            touches |= {("flow", flow) for flow in new.flows}
        details = (
            (f"inherited by {', '.join('.'.join(each) for each in steps)}",) if steps else ("no step inherits it",)
        )
        yield Change(
            "default changed",
            "defaults",
            f"`{name}` {now_was(before, now.get(name))}",
            before,
            now.get(name),
            details if name != "longest_steps" else (),
            place(new.root, ("defaults", *name.split("."))),
            frozenset(touches),
            _named(name, (before, now.get(name))) if steps else frozenset(),
        )


def _named(field: str, values: tuple[str | None, str | None]) -> frozenset[str]:
    """The messages a field names."""
    return frozenset(value for value in values if value and kind_of(field) == "message")


def _messages(*steps: StepFacts) -> frozenset[str]:
    return frozenset(name for step in steps for kind, name in step.uses if kind == "message")


def _step(kind: str, place_: StepName, facts: StepFacts, edition: Edition, words: str) -> Change:
    flow, name = place_
    touches: frozenset[Thing] = frozenset({("step", f"{flow}.{name}")})
    at = edition.flows[flow].steps[name].at
    old, new = (None, name) if kind == "step added" else (name, None)
    told = f"step `{name}` ({subject(facts)}) {words}"
    return Change(kind, f"flow {flow}", told, old, new, at=at, touches=touches, says=_messages(facts))


def subject(facts: StepFacts) -> str:
    """A verb with what it is about: `queue vip`, `play welcome`."""
    about = facts.fields.get(facts.verb) or facts.fields.get("message", "")
    return f"{facts.verb} {about}".rstrip()


def _called(place_: StepName, facts: StepFacts) -> str:
    return f"{facts.verb} `{place_[1]}`"


def _goes(facts: StepFacts, *, past: bool = False) -> str:
    goals = list(dict.fromkeys(way.to for way in facts.ways.values()))
    if not goals:
        return ""
    word = "it went to" if past else "it goes to"
    return f"; {word} {', '.join(f'`{each}`' for each in goals)}"


def _place_of(edition: Edition, place_: StepName, field: str) -> Span | None:
    """Where a field or a way of a step stands; the step where it is not written (any more)."""
    flow, step = place_
    way, _, word = field.removesuffix(".then").partition(" ")
    paths = (
        {
            "key": (("keys", word), ("exit_keys", word)),
            "after": (("after", word),),
            "when": (("then",), ("branch",)),
        }.get(way, (tuple(field.split(".")),))
        if word
        else (tuple(field.removesuffix(".then").split(".")),)
    )
    own = edition.flows[flow].steps[step].at
    places = (place(edition.roots[flow], ("steps", step, *path)) for path in paths)
    return next((each for each in places if each is not None and each.line > own.line), own)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
