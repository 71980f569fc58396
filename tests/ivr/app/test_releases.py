"""Versions of a hotline: a call ends on the one it began with, also when the service was started anew meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ivr.app import releases
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.releases import ABANDONED_AFTER_S, KeptReleases
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    shutil.copytree(SMALL, tmp_path / "hotline")
    return tmp_path / "hotline"


def ready(folder: Path) -> Ready:
    return load_ready(folder)


def change(folder: Path, text: str) -> None:
    """Another word of greeting: another version."""
    file = folder / "prompts" / "en.yaml"
    file.write_text(file.read_text("utf-8").replace("welcome: Hello.", f"welcome: {text}"), encoding="utf-8")


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (ready(folder).places.versions).iterdir())


async def test_a_call_ends_on_the_version_it_began_with_over_a_restart(folder: Path) -> None:
    before = KeptReleases(ready(folder))
    old = before.current.flows.version
    change(folder, "Good day.")
    after = KeptReleases(ready(folder))
    new = after.current.flows.version
    assert old != new
    found = await after.at(old)
    assert found is not None
    assert found.flows == before.current.flows
    assert found.speech.files("welcome", {}, "en") == before.current.speech.files("welcome", {}, "en")
    assert found.speech.files("welcome", {}, "en") != after.current.speech.files("welcome", {}, "en")
    assert await after.at(new) is after.current
    assert await after.at(old) is found, "read once"


async def test_its_opening_hours_are_those_it_began_with(folder: Path) -> None:
    old = KeptReleases(ready(folder)).current
    settings, flow = folder / "hotline.yaml", folder / "flows" / "main.yaml"
    settings.write_text(settings.read_text("utf-8").replace("  office:", "  shop:"), encoding="utf-8")
    flow.write_text(flow.read_text("utf-8").replace("hours: office", "hours: shop"), encoding="utf-8")
    found = await KeptReleases(ready(folder)).at(old.flows.version)
    assert found is not None
    noon = datetime.fromisoformat("2026-11-20T12:00:00+08:00")
    assert found.hours.is_open("office", noon)


@pytest.mark.parametrize("version", ["", "0" * 12, "..", "../../etc", "."])
async def test_a_version_that_was_never_kept_is_none(folder: Path, version: str) -> None:
    assert await KeptReleases(ready(folder)).at(version) is None


@pytest.mark.parametrize("how", ["changed", "cut", "missing"])
async def test_a_broken_copy_is_none_and_said(folder: Path, how: str) -> None:
    old = KeptReleases(ready(folder)).current.flows.version
    file = ready(folder).places.versions / old / "flows" / "main.yaml"
    match how:
        case "changed":
            file.write_text(file.read_text("utf-8").replace("longest: 10min", "longest: 9min"), encoding="utf-8")
        case "cut":
            file.write_bytes(file.read_bytes()[:100])
        case _:
            file.unlink()
    change(folder, "Good day.")
    later = KeptReleases(ready(folder))
    with capture_logs() as logs:
        assert await later.at(old) is None
    assert [line["event"] for line in logs] == ["kept_version_is_broken"]


async def test_a_broken_copy_of_the_present_version_is_made_anew(folder: Path) -> None:
    old = KeptReleases(ready(folder)).current.flows.version
    (ready(folder).places.versions / old / "flows" / "main.yaml").write_bytes(b"")
    KeptReleases(ready(folder))
    change(folder, "Good day.")
    assert await KeptReleases(ready(folder)).at(old) is not None


def test_only_the_youngest_are_kept_and_the_present_one_is_among_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "MOST_KEPT", 3)
    first = KeptReleases(ready(folder)).current.flows.version
    places = ready(folder).places
    for age, name in enumerate(("aaaa", "bbbb", "cccc"), 1):
        (places.versions / name).mkdir()
        os.utime(places.versions / name, (time.time() - age, time.time() - age))
    os.utime(places.versions / first, (1, 1))
    KeptReleases(ready(folder))
    assert kept(folder) == sorted([first, "aaaa", "bbbb"])


def test_what_a_killed_process_left_half_made_is_cleared_away_in_time(folder: Path) -> None:
    versions = ready(folder).places.versions
    for name, age in ((".old.1", ABANDONED_AFTER_S + 60), (".young.2", 1.0)):
        (versions / name).mkdir()
        os.utime(versions / name, (time.time() - age, time.time() - age))
    version = KeptReleases(ready(folder)).current.flows.version
    assert kept(folder) == sorted([".young.2", version])


def test_recordings_are_not_copied(folder: Path) -> None:
    (folder / "prompts" / "welcome.wav").write_bytes(b"RIFF")
    version = KeptReleases(ready(folder)).current.flows.version
    assert not list((ready(folder).places.versions / version).rglob("*.wav"))


def test_several_processes_may_start_at_once(folder: Path) -> None:
    version = ready(folder).flows.version
    code = (
        "import sys; from pathlib import Path; from ivr.app.loading import load_ready;"
        "from ivr.app.releases import KeptReleases; ready = load_ready(Path(sys.argv[1]));"
        "print('here', flush=True); sys.stdin.readline(); KeptReleases(ready)"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for starter in starters:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "here\n"
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    for starter in starters:
        starter.communicate(timeout=60)
    assert [starter.returncode for starter in starters] == [0, 0, 0]
    assert kept(folder) == [version]


def test_whoever_comes_second_finds_the_work_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process puts its copy in place between our copying and our renaming."""
    here = ready(folder)
    put = releases._put

    def late(staged: Path, target: Path, source: Path) -> None:
        shutil.copytree(staged, target)
        put(staged, target, source)

    monkeypatch.setattr(releases, "_put", late)
    KeptReleases(here)
    assert kept(folder) == [here.flows.version]


def test_a_folder_that_cannot_be_written_is_a_mistake_of_one_line(folder: Path) -> None:
    here = ready(folder)
    here.places.versions.rmdir()
    here.places.versions.write_text("", encoding="ascii")
    with pytest.raises(MistakeError, match=r"versions cannot be used: .*; change state_dir"):
        KeptReleases(here)
