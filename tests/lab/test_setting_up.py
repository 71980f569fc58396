"""What `make` and `lab/system.sh` do on a machine that has nothing yet; nothing is installed here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def program(folder: Path, name: str, lines: str) -> Path:
    """A program of ours in the place of the system's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def installed(tmp_path: Path, python: str, *groups: str) -> str:
    """What `lab/system.sh` would have apt install, with a Python that does this."""
    own, log = tmp_path / "bin", tmp_path / "log"
    program(own, "apt-get", f'echo "$@" >> {log}')
    program(own, "sudo", 'exec "$@"')
    environ = {**os.environ, "PATH": f"{own}:/usr/bin:/bin", "PYTHON": str(program(own, "python-of-ours", python))}
    subprocess.run([ROOT / "lab" / "system.sh", *groups], check=True, env=environ, capture_output=True)
    return log.read_text("utf-8") if log.exists() else ""


def test_a_python_without_ensurepip_gets_the_package_that_has_it(tmp_path: Path) -> None:
    assert "install -y --no-install-recommends python3-venv" in installed(tmp_path, "exit 1", "python")


def test_a_python_with_ensurepip_needs_nothing(tmp_path: Path) -> None:
    assert installed(tmp_path, "exit 0", "python") == ""


@pytest.mark.parametrize("target", ["demo", "setup", "lint"])
def test_what_python_needs_comes_before_its_environment(tmp_path: Path, target: str) -> None:
    told = subprocess.run(
        ["make", "-n", target, f"VENV={tmp_path / 'venv'}"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert 0 < told.index("lab/system.sh python") < told.index("-m venv")


def test_the_demo_installs_what_it_uses_and_no_more(tmp_path: Path) -> None:
    told = subprocess.run(
        ["make", "-n", "demo", f"VENV={tmp_path / 'venv'}"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    words = [line.split()[1:] for line in told.splitlines() if line.startswith("lab/system.sh")]
    assert words == [["speech", "asterisk"]]


def test_an_environment_without_pip_is_made_anew(tmp_path: Path) -> None:
    made = tmp_path / "made"
    fake = program(tmp_path / "bin", "python-of-ours", f'echo "$@" >> {made}\nexit 0')
    program(tmp_path / "venv" / "bin", "python", "exit 1")  # half made: it runs, and has no pip
    words = ["make", str(tmp_path / "venv" / "bin" / ".ready"), f"VENV={tmp_path / 'venv'}", f"PYTHON={fake}"]
    subprocess.run(words, cwd=ROOT, check=False, capture_output=True)
    assert f"-m venv {tmp_path / 'venv'}" in made.read_text("utf-8")
