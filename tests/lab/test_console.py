"""The console's socket, played by a peer that writes as Asterisk's `netconsole` does (main/asterisk.c)."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from lab.console import ConsoleError, ask_console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def console(run: Path, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(run / "asterisk.ctl"))
        listening.listen()

        def serve() -> None:
            peer, _ = listening.accept()
            with peer:
                answer(peer)

        served = threading.Thread(target=serve)
        served.start()
        try:
            yield
        finally:
            served.join(5)


def test_an_answer_that_comes_together_with_the_greeting_is_not_lost(tmp_path: Path) -> None:
    asked = []

    def at_once(peer: socket.socket) -> None:
        asked.append(peer.recv(512))
        peer.sendall(b"switch/4711/22.10.1\nNo such queue: x\n\0")

    with console(tmp_path, at_once):
        assert ask_console(tmp_path, "queue show x", 5) == "No such queue: x\n"
    assert asked == [b"cli quit after queue show x\0"]


def test_a_first_line_in_chinese_that_comes_alone_does_not_end_the_answer(tmp_path: Path) -> None:
    def bit_by_bit(peer: socket.socket) -> None:
        peer.sendall(b"switch/4711/22.10.1\n")
        peer.recv(512)
        for piece in ("客".encode()[:1], "客".encode()[1:], b" and more\n"):
            peer.sendall(piece)

    with console(tmp_path, bit_by_bit):
        assert ask_console(tmp_path, "queue show", 5) == "客 and more\n"


def test_a_switch_that_is_not_there_or_stands_still_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError, match="No such file"):
        ask_console(tmp_path, "core show uptime", 5)

    def stand_still(peer: socket.socket) -> None:
        while peer.recv(512):
            pass

    with console(tmp_path, stand_still), pytest.raises(ConsoleError, match="no answer"):
        ask_console(tmp_path, "core show uptime", 0.05)
