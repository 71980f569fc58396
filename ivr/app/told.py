"""Word that a process shall end, SIGTERM or Ctrl-C: taken once, and harmless at any moment after.

Word comes more than once. Linux sends a part the death signal `ivr.app.parent` asks for when the thread that is its
parent goes (prctl(2), PR_SET_PDEATHSIG); a part is then handed to another thread of the dying supervisor, so one kill
of a supervisor with threads makes several signals, some milliseconds apart (thirteen were counted). And people press
Ctrl-C twice. A loop's own `add_signal_handler` does not last to the end of a process: asyncio closes the pipe its
signals are written to before it takes its handlers back ("Exception ignored when trying to write to the signal wakeup
fd"), and both loops or the interpreter leave a signal to the system in the end, which kills a process that had ended
well. So what the system knows of SIGTERM and SIGINT is ours here, and the loop is only told.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

ENDS = (signal.SIGINT, signal.SIGTERM)


class Word:
    """Whether word has come, and whom to tell of it."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        """The end that is read of the pipe Python writes a byte to for each signal: it wakes a loop that waits."""
        self._come = False
        self._tell: Callable[[], object] | None = None

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        """What Python does for a signal, between two steps of the main thread."""
        self._come = True
        tell, self._tell = self._tell, None
        if tell is not None:
            tell()

    @contextmanager
    def told_to(self, stop: asyncio.Event) -> Iterator[None]:
        """Inside a running loop: set `stop` when word comes, or at once when it has come already."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pipe, os.read, self._pipe, 4096)
        self._tell = lambda: loop.call_soon_threadsafe(stop.set)
        if self._come:
            stop.set()
        try:
            yield
        finally:
            self._tell = None
            loop.remove_reader(self._pipe)


@contextmanager
def word_to_end() -> Iterator[Word]:
    """From here on word is awaited, and from the end of the block to that of the process it is ignored.

    Only for the main thread, and for the last thing that a process does. The pipe stays open on purpose: a signal that
    another thread is just taking may still be written to it.
    """
    read_end, write_end = os.pipe()
    for end in (read_end, write_end):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    word = Word(read_end)
    for number in ENDS:
        signal.signal(number, word.hear)
    try:
        yield word
    finally:
        # Blocked meanwhile: of a signal whose handler changes between its two halves, Python tells on standard error.
        kept = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)
