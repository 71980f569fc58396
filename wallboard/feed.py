"""The wallboard's end of the bridge's feed: connects, reads, and connects again for ever."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.messages import MAX_LINE, MalformedMessage, SequenceGap, decode

if TYPE_CHECKING:
    from pathlib import Path

    from wallboard.hub import Hub

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 3.0
"""The bridge is on this machine: asking often costs nothing, and ops look at a grey board meanwhile."""
SILENCE_S: Final = 5.0
"""A bridge that says nothing for this long is not waited for: the connection is made anew."""

log = structlog.get_logger("wallboard.feed")


async def follow(path: Path, hub: Hub) -> None:
    """Read the feed into the hub until cancelled."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=MAX_LINE)
        except OSError as error:
            log.debug("bridge_not_there", why=str(error))
        else:
            try:
                if await _read(reader, hub):
                    pause = FIRST_PAUSE_S
            except Exception:
                # a mistake of ours must not end the task that keeps the board: said in full, then begun anew
                log.exception("feed_not_understood")
            finally:
                writer.close()
                hub.lose(datetime.now(UTC))
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnects, guards nothing
        pause = min(pause * 2, LONGEST_PAUSE_S)


async def keep_pulse(hub: Hub) -> None:
    """Tell the viewers how things stand each second in which the bridge says nothing, until cancelled."""
    while True:
        await asyncio.sleep(1.0)
        hub.pulse_if_quiet(datetime.now(UTC))


async def _read(reader: asyncio.StreamReader, hub: Hub) -> bool:
    """Read until the connection is of no more use. Returns whether anything came."""
    heard = False
    while True:
        try:
            # Not wait_for: on Python 3.11 it loses a cancellation that comes together with a line.
            async with asyncio.timeout(SILENCE_S):
                line = await reader.readuntil(b"\n")
            hub.hear(decode(line), datetime.now(UTC))
        except asyncio.IncompleteReadError:
            log.info("bridge_left")
        except TimeoutError:
            log.warning("bridge_silent", for_s=SILENCE_S)
        except (asyncio.LimitOverrunError, MalformedMessage, SequenceGap) as error:
            log.warning("feed_unreadable", why=str(error))
        except OSError as error:
            log.info("bridge_lost", why=str(error))
        else:
            heard = True
            continue
        return heard
