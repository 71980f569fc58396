"""What one bridge needs to be told. Filled by whoever starts it; secrets come from the environment or files there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ami_bridge.domain.model import QueueRules, Rules
from ami_bridge.following import Log
from ami_bridge.queue_log.aside import AsideFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ami_bridge.client import LinkSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiServer:
    """One AGI server to watch, under the very address the dialplan calls it by."""

    host: str = "127.0.0.1"
    port: int = 4573

    @property
    def address(self) -> str:
        """``127.0.0.1:4573``, ``[2001:db8::1]:4573``: as the generated dialplan writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def place(self) -> tuple[str, int]:
        """The address to compare by, whichever way the host was written."""
        return _host(self.host), self.port


AGI_PORT: Final = 4573
"""Asterisk's, where an address names none (res_agi.c, ``AGI_PORT``)."""


def place_of(address: str) -> tuple[str, int] | None:
    """Host and port of ``agi://127.0.0.1:4573/flow/main`` or ``[::1]:4573``; None where there is none."""
    agi = address.startswith("agi://")
    try:
        parts = urlsplit(address if agi else f"agi://{address}")
        port = parts.port or (AGI_PORT if agi else None)
    except ValueError:
        return None
    return (_host(parts.hostname), port) if parts.hostname and port else None


def _host(written: str) -> str:
    """One spelling for each address: ``::1`` and ``0:0:0:0:0:0:0:1`` are the same."""
    try:
        return str(ip_address(written))
    except ValueError:
        return written.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchdogSettings:
    """How a stalled AGI server is noticed and where its callers go; times in seconds."""

    servers: tuple[AgiServer, ...] = ()
    every_s: float = 1.0
    answer_s: float = 1.0
    """A server that took the connection must answer the probe within this."""
    misses: int = 2
    """Unanswered probes in a row that make a stall."""
    run_context: str = "hotline-run"
    """Where a caller stands in the dialplan while a server leads the call."""
    context: str = "hotline-rescue"
    exten: str = "s"
    priority: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """One bridge beside one Asterisk."""

    node: str
    link: LinkSettings
    feed_path: Path
    """The Unix socket wallboards connect to."""
    time_zone: str = "Asia/Shanghai"
    """The hotline's; its midnight begins a new day."""
    queues: Mapping[str, QueueRules] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    """Display name by agent id."""
    skills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each agent can do, by agent id."""
    trunks: tuple[str, ...] = ()
    """Addresses of record that are watched as trunks."""
    registrations: tuple[str, ...] = ()
    """Client URIs of registrations elsewhere that are watched as trunks."""
    queue_log: Path | None = None
    """Asterisk's queue_log, where this machine can read it."""
    queue_log_olddir: Path | None = None
    """Where logrotate moves older pieces of it."""
    set_aside: Path | None = None
    """The file its lines that are no facts are kept in, masked."""
    keep_evidence: timedelta = timedelta(days=14)
    """How long the lines rows came from are kept; zero keeps none."""
    watchdog: WatchdogSettings = field(default_factory=WatchdogSettings)
    publish_every_s: float = 0.1
    """Changes within this time go out as one delta."""
    reader_backlog_bytes: int = 8 * 1024 * 1024
    """A wallboard that leaves this much unread is dropped."""

    @property
    def log(self) -> Log | None:
        """queue_log, and what is to be known of it."""
        if self.queue_log is None:
            return None
        aside = AsideFile(self.set_aside, keep_for=self.keep_evidence) if self.set_aside else None
        return Log(self.queue_log, self.queue_log_olddir, aside)

    @property
    def rules(self) -> Rules:
        """What the reducer needs of this.

        Raises:
            zoneinfo.ZoneInfoNotFoundError: there is no such time zone.
        """
        return Rules(
            node=self.node,
            zone=ZoneInfo(self.time_zone),
            queues=self.queues,
            agents=self.agents,
            skills=self.skills,
        )
