"""Asking a JSON service over HTTP: escaped, bounded, no redirects, no cookies."""

from __future__ import annotations

import json
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from ivr.services.addresses import http_address
from ivr.services.answers import NoAnswer, typed
from ivr.services.sources import PLACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.services.sources import HttpLookup, HttpSource

LARGEST_ANSWER: Final = 64 * 1024
"""Bytes of an answer, unpacked. A customer's figures are a few hundred; more is a mistake at the other end."""

CONNECT_S: Final = 2.0
"""Seconds for a connection to open; the flow's own deadline is usually shorter and always holds."""


class Service:
    """One HTTP source. It connects when it is first asked."""

    def __init__(self, source: HttpSource) -> None:
        self._base = http_address(source.name, source.base_url)
        self._source = source
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, lookup: HttpLookup, args: Mapping[str, object]) -> Mapping[str, object] | None:
        """The answer, typed; None when there is no such thing.

        Raises:
            NoAnswer: there was no answer, or not the declared one.
        """
        path, rest = _fill(lookup, args)
        url = URL(self._base + path, encoded=True)
        is_post = lookup.method == "POST"
        try:
            async with self._open().request(
                lookup.method,
                url if is_post else url.extend_query(rest),
                json=rest if is_post else None,
                allow_redirects=False,
            ) as response:
                return await self._read(lookup, response)
        except (aiohttp.ClientError, OSError) as failure:
            raise NoAnswer("unreachable", type(failure).__name__, is_source_down=True) from None

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._source.headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=self._source.most_at_once),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),  # who asks bounds the whole
            )
        return self._session

    async def _read(self, lookup: HttpLookup, response: aiohttp.ClientResponse) -> Mapping[str, object] | None:
        status = response.status
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise NoAnswer("failing", f"HTTP {status}", is_source_down=True)
        if status != HTTPStatus.OK:
            raise NoAnswer("refused", f"HTTP {status}")
        answer = _parse(await _body(response))
        return None if answer is None else typed(lookup, answer, self._source.zone)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoAnswer("bad_answer", f"more than {LARGEST_ANSWER} bytes")
    return bytes(body)


def _parse(body: bytes) -> Mapping[str, object] | None:
    """A JSON object, or null. Decimals stay exact."""
    try:
        answer = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NoAnswer("bad_answer", "not JSON") from None
    if answer is not None and not isinstance(answer, dict):
        raise NoAnswer("bad_answer", "not a JSON object")
    return answer


def _no_constant(word: str) -> Decimal:
    raise ValueError(f"{word} is no JSON")


def _fill(lookup: HttpLookup, args: Mapping[str, object]) -> tuple[str, dict[str, str]]:
    """The path with its places filled, and what has no place in it."""
    values = {name: "" if (value := args.get(name)) is None else str(value) for name in lookup.takes}
    places = set(PLACE.findall(lookup.path))
    if any(values.get(name, "") in {"", ".", ".."} for name in places):
        # An empty or dotted segment would make this another path, and so another question.
        raise NoAnswer("bad_argument", "empty or dotted value in the path")
    path = PLACE.sub(lambda found: quote(values[found[1]], safe=""), lookup.path)
    return path, {name: value for name, value in values.items() if name not in places}
