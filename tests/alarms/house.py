"""A running hotline whose alarms go through a webhook, a command and a letter, and all that can be taken from it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from lab.phone import Phone
from lab.ports import AGENTS
from lab.rig import ALWAYS_OPEN, SAMPLE, Plan, Rig
from tests.alarms.carrier import Carrier
from tests.ivr.services.postbox import postbox
from tests.wallboard.alarms.receiving import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.ivr.services.postbox import Postbox

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 90.0
RULES: Final = """\
to: [ops, page, letters]
at_most: 60
rules:
  cut: {when: ami_gone, for: 3s, clear: {for: 1s}}
  node: {when: node_gone, for: 1min}
  database: {when: database_gone, for: 1s, clear: {for: 1s}}
"""
WITH_TELEPHONES: Final = """\
  trunks: {when: trunk_gone, trunks: [carrier], contacts: [carrier-in], for: 1s, clear: {for: 1s}}
  phones: {when: phones_gone, share: 50, at_least: 3, within: 1min, clear: {for: 1s}}
  nobody: {when: no_agents, queues: [vip], for: 15s, clear: {for: 1s}}
"""
CARRIER_ALONE: Final = "  trunks: {when: trunk_gone, trunks: [carrier], for: 1s, clear: {for: 1s}}\n"
PJSIP: Final = """
[carrier-in]
type = endpoint
context = hotline-agents
disallow = all
allow = alaw
auth = carrier-in
aors = carrier-in

[carrier-in]
type = auth
auth_type = userpass
username = carrier-in
password = carried

