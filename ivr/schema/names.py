"""The names one hotline has given, as an editor is to offer them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ivr.flow.defaults import FlowDefaults
from ivr.flow.known import CALL_FIELDS
from ivr.flow.model import Lookup, Menu, Way
from ivr.prompts.catalogue import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.config.load import Loaded
    from ivr.config.model import Hotline
    from ivr.flow.model import Flow, Step

LONGEST_WORDING = 120
"""Characters of a sentence that are shown beside its name."""


@dataclass(frozen=True, slots=True)
class Names:
    """Every name of a hotline, by what it is a name of, each with a few words about it (or none)."""

    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """`ivr.flow.notes.Kind`, and `data source`, to names. A kind that is not in it may have any name."""
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Flow to the names of its steps."""
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Flow to the variables that are set or taken somewhere in it."""
    readable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Flow to what an expression in it may read: variables, fields of lookups, what the call brings."""
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Message to language to its sentence."""
    defaults: FlowDefaults = field(default_factory=FlowDefaults)
    """What flows inherit: it need not be written."""


def names_of(loaded: Loaded, defaults: FlowDefaults) -> Names | None:
    """The names of a hotline that has been read, also one with mistakes; None without readable settings."""
    hotline = loaded.hotline
    if hotline is None:
        return None
    wordings = _wordings(loaded)
    flows = {reading.name: reading.flow for reading in loaded.readings}
    variables = {name: tuple(sorted(_variables(flow))) for name, flow in flows.items() if flow}
    return Names(
        kinds=_kinds(hotline, loaded, wordings),
        steps={reading.name: tuple(sorted(reading.step_names)) for reading in loaded.readings},
        variables=variables,
        readable={name: _readable(flow, variables[name], hotline) for name, flow in flows.items() if flow},
        wordings=wordings,
        defaults=defaults,
    )


def _kinds(hotline: Hotline, loaded: Loaded, wordings: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    first = hotline.languages[0]
    messages = {name: next(iter(spoken.values()), "") for name, spoken in wordings.items()}
    return {
        "queue": {name: queue.title.get(first, "") for name, queue in hotline.queues.items()},
        "lookup": {
            name: f"takes {', '.join(lookup.takes) or 'nothing'}; gives {', '.join(lookup.gives)}"
            for name, lookup in hotline.lookups.items()
        },
        "schedule": {name: schedule.open for name, schedule in hotline.hours.items()},
        "box": {name: box.title.get(first, "") for name, box in hotline.voicemail.items()},
        "script": dict.fromkeys(sorted(loaded.known.scripts), ""),
        "language": dict.fromkeys(hotline.languages, ""),
        "flow": {reading.name: _takes(reading.flow) for reading in loaded.readings},
        "message": messages,
        "data source": {
            name: "a database" if source.sql is not None else "an HTTP service"
            for name, source in hotline.data_sources.items()
        },
    }


def _takes(flow: Flow | None) -> str:
    return f"takes {', '.join(flow.takes)}" if flow and flow.takes else ""


def _wordings(loaded: Loaded) -> dict[str, dict[str, str]]:
    """Sentences as written, from the place each begins in: what a translator and a flow's author want to see."""
    found: dict[str, dict[str, str]] = {}
    for language, messages in loaded.catalogue.messages.items():
        for name, message in messages.items():
            source = loaded.sources.get(message.at.file)
            line = (source.line(message.at.line) or "") if source else ""
            text = line[message.at.column - 1 :].strip().strip("\"'")
            found.setdefault(name, {})[ALL if message.shared else language] = text[:LONGEST_WORDING]
    return found


def _variables(flow: Flow) -> Iterator[str]:
    """Every variable that is written to in a flow."""
    seen = set(flow.takes)
    for step in flow.steps.values():
        seen.update(_set_by(step))
    yield from seen - {"language"}


def _set_by(step: Step) -> Iterator[str]:
    for name in ("into", "assign"):
        found: Any = getattr(step, name, None)
        yield from (found,) if isinstance(found, str) else found or ()
    then = getattr(step, "then", ())
    ways = [*(then if isinstance(then, tuple) else ()), *(step.keys.values() if isinstance(step, Menu) else ())]
    for way in ways:
        if isinstance(way, Way):
            yield from way.assign


def _readable(flow: Flow, variables: tuple[str, ...], hotline: Hotline) -> tuple[str, ...]:
    found = dict.fromkeys(variables)
    for step in flow.steps.values():
        if isinstance(step, Lookup) and step.lookup in hotline.lookups:
            found |= dict.fromkeys(f"{step.into}.{name}" for name in hotline.lookups[step.lookup].gives)
    found |= dict.fromkeys((*(f"call.{name}" for name in CALL_FIELDS), "language", "now"))
    return tuple(sorted(found))
