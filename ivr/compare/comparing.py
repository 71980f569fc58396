"""The whole comparison: every difference once, and what it means for numbers, prompts, variables and dialogues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.compare.flows import compare_flows
from ivr.compare.matching import match_flows, match_steps
from ivr.compare.messages import compare_messages, compare_scripts, match_messages
from ivr.compare.model import EVERYTHING, Names
from ivr.compare.playing import Tests, compare_dialogues
from ivr.compare.settings import compare_numbers, compare_settings, match_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.compare.edition import Edition
    from ivr.compare.facts import Thing
    from ivr.compare.matching import StepName
    from ivr.compare.model import Change


@dataclass(frozen=True, slots=True)
class Diff:
    """What is different, and what comes of it."""

    versions: tuple[str, str]
    """Of what callers hear, old and new (`FlowSet.version`)."""
    changes: tuple[Change, ...]
    numbers: Mapping[str, tuple[str, ...]]
    """Dialled number to the flows through which its callers meet something else."""
    prompts: tuple[str, ...]
    """Messages that say something else, are new or gone, or are said in other places."""
    variables: tuple[str, ...]
    """Variables of flows that are new, gone, or sensitive since or no longer, in words."""
    tests: Tests

    @property
    def is_empty(self) -> bool:
        """Whether the two mean the same: no change, and no other dialogues."""
        return not (self.changes or self.tests.changed or self.tests.added or self.tests.removed)


def compare(old: Edition, new: Edition) -> Diff:
    """Compare two versions of one hotline."""
    names = names_between(old, new)
    pairs = match_steps(old, new, names)
    names = Names({**names.of, "step": _places(pairs)})
    changes = (
        *compare_numbers(old, new, names),
        *compare_flows(old, new, pairs, names),
        *compare_messages(old, new, names),
        *compare_settings(old, new, names),
        *compare_scripts(old, new),
    )
    touched = frozenset[tuple[str, str]]().union(*(each.touches for each in changes))
    return Diff(
        (old.version, new.version),
        changes,
        _numbers(old, new, touched),
        tuple(sorted({name for kind, name in touched if kind == "message"}.union(*(each.says for each in changes)))),
        tuple(_variables(old, new, names)),
        compare_dialogues(old, new, names),
    )


def steps_called(old: Edition, new: Edition) -> dict[str, str]:
    """Every step of the old version that is still there, as `flow.step`, to what it is called in the new one."""
    return _places(match_steps(old, new, names_between(old, new)))


def _places(pairs: Mapping[StepName, StepName]) -> dict[str, str]:
    return {".".join(before): ".".join(after) for before, after in pairs.items()}


def names_between(old: Edition, new: Edition) -> Names:
    """What has another name now: things of the file, messages, then flows, which name all of them."""
    of = {**match_settings(old, new), "message": match_messages(old, new)}
    return Names({**of, "flow": match_flows(old, new, Names(of))})


def _numbers(old: Edition, new: Edition, touched: frozenset[Thing]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for edition in (old, new):
        for number, flow in edition.hotline.numbers.items():
            through = edition.flows_from(flow)
            if EVERYTHING not in touched and ("number", number) not in touched:
                through = tuple(each for each in through if edition.things_in(each) & touched)
            if through:
                found.setdefault(number, {}).update(dict.fromkeys(through))
    return {number: tuple(flows) for number, flows in found.items()}


def _variables(old: Edition, new: Edition, names: Names) -> Iterator[str]:
    was = {names.new("flow", flow): own for flow, own in old.variables().items()}
    now = new.variables()
    for flow in dict.fromkeys((*was, *now)):
        before, after = was.get(flow, {}), now.get(flow, {})
        for name in dict.fromkeys((*before, *after)):
            if name not in before:
                yield f"`{name}` is new in flow `{flow}`" + (", and sensitive" if after[name] else "")
            elif name not in after:
                yield f"`{name}` is no longer set in flow `{flow}`"
            elif before[name] != after[name]:
                yield f"`{name}` of flow `{flow}` is {'sensitive now' if after[name] else 'no longer sensitive'}"
