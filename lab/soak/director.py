"""What happens to a soak's calls that neither caller nor phone can do: by AMI, on a connection that is never cut."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from ami_bridge.client import AmiLink
from ami_bridge.protocol.errors import AmiError
from ami_bridge.spoken import Heard
from lab.soak.switch import ANNOUNCEMENT, CONTEXT, DEAF, QUICK, SHARED, name_of

if TYPE_CHECKING:
    import random
    from collections.abc import Coroutine, Mapping

    from ami_bridge.client import LinkSettings

_TARGETS: Final = ("100", "102", "103", "111", "111", ANNOUNCEMENT)
"""Where talks are transferred to: other queues, the same one again, a number."""
_LEAVING: Final = DEAF.numbers[5]
"""The only member of the queue that callers leave because it is empty."""
_EVERY_S: Final = (0.8, 2.5)


class Director:
    """Transfers, withdraws, redirects, pauses, adds and removes members; `done` counts what Asterisk agreed to.

    Args:
        settings: AMI itself, not the relay.
        chance: Decides.
    """

    def __init__(self, settings: LinkSettings, chance: random.Random) -> None:
        self._link = AmiLink(settings, events=("AgentConnect", "QueueCallerJoin"))
        self._link.keeps_trying = True
        self._chance = chance
        self._acts: set[asyncio.Task[None]] = set()
        self.done: Counter[str] = Counter()
        self.redirected: set[str] = set()
        """Channels sent elsewhere while they waited."""

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        keeping = asyncio.create_task(self._link.run())
        members = asyncio.create_task(self._move_members())
        try:
            while True:
                item = await self._link.backlog.take()
                if isinstance(item, bytes):
                    self._hear(Heard.from_raw(item))
        finally:
            self._link.close()
            for task in (keeping, members, *self._acts):
                task.cancel()
            await asyncio.gather(keeping, members, *self._acts, return_exceptions=True)

    def _hear(self, heard: Heard) -> None:
        channel, queue = heard.text("Channel"), heard.text("Queue")
        match heard.text("Event"), queue:
            case "AgentConnect", "soak-transfer":
                self._transfer(heard.text("DestChannel"))
            case "QueueCallerJoin", "soak-withdraw":
                fields = {"Queue": queue, "Caller": channel, "WithdrawInfo": "soak"}
                self._later(self._act("withdrawn", "QueueWithdrawCaller", fields))
            case "QueueCallerJoin", "soak-redirect":
                self._later(self._redirect(channel, heard.text("Uniqueid")))
            case "QueueCallerJoin", "soak-leave":
                self._later(self._empty(queue))

    def _later(self, act: Coroutine[None, None, None], within_s: tuple[float, float] = (0.3, 2.0)) -> None:
        async def wait_and_act() -> None:
            try:
                await asyncio.sleep(self._chance.uniform(*within_s))
            except asyncio.CancelledError:
                act.close()
                raise
            await act

        task = asyncio.create_task(wait_and_act())
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)

    async def _act(self, name: str, action: str, fields: Mapping[str, str]) -> None:
        try:
            await self._link.action(action, fields)
        except AmiError:
            return  # the caller is gone, or Asterisk is
        self.done[name] += 1

    def _transfer(self, agent: str) -> None:
        how, to = self._chance.random(), self._chance.choice(_TARGETS)
        fields = {"Channel": agent, "Context": CONTEXT, "Exten": to}
        if how < 0.6:  # noqa: PLR2004 - the shares stand side by side; the rest is not transferred
            self._later(self._act("transferred blindly", "BlindTransfer", fields), (0.2, 1.2))
        elif how < 0.85:  # noqa: PLR2004 - as above
            fields["Exten"] = self._chance.choice(("100", ANNOUNCEMENT))
            self._later(self._act("transferred attended", "Atxfer", fields), (0.1, 0.4))

    async def _redirect(self, channel: str, channel_id: str) -> None:
        to = self._chance.choice((ANNOUNCEMENT, "100"))
        self.redirected.add(channel_id)
        await self._act(
            "redirected", "Redirect", {"Channel": channel, "Context": CONTEXT, "Exten": to, "Priority": "1"}
        )

    async def _empty(self, queue: str) -> None:
        member = {"Queue": queue, "Interface": f"PJSIP/{_LEAVING}"}
        await self._act("queue emptied", "QueuePause", {**member, "Paused": "true", "Reason": "soak"})
        await asyncio.sleep(1.5)
        await self._act("queue manned", "QueuePause", {**member, "Paused": "false"})

    async def _move_members(self) -> None:
        """Pauses, with one reason over another; members who come and go, penalties that change."""
        while True:
            await asyncio.sleep(self._chance.uniform(*_EVERY_S))
            number = self._chance.choice((*QUICK.numbers, *SHARED.numbers))
            member = {"Interface": f"PJSIP/{number}"}
            match self._chance.choice(("pause", "guest", "penalty")):
                case "pause":
                    for reason in self._chance.choice((("lunch",), ("lunch", "training"))):
                        await self._act("paused", "QueuePause", {**member, "Paused": "true", "Reason": reason})
                    self._later(self._act("unpaused", "QueuePause", {**member, "Paused": "false"}), (0.5, 3.0))
                case "guest":
                    guest = {**member, "Queue": "soak-busy", "MemberName": name_of(number)}
                    await self._act("member added", "QueueAdd", guest)
                    self._later(
                        self._act("member removed", "QueueRemove", {**member, "Queue": "soak-busy"}), (1.0, 5.0)
                    )
                case _:
                    penalty = str(self._chance.randrange(3))
                    await self._act("penalty changed", "QueuePenalty", {**member, "Penalty": penalty})
