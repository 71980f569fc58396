"""Versions of a hotline: a call ends on the one it began with, also when the service was started anew meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ivr.app import copies, owners
from ivr.app.copies import ABANDONED_AFTER_S, ChangedMeanwhileError, keep, read_copy
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.releases import KeptReleases
from ivr.config.load import load_hotline
from ivr.runner.ports import QueueTerms
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
    monkeypatch.setattr(copies, "MOST_KEPT", 3)
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
    put = copies._put

    def late(staged: Path, target: Path) -> None:
        shutil.copytree(staged, target)
        put(staged, target)

    monkeypatch.setattr(copies, "_put", late)
    KeptReleases(here)
    assert kept(folder) == [here.flows.version]


def test_a_folder_that_cannot_be_written_is_a_mistake_of_one_line(folder: Path) -> None:
    here = ready(folder)
    here.places.versions.rmdir()
    here.places.versions.write_text("", encoding="ascii")
    with pytest.raises(MistakeError, match=r"versions cannot be used: .*; change state_dir"):
        KeptReleases(here)


def test_a_folder_saved_between_check_and_copy_is_not_kept_as_what_it_was(folder: Path) -> None:
    here = ready(folder)
    change(folder, "Good day.")
    with pytest.raises(ChangedMeanwhileError):
        keep(here.source, here.places.versions / here.flows.version)
    assert list(here.places.versions.iterdir()) == []
    with capture_logs() as logs:
        assert KeptReleases(here).current.flows == here.flows, "the service starts all the same"
    assert [line["event"] for line in logs] == ["version_not_kept"]


def test_other_comments_are_the_same_version_and_its_copy_stays(folder: Path) -> None:
    here = ready(folder)
    copy = here.places.versions / here.flows.version
    keep(here.source, copy)
    before = (copy / "hotline.yaml").read_bytes()
    (folder / "hotline.yaml").write_bytes(b"# A word.\n" + before)
    keep(folder, copy)
    assert (copy / "hotline.yaml").read_bytes() == before


def test_a_damaged_copy_is_never_away_before_there_is_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = ready(folder)
    copy = here.places.versions / here.flows.version
    keep(here.source, copy)
    (copy / "hotline.yaml").write_text("", "utf-8")
    replace = type(copy).replace

    def full(staged: Path, target: Path) -> Path:
        if staged.name == copy.name:
            raise OSError(28, "No space left on device")
        return replace(staged, target)

    with monkeypatch.context() as patched:
        patched.setattr(type(copy), "replace", full)
        with pytest.raises(OSError, match="No space"):
            keep(here.source, copy)
    assert (copy / "flows" / "main.yaml").is_file(), "what was whole of it is there still"
    keep(here.source, copy)
    assert (copy / "hotline.yaml").read_text("utf-8")


async def test_a_copy_that_comes_back_is_found(folder: Path) -> None:
    old = KeptReleases(ready(folder)).current.flows.version
    change(folder, "Good day.")
    later = KeptReleases(ready(folder))
    copy = ready(folder).places.versions / old
    copy.rename(copy.with_name("away"))
    assert await later.at(old) is None
    copy.with_name("away").rename(copy)
    assert await later.at(old) is not None


def test_what_a_script_imports_and_reads_is_of_the_version_and_copied(folder: Path) -> None:
    before = ready(folder).flows.version
    below = folder / "scripts" / "crm"
    (below / "__pycache__").mkdir(parents=True)
    (below / "__pycache__" / "client.cpython-313.pyc").write_bytes(b"made")
    assert ready(folder).flows.version == before
    (below / "areas.csv").write_text("0571,Hangzhou\n", "utf-8")
    with_areas = ready(folder).flows.version
    (below / "areas.csv").write_text("0571,Ningbo\n", "utf-8")
    assert len({before, with_areas, ready(folder).flows.version}) == 3
    (below / "client.py").write_text("TIER = 1\n", "utf-8")
    first = ready(folder)
    (below / "client.py").write_text("TIER = 2\n", "utf-8")
    second = ready(folder)
    assert len({before, first.flows.version, second.flows.version}) == 3
    copy = second.places.versions / second.flows.version
    keep(second.source, copy)
    assert (copy / "scripts/crm/client.py").read_text("utf-8") == "TIER = 2\n"
    assert (copy / "scripts/crm/areas.csv").is_file()
    assert not (copy / "scripts/crm/__pycache__").exists()


def test_a_script_that_writes_beside_itself_damages_no_copy(folder: Path) -> None:
    (folder / "scripts" / "areas.csv").write_text("0571,Hangzhou\n", "utf-8")
    here = ready(folder)
    copy = here.places.versions / here.flows.version
    keep(here.source, copy)
    (copy / "scripts" / "areas.csv").write_text("0571,Ningbo\n", "utf-8")
    (copy / "scripts" / "calls.log").write_text("one\n", "utf-8")
    assert read_copy(copy) is not None
    shutil.copytree(copy, folder.parent / "brought-back")
    assert load_hotline(folder.parent / "brought-back").flows != here.flows, "a folder like any other"
    (copy / "scripts" / "another.py").write_text("print()\n", "utf-8")
    assert read_copy(copy) is None, "a program is another matter"


def test_versions_are_nobody_elses_business(folder: Path) -> None:
    here = ready(folder)
    assert here.places.versions.stat().st_mode & 0o777 == 0o700
    here.places.versions.chmod(0o750)
    ready(folder)
    assert here.places.versions.stat().st_mode & 0o777 == 0o750, "an admin's own word is left"


def test_what_root_makes_is_given_to_whom_the_state_belongs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `sudo hotline publish` the service, another user, starts."""
    here = ready(folder)
    given: list[str] = []
    state = here.places.state

    def chown(path: Path, user: int, group: int, *, follow_symlinks: bool) -> None:
        assert (user, group, follow_symlinks) == (4711, 4712, False)
        given.append(str(path.relative_to(state)))

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setattr(owners, "_owner", lambda path: (4711, 4712) if path == state else (0, 0))
    here.places.published.mkdir()
    (here.places.published / ".lock").touch()
    here.places.give_all()
    assert {"published", "published/.lock", "versions", "sounds"} <= set(given)


def test_a_copy_of_another_user_only_looks_older(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = ready(folder)
    KeptReleases(here)

    def refused(_: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "utime", refused)
    assert KeptReleases(here).current.flows == here.flows


async def test_its_queues_and_tickets_are_those_it_began_with(folder: Path) -> None:
    """Also for the bridge and the AGI server that were started later, on other settings."""
    old = KeptReleases(ready(folder)).current
    settings = folder / "hotline.yaml"
    text = settings.read_text("utf-8").replace("max_length: 50", "max_length: 3\n    music: lively")
    settings.write_text(text.replace("yellow: 1d", "yellow: 2d"), encoding="utf-8")
    later = KeptReleases(ready(folder))
    found = await later.at(old.flows.version)
    assert found is not None
    assert (found.queues, found.tickets["fault"].within["yellow"]) == (
        {"sales": QueueTerms(50, "default")}, timedelta(days=1)
    )  # fmt: skip
    new = later.current
    assert (new.queues, new.tickets["fault"].within["yellow"]) == (
        {"sales": QueueTerms(3, "lively")}, timedelta(days=2)
    )  # fmt: skip
