"""What the wallboard is told at start. The composition root fills it from hotline.yaml."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wallboard.boards import Board


class OpenToTheNetworkError(ValueError):
    """The board was told to listen where others could reach it, and there is no sign-in yet."""


@dataclass(frozen=True, slots=True)
class WallboardSettings:
    """One wallboard."""

    host: str
    """Address to listen on: loopback only, for there is no sign-in yet."""
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

    def __post_init__(self) -> None:
        """Refuse any address but loopback.

        Raises:
            OpenToTheNetworkError: others could reach it.
        """
        try:
            loopback = ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            loopback = self.host == "localhost"
        if not loopback:
            raise OpenToTheNetworkError(
                f"the wallboard cannot listen on {self.host}: until there is sign-in it serves this machine only; "
                "expected 127.0.0.1, ::1 or localhost"
            )
