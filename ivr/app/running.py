"""One process of the hotline: its loop, its signals, its end."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

from ivr.app.parent import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine


def run_until_told(serve: Callable[[asyncio.Event], Awaitable[None]], *, fast: bool = False) -> None:
    """Run `serve` with an event that SIGTERM or Ctrl-C sets; `fast` takes uvloop's loop where it is installed."""
    end_with_parent()

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await serve(stop)

    _run(main(), fast=fast)


def _run(main: Coroutine[Any, Any, None], *, fast: bool) -> None:
    if fast:
        try:
            import uvloop
        except ImportError:
            pass  # slower, and otherwise the same
        else:
            uvloop.run(main)
            return
    asyncio.run(main)
