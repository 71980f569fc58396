"""What is the same under another name, or elsewhere: told as one difference, and not as a loss and a gain."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ivr.compare.facts import kind_of
from ivr.compare.model import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from ivr.compare.edition import Edition
    from ivr.compare.facts import StepFacts

StepName = tuple[str, str]
"""Flow and step."""


def renamed(
    old: Iterable[str], new: Iterable[str], before: Callable[[str], Hashable], after: Callable[[str], Hashable]
) -> dict[str, str]:
    """Names only one side has, paired where the same thing stands behind both, and behind no third.

    Args:
        old: every name of the old version.
        new: every name of the new one.
        before: what stands behind an old name.
        after: what stands behind a new one.
    """
    old, new = list(old), list(new)
    gone, come = [each for each in old if each not in set(new)], [each for each in new if each not in set(old)]
    by_content: dict[Hashable, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in gone:
        by_content[before(name)][0].append(name)
    for name in come:
        by_content[after(name)][1].append(name)
    return {was[0]: now[0] for was, now in by_content.values() if len(was) == len(now) == 1}


def match_flows(old: Edition, new: Edition, names: Names) -> dict[str, str]:
    """Old flow to the new one that is written the same under another name."""

    def content(edition: Edition, flow: str, known: Names) -> Hashable:
        whole = edition.flows[flow]
        steps = {
            name: frozen(
                edition.steps[flow, name], known, lambda to: to, lambda other: "itself" if other == flow else other
            )
            for name in whole.steps
        }
        return whole.start, whole.takes, frozenset(steps.items())

    return renamed(
        old.flows, new.flows, lambda name: content(old, name, names), lambda name: content(new, name, Names())
    )


def match_steps(old: Edition, new: Edition, names: Names) -> dict[StepName, StepName]:
    """Every old step that is still there to the new one: by its name, else by its content, else in another flow."""
    flow_of = {flow: names.new("flow", flow) for flow in old.flows}
    pairs = {(flow, step): (flow_of[flow], step) for flow, step in old.steps if (flow_of[flow], step) in new.steps}
    gone = [each for each in old.steps if each not in pairs]
    come = [each for each in new.steps if each not in set(pairs.values())]
    leaving, coming = set(gone), set(come)

    def before(place: StepName, *, elsewhere: bool) -> Hashable:
        return frozen(old.steps[place], names, lambda to: "?" if elsewhere or (place[0], to) in leaving else to)

    def after(place: StepName, *, elsewhere: bool) -> Hashable:
        return frozen(new.steps[place], Names(), lambda to: "?" if elsewhere or (place[0], to) in coming else to)

    for elsewhere in (False, True):  # in another flow, the steps it goes to are others, too
        groups: dict[Hashable, tuple[list[StepName], list[StepName]]] = defaultdict(lambda: ([], []))
        for place in gone:
            if place not in pairs:
                groups["" if elsewhere else flow_of[place[0]], before(place, elsewhere=elsewhere)][0].append(place)
        taken = set(pairs.values())
        for place in come:
            if place not in taken:
                groups["" if elsewhere else place[0], after(place, elsewhere=elsewhere)][1].append(place)
        for was, now in groups.values():
            # Alike in everything: which is which makes no difference, so they are taken in the order of the file.
            pairs.update(zip(was, now, strict=False))
    return pairs


def frozen(
    step: StepFacts,
    names: Names,
    target: Callable[[str], str],
    flow: Callable[[str], str] = lambda name: name,
) -> Hashable:
    """A step's meaning as a value that can be compared, with every name as the new version has it."""

    def told(name: str, value: str) -> str:
        kind = kind_of(name)
        return flow(names.new(kind, value)) if kind == "flow" else names.new(kind, value) if kind else value

    ways = frozenset((name, target(way.to), tuple(way.sets.items())) for name, way in step.ways.items())
    order = tuple(name for name in step.ways if name.startswith("when "))
    return step.verb, ways, order, frozenset((name, told(name, value)) for name, value in step.fields.items())


def as_new(facts: Mapping[str, str], names: Names) -> dict[str, str]:
    """Fields of an old step with the names of the new version."""
    return {name: names.new(kind, value) if (kind := kind_of(name)) else value for name, value in facts.items()}
