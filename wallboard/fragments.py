"""Queues, agents and callers as JSON text, each encoded once: when it changes, not for each message or viewer. Pure.

Each audience (`wallboard.audience`) has its own: what it is shown of an object may be less than there is.

A whole snapshot is then the fragments that are there already, joined: what a newcomer waits for is its transfer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ami_bridge.messages import Removed
from wallboard import payloads
from wallboard.audience import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ami_bridge.messages import AgentView, CallView, Delta, QueueView, Snapshot
    from wallboard.audience import Audience
    from wallboard.payloads import Json
    from wallboard.settings import WallboardSettings

    Object = TypeVar("Object", QueueView, AgentView, CallView)


class Fragments:
    """The text of every object of the last snapshot. An object that was replaced is encoded when it is next told."""

    def __init__(self, settings: WallboardSettings, audience: Audience = EVERYBODY) -> None:
        self._settings = settings
        self._audience = audience
        self._queues: dict[str, tuple[QueueView, str]] = {}
        self._agents: dict[str, tuple[AgentView, str]] = {}
        self._calls: dict[str, tuple[CallView, str]] = {}

    def hello(self, head: Json, snapshot: Snapshot | None) -> bytes:
        """A whole snapshot; what is not in it any more is forgotten."""
        if snapshot is None:
            return _joined(head, [], [], [])
        for known, there in (
            (self._queues, {each.name for each in self._audience.of_queues(snapshot.queues)}),
            (self._agents, {each.id for each in self._audience.of_agents(snapshot.agents)}),
            (self._calls, {each.call_id for each in self._audience.of_calls(snapshot.calls)}),
        ):
            for key in known.keys() - there:
                known.pop(key)
        return self._told(head, snapshot)

    def theirs(self, delta: Delta) -> Delta:
        """What of a delta is this audience's; an agent who has left its queues is removed for it."""
        if self._audience == EVERYBODY:
            return delta
        of, gone = self._audience, delta.removed
        agents = of.of_agents(delta.agents)
        left = {each.id for each in delta.agents} - {each.id for each in agents}
        removed = Removed(
            queues=tuple(name for name in gone.queues if name in self._queues),
            agents=tuple(name for name in (*gone.agents, *sorted(left)) if name in self._agents),
            calls=tuple(name for name in gone.calls if name in self._calls),
        )
        queues, calls = tuple(of.of_queues(delta.queues)), tuple(of.of_calls(delta.calls))
        return replace(delta, queues=queues, agents=tuple(agents), calls=calls, removed=removed)

    def change(self, head: Json, delta: Delta) -> bytes:
        """What a delta, as `theirs` gives it, changed; what it removed is forgotten, for nobody may come for a week."""
        gone = delta.removed
        for known, keys in ((self._queues, gone.queues), (self._agents, gone.agents), (self._calls, gone.calls)):
            for key in keys:
                known.pop(key, None)
        return self._told(head, delta)

    def _told(self, head: Json, told: Snapshot | Delta) -> bytes:
        of = self._audience
        return _joined(
            head,
            _encoded(
                self._queues,
                of.of_queues(told.queues),
                lambda each: each.name,
                lambda each: payloads.queue(of.queue(each), self._settings),
            ),
            _encoded(
                self._agents,
                of.of_agents(told.agents),
                lambda each: each.id,
                lambda each: payloads.agent(of.agent(each)),
            ),
            _encoded(
                self._calls,
                of.of_calls(told.calls),
                lambda each: each.call_id,
                lambda each: payloads.call(of.call(each)),
            ),
        )


def _encoded(
    known: dict[str, tuple[Object, str]],
    objects: Iterable[Object],
    key: Callable[[Object], str],
    payload: Callable[[Object], Json],
) -> list[str]:
    found = []
    for each in objects:
        name = key(each)
        entry = known.get(name)
        if entry is None or entry[0] is not each:
            entry = known[name] = (each, payloads.text(payload(each)))
        found.append(entry[1])
    return found


def _joined(head: Json, queues: list[str], agents: list[str], calls: list[str]) -> bytes:
    lists = (("queues", queues), ("agents", agents), ("calls", calls))
    parts = ",".join(f'"{name}":[{",".join(texts)}]' for name, texts in lists)
    return f"{payloads.text(head)[:-1]},{parts}}}".encode()
