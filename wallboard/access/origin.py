"""From where a request comes: behind which proxy, by TLS or not, of which page. Pure.

What a proxy says in `X-Forwarded-…` counts only from proxies that are configured: anybody can write a header. Of a list
the last entry is the nearest proxy's own; those before it are whatever its client claimed. A header that stands on
several lines is one list (RFC 9110, section 5.2): a proxy may write a line of its own behind its client's.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from multidict import MultiMapping

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""


@dataclass(frozen=True, slots=True)
class Whence:
    """Where one request comes from."""

    address: str
    """Of the client, as far as trusted proxies tell it."""
    host: str
    """Host and port the client asked for."""
    is_tls: bool
    """Whether the client spoke TLS to the proxy."""

    @property
    def origin(self) -> str:
        """Of our own pages, as the client sees them."""
        return f"{'https' if self.is_tls else 'http'}://{self.host}"


def whence(peer: str, headers: MultiMapping[str], proxies: Sequence[Network]) -> Whence:
    """Where a request comes from.

    Args:
        peer: The address at the other end of the connection.
        headers: The request's.
        proxies: Whose word counts.
    """
    host = headers.get("Host", "")
    if not is_of(peer, proxies):
        return Whence(peer, host, is_tls=False)
    chain = [_without_port(each.strip()) for each in _list(headers, "X-Forwarded-For").split(",") if each.strip()]
    # the nearest that is no proxy of ours; those further off are hearsay
    address = next((each for each in reversed(chain) if not is_of(each, proxies)), chain[0] if chain else peer)
    scheme = _list(headers, "X-Forwarded-Proto").rpartition(",")[2].strip().lower()
    return Whence(address, _list(headers, "X-Forwarded-Host").rpartition(",")[2].strip() or host, scheme == "https")


def _list(headers: MultiMapping[str], name: str) -> str:
    return ",".join(headers.getall(name, ()))


def _without_port(client: str) -> str:
    """An address of a client; some proxies write its port behind it (`192.0.2.7:4711`, `[2001:db8::7]:4711`)."""
    if client.startswith("["):
        return client[1:].partition("]")[0]
    host, _, port = client.rpartition(":")
    return host if host and ":" not in host and port.isdigit() else client


def is_of(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of these networks."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is not None:
        read = read.ipv4_mapped
    return any(read in network for network in networks)


def is_loopback(host: str) -> bool:
    """Whether host and port, as in a `Host` header, name this machine; one that cannot be read does not."""
    try:
        name = URL(f"http://{host}").host
    except ValueError:
        return False
    if not name:
        return False
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def is_our_host(host: str, public: str) -> bool:
    """Whether a client may call us so: as this machine, or as the public address says. A name rebound to us may not."""
    return is_loopback(host) or (bool(public) and host.lower() == authority(public))


def is_our_origin(origin: str, where: Whence, public: str) -> bool:
    """Whether the page that sent a request is ours."""
    return origin == where.origin or (bool(public) and origin == f"{URL(public).scheme}://{authority(public)}")


def authority(public: str) -> str:
    """Host and port of an address, as browsers write them."""
    url = URL(public)
    host = f"[{url.host}]" if ":" in (url.host or "") else url.host or ""
    return host if url.is_default_port() else f"{host}:{url.port}"


def is_meant(method: str, headers: Mapping[str, str], where: Whence, public: str) -> bool:
    """Whether one of our own pages sent this, where it changes something: no other page can make a browser say so.

    Browsers send `Origin` with every request of an unsafe method (Fetch standard, "append a request Origin header"),
    and `Sec-Fetch-Site`, which no page can write.
    """
    if method in SAFE_METHODS:
        return True
    origin = headers.get("Origin")
    if origin is not None:
        return is_our_origin(origin, where, public)
    return headers.get("Sec-Fetch-Site") == "same-origin"
