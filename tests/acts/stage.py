"""A real hotline, and a wallboard of the test's own beside it on which somebody has signed in."""

from __future__ import annotations

import json
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from store.engine import open_store
from store.queries.acts import act as act_of
from tests.calls.conftest import House, until
from tests.wallboard.people import as_person
from wallboard.access.people import Person, Role
from wallboard.acting import Acting
from wallboard.app import make_app
from wallboard.settings import WallboardSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from lab.rig import Rig
    from store.act_rows import Act

ADMIN = Person("陈主管", Role.ADMIN)
OF_SERVICE = Person("Wong", Role.SUPERVISOR, frozenset({"service"}))
OF_SERVICE_AND_VIP = Person("Wong", Role.SUPERVISOR, frozenset({"service", "vip"}))
CLOSING = "goodbye"


@dataclass
class Board:
    """The wallboard, and who looks at it."""

    house: House
    app: web.Application
    address: str = ""
    person: Person = ADMIN
    keys: list[str] = field(default_factory=list)

    @property
    def signed_in(self) -> dict[str, str]:
        """Headers of the page of whoever looks at it."""
        return as_person(self.app, int(self.address.rpartition(":")[2]), self.person)

    async def do(self, act: str, *, key: str = "", **fields: Any) -> dict[str, Any]:
        """Have it done; the answer."""
        key = key or str(uuid.uuid4())
        self.keys.append(key)
        headers = {"Idempotency-Key": key, **self.signed_in}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.address}/api/v1/acts", json={"act": act, **fields}, headers=headers) as said,
        ):
            told: dict[str, Any] = await said.json()
            assert "error" not in told, told
            return told

    async def done(self, act: str, **fields: Any) -> dict[str, Any]:
        """Have it done; it must be, and the audit must say so."""
        told = await self.do(act, **fields)
        assert told["code"] == "done", told
        row = await self.audit(told["key"])
        assert (row.who, row.role, row.act, row.code) == (self.person.name, self.person.role.value, act, "done")
        assert row.answered_at is not None
        assert row.answered_at >= row.asked_at
        return told

    async def audit(self, key: str) -> Act:
        """What the audit has of a key."""
        store = await open_store(self.house.rig.database_url)
        try:
            row = await act_of(store, key)
        finally:
            await store.close()
        assert row is not None, f"the audit has nothing of {key}"
        return row

    async def live(self) -> dict[str, Any]:
        """What this board shows; the rig's own is the other one."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.address}/api/v1/live", headers=self.signed_in) as socket,
        ):
            told: dict[str, Any] = json.loads((await socket.receive(60)).data)
            return told


def queue_show(house: House, queue: str) -> list[str]:
    """What Asterisk itself says of a queue, line by line."""
    return [line.strip() for line in house.rig.asterisk.cli(f"queue show {queue}").splitlines()]


def member_line(house: House, queue: str, agent: str) -> str:
    """Asterisk's line of a member; empty when he is none."""
    return next((line for line in queue_show(house, queue) if f"(PJSIP/{agent}" in line), "")


async def shows(house: House, queue: str, agent: str, *wanted: str) -> None:
    """Wait until Asterisk's line of a member has all of this; without anything wanted, until there is no such line."""
    seen = ""

    async def so() -> bool:
        nonlocal seen
        seen = member_line(house, queue, agent)
        return all(each in seen for each in wanted) if wanted else not seen

    try:
        await until(so)
    except AssertionError:
        raise AssertionError(f"queue show {queue} says {seen!r} of {agent}, expected {wanted or 'nothing'}") from None


@asynccontextmanager
async def board(rig: Rig, *, listening: bool = True) -> AsyncIterator[Board]:
    """A wallboard of our own on the rig's bridge."""
    store = await open_store(rig.database_url)
    acting = Acting(
        socket=rig.state / "acts.sock",
        phones={"1008": "林子聪"},
        listening=listening,
        numbers=("96956",),
        messages={CLOSING: {"en": "Goodbye."}},
    )
    settings = WallboardSettings(host="127.0.0.1", port=0, feed=rig.state / "feed.sock", time_zone="Asia/Shanghai")
    app = make_app(settings, store, acting=acting)
    made = Board(House(rig), app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        await until(lambda: _is_live(made))
        yield made
    finally:
        await runner.cleanup()
        await store.close()


async def _is_live(made: Board) -> bool:
    return bool((await made.live())["standing"]["truth"] == "live")
