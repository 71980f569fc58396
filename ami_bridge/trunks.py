"""Trunks that are watched: whether Asterisk reaches them, as their addresses of record and registrations tell.

An address of record is asked with the rights the bridge has already (`ami_bridge.contacts` says why Getvar): at each
login, when a ContactStatus event names it, and every `LOOK_EVERY_S`, for an event may be missed. A registration that
this Asterisk keeps elsewhere can only be listed with rights to run commands; of it the Registry events alone are heard,
which come after each answer of the other side, so after a start it is unknown until it is renewed next.
Sources: res/res_pjsip/func_pjsip_aor and func_pjsip_contact (permanent contacts are found, and named AOR@@HASH),
res_pjsip_outbound_registration.c `handle_registration_response` (publishes client URI and status each time).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from ami_bridge.contacts import NAME, value_of
from ami_bridge.messages import TrunkView
from ami_bridge.protocol.errors import AmiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from ami_bridge.contacts import Ask
    from ami_bridge.messages import TrunkState
    from ami_bridge.protocol.headers import Said

log = structlog.get_logger("bridge")

LOOK_EVERY_S: Final = 10.0
_PERMANENT: Final = "@@"
_REGISTRY: Final[dict[str, TrunkState]] = {
    "Registered": "reachable",
    "Unregistered": "unregistered",
    "Rejected": "unreachable",
    "Failed": "unreachable",
}
"""Any other word (`Request Sent`) is on the way to one of these."""


@dataclass(slots=True)
class Trunks:
    """What is known of each trunk."""

    names: tuple[str, ...] = ()
    """Addresses of record, in the order they are shown."""
    registrations: tuple[str, ...] = ()
    """Client URIs of registrations elsewhere."""
    named: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an event names one of them: look again."""
    changed: bool = False
    """Whether something is different since `news` was asked for last."""
    _known: dict[str, TrunkView] = field(default_factory=dict)

    def views(self, now: datetime) -> tuple[TrunkView, ...]:
        """All of them; one nobody has told of is unknown."""
        every = (*self.names, *self.registrations)
        return tuple(self._known.get(name) or TrunkView(name=name, state="unknown", since=now) for name in every)

    def news(self, now: datetime) -> tuple[TrunkView, ...] | None:
        """All of them when something has changed since this was asked last, else None."""
        changed, self.changed = self.changed, False
        return self.views(now) if changed else None

    async def run(self, ask: Ask, clock: Callable[[], datetime]) -> None:
        """Look again and again, until cancelled; while Asterisk does not say, what was known stands."""
        while True:
            try:
                await self.look(ask, clock())
            except AmiError as wrong:
                log.debug("trunks.not_seen", reason=str(wrong))
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self.named.wait()
            except TimeoutError:
                pass  # no event named one of them, or it was missed: look all the same
            self.named.clear()

    def hear(self, said: Said, at: datetime) -> None:
        """An event of AMI."""
        match said.text("Event"):
            case "FullyBooted":  # after each login: what they did meanwhile nobody has told
                self.named.set()
            case "ContactStatus" if said.text("AOR") in self.names:
                self.named.set()
            case "Registry" if said.text("Username") in self.registrations:
                state = _REGISTRY.get(said.text("Status"))
                if state is not None:
                    self._take(said.text("Username"), state, at)
            case _:
                pass

    async def look(self, ask: Ask, at: datetime) -> None:
        """Ask for each address of record.

        Raises:
            AmiError: Asterisk does not say, or the link broke meanwhile.
        """
        names = [name for name in self.names if NAME.fullmatch(name)]
        states = await asyncio.gather(*(_state(ask, name) for name in names))
        for name, state in zip(names, states, strict=True):
            self._take(name, state, at)

    def _take(self, name: str, state: TrunkState, at: datetime) -> None:
        known = self._known.get(name)
        if known is None or known.state != state:
            self._known[name] = TrunkView(name=name, state=state, since=at)
            self.changed = True


async def _state(ask: Ask, name: str) -> TrunkState:
    contacts = [each for each in (await value_of(ask, f"PJSIP_AOR({name},contact)")).split(",") if each]
    if not contacts:
        # of one that is not there every field is empty, as where the function is not loaded: nobody knows
        return "unregistered" if await value_of(ask, f"PJSIP_AOR({name},max_contacts)") else "unknown"
    return _of_contacts([(each, await value_of(ask, f"PJSIP_CONTACT({each},status)")) for each in contacts])


def _of_contacts(found: Iterable[tuple[str, str]]) -> TrunkState:
    """One that is reached is enough; a permanent one that nobody asks for is no sign of anything."""
    told: set[TrunkState] = set()
    for contact, status in found:
        asked = status in {"Reachable", "Unreachable"}
        if asked:
            told.add("reachable" if status == "Reachable" else "unreachable")
        else:
            told.add("unknown" if _PERMANENT in contact or not status else "reachable")
    return "reachable" if "reachable" in told else "unknown" if "unknown" in told else "unreachable"
