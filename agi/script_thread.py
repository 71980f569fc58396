"""A classic script in a thread of its own: what it waits for or computes is its own affair.

The thread knows nothing of the channel. A verb is a coroutine that it hands to the loop and waits for; everything about
the call is touched on the loop alone. What the two sides share is two events, a lock, and the verb that runs.

A thread cannot be ended from outside. So a script learns that its call is over where it asks us for something: at its
next verb, or in ``time.sleep``. One that goes on for ever without asking is left behind: the call ends, the thread is
counted. One that asks again and again, whatever it is told (``while True: try: … except: pass``), is stopped after
``PATIENCE`` times: its verb never returns. Threads are daemons and do not keep the process.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import CancelledError
from contextvars import copy_context
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread, get_ident
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from agi.errors import AgiError, ChannelGone, Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from concurrent.futures import Future

    from agi.channel import Channel
    from agi.encoding import Command
    from agi.replies import Reply

PATIENCE = 100
"""How many more verbs and sleeps a script may ask for on a call that is over."""

_T = TypeVar("_T")


class ScriptError(AgiError):
    """The script cannot be run; the message says why, with its path."""


class CallOver(BaseException):
    """The call is over for this script: it shall end, past every ``except Exception``. Raised once."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a folder's scripts."""

    at_once: int = 200
    """Scripts at a time, each a thread; one more is refused. Those that outlived their calls count."""
    after_s: float = 30.0
    """How long a script may go on when its caller is gone, in seconds; Asterisk keeps the channel as long."""
    close_s: float = 0.5
    """How long a script may take to end when it has been told to, in seconds."""
    slow_s: float = 1.0
    """A script that computes longer between two verbs is named in the log, in seconds of processor time."""


@dataclass(frozen=True, slots=True)
class End:
    """What a script came to."""

    ok: bool
    """Whether it did its work."""
    refused: ScriptError | None = None
    """Why it was not even begun."""
    error: str = ""
    """The class of what it raised; not the message, which may hold what a caller keyed."""
    line: int | None = None
    """Where it did."""
    stopped: bool = False
    """It ignored the end of its call, and its thread stands still for ever."""
    computed_s: float = 0.0
    """The longest it computed between two verbs, in seconds of processor time."""


class ScriptThread:
    """One script that runs. Made, started and waited for on the loop; its verbs are called in its thread."""

    def __init__(self, channel: Channel, play: Callable[[ScriptThread], End], left: Callable[[End], None]) -> None:
        self.headers: Mapping[str, str] = channel.request.headers
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[End] = self._loop.create_future()
        self._left = left
        name = f"script {channel.request.name[:80]}"
        context = copy_context()  # the log's bound values are those of the call in the thread, too
        self._thread = Thread(target=context.run, args=(self._run, play), name=name, daemon=True)
        self._hung_up = Event()
        self._over = Event()
        self._crossing = Lock()
        """Held while a verb is handed over, and while the call is declared over: a verb is in time, or refused."""
        self._verb: Future[Any] | None = None
        self._woken = False
        """Whether a sleep was cut short by the hang-up."""
        self._told = False
        """Whether the script learnt that it shall end."""
        self._ignored = 0
        self._turn_began = 0.0
        self._computed_s = 0.0

    # ---- on the loop

    def start(self) -> None:
        """Begin.

        Raises:
            ScriptError: the system has no thread left.
        """
        try:
            self._thread.start()
        except RuntimeError:
            raise ScriptError(f"script {self._channel.request.name!r}: the system gives no more threads") from None

    async def ended(self, bounds: Bounds) -> End | None:
        """Wait for the script as long as its call and its bounds allow; None when it had to be left behind.

        When this is cancelled, the script is told, and gets ``close_s`` to clean up.
        """
        hangup = asyncio.create_task(self._channel.wait_hangup(), name=f"hang-up of {self._thread.name}")
        try:
            await asyncio.wait((self._ended, hangup), return_when=asyncio.FIRST_COMPLETED)
            if not self._ended.done():
                self._hung_up.set()
                await asyncio.wait({self._ended}, timeout=bounds.after_s)
        finally:
            hangup.cancel()
            if not self._ended.done():
                self._call_it_over()
                await asyncio.wait({self._ended}, timeout=bounds.close_s)
        return self._ended.result() if self._ended.done() else None

    def _call_it_over(self) -> None:
        """From now on no verb reaches the channel."""
        with self._crossing:
            self._over.set()
            self._hung_up.set()
            verb = self._verb
        if verb is not None:
            verb.cancel()

    def _take_end(self, end: End) -> None:
        """The script's last word arrived."""
        if not self._ended.done():
            self._ended.set_result(end)
        self._left(end)

    async def _execute(self, command: Command) -> Reply:
        try:
            return await self._channel.execute(command)
        finally:
            if self._channel.hung_up:
                self._hung_up.set()  # before the script can look

    # ---- in the script's thread

    @property
    def hung_up(self) -> bool:
        """Whether the caller is gone."""
        return self._hung_up.is_set()

    def ask(self, command: Command) -> Reply:
        """Run one command and wait for its reply.

        Raises:
            CallOver: once, when the script shall end.
            RuntimeError: this is another thread than the script's.
            AgiError: as `Channel.execute`.
        """
        try:
            return self._on_loop(lambda: self._execute(command))
        except ChannelGone:
            self._count()
            raise

    def still_there(self) -> bool:
        """Ask Asterisk whether the channel lives; raises as `ask`."""
        return self._on_loop(self._channel.still_there)

    def sleep(self, seconds: float) -> None:
        """``time.sleep`` that the caller's hang-up ends early, and that raises ``CallOver`` when the script shall end.

        Each does so once. A script that goes on sleeps its whole time again, or its loops would spin.
        """
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")  # Python's own words
        if self._told:
            time.sleep(seconds)
        else:
            (self._over if self._woken else self._hung_up).wait(seconds)
            self._woken = self._hung_up.is_set()
        if self._over.is_set() and self._is_here():
            self._count()
            self._tell()

    def _run(self, play: Callable[[ScriptThread], End]) -> None:
        end = End(ok=False)
        try:
            end = play(self)
        finally:
            self._look_at_the_clock()
            self._say(replace(end, computed_s=self._computed_s))

    def _on_loop(self, verb: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Let the loop do it, and wait for the outcome."""
        if not self._is_here():
            raise RuntimeError("AGI verbs work in the script's own thread only")
        self._look_at_the_clock()
        with self._crossing:
            crossed = None if self._over.is_set() else asyncio.run_coroutine_threadsafe(verb(), self._loop)
            self._verb = crossed
        if crossed is None:
            self._refuse()
        try:
            return crossed.result()
        except CancelledError:
            self._refuse()
        finally:
            self._verb = None

    def _is_here(self) -> bool:
        return get_ident() == self._thread.ident

    def _refuse(self) -> NoReturn:
        self._tell()
        raise ChannelGone(Gone.CLOSED)

    def _tell(self) -> None:
        """Tell the script once that it shall end."""
        if not self._told:
            self._told = True
            raise CallOver

    def _count(self) -> None:
        """One more request on a call that is over. Does not return when it is one too many."""
        self._ignored += 1
        if self._ignored > PATIENCE:
            self._say(End(ok=False, stopped=True))
            Event().wait()

    def _look_at_the_clock(self) -> None:
        now = time.thread_time()
        self._computed_s = max(self._computed_s, now - self._turn_began)
        self._turn_began = now

    def _say(self, end: End) -> None:
        try:
            self._loop.call_soon_threadsafe(self._take_end, end)
        except RuntimeError:
            pass  # the loop is closed: nobody is left who wants to know
