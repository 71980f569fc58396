"""The rows that prove the ledger: what bridges know, how far it can be relied on, its readers' places, its lines.

They are rows like all others (`store.rows` has them in its union) and have a module of their own for its length's sake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

Knowing: TypeAlias = Literal["complete", "catching_up", "blind"]
"""What a bridge can say of its switch."""

EvidenceSource: TypeAlias = Literal["ami", "queue_log"]
"""Who told a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeState:
    """What one bridge knows about its switch, so that a restart can tell a gap from silence.

    Attributes:
        node: The Asterisk the bridge watches.
        known_since: Since when the history is without a gap; null when that was never so.
        blind_since: Since when the bridge sees nothing; null while it sees.
        last_event_at: The instant of the last event taken in.
        switch_started_at: When that Asterisk started, as it says; a change means its counters began anew.
        seen_until: Up to when this bridge saw everything, to five seconds; what came after it, a restart has missed.
    """

    node: str
    known_since: datetime | None = None
    blind_since: datetime | None = None
    last_event_at: datetime | None = None
    switch_started_at: datetime | None = None
    seen_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """How far the history of one node can be relied on, now.

    Attributes:
        node: The Asterisk it is about.
        state: `complete`: everything is known as it happens; `catching_up`: what was missed is being read; `blind`:
            nothing is seen.
        since: Since when that is so.
        checked_until: Up to which entry the visits were compared with queue_log; null when they never were.
        repaired: How many visits were put right from queue_log since the start of the node's history.
        unexplained: In how many the two still differed when they were last compared.
    """

    node: str
    state: Knowing
    since: datetime
    checked_until: datetime | None = None
    repaired: int = 0
    unexplained: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace:
    """Where one reader of a log of Asterisk's is, so that a restarted one goes on at the very line.

    Attributes:
        node: The Asterisk that writes the log.
        log: Which reader: `live` and `cel` for the bridge's of queue_log and of the channel event log, `import` and
            the log's first line (digest) for an import's.
        file: Which file, as the system names it: device and inode.
        bytes_read: Bytes of it before the place.
        line_bytes: Bytes of the line read last, which ends there.
        line_digest: That line's digest: a file in which it does not stand there is another one.
        line_at: That line's own time; null when it had none.
        lines: How many lines were read, in all.
        set_aside: How many of them were no facts: cut, foreign, or of an unknown verb.
        updated_at: When this was written.
    """

    node: str
    log: str
    file: str
    bytes_read: int
    line_bytes: int
    line_digest: str
    updated_at: datetime
    line_at: datetime | None = None
    lines: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One line of AMI or queue_log that rows came from, kept for a set time so that a number can be argued.

    Attributes:
        id: The line's identity, the same whoever keeps it: node, source and the line's digest.
        node: The Asterisk that said it.
        channel_id: The channel it is about.
        at: When it was said, by the switch's clock.
        source: Who said it.
        text: The line. Digits a caller pressed are not in it, and of calling numbers the middle is masked.
    """

    id: str
    node: str
    channel_id: str
    at: datetime
    source: EvidenceSource
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """One bridge that is at work, so that a second one under the same name is noticed.

    Attributes:
        node: The Asterisk it says it watches.
        bridge: Which process: a word it made up when it began.
        host: The machine it runs on.
        pid: Its process id there.
        since: When it began.
        seen_at: When it last said so, by its own clock; it does every few seconds while it lives.
    """

    node: str
    bridge: str
    host: str
    pid: int
    since: datetime
    seen_at: datetime
