"""Real causes on a real Asterisk: each is one message through every sender, and one when it is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from lab.postgres import new_postgres
from tests.alarms.house import CARRIER_ALONE, WITH_TELEPHONES, House, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.postgres import Postgres

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(900)]

AGENTS = ("1001", "1002", "1003", "1007")
HELD_BACK_S = 20.0
"""Longer than the `for` of what must not be told."""


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    server = new_postgres()
    try:
        server.start()
        yield server
    finally:
        server.end()


async def test_trunks_and_telephones_that_go_are_told_once_and_once_more_when_they_are_back(tmp_path: Path) -> None:
    async with House(tmp_path, WITH_TELEPHONES) as house:
        story = ["fired nobody/vip", "fired trunks/carrier-in"]  # nobody has come yet
        await house.told.becomes(*story)
        carrier = await house.phone("carrier-in", "carried")
        agents = [await house.phone(number) for number in AGENTS]
        story += ["recovered nobody/vip", "recovered trunks/carrier-in"]
        await house.told.becomes(*story)
        await until(lambda: house.agents_there() == len(AGENTS), lambda: f"{house.agents_there()} agents")
        await until(lambda: house.trunk("carrier") == "reachable", lambda: house.trunk("carrier"))

        await carrier.unregister()
        story += ["fired trunks/carrier-in"]
        await house.told.becomes(*story)
        house.carrier.is_there = False
        story += ["fired trunks/carrier"]
        await house.told.becomes(*story)
        assert sorted(house.firing()) == ["trunks/carrier", "trunks/carrier-in"]
        house.carrier.is_there = True
        await carrier.register()
        story += ["recovered trunks/carrier-in", "recovered trunks/carrier"]
        await house.told.becomes(*story)

        await asyncio.gather(*(agent.unregister() for agent in agents))
        story += ["fired phones/phones"]
        await house.told.becomes(*story)
        await asyncio.sleep(HELD_BACK_S)  # that nobody serves the queue is no news now
        for agent in agents:
            await agent.register()
        story += ["recovered phones/phones"]
        await house.told.becomes(*story)
        assert house.firing() == []


async def test_ami_that_is_cut_and_an_asterisk_that_stops_are_one_alarm_each_also_over_a_restart(
    tmp_path: Path,
) -> None:
    async with House(tmp_path, CARRIER_ALONE) as house:
        await until(lambda: house.trunk("carrier") == "reachable", lambda: house.trunk("carrier"))
        await house.cable.unplug()
        story = ["fired cut/gz-1"]
        await house.told.becomes(*story)
        await house.cable.plug_in()
        story += ["recovered cut/gz-1"]
        await house.told.becomes(*story)

        await asyncio.to_thread(house.rig.asterisk.kill)
        story += ["fired cut/gz-1"]
        await house.told.becomes(*story)
        await asyncio.to_thread(house.rig.stop_service)  # while it stands: the next start rings nothing
        await asyncio.to_thread(house.rig.asterisk.start)
        await asyncio.to_thread(house.rig.start_service)
        story += ["recovered cut/gz-1"]
        await house.told.becomes(*story)
        assert house.firing() == []


async def test_a_storm_of_causes_is_one_message_for_each_and_one_when_it_is_over(
    tmp_path: Path, postgres: Postgres
) -> None:
    """The carrier goes, too; but while Asterisk does not answer nobody can see it."""
    async with House(tmp_path, CARRIER_ALONE, postgres.create_database("alarms")) as house:
        await until(lambda: house.trunk("carrier") == "reachable", lambda: house.trunk("carrier"))
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(house.rig.asterisk.kill)
        house.carrier.is_there = False
        story = ["fired cut/gz-1", "fired database/database"]
        await house.told.becomes(*story)
        house.carrier.is_there = True
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(house.rig.asterisk.start)
        story += ["recovered cut/gz-1", "recovered database/database"]
        await house.told.becomes(*story)
        assert house.firing() == []
