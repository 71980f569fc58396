"""What somebody new types, with the installed program: a new folder passes its check and its dialogues at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HOTLINE = Path(sys.executable).with_name("hotline")


def typed(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The program with these words, as from a shell."""
    return subprocess.run(
        (HOTLINE, *words), input=given, capture_output=True, text=True, check=False, timeout=100, env=dict(os.environ)
    )


@pytest.mark.parametrize("languages", ["zh-CN,en", "en", "zh-CN,yue-HK,en"])
def test_a_new_folder_passes_check_and_test_at_once(tmp_path: Path, languages: str) -> None:
    folder = str(tmp_path / "front-desk")
    made = typed("init", folder, "--languages", languages)
    assert (made.returncode, made.stderr) == (0, "")
    checked = typed("check", folder)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("0 errors, 0 warnings in 1 flow, ")
    assert json.loads(typed("check", folder, "--format", "json").stdout)["diagnostics"] == []
    assert typed("check", folder, "--format", "github").stdout == ""
    played = typed("test", folder)
    assert (played.returncode, played.stderr) == (0, "")
    assert "2 dialogues, 0 failed" in played.stdout
    assert typed("test", folder, "--min-coverage", "100").returncode == 1, "not every way is taken, and it says so"
    again = typed("init", folder)
    assert again.returncode == 1
    assert "is there already" in again.stderr


def test_a_new_folder_can_be_called(tmp_path: Path) -> None:
    folder = str(tmp_path / "front-desk")
    typed("init", folder, "--languages", "en")
    called = typed("try", folder, "--clock", "2026-11-20 10:00", given="0\n")
    assert called.returncode == 0
    assert "» Welcome to my hotline." in called.stdout


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_folder_that_is_not_there_is_no_finding(tmp_path: Path, form: str) -> None:
    ended = typed("check", str(tmp_path / "nowhere"), "--format", form)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert (
        ended.stderr == f"hotline: {tmp_path / 'nowhere'} is no folder; expected a hotline's, with its hotline.yaml\n"
    )
