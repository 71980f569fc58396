"""Replays recorded AMI bytes and queue_log lines through translate and reducer, and collects the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ami_bridge.domain import events as ev
from ami_bridge.domain.model import QueueRules, Rules, State, empty_state
from ami_bridge.domain.reducer import apply
from ami_bridge.protocol.wire import Framing
from ami_bridge.queue_log.lines import Odd, parse_line
from ami_bridge.spoken import Heard
from ami_bridge.translate import event_of
from store import rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ami_bridge.domain.model import Changes

FOLDER = Path(__file__).parent.parent / "transcripts" / "ami"
T0 = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""10:00 in Guangzhou."""
QUEUES = ("normal", "vip", "short", "empty", "leaver", "tiny")
RULES = Rules(
    node="gz-1",
    zone=ZoneInfo("Asia/Shanghai"),
    queues={name: QueueRules(title=name.title(), wrap_up_s=2.0) for name in QUEUES},
    agents={},
)


@dataclass(slots=True)
class Replay:
    """A state that events are applied to, and every row they caused, the last of each key."""

    state: State
    visits: dict[str, rows.Visit] = field(default_factory=dict)
    attempts: dict[tuple[str, int], rows.RingAttempt] = field(default_factory=dict)
    intervals: dict[str, rows.AgentInterval] = field(default_factory=dict)
    memberships: dict[tuple[str, str], rows.Membership] = field(default_factory=dict)
    places: dict[str, rows.MembershipInterval] = field(default_factory=dict)
    gaps: dict[datetime, rows.Gap] = field(default_factory=dict)
    changes: list[Changes] = field(default_factory=list)

    def take(self, event: ev.Event, now: datetime | None = None) -> Replay:
        self.state, changed = apply(self.state, event, now or event.at)
        self.changes.append(changed)
        for row in changed.rows:
            match row:
                case rows.Visit():
                    self.visits[row.id] = row
                case rows.RingAttempt():
                    self.attempts[row.visit_id, row.ordinal] = row
                case rows.AgentInterval():
                    self.intervals[row.id] = row
                case rows.Membership():
                    self.memberships[row.agent, row.queue] = row
                case rows.MembershipInterval():
                    self.places[row.id] = row
                case rows.Gap():
                    self.gaps[row.since] = row
                case _:
                    raise AssertionError(row)
        return self

    def take_all(self, events: Iterable[ev.Event]) -> Replay:
        for event in events:
            self.take(event)
        return self

    def tick(self, at: datetime) -> Replay:
        return self.take(ev.Ticked(at=at), at)


def fresh(at: datetime = T0, rules: Rules = RULES) -> Replay:
    return Replay(empty_state(rules, at))


def recorded(scene: str) -> list[ev.Event]:
    """The events of one recorded scene."""
    raw = (FOLDER / f"asterisk-22.10.1-{scene}.txt").read_bytes()
    nowhere = datetime(2000, 1, 1, tzinfo=UTC)
    found = [event_of(Heard.from_raw(m), nowhere) for m in Framing().feed(raw)]
    return [e for e in found if e is not None and e.at != nowhere]


def ledger(scene: str) -> list[ev.Event]:
    """The queue_log lines of one recorded scene."""
    lines = (FOLDER / f"asterisk-22.10.1-{scene}.queue_log").read_bytes().splitlines()
    return [fact for fact in map(parse_line, lines) if not isinstance(fact, Odd)]


def replayed(scene: str, *, with_ledger: bool = False, ledger_only: bool = False) -> Replay:
    """A whole scene, and five quiet seconds."""
    events = [] if ledger_only else recorded(scene)
    facts = ledger(scene) if with_ledger or ledger_only else []
    told = events + facts
    replay = fresh(told[0].at).take_all(told)
    return replay.tick(max(e.at for e in told) + timedelta(seconds=5))
