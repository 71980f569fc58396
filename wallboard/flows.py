"""Callers on the pictures of the flows: what is drawn is given to the wallboard, what goes on is counted here. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from store.metrics.ways import WayTaken
    from wallboard.payloads import Json


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """One flow as it is drawn.

    Attributes:
        svg: The picture, as `hotline draw` makes it, each step a link to the callers behind it.
        steps: Its steps and what each does, in the order they are written in.
    """

    svg: str
    steps: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Every flow of one version."""

    version: str
    flows: Mapping[str, FlowPicture]


class Pictures(Protocol):
    """Whoever draws the flows: once for each version."""

    async def drawn(self) -> Drawn:
        """The flows as they are now."""
        ...


def flows(drawn: Drawn) -> Json:
    """The answer of `GET /api/v1/flows`."""
    told = [
        {"name": name, "steps": [{"name": step, "verb": verb} for step, verb in picture.steps.items()]}
        for name, picture in drawn.flows.items()
    ]
    return {"version": drawn.version, "flows": told}


def callers(calls: Sequence[str], places: Mapping[str, str]) -> Json:
    """How many of the callers in a flow are in which step now, and of how many nobody has written down where."""
    standing = Counter(places[call] for call in calls if call in places)
    told = []
    for place, count in sorted(standing.items()):
        flow, _, step = place.partition(".")
        told.append({"flow": flow, "step": step, "callers": count})
    return {"callers": told, "elsewhere": len(calls) - standing.total()}


def traffic(ways: Iterable[WayTaken]) -> list[Json]:
    """The ways taken from step to step, of every version and whatever came of it, as plain data."""
    taken: Counter[tuple[str, str, str]] = Counter()
    for way in ways:
        taken[way.flow, way.step, way.to] += way.times
    return [
        {"flow": flow, "step": step, "to": to or None, "times": times}
        for (flow, step, to), times in sorted(taken.items())
    ]
