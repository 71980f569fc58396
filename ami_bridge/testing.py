"""``ScriptedManager``: an AMI server that follows a script and misbehaves on purpose. For our tests and yours.

It speaks real TCP on 127.0.0.1, so that what it tests is the client as it runs.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

GREETING = b"Asterisk Call Manager/11.0.0\r\n"

Fields = dict[str, str]


def message(*lines: str, **fields: object) -> bytes:
    """One AMI message: ``message(Event="Hangup", Uniqueid="1.2")``; whole lines for repeated or odd headers."""
    text = [f"{name}: {value}" for name, value in fields.items()]
    return ("\r\n".join([*text, *lines]) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def success(asked: Fields, text: str = "", **fields: object) -> bytes:
    """``Response: Success`` to an action."""
    more = {"Message": text, **fields} if text else fields
    return message(Response="Success", ActionID=asked.get("ActionID", ""), **more)


def error(asked: Fields, text: str) -> bytes:
    """``Response: Error`` to an action."""
    return message(Response="Error", ActionID=asked.get("ActionID", ""), Message=text)


def listing(asked: Fields, *rows: bytes, end: str = "ListComplete") -> bytes:
    """A list: its beginning, the rows (each gets the ActionID), its end."""
    action_id = asked.get("ActionID", "")
    begin = message(Response="Success", ActionID=action_id, EventList="start", Message="List will follow")
    body = b"".join(row[:-2] + f"ActionID: {action_id}\r\n\r\n".encode() for row in rows)
    return begin + body + message(Event=end, ActionID=action_id, EventList="Complete", ListItems=str(len(rows)))


class Peer:
    """One client that connected."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.actions: list[Fields] = []
        self.logged_in = asyncio.Event()

    def tell(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.writer.write(data)

    async def tell_split(self, data: bytes, *cuts: int) -> None:
        """Sends bytes in pieces the client reads one by one."""
        last = 0
        for cut in (*cuts, len(data)):
            self.writer.write(data[last:cut])
            await self.writer.drain()
            last = cut
            for _ in range(5):
                await asyncio.sleep(0)

    def cut(self) -> None:
        """Breaks the connection without a goodbye."""
        self.writer.transport.abort()


class ScriptedManager:
    """A switch made of answers.

    ``answers`` maps an action's name to a function from its fields to bytes (``b""`` to stay silent). What it does not
    name is answered as Asterisk would: challenge, login (by secret or key), ping, empty lists.
    """

    def __init__(
        self,
        answers: dict[str, Callable[[Fields], bytes]] | None = None,
        *,
        secret: str,
        greeting: bytes = GREETING,
    ) -> None:
        self.answers = answers if answers is not None else {}
        self.peers: list[Peer] = []
        self.port = 0
        self._secret = secret
        self._greeting = greeting
        self._server: asyncio.Server | None = None
        self._arrived = asyncio.Condition()
        self._challenge = "123456789"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listens, on a free port or on the one it had before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port or self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening and breaks every connection."""
        if self._server is not None:
            self._server.close()
            for peer in self.peers:
                peer.cut()
            await self._server.wait_closed()
            self._server = None

    @property
    def actions(self) -> list[Fields]:
        """Every action ever received, in order."""
        return [action for peer in self.peers for action in peer.actions]

    def named(self, name: str) -> list[Fields]:
        """The actions of one name."""
        return [a for a in self.actions if a.get("Action") == name]

    async def peer(self, number: int = 1, deadline_s: float = 5.0) -> Peer:
        """The ``number``-th connection, once it is logged in."""
        async with asyncio.timeout(deadline_s), self._arrived:
            await self._arrived.wait_for(lambda: len(self.peers) >= number)
        found = self.peers[number - 1]
        async with asyncio.timeout(deadline_s):
            await found.logged_in.wait()
        return found

    async def connections(self, number: int, deadline_s: float = 5.0) -> None:
        """Waits until so many connections were made, logged in or not."""
        async with asyncio.timeout(deadline_s), self._arrived:
            await self._arrived.wait_for(lambda: len(self.peers) >= number)

    async def asked(self, name: str, number: int = 1, deadline_s: float = 5.0) -> Fields:
        """The ``number``-th action of a name, once it came."""
        async with asyncio.timeout(deadline_s), self._arrived:
            await self._arrived.wait_for(lambda: len(self.named(name)) >= number)
        return self.named(name)[number - 1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(writer)
        self.peers.append(peer)
        await self._note()
        writer.write(self._greeting)
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                asked: Fields = {}
                for line in raw.decode().split("\r\n"):
                    name, colon, value = line.partition(":")
                    if colon:
                        asked[name] = value.removeprefix(" ")
                peer.actions.append(asked)
                await self._answer(peer, asked)
                await self._note()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client left
        finally:
            writer.close()

    async def _note(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()

    async def _answer(self, peer: Peer, asked: Fields) -> None:
        name = asked.get("Action", "")
        scripted = self.answers.get(name)
        if scripted is not None:
            peer.tell(scripted(asked))
            if name == "Login":
                peer.logged_in.set()
            return
        match name:
            case "Challenge":
                peer.tell(success(asked, Challenge=self._challenge))
            case "Login":
                self._log_in(peer, asked)
            case "Ping":
                peer.tell(success(asked, Ping="Pong", Timestamp="1795301528.000000"))
            case "QueueStatus" | "CoreShowChannels":
                peer.tell(listing(asked, end=f"{name}Complete"))
            case "Getvar":
                known = asked.get("Variable", "").endswith(",max_contacts)")  # its phones are PJSIP's, none registered
                peer.tell(success(asked, Variable=asked.get("Variable", ""), Value="1" if known else ""))
            case _:
                peer.tell(error(asked, f"Invalid/unknown command: {name}."))

    def _log_in(self, peer: Peer, asked: Fields) -> None:
        key = hashlib.md5((self._challenge + self._secret).encode(), usedforsecurity=False).hexdigest()
        if asked.get("Key") == key or asked.get("Secret") == self._secret:
            peer.tell(success(asked, "Authentication accepted"))
            peer.tell(message(Event="FullyBooted", Privilege="system,all", Uptime="10", Status="Fully Booted"))
            peer.logged_in.set()
        else:
            peer.tell(error(asked, "Authentication failed"))
            peer.writer.close()
