"""One message through one sender: a webhook, a command, a letter. What went wrong is said in one sentence.

Nothing here tries again (`wallboard.alarms.sending` does) and nothing is remembered between two messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import signal
import time
from typing import TYPE_CHECKING, Final, Protocol

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.alarms.messages import Message

MOST_TOLD: Final = 400
"""Characters of what a program or a server said that go into the log."""
MOST_READ: Final = 65_536
"""Bytes of it that are read; the rest is thrown away."""
KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What a command gets of our own environment: secrets are in it."""
_ENDS_WITHIN_S: Final = 2.0
_AGAIN: Final = frozenset({408, 425, 429})
"""Statuses below 500 that say: later."""


class NotDeliveredError(Exception):
    """A message that did not arrive."""

    def __init__(self, why: str, *, again: bool = True) -> None:
        super().__init__(why)
        self.again = again
        """Whether it may get through later."""


class Way(Protocol):
    """How a message leaves the house."""

    async def deliver(self, message: Message) -> str:
        """Give a message on. Returns what came of it, in a few words.

        Raises:
            NotDeliveredError: it did not arrive, or nobody knows.
        """
        ...


class PostedJson:
    """A webhook: one POST; the whole must be over within the timeout."""

    def __init__(self, url: str, key: str | None, timeout_s: float) -> None:
        self._url = url
        self._key = key
        self._timeout_s = timeout_s

    async def deliver(self, message: Message) -> str:
        """See `Way`."""
        body = json.dumps(message.document, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "hotline"}
        headers["X-Hotline-Alarm"] = message.id.encode("ascii", "backslashreplace").decode()
        if self._key is not None:
            headers["X-Hotline-Signature"] = signature(self._key, body, int(time.time()))
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                # no cookies and no proxies of ours: what is sent is all that is told
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except TimeoutError:
            raise NotDeliveredError(f"no answer within {self._timeout_s:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as wrong:
            raise NotDeliveredError(
                _told(f"{type(wrong).__name__}: {wrong}".replace(self._url, "the address"))
            ) from None
        if not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, section 15: 2xx is success
            again = status >= 500 or status in _AGAIN  # noqa: PLR2004 - and 5xx the server's own trouble
            raise NotDeliveredError(f"answered with status {status}", again=again)
        return f"answered with status {status}"


def signature(key: str, body: bytes, at: int) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 of the seconds, a full stop and the body. The time is against replays."""
    signed = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class StartedProgram:
    """A command: a program without a shell, in a process group of its own, which is killed as a whole."""

    def __init__(self, argv: tuple[str, ...], timeout_s: float, environ: Mapping[str, str] | None = None) -> None:
        self._argv = argv
        self._timeout_s = timeout_s
        self._environ = os.environ if environ is None else environ

    async def deliver(self, message: Message) -> str:
        """See `Way`."""
        facts = {**message.facts, "text": message.text.splitlines()[0]}
        kept = {name: self._environ[name] for name in KEPT if name in self._environ}
        told = {f"HOTLINE_ALARM_{name.upper()}": _without_nul(value) for name, value in facts.items()}
        try:
            child = await asyncio.create_subprocess_exec(
                *(_without_nul(filled(each, facts)) for each in self._argv),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=kept | told,
                start_new_session=True,
            )
        except OSError as error:
            raise NotDeliveredError(f"{self._argv[0]}: {error.strerror or error}", again=False) from None
        code: int | None = None
        try:
            async with asyncio.timeout(self._timeout_s):
                said = await _talk(child, json.dumps(message.document, ensure_ascii=False).encode() + b"\n")
                code = await child.wait()
        except TimeoutError:
            raise NotDeliveredError(f"not done within {self._timeout_s:g} s, and killed") from None
        finally:
            if code is None:
                await _end(child)
        if code:
            raise NotDeliveredError(_told(f"ended with {code}{': ' if said else ''}{said}"))
        return "ended with 0"


def filled(argument: str, facts: Mapping[str, str]) -> str:
    """An argument with its places filled; what is put in is not looked at again, whatever is in it."""
    parts: list[str] = []
    rest = argument
    while rest:
        begin, opened, after = rest.partition("{")
        name, closed, more = after.partition("}")
        if not opened or not closed:
            return "".join([*parts, rest])
        parts += [begin, facts.get(name, f"{{{name}}}")]
        rest = more
    return "".join(parts)


async def _talk(child: asyncio.subprocess.Process, document: bytes) -> str:
    """Give the document, and read what is said to the end; only the first of it is kept."""
    reading = asyncio.create_task(_read(child.stdout))
    try:
        if child.stdin is not None:
            with contextlib.suppress(ConnectionError):  # a program need not read what it is told
                child.stdin.write(document)
                await child.stdin.drain()
                child.stdin.close()
        return await reading
    finally:
        reading.cancel()


async def _read(stream: asyncio.StreamReader | None) -> str:
    kept = b""
    while stream is not None and (some := await stream.read(4096)):
        kept = (kept + some)[:MOST_READ]
    return " ".join(kept.decode("utf-8", "replace").split())


async def _end(child: asyncio.subprocess.Process) -> None:
    """Whatever is left of it: what it has started is in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await child.wait()


def _without_nul(text: str) -> str:
    return text.replace("\0", "")


def _told(text: str) -> str:
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]}…"
