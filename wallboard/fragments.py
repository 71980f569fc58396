"""Queues, agents and callers as JSON text, each encoded once: when it changes, not for each message or viewer. Pure.

Each audience (`wallboard.audience`) has its own: what it is shown of an object may be less than there is.

A whole snapshot is then the fragments that are there already, joined: what a newcomer waits for is its transfer.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter, is_not, itemgetter
from typing import TYPE_CHECKING, TypeVar

from ami_bridge.messages import Removed
from wallboard import payloads
from wallboard.audience import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ami_bridge.messages import AgentView, CallView, Delta, QueueView, Snapshot
    from wallboard.audience import Audience
    from wallboard.payloads import Json
    from wallboard.settings import WallboardSettings

    Object = TypeVar("Object", QueueView, AgentView, CallView)


_name: Callable[[QueueView], str] = attrgetter("name")
_id: Callable[[AgentView], str] = attrgetter("id")
_call_id: Callable[[CallView], str] = attrgetter("call_id")
_view: Callable[[tuple[Object, bytes]], Object] = itemgetter(0)


class Fragments:
    """The text of every object of the last snapshot. An object that was replaced is encoded when it is next told."""

    def __init__(self, settings: WallboardSettings, audience: Audience = EVERYBODY) -> None:
        self._settings = settings
        self.audience = audience
        self._queues: dict[str, tuple[QueueView, bytes]] = {}
        self._agents: dict[str, tuple[AgentView, bytes]] = {}
        self._calls: dict[str, tuple[CallView, bytes]] = {}

    def hello(self, head: Json, snapshot: Snapshot | None) -> bytes:
        """A whole snapshot; what is not in it any more is forgotten."""
        if snapshot is None:
            return _joined(head, [], [], [])
        of = self.audience
        return _joined(
            head,
            _all(self._queues, of.of_queues(snapshot.queues), _name, self._queue),
            _all(self._agents, of.of_agents(snapshot.agents), _id, self._agent),
            _all(self._calls, of.of_calls(snapshot.calls), _call_id, self._call),
        )

    def theirs(self, delta: Delta) -> Delta:
        """What of a delta is this audience's; an agent who has left its queues is removed for it."""
        if self.audience == EVERYBODY:
            return delta
        of, gone = self.audience, delta.removed
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
        return _joined(
            head,
            _encoded(self._queues, delta.queues, _name, self._queue),
            _encoded(self._agents, delta.agents, _id, self._agent),
            _encoded(self._calls, delta.calls, _call_id, self._call),
        )

    def _queue(self, view: QueueView) -> Json:
        return payloads.queue(self.audience.queue(view), self._settings)

    def _agent(self, view: AgentView) -> Json:
        return payloads.agent(view, self.audience)

    def _call(self, view: CallView) -> Json:
        return payloads.call(self.audience.call(view))


def _all(
    known: dict[str, tuple[Object, bytes]],
    objects: Sequence[Object],
    key: Callable[[Object], str],
    payload: Callable[[Object], Json],
) -> list[bytes]:
    """The texts of all there is. What is kept is in that order already: changes are put over it as over a snapshot."""
    if len(known) != len(objects) or any(map(is_not, map(_view, known.values()), objects)):
        _encoded(known, objects, key, payload)
        there = [(key(each), known[key(each)]) for each in objects]
        known.clear()
        known.update(there)
    return [text for _, text in known.values()]


def _encoded(
    known: dict[str, tuple[Object, bytes]],
    objects: Sequence[Object],
    key: Callable[[Object], str],
    payload: Callable[[Object], Json],
) -> list[bytes]:
    found = []
    for each in objects:
        name = key(each)
        entry = known.get(name)
        if entry is None or entry[0] is not each:
            entry = known[name] = (each, payloads.encoded(payload(each)))
        found.append(entry[1])
    return found


def _joined(head: Json, queues: list[bytes], agents: list[bytes], calls: list[bytes]) -> bytes:
    parts = (b'"queues":[', b",".join(queues), b'],"agents":[', b",".join(agents), b'],"calls":[', b",".join(calls))
    return b"".join((payloads.encoded(head)[:-1], b",", *parts, b"]}"))
