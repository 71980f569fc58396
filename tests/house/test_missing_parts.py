"""On a machine that lacks a part, its tests are skipped with a reason; in CI that is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("in_ci", "code"), [("", 0), ("true", 1)])
def test_without_chromium_the_browsers_tests_are_skipped_with_a_reason(tmp_path: Path, in_ci: str, code: int) -> None:
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "tests/browser/test_board_made_up.py")
    told = subprocess.run(
        (sys.executable, *words),
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "CI": in_ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no Chromium: apt install chromium" in told.stdout
    assert "error" not in told.stdout
    assert told.returncode == code
