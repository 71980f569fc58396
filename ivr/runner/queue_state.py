"""How a queue stands at this moment: Asterisk counts, the bridge knows how long; what neither tells stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.engine.inputs import QueueTold

if TYPE_CHECKING:
    from agi.channel import Channel
    from ivr.runner.ports import Lines, QueueTerms

_COUNTS = (
    "${{QUEUE_EXISTS({queue})}},${{QUEUE_WAITING_COUNT({queue})}},"
    "${{QUEUE_MEMBER({queue},logged)}},${{QUEUE_MEMBER({queue},ready)}}"
)
"""One question for all counts, so that they are of one moment. `ready` counts who could be rung now; `free` would
count those in wrap-up as well. A queue that Asterisk does not know would count 0: hence QUEUE_EXISTS.
Source: app_queue.c, `queue_function_mem_read`, and `core show function QUEUE_MEMBER` (22.10.1)."""


async def queue_told(channel: Channel, queue: str, terms: QueueTerms, lines: Lines) -> QueueTold:
    """The figures of one queue. The queue is one of the hotline's, so its name means nothing to Asterisk's parser.

    Args:
        channel: the call's.
        queue: which.
        terms: the queue as the version the call began with has it.
        lines: what the bridge sees.

    Raises:
        ChannelGone: the caller hung up.
        CommandFailed: Asterisk cannot evaluate functions at all.
    """
    counts = _counts(await channel.get_full_variable(_COUNTS.format(queue=queue)))
    line = await lines.line(queue)
    if counts is None:
        return QueueTold(longest_wait=line.longest_wait, expected_wait=line.expected_wait)
    waiting, agents, free = counts
    return QueueTold(
        waiting=waiting,
        places=max(0, terms.max_length - waiting) if terms.max_length else None,
        agents=agents,
        free=free,
        longest_wait=line.longest_wait,
        expected_wait=line.expected_wait,
    )


def _counts(told: str | None) -> tuple[int, int, int] | None:
    """Waiting, agents, free; None unless Asterisk knows the queue and told every number."""
    parts = (told or "").split(",")
    if len(parts) != 4 or parts[0] != "1" or not all(part.isdecimal() for part in parts[1:]):  # noqa: PLR2004 - as asked
        return None
    waiting, agents, free = map(int, parts[1:])
    return waiting, agents, free
