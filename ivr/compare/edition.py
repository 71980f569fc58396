"""One version of a hotline, loaded: everything a comparison looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.compare.facts import facts_of, variables_of
from ivr.flow.model import Subflow
from ivr.flow.paths import reachable
from ivr.rehearsal.house import house_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.compare.facts import StepFacts, Thing
    from ivr.config.dialogues import Dialogues
    from ivr.config.load import Loaded
    from ivr.config.model import Hotline
    from ivr.flow.model import Flow
    from ivr.flow.yaml_reader import Node
    from ivr.prompts.catalogue import Catalogue
    from ivr.rehearsal.house import House
    from ivr.rehearsal.model import Dialogue


@dataclass(frozen=True, slots=True)
class Edition:
    """A sound hotline and what lies beside it."""

    hotline: Hotline
    root: Node | None = field(repr=False)
    flows: Mapping[str, Flow]
    """As they are written: a box bounds no recording here, or one change of it would be many."""
    steps: Mapping[tuple[str, str], StepFacts] = field(repr=False)
    """Flow and step to what it means."""
    catalogue: Catalogue = field(repr=False)
    house: House = field(repr=False)
    roots: Mapping[str, Node | None] = field(repr=False)
    """Flow to its file as YAML, to tell a line."""
    version: str
    dialogues: tuple[Dialogue, ...] = ()
    written: tuple[str, ...] = ()
    """The name of every dialogue that is written, also of those with a mistake."""
    scripts: Mapping[str, str] = field(default_factory=dict)
    """Classic script to a hash of its bytes."""
    recordings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Language and name of each recording to a hash of its bytes."""

    def things_in(self, flow: str) -> frozenset[Thing]:
        """What a caller can meet in this flow: its steps, and what they use."""
        found: set[Thing] = {("flow", flow)}
        for name in reachable(self.flows[flow]):
            found.add(("step", f"{flow}.{name}"))
            found |= self.steps[flow, name].uses
        for kind, name in tuple(found):
            if kind == "lookup" and name in self.hotline.lookups:
                found.add(("data source", self.hotline.lookups[name].source))
        return frozenset(found)

    def flows_from(self, flow: str) -> tuple[str, ...]:
        """The flows a call that begins in this one can come to, itself first."""
        found: dict[str, None] = {}
        waiting = [flow]
        while waiting:
            name = waiting.pop(0)
            if name in found or name not in self.flows:
                continue
            found[name] = None
            steps = self.flows[name].steps
            waiting += [one.flow for each in steps if isinstance(one := steps[each], Subflow)]
        return tuple(found)

    def variables(self) -> Mapping[str, Mapping[str, bool]]:
        """Flow to each variable that is set in it to whether it is sensitive anywhere."""
        found: dict[str, dict[str, bool]] = {}
        for flow in self.flows.values():
            own = found.setdefault(flow.name, dict.fromkeys(flow.takes, False))
            for step in flow.steps.values():
                for name, sensitive in variables_of(step):
                    own[name] = own.get(name, False) or sensitive
        return found


def edition_of(
    loaded: Loaded,
    dialogues: Dialogues | None = None,
    scripts: Mapping[str, str] | None = None,
    recordings: Mapping[tuple[str, str], str] | None = None,
) -> Edition:
    """A hotline that the check has found sound.

    Raises:
        ValueError: it is not.
    """
    if loaded.hotline is None or loaded.flows is None:
        raise ValueError(f"{loaded.folder} has mistakes")
    flows = {each.name: each.flow for each in loaded.readings if each.flow is not None}
    return Edition(
        loaded.hotline,
        loaded.root,
        flows,
        {(flow.name, name): facts_of(step) for flow in flows.values() for name, step in flow.steps.items()},
        loaded.catalogue,
        house_of(loaded.hotline, loaded.flows, loaded.catalogue),
        {each.name: each.root for each in loaded.readings},
        loaded.flows.version,
        _sound(dialogues) if dialogues is not None else (),
        dialogues.names if dialogues is not None else (),
        scripts or {},
        recordings or {},
    )


def _sound(found: Dialogues) -> tuple[Dialogue, ...]:
    """The dialogues without a mistake: what could be read of the others says something else than is written."""
    errors = [each for each in found.diagnostics if each.severity == "error"]
    broken = {each.file for each in errors if each.span is None}
    for each in errors:
        above = [one.at for one in found.dialogues if each.span is not None and one.at <= each.span]
        broken |= (
            {str(max(one for one in above if one.file == each.span.file))}
            if each.span and above
            else {each.place.partition(":")[0]}
        )
    return tuple(each for each in found.dialogues if not {each.at.file, str(each.at)} & broken)
