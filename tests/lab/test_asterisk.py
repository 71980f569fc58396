from __future__ import annotations

import dataclasses
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.asterisk import AsteriskError, AsteriskProcess, Setup, check_version
from lab.inside import wait_until_gone
from lab.phone import Phone
from lab.ports import AGENTS, Ports, claim_ports
from tests.lab.conftest import PASSWORD, config_files, modules, start_line

if TYPE_CHECKING:
    from tests.lab.conftest import Line

pytestmark = pytest.mark.asterisk
CONF = Path(__file__).parents[2] / "asterisk-conf"


def setup(folder: Path, ports: Ports, root: Path) -> Setup:
    files = config_files(ports, folder) | {"modules.conf": modules()}
    return Setup(folder=folder, config=[CONF], files=files, root=root)


def mounts_below(folder: Path) -> list[str]:
    return [line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line]


def is_udp_port_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def test_nothing_is_left_after_stop_and_a_second_start_works(tmp_path: Path, rootfs: Path) -> None:
    block = claim_ports()
    asterisk = AsteriskProcess(setup(tmp_path, block.ports, rootfs))
    for _ in range(2):
        asterisk.start()
        pid = asterisk.pid()
        assert "Asterisk 2" in asterisk.cli("core show version")
        assert is_udp_port_taken(block.ports.sip)
        assert mounts_below(tmp_path) == []
        asterisk.stop()
        assert not Path(f"/proc/{pid}").exists()
        assert not is_udp_port_taken(block.ports.sip)
        assert mounts_below(tmp_path) == []
    block.close()


def test_nothing_is_left_when_the_one_who_started_it_is_killed(tmp_path: Path, rootfs: Path) -> None:
    program = f"""
import sys, time
from pathlib import Path
from tests.lab.test_asterisk import setup
from lab.asterisk import AsteriskProcess
from lab.ports import claim_ports
asterisk = AsteriskProcess(setup(Path({str(tmp_path)!r}), claim_ports().ports, Path({str(rootfs)!r})))
asterisk.start()
print(asterisk.pid(), flush=True)
time.sleep(60)
"""
    repository = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=repository
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.send_signal(signal.SIGKILL)
    wait_until_gone(pid, timeout_s=8)
    assert mounts_below(tmp_path) == []


def test_a_power_cut_and_a_standstill_can_be_played(tmp_path: Path, rootfs: Path) -> None:
    block = claim_ports()
    with AsteriskProcess(setup(tmp_path, block.ports, rootfs)) as asterisk:
        asterisk.suspend()
        with pytest.raises(AsteriskError, match="no answer"):
            asterisk.cli("core show uptime", timeout_s=0.5)
        asterisk.resume()
        assert "uptime" in asterisk.cli("core show uptime")
        pid = asterisk.pid()
        asterisk.kill()
        assert not asterisk.running
        assert not Path(f"/proc/{pid}").exists()
    block.close()


def test_the_shared_root_is_not_written_to(line: Line, rootfs: Path) -> None:
    inside = f"/proc/{line.asterisk.pid()}/root"
    for place in ("usr/share/asterisk", "usr/lib"):
        with pytest.raises(OSError, match="Read-only"):
            (Path(inside) / place / "written").write_text("x")
    assert not (rootfs / "run" / "asterisk" / "asterisk.ctl").exists()
    assert not (rootfs / "var" / "lib" / "asterisk" / "astdb.sqlite3").exists()


async def test_two_instances_live_side_by_side(line: Line, tmp_path: Path, rootfs: Path) -> None:
    other = start_line(tmp_path, rootfs)
    second = next(other)
    assert second.ports.sip != line.ports.sip
    async with (
        Phone(line.switch, number="1", index=line.index) as one,
        Phone(second.switch, number="2", index=second.index) as two,
    ):
        await one.call("300")
        await two.call("300")
        assert "1 active call" in second.asterisk.cli("core show channels")
        assert "1 active call" in line.asterisk.cli("core show channels")
    other.close()


def test_a_broken_configuration_is_told_with_the_log(tmp_path: Path, rootfs: Path) -> None:
    block = claim_ports()
    given = setup(tmp_path, block.ports, rootfs)
    broken = Setup(
        folder=tmp_path, config=given.config, files={"modules.conf": "[modules]\nrequire = no_such.so\n"}, root=rootfs
    )
    with pytest.raises(AsteriskError, match=r"no_such\.so"):
        AsteriskProcess(broken).start()
    block.close()


@pytest.fixture
def installed(tmp_path: Path, rootfs: Path) -> Setup:
    """Debian's program out of the root, without namespaces: as near to an installed one as this machine has."""
    libraries = next(rootfs.glob("usr/lib/*-linux-gnu"))
    loader = next(path for path in rootfs.glob("usr/lib64/ld-linux*") if path.exists())
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "asterisk").symlink_to(loader)  # so that the process is called asterisk
    call = f"{tmp_path}/bin/asterisk --library-path {libraries} {rootfs}/usr/sbin/asterisk"
    (tmp_path / "asterisk").write_text(f'#!/bin/sh\nexec {call} "$@"\n')
    (tmp_path / "asterisk").chmod(0o755)
    return Setup(
        folder=tmp_path / "own",
        config=[CONF],
        kind="system",
        program=[str(tmp_path / "asterisk")],
        modules=libraries / "asterisk" / "modules",
        data=rootfs / "usr/share/asterisk",
    )


async def test_an_installed_asterisk_runs_on_folders_of_its_own(installed: Setup) -> None:
    block = claim_ports()
    files = config_files(block.ports, installed.folder) | {"modules.conf": modules()}
    assert check_version(installed.program).startswith("Asterisk 2")
    with AsteriskProcess(dataclasses.replace(installed, files=files)) as asterisk:
        async with Phone(("127.0.0.1", block.ports.sip), number="1002", host=AGENTS, password=PASSWORD) as phone:
            await phone.register()
        assert "1002" in asterisk.cli("pjsip show endpoints")
        pid = asterisk.pid()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    block.close()


def test_a_missing_or_old_asterisk_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(AsteriskError, match="no program"):
        check_version(["no-such-asterisk"])
    old = tmp_path / "asterisk"
    old.write_text("#!/bin/sh\necho 'Asterisk 16.28.0~dfsg-0+deb11u4'\n")
    old.chmod(0o755)
    with pytest.raises(AsteriskError, match=r"16\.28.*expected 20"):
        check_version([str(old)])


def test_ports_are_not_given_twice() -> None:
    one, two = claim_ports(), claim_ports()
    assert {one.ports.sip, one.ports.ami}.isdisjoint({two.ports.sip, two.ports.ami})
    assert one.ports.rtp_end < two.ports.sip or two.ports.rtp_end < one.ports.sip
    one.close()
    two.close()
