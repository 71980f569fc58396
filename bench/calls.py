"""`python -m bench.calls`: what one balance call costs, through the hotline and in plain dialplan, side by side.

One Asterisk takes both kinds of calls in turn, so that whatever else the machine does hits both. CPU time is that of
the processes (`bench.cpu`); what they take when nobody calls is taken off. A figure counts only if every caller of both
kinds heard the balance. About seven minutes; all traffic stays on loopback.

Exit codes: 0 the table was printed, 1 something failed (one line says what).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bench.cpu import CountedWrongError, Spent, added_up, between, per_call_ms, read
from bench.plain import MESSAGES, TOLD, Customer, Sounds, database, extensions, modules
from bench.plain import NUMBER as PLAIN
from bench.table import PROCESSES, SWITCH, Figures, render
from ivr.config.load import load_hotline
from ivr.prompts.sounds import Speech
from ivr.prompts.values import Money
from lab.asterisk import AsteriskProcess
from lab.inside import ProgramError
from lab.phone import CallRefusedError, NotHeardError, Phone
from lab.ports import NoFreePortsError
from lab.rig import ALWAYS_OPEN, Plan, Rig
from lab.rootfs import RootfsError
from lab.sipp import Caller, Keys, SippSetup, callers, time_for

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = "96956"
PEOPLE = (
    (Customer("13800138000", "755001234", "zh-CN", "4711"), "1"),
    (Customer("13800138002", "755001236", "yue-HK", "2468"), "2"),
    (Customer("85291234567", "852001239", "en", "9090"), "3"),
)
"""Ordinary customers of the sample, one for each language, with the key that chooses it."""
ASKED_EACH_TIME = (
    # The sample keeps a balance for as long as it is true; the dialplan asks each time, so here we do too. A figure
    # that need not tell its moment may be without one, and the flow's check wants an answer to that.
    ("hotline.yaml", "    as_of: as_of\n", ""),
    ("flows/balance.yaml", "max_age: 15min", "max_age: 0s"),
    (
        "flows/balance.yaml",
        "  tell:\n",
        "  tell: {branch: [{when: bill.as_of, then: say_it}, {then: unavailable}]}\n\n  say_it:\n",
    ),
)
_MINUTES = 30
"""For so long after the start the plain dialplan can say what moment a figure is of."""
_SAMPLES_PER_MS = 8
_SETTLE_S = 1.5
"""Behind the last call of a block: the writers have written, Asterisk has forgotten the channels."""
_WRITTEN_S = 5.0
"""So late the last line of the last call may be, on a busy machine, behind that."""
_IDLE_S = 8.0
"""After each pair of blocks, with nobody calling: one stretch is a few ticks of the kernel's clock, five are enough."""
_ATTEMPTS = 3
_WARM_UP = 6
"""Calls that are not counted: the first of a process are dearer (its pages, its caches)."""
_LISTENS_MS = 2200
"""Into the welcome, when the first key is pressed (caller.xml says why not earlier)."""
_PIN_AFTER_MS = 1500
"""Into the question for the PIN."""
_MARGIN_MS = 2000
"""Heard of the next question before the caller hangs up; half of it is for lookups and gaps between sounds."""


