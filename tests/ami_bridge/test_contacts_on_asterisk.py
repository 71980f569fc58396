"""A phone that stopped answering, as the bridge learns of it from a real Asterisk with the rights we generate."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ami_bridge.client import AmiLink, LinkSettings
from ami_bridge.contacts import unreachable
from ami_bridge.protocol.errors import ActionFailed
from dialplan.model import Ami, Sip
from dialplan.render import install, rendered
from lab.asterisk import AsteriskProcess, Setup
from lab.phone import Phone, Reflex
from lab.ports import AGENTS, claim_ports
from lab.rootfs import find_rootfs
from tests.dialplan.surroundings import small_switch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.ports import Ports

pytestmark = pytest.mark.asterisk

SWITCH = small_switch()


class House(NamedTuple):
    """A switch on the configuration we generate, that looks after its phones every second."""

    asterisk: AsteriskProcess
    ports: Ports


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    root = find_rootfs()
    if root is None:
        pytest.skip("no Asterisk: lab/rootfs.sh builds one")
    block = claim_ports()
    ports = block.ports
    sip = Sip(port=ports.sip, rtp_first=ports.rtp_start, rtp_last=ports.rtp_end, qualify_s=1)
    switch = replace(SWITCH, ami=Ami("secret", port=ports.ami), sip=sip, sounds_dir=str(tmp_path / "sounds"))
    install(tmp_path / "etc")
    files = {f"generated/{name}": text.text for name, text in rendered(switch).items()}
    try:
        with AsteriskProcess(Setup(tmp_path / "asterisk", [tmp_path / "etc"], files, root=root)) as asterisk:
            yield House(asterisk, ports)
    finally:
        block.close()


async def test_a_registered_phone_that_falls_silent_is_unreachable_and_a_missing_one_is_not(house: House) -> None:
    link = AmiLink(LinkSettings(port=house.ports.ami, secret="secret"))
    running = link.connect()
    first, second = SWITCH.agents
    phone = Phone(("127.0.0.1", house.ports.sip), number=first.id, password=first.secret, host=AGENTS)
    try:
        async with asyncio.timeout(60), phone:
            while not link.is_up:  # noqa: ASYNC110 - the link has no event for "up"
                await asyncio.sleep(0.05)
            await phone.register()
            assert await unreachable(link.action, {first.id, second.id}) == set()
            phone.reflex = Reflex.DEAF
            while not (found := await unreachable(link.action, {first.id, second.id})):  # noqa: ASYNC110 - Asterisk's own time
                await asyncio.sleep(0.2)
            assert found == {first.id}
            with pytest.raises(ActionFailed, match="Permission denied"):
                await link.action("PJSIPShowContacts")  # the right this would need is the right to run commands
            house.asterisk.cli("module unload func_pjsip_aor.so")
            with pytest.raises(ActionFailed, match="func_pjsip_aor is not loaded"):
                await unreachable(link.action, {first.id})
    finally:
        link.close()
        await running
