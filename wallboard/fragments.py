"""Queues, agents and callers as JSON text, each encoded once: when it changes, not for each message or viewer. Pure.

A whole snapshot is then the fragments that are there already, joined: what a newcomer waits for is its transfer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from wallboard import payloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ami_bridge.messages import AgentView, CallView, Delta, QueueView, Snapshot
    from wallboard.payloads import Json
    from wallboard.settings import WallboardSettings

    Object = TypeVar("Object", QueueView, AgentView, CallView)


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
        for known, there in (
            (self._queues, {each.name for each in snapshot.queues}),
            (self._agents, {each.id for each in snapshot.agents}),
            (self._calls, {each.call_id for each in snapshot.calls}),
        ):
            for key in known.keys() - there:
                known.pop(key)
        return self._told(head, snapshot)

    def change(self, head: Json, delta: Delta) -> bytes:
        """What a delta of the bridge changed; what it removed is forgotten, for nobody may come for a week."""
        gone = delta.removed
        for known, keys in ((self._queues, gone.queues), (self._agents, gone.agents), (self._calls, gone.calls)):
            for key in keys:
                known.pop(key, None)
        return self._told(head, delta)

    def _told(self, head: Json, told: Snapshot | Delta) -> bytes:
        return _joined(
            head,
            _encoded(
                self._queues, told.queues, lambda each: each.name, lambda each: payloads.queue(each, self._settings)
            ),
            _encoded(self._agents, told.agents, lambda each: each.id, payloads.agent),
            _encoded(self._calls, told.calls, lambda each: each.call_id, payloads.call),
        )


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
