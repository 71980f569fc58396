"""Blocks of free ports on loopback, each held by one process until it ends.

Several test runs share a machine, so a block is claimed by a lock that the kernel drops with the process that holds
it. Blocks lie below 32768, where Linux begins to hand out ports by itself (`ip_local_port_range`).
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
AGENTS = "127.0.0.2"
"""Where the lab's agents' phones live. The callers come from 127.0.0.1, which a hotline's settings call its carrier:
Asterisk tells the two apart by address (`endpoint_identifier_order = ip,username`)."""
_FIRST = 12_000
_LAST = 32_000
_SIZE = 400
_RTP_OFFSET = 40


class NoFreePortsError(RuntimeError):
    """Every block of ports is held by somebody or has a port in use."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one Asterisk and its hotline, all on 127.0.0.1."""

    sip: int
    """UDP, where Asterisk listens for SIP."""
    ami: int
    """TCP, Asterisk's manager interface."""
    agi: int
    """TCP, for the hotline's FastAGI server."""
    web: int
    """TCP, for the wallboard."""
    backend: int
    """TCP, for the sample's billing backend."""
    rtp_start: int
    """UDP, first port of Asterisk's RTP range, even."""
    rtp_end: int
    """UDP, last port of Asterisk's RTP range."""
    spare: tuple[int, ...]
    """More ports of the same block, for whatever a test starts."""


class PortBlock:
    """A claimed block; `close()` gives it back, so does the end of the process."""

    def __init__(self, ports: Ports, lock: int) -> None:
        self.ports = ports
        self._lock: int | None = lock

    def close(self) -> None:
        """Let others have the block. A second call does nothing."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def claim_ports(folder: Path | None = None) -> PortBlock:
    """Claim a block nobody holds and whose listening ports are free.

    Args:
        folder: where the lock files lie; by default a folder of the machine's temporary folder.

    Raises:
        NoFreePortsError: about 50 instances are running already.
    """
    locks = folder or Path(tempfile.gettempdir()) / "hotline-ports"
    locks.mkdir(parents=True, exist_ok=True)
    if locks.stat().st_uid == os.geteuid():
        locks.chmod(0o1777)  # for every user of the machine, whatever our umask
    blocks = (_LAST - _FIRST) // _SIZE
    begin = os.getpid() % blocks  # parallel runs start looking at different places
    for step in range(blocks):
        base = _FIRST + ((begin + step) % blocks) * _SIZE
        lock = _try_lock(locks / str(base))
        if lock is None:
            continue
        ports = _layout(base)
        if all(_is_free(port) for port in (ports.sip, ports.ami, ports.agi, ports.web, ports.backend, *ports.spare)):
            return PortBlock(ports, lock)
        os.close(lock)
    raise NoFreePortsError(f"no free block of {_SIZE} ports between {_FIRST} and {_LAST}")


def _layout(base: int) -> Ports:
    return Ports(
        sip=base,
        ami=base + 1,
        agi=base + 2,
        web=base + 3,
        backend=base + 4,
        rtp_start=base + _RTP_OFFSET,
        rtp_end=base + _SIZE - 1,
        spare=tuple(range(base + 5, base + _RTP_OFFSET)),
    )


def _try_lock(path: Path) -> int | None:
    try:
        # Read-only, and created only when missing: the kernel lets nobody open another's file with O_CREAT in a folder
        # like /tmp (fs.protected_regular), and a lock needs no more.
        path.touch(0o644, exist_ok=False)
    except FileExistsError:
        pass
    lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True
