"""The ``agi_*`` block that opens a conversation.

Asterisk sends ``agi_network: yes`` and ``agi_network_script: <path>`` first, then a fixed set of headers, then the
arguments, then an empty line (launch_netscript and setup_env, res_agi.c:1590 and 3040, 22.x). Caller names come from
strangers: the block is split before it is decoded, and bytes that are not UTF-8 become U+FFFD.

A name or number with a line break inside could forge headers. Asterisk prints every header exactly once, so of two
equal ones one is forged: what precedes the caller's data counts the first time, what follows it the last time.
Arguments count only behind the last fixed header, and a block that ends before that header is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from agi.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BEFORE_CALLER = frozenset(
    {
        "agi_network",
        "agi_network_script",
        "agi_request",
        "agi_channel",
        "agi_language",
        "agi_type",
        "agi_uniqueid",
        "agi_version",
        "agi_callerid",
    }
)
"""Headers that Asterisk prints no later than the first one a caller can fill (setup_env's order)."""

_LAST_FIXED = "agi_threadid"
"""The last header before the arguments; nothing a caller fills comes after it."""


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """Who calls, and which script is asked for. Texts are as Asterisk gave them; ``unknown`` becomes empty."""

    script: str
    """``agi_network_script`` without its query: ``flow/main`` of ``agi://host/flow/main?x=1``."""
    query: Mapping[str, str]
    """The query behind the script's ``?``; of equal names the last counts."""
    channel: str
    """Channel name, for example ``PJSIP/trunk-00000001``."""
    uniqueid: str
    """The channel's id; an opaque text, unique on its Asterisk."""
    callerid: str
    """The caller's number; empty when withheld."""
    callerid_name: str
    """The caller's name; empty when unknown. A stranger wrote it."""
    dnid: str
    """The number dialled; empty when unknown."""
    rdnis: str
    """The number the call was diverted from; empty when it was not."""
    language: str
    """The channel's language."""
    context: str
    """Where the dialplan is: context."""
    extension: str
    """Where the dialplan is: extension."""
    priority: str
    """Where the dialplan is: priority."""
    version: str
    """Asterisk's version, for example ``22.10.1``; empty when the peer is a probe."""
    network: bool
    """Whether this is FastAGI (``agi_network: yes``)."""
    args: tuple[str, ...] = ()
    """``agi_arg_1`` and following: what the dialplan wrote behind the address."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Every header by name, for classic scripts."""

    @property
    def route(self) -> str:
        """The script's first path segment, for example ``flow``."""
        return self.script.partition("/")[0]

    @property
    def name(self) -> str:
        """The script's path behind the first segment, for example ``main``."""
        return self.script.partition("/")[2]


def parse_request(lines: Iterable[bytes]) -> AgiRequest:
    """The header lines, without the empty one, as a request.

    Raises:
        PeerError: the first line is no header, the block ends early, or the script's name is missing.
    """
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if not colon or not name.startswith("agi_"):
            if headers:
                continue  # the rest of a header whose value had a line break in it
            raise PeerError("the first line is not an agi_ header")
        if name in headers and name in _BEFORE_CALLER:
            continue
        if name == _LAST_FIXED:
            for forged in [key for key in headers if key.startswith("agi_arg_")]:
                del headers[forged]
        headers[name] = value.removeprefix(" ")
    if "agi_version" in headers and _LAST_FIXED not in headers:
        raise PeerError("the header block ends early: a name or number in it holds a line break")
    if "agi_network_script" not in headers and "agi_request" not in headers:
        raise PeerError("the header block names no script")
    return _request(headers)


def _request(headers: dict[str, str]) -> AgiRequest:
    """The typed view of the headers."""

    def known(name: str) -> str:
        value = headers.get(name, "")
        return "" if value == "unknown" else value

    address = headers.get("agi_network_script", "")
    path, _, query = address.partition("?")
    return AgiRequest(
        script=unquote(path).strip("/"),
        query=MappingProxyType(dict(parse_qsl(query, keep_blank_values=True))),
        channel=known("agi_channel"),
        uniqueid=known("agi_uniqueid"),
        callerid=known("agi_callerid"),
        callerid_name=known("agi_calleridname"),
        dnid=known("agi_dnid"),
        rdnis=known("agi_rdnis"),
        language=known("agi_language"),
        context=known("agi_context"),
        extension=known("agi_extension"),
        priority=known("agi_priority"),
        version=known("agi_version"),
        network=headers.get("agi_network") == "yes",
        args=_arguments(headers),
        headers=MappingProxyType(headers),
    )


def _arguments(headers: Mapping[str, str]) -> tuple[str, ...]:
    """``agi_arg_1`` and following, in order, up to the first that is missing."""
    found: list[str] = []
    while (value := headers.get(f"agi_arg_{len(found) + 1}")) is not None:
        found.append(value)
    return tuple(found)
