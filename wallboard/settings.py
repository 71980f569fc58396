"""What the wallboard is told at start. The composition root fills it from hotline.yaml."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wallboard.access.register import Register
from wallboard.access.sessions import Lasting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wallboard.access.openid import Provider
    from wallboard.boards import Board


class OpenToTheNetworkError(ValueError):
    """The board was told to listen where others could reach it in clear."""


@dataclass(frozen=True, slots=True)
class WallboardSettings:
    """One wallboard."""

    host: str
    """Address to listen on: loopback, or any with `proxies` that speak TLS."""
    port: int
    """TCP port; 0 takes a free one."""
    feed: Path
    """The bridge's Unix socket."""
    time_zone: str
    """IANA name; day boundaries and clock times are shown in it."""
    title: Mapping[str, str] = field(default_factory=dict)
    """The hotline's name by language (BCP 47)."""
    queue_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Each queue's name by language."""
    languages: tuple[str, ...] = ("zh-CN",)
    """The hotline's languages, the first is its own."""

    boards: Mapping[str, Board] = field(default_factory=dict)
    """The boards of `boards/*.yaml` by name, as they are at start."""
    page_version: str = ""
    """Which version of the page is served (`wallboard.version`); empty in tests of what does not serve it."""
    name: str = "hotline"
    """The hotline's, as it stands in hotline.yaml; it is in the session cookie's name."""
    address: str = ""
    """How browsers reach it through a proxy; empty is just as it listens."""
    proxies: tuple[str, ...] = ()
    """Addresses and networks whose `X-Forwarded-…` counts."""
    register: Register = field(default_factory=Register)
    """Who may sign in; with nobody in it, nobody may."""
    lasting: Lasting = field(default_factory=Lasting)
    """How long a session lasts."""
    openid: Provider | None = None
    """Where people sign in who have no password here; None is nowhere."""
    kept: Path | None = None
    """The folder of what outlives a restart: sessions, and one-time links. None keeps nothing."""

    def __post_init__(self) -> None:
        """Refuse to be reached in clear.

        Raises:
            OpenToTheNetworkError: others could reach it without TLS.
        """
        try:
            loopback = ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            loopback = self.host == "localhost"
        if not loopback and not (self.proxies and self.address.startswith("https://")):
            raise OpenToTheNetworkError(
                f"the wallboard cannot listen on {self.host}: passwords go over it in clear; "
                "expected 127.0.0.1, ::1 or localhost, or a proxy that speaks TLS for it"
            )
