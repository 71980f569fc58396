"""Trunks: what Asterisk answers about their contacts, and what it says of registrations elsewhere."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ami_bridge.client import Reply
from ami_bridge.protocol.errors import ActionFailed
from ami_bridge.spoken import Heard
from ami_bridge.trunks import Trunks

if TYPE_CHECKING:
    from ami_bridge.messages import TrunkState
    from ami_bridge.protocol.actions import Fields

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


class Switch:
    """What Getvar answers; contacts by address of record, and the status of each contact."""

    def __init__(self, **contacts: dict[str, str]) -> None:
        self.contacts = contacts
        self.asked = asyncio.Event()

    async def ask(self, name: str, fields: Fields) -> Reply:
        assert name == "Getvar"
        self.asked.set()
        function, _, inner = str(fields["Variable"]).removesuffix(")").partition("(")
        what, _, asked = inner.rpartition(",")
        if function == "PJSIP_AOR":
            there = self.contacts.get(what)
            value = "" if there is None else ",".join(there) if asked == "contact" else "1"
        else:
            value = next(each[what] for each in self.contacts.values() if what in each)
        return Reply(Heard({"Response": "Success", "Value": value}))


def states(trunks: Trunks) -> dict[str, TrunkState]:
    return {each.name: each.state for each in trunks.views(NOW)}


@pytest.mark.parametrize(
    ("contacts", "state"),
    [
        ({"carrier@@1": "Reachable"}, "reachable"),
        ({"carrier@@1": "Unreachable"}, "unreachable"),
        ({"carrier@@1": "NonQualified"}, "unknown"),  # nobody asks for it: Asterisk takes it for there, and cannot know
        ({"carrier@@1": "Unknown"}, "unknown"),
        ({"carrier@@1": "Unreachable", "carrier@@2": "Reachable"}, "reachable"),
        ({"carrier;@1": "NonQualified"}, "reachable"),  # it has registered with us
        ({"carrier;@1": "Unreachable"}, "unreachable"),
        ({}, "unregistered"),
        (None, "unknown"),  # there is no such address of record
    ],
)
async def test_a_trunk_is_as_its_contacts_say(contacts: dict[str, str] | None, state: TrunkState) -> None:
    trunks = Trunks(("carrier",))
    switch = Switch(**({} if contacts is None else {"carrier": contacts}))
    await trunks.look(switch.ask, NOW)
    assert states(trunks) == {"carrier": state}


async def test_it_is_told_when_it_changes_and_since_when_that_is_so() -> None:
    trunks, switch = Trunks(("carrier",)), Switch(carrier={"carrier@@1": "Reachable"})
    assert trunks.news(NOW) is None
    await trunks.look(switch.ask, NOW)
    await trunks.look(switch.ask, NOW + timedelta(seconds=9))
    told = trunks.news(NOW)
    assert told is not None
    assert [(each.state, each.since) for each in told] == [("reachable", NOW)]
    assert trunks.news(NOW) is None
    switch.contacts["carrier"]["carrier@@1"] = "Unreachable"
    await trunks.look(switch.ask, NOW + timedelta(seconds=20))
    told = trunks.news(NOW)
    assert told is not None
    assert [(each.state, each.since) for each in told] == [("unreachable", NOW + timedelta(seconds=20))]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Registered", "reachable"),
        ("Unregistered", "unregistered"),
        ("Rejected", "unreachable"),
        ("Request Sent", "unknown"),
    ],
)
def test_a_registration_elsewhere_is_as_its_last_event_says(status: str, state: TrunkState) -> None:
    trunks = Trunks((), ("sip:me@carrier.example",))
    for name in ("sip:me@carrier.example", "sip:another@carrier.example"):
        trunks.hear(Heard({"Event": "Registry", "Username": name, "Status": status}), NOW)
    assert states(trunks) == {"sip:me@carrier.example": state}


async def test_an_event_that_names_one_of_them_makes_us_look_at_once_and_others_do_not() -> None:
    trunks, switch = Trunks(("carrier",)), Switch(carrier={})
    running = asyncio.create_task(trunks.run(switch.ask, lambda: NOW))
    async with asyncio.timeout(60):
        await switch.asked.wait()
        while not trunks._known:  # noqa: ASYNC110 - turns of the loop are what is waited for
            await asyncio.sleep(0)
        switch.asked.clear()
        trunks.hear(Heard({"Event": "ContactStatus", "AOR": "1001", "ContactStatus": "Removed"}), NOW)
        assert not trunks.named.is_set()
        trunks.hear(Heard({"Event": "ContactStatus", "AOR": "carrier", "ContactStatus": "Reachable"}), NOW)
        await switch.asked.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_while_asterisk_does_not_say_what_was_known_stands_and_the_looking_goes_on() -> None:
    trunks, switch = Trunks(("carrier",)), Switch(carrier={"carrier@@1": "Reachable"})
    await trunks.look(switch.ask, NOW)
    refused = asyncio.Event()

    async def denied(name: str, _: Fields) -> Reply:
        refused.set()
        raise ActionFailed(name, "Permission denied")

    running = asyncio.create_task(trunks.run(denied, lambda: NOW))
    async with asyncio.timeout(60):
        await refused.wait()
    assert not running.done()
    assert states(trunks) == {"carrier": "reachable"}
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
