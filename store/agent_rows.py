"""The rows of agents' places in queues through time, and of the time nobody saw.

They are rows like all others (`store.rows` has them in its union) and have a module of their own for its length's sake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

GapCause: TypeAlias = Literal["ami", "bridge", "overflow", "import"]
"""Why AMI told nothing: the connection was gone, no bridge ran, more came than could be taken, or an imported log is
all there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipInterval:
    """One stretch of an agent in a queue, unchanged; `memberships` has the latest, this table all of them.

    Attributes:
        id: The stretch's identity: node, agent, queue and start (`membership_interval_id` builds it).
        node: The Asterisk this was seen on.
        agent: The agent's id.
        queue: The queue's name.
        started_at: When it began.
        penalty: The agent's penalty; lower is rung first. Null where nobody told it (queue_log does not at ADDMEMBER).
        paused: Whether the agent is paused in that queue.
        reason: Why, as it was given with the pause; null when not paused or nobody said.
        paused_by: Who paused: `queue` for Asterisk's own pause after a call not taken; null where Asterisk does not
            say.
        added_by: How the agent came: `configuration`, `realtime`, or as queue_log names it (`MANAGER`, `CLI`, a
            channel); `member` for an agent added at run time whose adding was not seen; null where nobody knows.
        skills: The agent's skills by `hotline.yaml` at that time, by name, with a comma and a blank between.
        ended_at: When the agent left, or anything of the above changed; null for the current one.
        evidence: What the stretch rests on: `ami`, `queue_log`, or `snapshot` for a change nobody saw.
    """

    id: str
    node: str
    agent: str
    queue: str
    started_at: datetime
    penalty: int | None = None
    paused: bool = False
    reason: str | None = None
    paused_by: str | None = None
    added_by: str | None = None
    skills: str = ""
    ended_at: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One stretch of time AMI told nothing of: what agents did in it is known as far as queue_log knows it.

    Attributes:
        node: The Asterisk.
        since: When it began: the last moment something was surely heard.
        until: When a snapshot ended it; null while nothing is seen.
        cause: Why: `ami` (no connection), `bridge` (none ran), `overflow` (more than could be taken), `import` (the
            log alone is all there is of that time).
        settled: Whether what agents did in it was filled in from queue_log for good.
    """

    node: str
    since: datetime
    until: datetime | None = None
    cause: GapCause = "ami"
    settled: bool = False


def membership_interval_id(node: str, agent: str, queue: str, started_at: datetime) -> str:
    """The identity of the agent's stretch in a queue that began at `started_at` (aware) on `node`."""
    return f"{node}/{agent}/{queue}/{started_at.timestamp():.6f}"
