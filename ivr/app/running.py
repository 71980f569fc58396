"""One process of the hotline: its loop, its signals, its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ivr.app.parent import end_with_parent
from ivr.app.told import word_to_end

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine


def run_until_told(serve: Callable[[asyncio.Event], Awaitable[None]], *, fast: bool = False) -> None:
    """Run `serve` with an event that SIGTERM or Ctrl-C sets; `fast` takes uvloop's loop where it is installed.

    The last thing that a process does: once `serve` and its loop have ended, neither signal does anything any more.
    """
    end_with_parent()
    with word_to_end() as word:

        async def main() -> None:
            stop = asyncio.Event()
            with word.told_to(stop):
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
