"""Queues, agents and callers as JSON text, each encoded once: when it changes, not for each message or viewer. Pure.

A whole snapshot is then the fragments that are there already, joined: what a newcomer waits for is its transfer.
"""

from __future__ import annotations

from operator import attrgetter, is_not, itemgetter
from typing import TYPE_CHECKING, TypeVar

from wallboard import payloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ami_bridge.messages import AgentView, CallView, Delta, QueueView, Snapshot
    from wallboard.payloads import Json
    from wallboard.settings import WallboardSettings

    Object = TypeVar("Object", QueueView, AgentView, CallView)


_name: Callable[[QueueView], str] = attrgetter("name")
_id: Callable[[AgentView], str] = attrgetter("id")
_call_id: Callable[[CallView], str] = attrgetter("call_id")
_view: Callable[[tuple[Object, bytes]], Object] = itemgetter(0)


class Fragments:
    """The text of every object of the last snapshot. An object that was replaced is encoded when it is next told."""

    def __init__(self, settings: WallboardSettings) -> None:
        self._settings = settings
        self._queues: dict[str, tuple[QueueView, bytes]] = {}
        self._agents: dict[str, tuple[AgentView, bytes]] = {}
        self._calls: dict[str, tuple[CallView, bytes]] = {}

    def hello(self, head: Json, snapshot: Snapshot | None) -> bytes:
        """A whole snapshot; what is not in it any more is forgotten."""
        if snapshot is None:
            return _joined(head, [], [], [])
        return _joined(
            head,
            _all(self._queues, snapshot.queues, _name, self._queue),
            _all(self._agents, snapshot.agents, _id, payloads.agent),
            _all(self._calls, snapshot.calls, _call_id, payloads.call),
        )

    def change(self, head: Json, delta: Delta) -> bytes:
        """What a delta of the bridge changed; what it removed is forgotten, for nobody may come for a week."""
        gone = delta.removed
        for known, keys in ((self._queues, gone.queues), (self._agents, gone.agents), (self._calls, gone.calls)):
            for key in keys:
                known.pop(key, None)
        return _joined(
            head,
            _encoded(self._queues, delta.queues, _name, self._queue),
            _encoded(self._agents, delta.agents, _id, payloads.agent),
            _encoded(self._calls, delta.calls, _call_id, payloads.call),
        )

    def _queue(self, view: QueueView) -> Json:
        return payloads.queue(view, self._settings)


def _all(
    known: dict[str, tuple[Object, bytes]],
    objects: tuple[Object, ...],
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
    objects: Iterable[Object],
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