[carrier-in]
type = aor
max_contacts = 1
remove_existing = yes
qualify_frequency = 1
minimum_expiration = 30
"""


class CabledRig(Rig):
    """A rig whose service reaches AMI through a cable that can be cut."""

    ami_port: int | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        told = super().environment
        return {**told, "HOTLINE_AMI_PORT": str(self.ami_port)} if self.ami_port else told


class Cable:
    """A relay to Asterisk's AMI. Unplugged it refuses everybody, and Asterisk goes on."""

    def __init__(self, far: int) -> None:
        self._far = far
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.port = 0

    async def plug_in(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.gather(*self._carrying)  # each ends with its ends

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        self._carrying.add(this)
        try:
            await self._carried(reader, writer)
        finally:
            self._carrying.discard(this)

    async def _carried(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        ways = [
            asyncio.create_task(_pump(source, target))
            for source, target in ((reader, far_writer), (far_reader, writer))
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, far_writer):
                self._writers.discard(end)
                end.transport.abort()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass  # one end is gone: so is the other


def free_port() -> int:
    """A UDP port nobody has at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Told:
    """What each sender has been given, in order: `fired cut/gz-1`."""

    def __init__(self, folder: Path, hook: Receiver, box: Postbox) -> None:
        self._pages = folder / "pages"
        self._hook = hook
        self._box = box

    def by(self) -> dict[str, list[str]]:
        """By sender."""
        lines = self._pages.read_text("utf-8").splitlines() if self._pages.exists() else []
        letters = [_facts(letter.get_content()) for letter in self._box.letters]
        return {
            "ops": _said(self._hook.got),
            "page": _said([json.loads(line) for line in lines]),
            "letters": _said(letters),
        }

    async def becomes(self, *expected: str) -> None:
        """Wait until every sender has been told just this, in any order of what happened at once."""
        await until(lambda: all(len(told) >= len(expected) for told in self.by().values()), lambda: str(self.by()))
        told = self.by()
        wrong = {name: lines for name, lines in told.items() if sorted(lines) != sorted(expected)}
        assert not wrong, f"told {wrong}, expected {expected}"
        named = [(each["change"], each["id"]) for each in _each(self._hook.got)]
        assert len(named) == len(set(named)), "each firing once, and once that it is over"


def _facts(letter: str) -> dict[str, Any]:
    """What a letter says of one alarm: `rule: cut` in a line."""
    return dict(line.split(": ", 1) for line in letter.splitlines()[1:] if ": " in line)


def _each(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A digest is the messages in it."""
    return [each for one in documents for each in one.get("alarms", [one])]


def _said(documents: list[dict[str, Any]]) -> list[str]:
    return [f"{each['change']} {each['rule']}/{each['subject']}" for each in _each(documents)]


async def until(condition: Callable[[], bool], lacking: Callable[[], str] = lambda: "") -> None:
    """Wait for something another process does."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - another process has no event for us
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"not so within {PATIENCE_S} s: {lacking()}") from None


class House:
    """`async with House(tmp_path) as house`: everything runs, and nothing is wrong."""

    def __init__(self, folder: Path, rules: str, database_url: str | None = None) -> None:
        self._folder, self._rules, self._database_url = folder, rules, database_url
        self._opened = AsyncExitStack()
        self.hook = Receiver()
        self.carrier = Carrier(free_port())

    def _plan(self, mail_port: int) -> Plan:
        senders = (
            "senders:\n  ops: {webhook: {env: OPS_HOOK}, secret: {env: OPS_KEY}}\n"
            f"  page: {{command: [tee, -a, {self._folder / 'pages'}]}}\n"
            "  letters: {mail: [ops@example.com]}\n"
        )
        contact = f"sip:127.0.0.1:{self.carrier.port}"
        trunk = f"carrier: {{host: 127.0.0.1, contact: '{contact}', qualify: 1s}}"
        mail = f"mail: {{server: 127.0.0.1, port: {mail_port}, security: none, sender: hotline@example.com}}"
        edits = (
            ALWAYS_OPEN,
            ("hotline.yaml", "carrier: {host: 127.0.0.1}", trunk),
            ("hotline.yaml", "\ntrunks:\n", f"\n{mail}\n\ntrunks:\n"),
            ("alarms.yaml", (SAMPLE / "alarms.yaml").read_text("utf-8"), f"{senders}{RULES}{self._rules}"),
        )
        base = (ROOT / "asterisk-conf" / "pjsip.conf").read_text("utf-8")
        files = {"pjsip.conf": base + PJSIP}
        return Plan(edits=edits, files=files, database_url=self._database_url, service=False)

    async def __aenter__(self) -> Self:
        opened = self._opened
        await opened.enter_async_context(self.hook)
        await opened.enter_async_context(self.carrier)
        box = await opened.enter_async_context(postbox())
        self.rig = CabledRig(self._folder / "rig", self._plan(box.port))
        self.told = Told(self._folder, self.hook, box)
        self.cable = Cable(self.rig.ports.ami)
        await self.cable.plug_in()
        opened.push_async_callback(self.cable.unplug)
        os.environ |= {"OPS_HOOK": self.hook.url, "OPS_KEY": "a key"}
        opened.callback(lambda: [os.environ.pop(name) for name in ("OPS_HOOK", "OPS_KEY")])
        opened.push_async_callback(asyncio.to_thread, self.rig.stop)
        await asyncio.to_thread(self.rig.start)
        self.rig.ami_port = self.cable.port
        await asyncio.to_thread(self.rig.start_service)
        return self

    async def __aexit__(self, *why: object) -> None:
        await self._opened.aclose()

    async def phone(self, number: str, password: str | None = None) -> Phone:
        """A telephone, registered; it is closed with the house."""
        secret = password or self.rig.agent_secret
        made = Phone(self.rig.switch, number=number, password=secret, host=AGENTS, index=self.rig.index)
        phone = await self._opened.enter_async_context(made)
        await phone.register()
        return phone

    def agents_there(self) -> int:
        """How many agents could take a call."""
        return sum(each["state"] == "available" for each in self.rig.ask("/api/v1/agents")["agents"])  # type: ignore[index]  # JSON, whose values have no types

    def firing(self) -> list[str]:
        """What stands, as the API tells it."""
        return [f"{each['rule']}/{each['subject']}" for each in self.rig.ask("/api/v1/alarms")["firing"]]  # type: ignore[index]  # JSON, whose values have no types

    def trunk(self, name: str) -> str:
        """How the bridge sees a trunk, from a line of its feed."""
        with socket.socket(socket.AF_UNIX) as feed:
            feed.connect(str(self.rig.state / "feed.sock"))
            line = feed.makefile("rb").readline()
        return next((each["state"] for each in json.loads(line)["trunks"] if each["name"] == name), "none")
