"""The hotline a call comes into: everything that stays the same from call to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ivr.config.hours import timetable
from ivr.flow.expressions import Expression
from ivr.flow.model import Queue, QueueState
from ivr.prompts.compose import sentence
from ivr.rehearsal.backend import Question
from ivr.services.calling_number import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.config.hours import Timetable
    from ivr.config.model import Hotline
    from ivr.engine.effects import Utterance
    from ivr.flow.model import FlowSet
    from ivr.prompts.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class House:
    """One version of a hotline, as its callers meet it."""

    flows: FlowSet
    catalogue: Catalogue
    numbers: Mapping[str, str]
    """Number dialled to flow."""
    zone: ZoneInfo
    region: str
    questions: Mapping[str, Question] = field(default_factory=dict)
    schedules: Mapping[str, Timetable] = field(default_factory=dict)
    reads_now: bool = False
    """Whether any flow reads `now`: then no call goes without a clock."""
    usual_colours: Mapping[str, str] = field(default_factory=dict)
    """Kind of ticket to the colour it has where its step names none."""
    _sentences: dict[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)
    """Sentences without values, composed once."""

    @property
    def announced_every_ms(self) -> Mapping[str, int]:
        """Queue to how often Asterisk plays an announcement in it: the shortest `every` of the steps that lead there.

        As the generated files have it (`ivr.app.switch`); queues in which nothing is announced are not there.
        """
        found: dict[str, int] = {}
        for flow in self.flows.flows.values():
            for step in flow.steps.values():
                if isinstance(step, Queue) and step.announce is not None:
                    found[step.queue] = min(step.announce.every_ms, found.get(step.queue, step.announce.every_ms))
        return found

    @property
    def queues_asked(self) -> tuple[str, ...]:
        """The queues that a flow looks at."""
        steps = (step for flow in self.flows.flows.values() for step in flow.steps.values())
        return tuple(dict.fromkeys(step.queue for step in steps if isinstance(step, QueueState)))

    def said(self, utterance: Utterance) -> str:
        """What the caller hears, in writing.

        Raises:
            CannotSay: a value cannot be spoken.
        """
        args = utterance.args
        if args:
            return sentence(self.catalogue, utterance.message, self._in_zone(args), utterance.language)
        key = (utterance.message, utterance.language)
        if key not in self._sentences:
            self._sentences[key] = sentence(self.catalogue, utterance.message, {}, utterance.language)
        return self._sentences[key]

    def is_open(self, schedule: str, now: datetime) -> bool:
        """Whether a schedule is open at a moment."""
        return self.schedules[schedule].is_open(now, self.zone)

    def calling_number(self, ani: str) -> str:
        """A calling number as flows see it; empty when it is withheld."""
        return normalise(ani, self.region)

    def _in_zone(self, args: Mapping[str, object]) -> dict[str, object]:
        """Instants as the caller's clock shows them (`ivr.runner.perform`)."""
        return {
            name: value.astimezone(self.zone) if isinstance(value, datetime) else value for name, value in args.items()
        }


def house_of(hotline: Hotline, flows: FlowSet, catalogue: Catalogue) -> House:
    """The house of a hotline that the check has found sound."""
    return House(
        flows,
        catalogue,
        hotline.numbers,
        ZoneInfo(hotline.time_zone),
        hotline.region or "ZZ",
        {
            name: Question(each.source, tuple(each.takes), each.gives, each.as_of)
            for name, each in hotline.lookups.items()
        },
        {name: timetable(each) for name, each in hotline.hours.items()},
        any("now" in expression.names for flow in flows.flows.values() for expression in expressions_of(flow)),
        {name: next(iter(each.within_ms)) for name, each in hotline.tickets.items()},
    )


def expressions_of(part: object) -> Iterator[Expression]:
    """Every expression anywhere in a flow, a step or a part of one, whatever its verb."""
    match part:
        case Expression():
            yield part
        case Mapping():
            for member in part.values():
                yield from expressions_of(member)
        case tuple():
            for member in part:
                yield from expressions_of(member)
        case _ if is_dataclass(part):
            for each in fields(part):
                yield from expressions_of(getattr(part, each.name))
