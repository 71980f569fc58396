"""How often somebody may try to sign in: by address, by name, and by both. Pure; time is an argument."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_KEYS: Final = 10_000
"""Addresses and names that are remembered; whoever tried longest ago is forgotten first."""
_V6_SITE: Final = 64
"""Bits of an IPv6 address that one customer has; the others are his to choose."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries at once, and one more every so many seconds."""

    at_once: int
    every_s: float


BY_ADDRESS: Final = Limit(10, 6.0)
"""Ten people behind one address may mistype at once; after that ten tries a minute."""
BY_NAME_AND_ADDRESS: Final = Limit(10, 30.0)
"""Whoever tries a name from one address does so 2,900 times a day at most, and locks nobody out elsewhere."""
BY_NAME: Final = Limit(100, 3.0)
"""From however many addresses. So wide that it takes ten of them to keep somebody from signing in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a try may be made."""

    allowed: bool
    wait_s: float = 0.0
    """How long until the next one may."""
    is_first: bool = False
    """Whether this is the first refusal since the last try that was allowed: the one that is logged."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    refused: bool = False


class Tries:
    """The tries of one kind: of addresses, or of names."""

    def __init__(self, limit: Limit, most_keys: int = MOST_KEYS) -> None:
        self._limit = limit
        self._most = most_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, now_s: float) -> Verdict:
        """One try of this key at a moment of a monotonic clock, in seconds."""
        limit = self._limit
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(limit.at_once), now_s)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.left = min(float(limit.at_once), bucket.left + max(0.0, now_s - bucket.at) / limit.every_s)
        bucket.at = now_s
        if bucket.left >= 1.0:
            bucket.left -= 1.0
            bucket.refused = False
            return Verdict(allowed=True)
        first, bucket.refused = not bucket.refused, True
        return Verdict(allowed=False, wait_s=(1.0 - bucket.left) * limit.every_s, is_first=first)

    def forgive(self, key: str) -> None:
        """Somebody of this key has proved who they are: their slips are forgotten."""
        self._buckets.pop(key, None)


def address_key(address: str) -> str:
    """What an address is counted as: itself, or of IPv6 the network one customer has."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return str(read.ipv4_mapped)
        return str(ipaddress.ip_network((read, _V6_SITE), strict=False))
    return str(read)
