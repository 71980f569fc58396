"""Words that must be answered quickly import nothing they do not need; what that costs is in docs/performance.md."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.cli.entry import SELDOM, main

SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"
ASK = """
import contextlib, io, json, sys
from ivr.cli.entry import main
sys.argv, sys.stdin = ["hotline", *sys.argv[1:]], io.StringIO("")
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""
SERVING = {"sqlalchemy", "aiohttp", "structlog", "asyncpg", "cryptography", "numpy", "rich", "holidays", "panoramisk"}


def imported(*words: str) -> set[str]:
    ended = subprocess.run([sys.executable, "-c", ASK, *words], capture_output=True, text=True, check=True)
    return set(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize("words", [("check", "--no-cache", str(SAMPLE)), ("try", str(SAMPLE))])
def test_a_check_and_a_call_by_hand_import_nothing_that_only_serves(words: tuple[str, ...]) -> None:
    assert imported(*words) & SERVING == set()


@pytest.mark.parametrize(("word", "seldom"), [("try", True), ("up", False)])
def test_only_words_that_soon_end_look_for_garbage_seldom(
    word: str,
    seldom: bool,  # noqa: FBT001  - a column of the table above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    monkeypatch.setattr("ivr.cli.entry.gc.set_threshold", told.append)
    monkeypatch.setattr("sys.argv", ["hotline", word, "--help"])
    with pytest.raises(SystemExit):
        main()
    assert told == ([SELDOM] if seldom else [])


def test_the_version_is_told_without_the_command_line_s_library() -> None:
    assert imported("--version") & {"typer", "pydantic", "yaml"} == set()


def test_help_is_told_without_reading_any_settings() -> None:
    assert imported("--help") & (SERVING | {"yaml"}) == set()
