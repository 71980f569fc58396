from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.inside import ProgramError
from lab.phone import Phone
from lab.sipp import AgentHabits, Caller, Keys, SippSetup, agents_phones, callers, register_agents, time_for
from tests.lab.conftest import PASSWORD, tone

if TYPE_CHECKING:
    from tests.lab.conftest import Line

pytestmark = pytest.mark.asterisk


def sipp(line: Line, folder: Path, rootfs: Path) -> SippSetup:
    return SippSetup(folder=folder, switch=line.switch, root=rootfs)


def test_a_caller_presses_keys_that_arrive(line: Line, tmp_path: Path, rootfs: Path) -> None:
    who = [
        Caller("13900000001", "陈先生", [Keys(2000, "1"), Keys(time_for("1"), "23"), Keys(time_for("23"), "*")], 9000),
        Caller("13900000002", "Mr O'Neil <b>", [Keys(500), Keys(1500, "4444")], 9000),
    ]
    with callers(sipp(line, tmp_path, rootfs), "200", who, per_second=5, media_port=20000, calls=2) as run:
        run.wait(15)
    assert "123*" in line.asterisk.cli("database get pressed 13900000001")
    assert "4444" in line.asterisk.cli("database get pressed 13900000002")
    assert "陈先生" in line.asterisk.cli("database get name 13900000001")


async def test_an_agent_answers_echoes_and_hangs_up(line: Line, tmp_path: Path, rootfs: Path) -> None:
    phones, media = line.ports.spare[0], line.ports.spare[2] & ~1
    voice = tone(1900, 25)
    line.index.add("echoed", voice)
    register_agents(sipp(line, tmp_path / "register", rootfs), [("1001", PASSWORD)], phones)
    habits = AgentHabits(ring=300, ring_more=0, talk=2500, talk_more=0)
    with agents_phones(sipp(line, tmp_path / "phones", rootfs), phones, media, habits):
        async with Phone(line.switch, number="13900000003", index=line.index) as caller:
            await caller.call("1001")
            caller.say(voice)
            await caller.hears("echoed", within_s=2)
            assert await caller.ended(within_s=60) == "them"
            assert caller.times["ended"] - caller.times["answered"] > 2.0


async def test_an_agent_who_misses_the_call_is_cancelled(line: Line, tmp_path: Path, rootfs: Path) -> None:
    phones, media = line.ports.spare[0], line.ports.spare[2] & ~1
    register_agents(sipp(line, tmp_path / "register", rootfs), [("1001", PASSWORD)], phones)
    habits = AgentHabits(ring=100, ring_more=0, missed=100)
    with agents_phones(sipp(line, tmp_path / "phones", rootfs), phones, media, habits) as run:
        async with Phone(line.switch, number="13900000004") as caller:
            with pytest.raises(TimeoutError):
                await caller.call("1001", within_s=1.5)
        assert run.running
        assert "unexpected" not in run.story().lower().replace("unexpected-msg", "")


def udp_addresses(named: str) -> set[str]:
    """Addresses, in the kernel's hex, of the UDP sockets of every process whose command line names `named`."""
    ours = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if named in (process / "cmdline").read_text():
                ours |= {str(one.readlink()) for one in (process / "fd").iterdir()}
    lines = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return {line[1].split(":")[0] for line in lines if f"socket:[{line[9]}]" in ours}


def test_it_listens_on_loopback_only(line: Line, tmp_path: Path, rootfs: Path) -> None:
    phones, media = line.ports.spare[0], line.ports.spare[2] & ~1
    with agents_phones(sipp(line, tmp_path, rootfs), phones, media, AgentHabits()):
        deadline = time.monotonic() + 10
        while len(addresses := udp_addresses(str(tmp_path))) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert addresses == {"0200007F", "0100007F"}


def test_a_wrong_password_is_an_error_with_the_reason(line: Line, tmp_path: Path, rootfs: Path) -> None:
    with pytest.raises(ProgramError, match="401"):
        register_agents(sipp(line, tmp_path, rootfs), [("1002", "wrong")], line.ports.spare[0])
    assert not (tmp_path / "agents.csv").exists()


def test_a_rate_for_a_data_centre_is_refused(line: Line, tmp_path: Path, rootfs: Path) -> None:
    with pytest.raises(ValueError, match="at most 50"):
        callers(sipp(line, tmp_path, rootfs), "100", [], per_second=500, media_port=20000)
