"""What a wrong AMI secret looks like with a real Asterisk on the other side."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lab.rig import PROJECT, Plan, Rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.asterisk
WRONG = "quite-another-wonderland"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("rig"), Plan(service=False)) as rig:
        yield rig


@pytest.mark.parametrize("command", ["bridge", "up"])
def test_a_real_asterisk_that_refuses_the_secret_ends_the_start_with_one_line(rig: Rig, command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ivr.cli.main", command, str(rig.hotline)],
        check=False,
        capture_output=True,
        text=True,
        env={**rig.environment, "HOTLINE_AMI_SECRET": WRONG},
        cwd=PROJECT,
        timeout=90,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert line == (
        f"hotline: the switch at 127.0.0.1:{rig.ports.ami} refused AMI user 'hotline' (Authentication failed); "
        "expected the secret of that section in manager.conf; ours comes from the environment variable "
        "HOTLINE_AMI_SECRET"
    )
    assert WRONG not in ended.stderr
    assert not (rig.state / "feed.sock").exists()
    assert _processes_of(rig.state) == []


def _processes_of(state: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [line for line in listed if "ivr.cli.main" in line and str(state.parent) in line]
