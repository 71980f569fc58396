"""How the wallboard has something done: it asks the bridge over its socket, once, and says what came of it.

The wallboard decides nothing here but who asks. Whoever asks again with the same key gets the same answer, from the
bridge; so a page that heard nothing may ask again, and a page that was told may not get it done twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ami_bridge.acts.asker import Asker
from ami_bridge.acts.spoken import MOST_LINE, Wish, read_answer, write_wish
from wallboard.known_as import agent_known_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ami_bridge.acts import asked
    from ami_bridge.acts.outcome import Answer
    from wallboard.access.people import Person

ANSWERED_WITHIN_S: Final = 40.0
"""Longer than Asterisk is waited for, and a few acts on the same target before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What there is to act with, beside the floor."""

    socket: Path
    """The bridge's, for acts."""
    phones: Mapping[str, str] = field(default_factory=dict)
    """Telephones a supervisor may listen on: an agent's id to its name."""
    listening: bool = False
    """Whether listening is allowed at all."""
    numbers: tuple[str, ...] = ()
    """The hotline's numbers, which may be closed."""
    messages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What they may be closed with: message to its words by language."""


class BridgeAwayError(Exception):
    """The bridge cannot be asked. `asked` tells whether it may have heard us."""

    def __init__(self, why: str, *, asked_already: bool) -> None:
        super().__init__(why)
        self.asked_already = asked_already


def asker_of(person: Person) -> Asker:
    """The same, as the bridge is told."""
    return Asker(person.name, person.role.value, person.queues)


def for_the_bridge(act: asked.Act, agents: Iterable[str]) -> asked.Act:
    """The act with the agent's own id in place of what a browser knows him by (`wallboard.known_as`)."""
    told: str | None = getattr(act, "agent", None)
    if told is None:
        return act
    return replace(act, agent=agent_known_as(told, agents))  # type: ignore[arg-type]  # it has one: seen above


async def ask(socket: Path, wish: Wish) -> Answer:
    """The bridge's answer.

    Raises:
        BridgeAwayError: it is not there, says nothing in time, or what it says is no answer.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(socket, limit=MOST_LINE)
    except OSError as error:
        raise BridgeAwayError(f"the bridge is not there: {error}", asked_already=False) from None
    try:
        writer.write(write_wish(wish))
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            return read_answer(await reader.readuntil(b"\n"))
    except TimeoutError:
        raise BridgeAwayError(f"the bridge said nothing for {ANSWERED_WITHIN_S:g} s", asked_already=True) from None
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise BridgeAwayError(f"the bridge left: {type(error).__name__}", asked_already=True) from None
    finally:
        writer.close()