class NotTheSameError(Exception):
    """The two kinds of calls did not do the same, so comparing them would mean nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wishes:
    """How much is measured."""

    pairs: int
    """Blocks of each kind."""
    calls: int
    """Calls in a block."""
    per_second: float
    """Calls begun in a second."""


def say(words: str) -> None:
    """One line of progress."""
    print(f"bench    {words}", flush=True)


def main() -> int:
    """Measure, print; the exit code."""
    words = argparse.ArgumentParser(prog="python -m bench.calls", description=__doc__.split("\n\n")[0])
    words.add_argument("--pairs", type=int, default=5, help="blocks of calls of each kind")
    words.add_argument("--calls", type=int, default=24, help="calls in a block")
    words.add_argument("--per-second", type=float, default=5.0, help="calls begun in a second")
    given = words.parse_args()
    wishes = Wishes(max(1, given.pairs), max(1, given.calls), given.per_second)
    try:
        with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
            print(_measured(Path(folder), wishes))
    except KeyboardInterrupt:
        say("ended before the end; nothing was left running")
        return 1
    except (
        ProgramError,
        RootfsError,
        NoFreePortsError,
        TimeoutError,
        CountedWrongError,
        NotTheSameError,
        NotHeardError,
        CallRefusedError,
        ValueError,
    ) as failed:
        say(f"failed: {failed}")
        return 1
    return 0


def _measured(folder: Path, wishes: Wishes) -> str:
    rig = Rig(folder, Plan(edits=(ALWAYS_OPEN, *ASKED_EACH_TIME), tell=say))
    try:
        rig.stage()
        rig.start_backend()
        sounds = _sounds(rig, datetime.now(UTC))
        rig.asterisk = AsteriskProcess(dataclasses.replace(rig.asterisk.setup, files=_files(rig, sounds)))
        say("Asterisk, with the plain dialplan beside the hotline's")
        rig.asterisk.start()
        for command in database(customer for customer, _ in PEOPLE):
            rig.asterisk.cli(command)
        blocks = _Blocks(rig, wishes, sounds)
        say("plain dialplan while no service runs")
        pids = {SWITCH: rig.asterisk.pid()}
        blocks.call(PLAIN, pids, _WARM_UP)
        alone, idle = [], []
        for _ in range(min(2, wishes.pairs)):
            alone.append(blocks.measure(PLAIN, pids))
            idle.append(_idle(pids))
        nobody = added_up(idle)
        calm = [per_call_ms(spent, nobody, wishes.calls) for spent in alone]
        say("the service: bridge, AGI server, wallboard")
        rig.start_service()
        say("one call of each kind, listened to")
        asyncio.run(_heard_alike(rig))
        pids |= {name: pid for name, pid in rig.part_pids().items() if name in PROCESSES}
        blocks.call(OURS, pids, _WARM_UP)
        ours, plain, idle = [], [], []
        for pair in range(wishes.pairs):
            say(f"block {pair + 1} of {wishes.pairs}: {wishes.calls} calls of each kind")
            ours.append(blocks.measure(OURS, pids))
            plain.append(blocks.measure(PLAIN, pids))
            idle.append(_idle(pids))
        nobody = added_up(idle)
        led, written = ([per_call_ms(spent, nobody, wishes.calls) for spent in kind] for kind in (ours, plain))
        return f"\n{_where(rig, wishes)}\n\n{render(Figures(led, written, calm))}"
    finally:
        rig.stop()


def _where(rig: Rig, wishes: Wishes) -> str:
    version = rig.asterisk.cli("core show version").split(" built ")[0].strip()
    cores, load = os.cpu_count(), os.getloadavg()[1]
    size = f"{wishes.pairs} blocks of {wishes.calls} calls of each kind, {wishes.per_second:g} begun a second"
    machine = f"{version}, Python {platform.python_version()}, {cores} cores, load {load:.1f} over five minutes"
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}\n{size}; median (lowest to highest), idle time taken off"


def _idle(pids: dict[str, int]) -> Spent:
    time.sleep(_SETTLE_S)
    before = read(pids)
    time.sleep(_IDLE_S)
    return between(before, read(pids))


# --- the same for both -------------------------------------------------------------------------------------------


def _sounds(rig: Rig, now: datetime) -> dict[str, Sounds]:
    """What the hotline would say, for the plain dialplan to say it too."""
    loaded = load_hotline(rig.hotline, rig.environment)
    if loaded.hotline is None:
        raise NotTheSameError("the sample cannot be read; hotline check examples/cable-tv says why")
    speech = Speech(loaded.catalogue, rig.state / "sounds")
    zone = ZoneInfo(loaded.hotline.time_zone)
    minute = now.replace(second=0, microsecond=0)
    moments = [minute + timedelta(minutes=after) for after in range(_MINUTES)]
    found = {}
    for customer, _ in PEOPLE:
        language = customer.language
        amount = _amount(rig, customer.account)
        value = Money(Decimal(amount.split()[0]), amount.split()[1])
        balances = {
            (amount, moment.isoformat()): speech.files(
                "your-balance", {"amount": value, "as_of": moment.astimezone(zone)}, language
            )
            for moment in moments
        }
        found[language] = Sounds({name: speech.files(name, {}, language) for name in MESSAGES}, balances)
    return found


def _amount(rig: Rig, account: str) -> str:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{rig.ports.backend}/v1/accounts/{account}/balance",
        headers={"Authorization": rig.environment["HOTLINE_BILLING_TOKEN"]},
    )
    with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 - always our own http://
        return str(json.load(answer)["amount"])


def _files(rig: Rig, sounds: dict[str, Sounds]) -> dict[str, str]:
    rendered = rig.state / "asterisk"
    billing = f"http://127.0.0.1:{rig.ports.backend}"
    plain = extensions(sounds, billing, rig.environment["HOTLINE_BILLING_TOKEN"])
    return {
        "modules.conf": modules((rendered / "modules.conf").read_text("utf-8")),
        "extensions.conf": (rendered / "extensions.conf").read_text("utf-8") + plain,
    }


async def _heard_alike(rig: Rig) -> None:
    """Have every customer choose a language, then listen to both kinds of calls: they must say the same.

    Raises:
        NotTheSameError: they did not, three times in a row (a minute may pass between two calls, and on a busy machine
            the listening phones miss some sound).
    """
    await asyncio.gather(*(_choose(rig, customer, key) for customer, key in PEOPLE))
    differs = "nothing"
    for _ in range(_ATTEMPTS):
        try:
            ours = await asyncio.gather(*(_listen(rig, OURS, customer) for customer, _ in PEOPLE))
            plain = await asyncio.gather(*(_listen(rig, PLAIN, customer) for customer, _ in PEOPLE))
        except NotHeardError as missed:
            differs = str(missed)
        else:
            if ours == plain:
                return
            differs = f"{OURS} said {ours}, {PLAIN} said {plain}"
        say("not heard alike; listening again")
    raise NotTheSameError(differs)


async def _choose(rig: Rig, customer: Customer, key: str) -> None:
    async with Phone(rig.switch, number=customer.caller, index=rig.index) as phone:
        await phone.call(OURS)
        await phone.begins_to_hear("普通话请按1")
        await phone.press(key)
        await phone.begins_to_hear(_words(rig, "welcome", customer.language), within_s=20)
        await phone.hang_up()


async def _listen(rig: Rig, number: str, customer: Customer) -> list[str]:
    async with Phone(rig.switch, number=customer.caller, index=rig.index) as phone:
        await phone.call(number)
        await phone.begins_to_hear(_words(rig, "main-menu", customer.language))
        await phone.press("1")
        await phone.begins_to_hear(_words(rig, "ask-pin", customer.language))
        await phone.press(f"{customer.pin}#")
        await phone.begins_to_hear(_words(rig, "anything-else", customer.language), within_s=30)
        heard = [name for name, _ in groupby(one.name for one in phone.heard)]  # one with a hole in it is told twice
        await phone.hang_up()
    return heard


def _words(rig: Rig, message: str, language: str) -> str:
    catalogue = load_hotline(rig.hotline, rig.environment).catalogue
    return Speech(catalogue, rig.state / "sounds").words(message, {}, language)


# --- blocks of calls ---------------------------------------------------------------------------------------------


class _Blocks:
    """Calls in blocks, each counted by whom it was for."""

    def __init__(self, rig: Rig, wishes: Wishes, sounds: dict[str, Sounds]) -> None:
        self._rig = rig
        self._wishes = wishes
        self._people = [_caller(customer, sounds[customer.language]) for customer, _ in PEOPLE]
        self._ran = 0

    def measure(self, number: str, pids: dict[str, int]) -> Spent:
        """What one block took, by process; a block in which something went wrong does not count.

        Raises:
            NotTheSameError: not every caller heard the balance, three times in a row.
        """
        calls = self._wishes.calls
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self.call(number, pids, calls)
            except NotTheSameError as wrong:
                if attempt == _ATTEMPTS:
                    raise
                say(f"{wrong}; this block does not count, once more")
        raise AssertionError

    def call(self, number: str, pids: dict[str, int], calls: int) -> Spent:
        """One block of calls.

        Raises:
            NotTheSameError: not every caller heard the balance.
            ProgramError: a call was refused or ended by the switch.
        """
        self._ran += 1
        told_before = self._told(number)
        before = read(pids)
        run = callers(
            SippSetup(self._rig.folder / f"callers-{self._ran}", self._rig.switch),
            number,
            self._people,
            per_second=self._wishes.per_second,
            media_port=[port for port in self._rig.ports.spare if port % 2 == 0][self._ran % 2],
            at_once=2 * calls,
            calls=calls,
        )
        try:
            run.wait(120.0)
        finally:
            run.stop()
        time.sleep(_SETTLE_S)
        spent = between(before, read(pids))
        deadline = time.monotonic() + _WRITTEN_S
        while (told := self._told(number) - told_before) != calls:
            if time.monotonic() > deadline:
                raise NotTheSameError(f"{told} of {calls} callers of {number} heard the balance")
            time.sleep(0.1)
        return spent

    def _told(self, number: str) -> int:
        """How many callers of this number have heard their balance to its end, since the start."""
        if number == PLAIN:
            log = self._rig.asterisk.log / "messages.log"
            return log.read_text("utf-8", errors="replace").count(TOLD) if log.exists() else 0
        with contextlib.closing(sqlite3.connect(self._rig.state / "hotline.db")) as history:
            rows = history.execute("SELECT count(*) FROM journey_steps WHERE flow = 'balance' AND step = 'told'")
            return int(rows.fetchone()[0])


def _caller(customer: Customer, said: Sounds) -> Caller:
    pin = f"{customer.pin}#"
    presses = [Keys(_LISTENS_MS, "1"), Keys(time_for("1") + _PIN_AFTER_MS, pin)]
    balance_ms = max(map(_lasts_ms, said.balances.values()))
    return Caller(customer.caller, "bench", presses, time_for(pin) + balance_ms + _MARGIN_MS)


def _lasts_ms(files: Sequence[str]) -> int:
    return sum(Path(f"{file}.alaw").stat().st_size for file in files) // _SAMPLES_PER_MS


if __name__ == "__main__":
    sys.exit(main())
