"""From changes to rows in the store, and the bridge's own diary of what it could see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from store.rows import BridgeState, Knowledge

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.model import Changes, State
    from store.rows import Row

DIARY_EVERY_S = 5.0
"""Seconds between diary entries while nothing but time passes; a restart reads queue_log from the last one on."""


class RowSink(Protocol):
    """Where rows go: ``store.writer.Writer``, or a list in a test."""

    def put(self, row: Row) -> None:
        """Takes a row without waiting."""


class Recorder:
    """Writes what changed, in order, once."""

    def __init__(
        self, sink: RowSink, earlier: BridgeState | None, *, ledger: bool, knowledge: Knowledge | None = None
    ) -> None:
        self._sink = sink
        self._ledger = ledger
        self._diary = earlier
        self._knowledge = knowledge
        self._checked: tuple[datetime | None, int, int] = (
            (knowledge.checked_until, knowledge.repaired, knowledge.unexplained) if knowledge else (None, 0, 0)
        )
        self._known_since = earlier.known_since if earlier else None
        self._gap = True
        """Something may have happened unseen since the last complete knowledge: at least while no bridge ran."""
        self._blind_since = earlier.blind_since if earlier else None
        self._written_at: datetime | None = None
        self._seen_until = earlier.seen_until if earlier else None
        self.switch_started_at: datetime | None = earlier.switch_started_at if earlier else None

    def keep(self, row: Row) -> None:
        """A row that is no change of the state: it goes the same way, in order."""
        self._sink.put(row)

    def note_checked(self, until: datetime | None, repaired: int, unexplained: int) -> None:
        """How far the visits were compared with queue_log, for the next diary."""
        self._checked = (until, repaired, unexplained)

    def _write_knowledge(self, state: State) -> None:
        until, repaired, unexplained = self._checked
        knowledge = Knowledge(
            node=state.rules.node,
            state=state.knowing,
            since=self._blind_since or state.knowing_since if state.knowing == "blind" else state.knowing_since,
            checked_until=until,
            repaired=repaired,
            unexplained=unexplained,
        )
        if knowledge != self._knowledge:
            self._knowledge = knowledge
            self._sink.put(knowledge)

    def record(self, state: State, changes: Changes, now: datetime) -> None:
        """The rows of one event, and the diary when knowledge changed or time came."""
        for row in changes.rows:
            self._sink.put(row)
        due = self._written_at is None or (now - self._written_at).total_seconds() >= DIARY_EVERY_S
        if changes.knowledge or due:
            self.write_diary(state, now)

    def write_diary(self, state: State, now: datetime) -> None:
        """What the bridge knows, as a row, if it differs from the last."""
        if state.knowing == "blind":
            self._gap = True
            self._blind_since = self._blind_since or state.knowing_since
        elif state.knowing == "complete" and self._gap:
            # queue_log fills the gap, where there is one
            if self._known_since is None or not self._ledger:
                self._known_since = state.knowing_since
            self._gap, self._blind_since = False, None
        if state.knowing == "complete":
            self._seen_until = now
        entry = BridgeState(
            node=state.rules.node,
            known_since=self._known_since,
            blind_since=self._blind_since,
            last_event_at=state.last_event_at,
            switch_started_at=self.switch_started_at,
            seen_until=self._seen_until,
        )
        self._write_knowledge(state)
        self._written_at = now
        if entry != self._diary:
            self._diary = entry
            self._sink.put(entry)
