"""A version carries its sounds: who began with it hears its recordings and its voice, whatever became of the folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.app import copies, old_sounds, owners, speech
from ivr.app.copies import SOUNDS, forget_oldest
from ivr.app.live import at_version, load_live
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.old_sounds import ABANDONED_AFTER_S, STAYS_S, remove_unused
from ivr.app.publishing import Signed, fit_to_publish, publish, rollback
from ivr.app.releases import KeptReleases
from ivr.app.switch import RESCUE_SOUNDS
from ivr.config.script_files import BESIDE
from ivr.prompts import build, compose
from ivr.prompts.sounds import FORMATS
from ivr.publishing.book import Book, TakenError
from ivr.publishing.records import First
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.prompts.machine import recording

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.app.loading import Ready
    from ivr.app.publishing import Done

SIGNED = Signed("Lin", "as asked", datetime(2026, 11, 25, tzinfo=UTC))
BY_CONTENT = re.compile(r"/[0-9a-f]{24}\.")
LISTED = First("", callers=("a" * 16,), shown=("138****8000",))


@pytest.fixture
def pitch(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A speech engine whose voice has this pitch, and whose own version changes with it."""
    now = [300.0]
    monkeypatch.setattr(compose, "words_needed", lambda _: None)  # a thousand words less to be made
    monkeypatch.setattr(build, "synthesise", lambda *_: recording(now[0], 0.1))
    monkeypatch.setattr(build, "engine_version", lambda _: str(now[0]))
    return now


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pitch: list[float]) -> Path:
    assert pitch
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    shutil.copytree(SMALL, tmp_path / "hotline")
    shutil.rmtree(tmp_path / "hotline" / "tests", ignore_errors=True)
    record(tmp_path / "hotline", 440)
    return tmp_path / "hotline"


def record(folder: Path, pitch: float) -> None:
    """Have somebody speak the greeting."""
    (folder / "prompts" / "en").mkdir(exist_ok=True)
    (folder / "prompts" / "en" / "welcome.wav").write_bytes(recording(pitch))


def published(folder: Path, first: First | None = None) -> Done:
    return publish(fit_to_publish(folder, lambda *_: None), first, SIGNED, ())


def heard(ready: Ready, message: str = "welcome") -> bytes:
    """What a caller of this version hears."""
    (file,) = speech.speech_of(ready).files(message, {}, "en")
    return Path(file + ".alaw").read_bytes()


def version(folder: Path, name: str) -> Ready:
    found = at_version(load_ready(folder), name)
    assert found is not None
    return found


def all_sounds(folder: Path) -> dict[str, bytes]:
    sounds = load_ready(folder).places.sounds
    return {str(path.relative_to(sounds)): path.read_bytes() for path in sounds.glob("*/*")}


def age(sounds: Path, seconds: float) -> None:
    for path in sounds.glob("*/*"):
        os.utime(path, (time.time() - seconds,) * 2)


async def test_each_version_is_heard_with_its_own_recording(folder: Path) -> None:
    old = published(folder).record.version
    first = heard(version(folder, old))
    record(folder, 660)
    new = published(folder).record.version
    assert new != old, "another recording is another version"
    assert heard(version(folder, new)) != first
    assert heard(version(folder, old)) == first
    service = KeptReleases(load_live(folder))
    for name in (old, new):
        release = await service.at(name)
        assert release is not None
        assert release.speech.files("welcome", {}, "en") == speech.speech_of(version(folder, name)).files(
            "welcome", {}, "en"
        )
    rollback(load_live(folder), None, SIGNED)
    assert heard(load_live(folder)) == first


def test_who_goes_first_hears_the_new_recording_and_all_others_the_old_one(folder: Path) -> None:
    live = published(folder).record.version
    before = heard(load_live(folder))
    record(folder, 660)
    first = published(folder, LISTED).record.version
    assert heard(load_live(folder)) == before
    assert heard(version(folder, first)) != before
    assert load_live(folder).flows.version == live


def test_prompts_of_a_draft_change_nothing_that_callers_hear(folder: Path, pitch: list[float]) -> None:
    """Another recording, another wording and another voice: also what the dialplan says by itself stays."""
    published(folder)
    before, sounds = heard(load_live(folder)), all_sounds(folder)
    record(folder, 660)
    pitch[0] = 500.0
    path = folder / "prompts" / "en.yaml"
    path.write_text(path.read_text("utf-8").replace("rescue: ", "rescue: Oh. "), "utf-8")
    draft = load_ready(folder)
    assert speech.build_draft(draft).made > 1
    after = all_sounds(folder)
    assert {name: after.get(name) for name in sounds} == sounds
    assert heard(load_live(folder)) == before
    assert heard(draft) != before


def test_what_root_makes_with_prompts_is_the_services(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `sudo hotline prompts` the service, another user, makes what is new."""
    state = load_ready(folder).places.state
    given: set[str] = set()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, *_, **__: given.add(path.relative_to(state).as_posix()))
    monkeypatch.setattr(owners, "_owner", lambda path: (4711, 4712) if path == state else (0, 0))
    speech.build_draft(load_ready(folder))
    assert {"sounds/en", "sounds/draft.json", f"sounds/en/{RESCUE_SOUNDS.hold_sound}.alaw"} <= given


def test_what_the_dialplan_says_follows_a_hotline_that_is_not_live_yet(folder: Path) -> None:
    """Nothing was published and nothing runs: the folder is all there is."""
    speech.build_draft(load_ready(folder))
    name = f"en/{RESCUE_SOUNDS.hold_sound}.alaw"
    before = all_sounds(folder)[name]
    (folder / "prompts" / "en" / "rescue.wav").write_bytes(recording(880))
    speech.build_draft(load_ready(folder))
    assert all_sounds(folder)[name] != before


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), TakenError(2)])
def test_what_the_dialplan_says_stays_when_a_publication_cannot_be_written_down(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    published(folder)
    before = rescue_sounds(folder)
    (folder / "prompts" / "en" / "rescue.wav").write_bytes(recording(880))

    def refused(*_: object) -> None:
        raise fault

    with monkeypatch.context() as full:
        full.setattr(Book, "add", refused)
        with pytest.raises(MistakeError):
            published(folder)
    assert rescue_sounds(folder) == before
    published(folder)
    assert rescue_sounds(folder) != before
    rollback(load_live(folder), None, SIGNED)
    assert rescue_sounds(folder) == before


def rescue_sounds(folder: Path) -> dict[str, bytes]:
    """What lies beside the sounds of versions: what the dialplan plays, and nothing that is half done."""
    return {name: content for name, content in all_sounds(folder).items() if not BY_CONTENT.search(name)}


def test_lost_sounds_are_made_again_from_the_versions_own_recordings(folder: Path) -> None:
    published(folder)
    ready = load_live(folder)
    before = heard(ready)
    record(folder, 660)
    shutil.rmtree(ready.places.sounds)
    speech.build(load_live(folder))
    assert heard(load_live(folder)) == before


def test_lost_sounds_of_every_version_are_made_again_also_of_those_that_are_not_live(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the one that goes first, and of one that only calls in progress have; whatever the folder holds now."""
    old = published(folder).record.version
    record(folder, 550)
    published(folder)
    record(folder, 660)
    first = published(folder, LISTED).record.version
    before = {name: heard(version(folder, name)) for name in (old, first)}
    record(folder, 770)
    shutil.rmtree(load_live(folder).places.sounds)
    speech.build(load_live(folder))
    assert {name: heard(version(folder, name)) for name in (old, first)} == before
    shutil.rmtree(load_live(folder).places.sounds)
    speech.build_draft(load_ready(folder))
    assert {name: heard(version(folder, name)) for name in (old, first)} == before
    monkeypatch.setattr(build, "find_recordings", unreadable)
    shutil.rmtree(load_live(folder).places.sounds / "en")
    speech.make_lost(load_live(folder))  # what cannot be made of an old one hinders nothing


def test_lost_sounds_come_back_also_for_a_version_that_has_no_record_yet(folder: Path) -> None:
    """It was kept before versions had one, and goes first."""
    published(folder)
    record(folder, 660)
    first = published(folder, LISTED).record.version
    (load_ready(folder).places.versions / first / SOUNDS).unlink()
    shutil.rmtree(load_live(folder).places.sounds)
    record(folder, 770)
    speech.build(load_live(folder))
    assert not speech.speech_of(version(folder, first)).missing_files()


def unreadable(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_another_engine_speaks_from_the_next_version_on(folder: Path, pitch: list[float]) -> None:
    """It was installed anew: the version that is live has its sounds, and a restart changes none of them."""
    live = published(folder).record.version
    before = heard(load_live(folder), "no-key")
    pitch[0] = 500.0
    assert speech.build_sentences(load_live(folder)).made == 0
    record(folder, 660)
    new = published(folder).record.version
    assert heard(version(folder, live), "no-key") == before
    assert heard(version(folder, new), "no-key") != before


def test_as_long_as_nothing_is_published_the_folder_is_heard_as_it_was_built_last(
    folder: Path, pitch: list[float]
) -> None:
    speech.build(load_ready(folder))
    started = KeptReleases(load_live(folder))
    before = started.current.speech.files("no-key", {}, "en")
    pitch[0] = 500.0
    speech.build(load_ready(folder))
    assert started.current.speech.files("no-key", {}, "en") == before
    again = KeptReleases(load_live(folder)).current
    assert again.flows.version == started.current.flows.version
    assert again.speech.files("no-key", {}, "en") != before


def test_a_recording_of_several_versions_is_on_disk_once(folder: Path) -> None:
    (folder / "scripts").mkdir(exist_ok=True)
    (folder / "scripts" / "jingle.wav").write_bytes(recording())
    old = published(folder).record.version
    path = folder / "prompts" / "en.yaml"
    path.write_text(path.read_text("utf-8").replace("rescue: ", "rescue: Oh. "), "utf-8")
    new = published(folder).record.version
    copies = [load_ready(folder).places.versions / name / "prompts/en/welcome.wav" for name in (old, new)]
    assert copies[0].samefile(copies[1])
    assert copies[0].read_bytes() == (folder / "prompts/en/welcome.wav").read_bytes()
    assert not copies[0].samefile(folder / "prompts/en/welcome.wav"), "the draft's may be written into"
    beside = [load_ready(folder).places.versions / name / "scripts/jingle.wav" for name in (old, new)]
    assert not beside[0].samefile(beside[1]), "a script may write into it"


async def test_a_version_from_before_sounds_were_of_versions_is_heard_and_started(folder: Path) -> None:
    """Its copy has no record, and its sounds are named by their words alone."""
    live = published(folder).record.version
    ready = version(folder, live)
    before = heard(ready)
    made = json.loads((ready.source / SOUNDS).read_bytes())
    for name, one in made.items():
        base = ready.places.sounds / name.partition("/")[0]
        for ending in FORMATS:
            (base / f"{one['file']}{ending}").rename(base / f"{name.rpartition('/')[2]}{ending}")
    (ready.source / SOUNDS).unlink()
    (ready.places.sounds / "draft.json").unlink()
    assert heard(ready) == before
    age(ready.places.sounds, STAYS_S + 60)
    record(folder, 660)
    assert speech.build(load_live(folder)).made == 0
    service = KeptReleases(load_live(folder))
    new = published(folder).record.version
    assert heard(version(folder, live)) == before
    assert heard(version(folder, new)) != before
    assert (await service.at(live)) is service.current


def test_a_version_from_before_files_beside_scripts_made_versions_is_live_still(folder: Path) -> None:
    """Such a file is in its copy all the same, and was no part of its name."""
    live = published(folder).record.version
    (folder / "scripts").mkdir(exist_ok=True)
    (folder / "scripts" / "prices.csv").write_text("1,2\n", "utf-8")
    copy = load_ready(folder).places.versions / live
    shutil.copytree(folder / "scripts", copy / "scripts", dirs_exist_ok=True)
    (copy / BESIDE).unlink()
    (copy / SOUNDS).unlink()
    assert load_live(folder).flows.version == live
    new = published(folder).record.version
    assert new != live
    assert rollback(load_live(folder), None, SIGNED).record.live == live


def test_what_no_version_plays_any_more_is_removed_a_day_later(folder: Path) -> None:
    ready = load_ready(folder)
    speech.build(ready)
    KeptReleases(ready)
    kept, unused = heard(ready), speech.speech_of(ready).files("welcome", {}, "en")[0]
    record(folder, 660)
    new = load_ready(folder)
    speech.build(new)
    age(ready.places.sounds, STAYS_S + 60)
    assert remove_unused(ready.places.sounds, ready.places.versions) == 0, "the first version is kept"
    shutil.rmtree(ready.places.versions / ready.flows.version)
    age(ready.places.sounds, STAYS_S - 60)
    assert remove_unused(ready.places.sounds, ready.places.versions) == 0, "nothing is a day old"
    age(ready.places.sounds, STAYS_S + 60)
    assert remove_unused(ready.places.sounds, ready.places.versions) == len(FORMATS)
    assert not Path(unused + ".alaw").exists()
    assert heard(new) != kept, "the draft's are there"
    assert (ready.places.sounds / "en" / f"{RESCUE_SOUNDS.hold_sound}.alaw").is_file()


def killed(act: Callable[[], object]) -> None:
    """Do something in a process that does not come back from it."""
    child = os.fork()
    if not child:
        try:
            act()
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


def laid_ready(ready: Ready) -> list[Path]:
    places = (ready.places.sounds, ready.places.published)
    return [path for place in places for path in place.rglob(".*") if path.is_file() and path.name != ".lock"]


@pytest.mark.parametrize("again", ["a start", "a publication"])
def test_what_a_publication_had_laid_ready_when_it_was_killed_is_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    ready = fit_to_publish(folder, lambda *_: None)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        patched.setattr(copies, "sync", lambda _: None)
        killed(lambda: publish(ready, None, SIGNED, ()))
    left = laid_ready(ready)
    assert {path.suffixes[0] for path in left if path.parent.parent == ready.places.sounds} == set(FORMATS)
    assert any(path.parent == ready.places.published for path in left)

    published(folder)
    KeptReleases(ready)
    assert laid_ready(ready) == left, "for all we know the publication is under way"
    for path in left:
        os.utime(path, (time.time() - ABANDONED_AFTER_S - 60,) * 2)
    if again == "a start":
        KeptReleases(ready)
    else:
        record(folder, 660)
        published(folder)
    assert laid_ready(ready) == []
    assert heard(ready)


def test_a_sound_that_is_used_again_is_young_again(folder: Path) -> None:
    """Nobody removes it while the version that is being published has no record yet."""
    ready = load_ready(folder)
    speech.build(ready)
    age(ready.places.sounds, STAYS_S + 60)
    speech.build(ready)
    (ready.places.sounds / "draft.json").unlink()
    assert remove_unused(ready.places.sounds, ready.places.versions) == 0


def test_the_sounds_of_a_version_that_is_forgotten_stay_for_its_last_calls(folder: Path) -> None:
    ready = load_ready(folder)
    speech.build(ready)
    KeptReleases(ready)
    age(ready.places.sounds, STAYS_S + 60)
    (file, *_) = speech.speech_of(ready).files("welcome", {}, "en")
    old_sounds.stay_a_day(ready.places.sounds, ready.places.versions / ready.flows.version)
    assert Path(file + ".alaw").stat().st_mtime > time.time() - 60


def test_each_copy_that_is_forgotten_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.app.copies.MOST_KEPT", 1)
    for number, name in enumerate(("old", "needed", "young")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (number, number))
    told: list[tuple[str, bool]] = []
    forget_oldest(tmp_path, {"needed"}, lambda copy: told.append((copy.name, copy.is_dir())))
    assert told == [("old", True)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["needed", "young"]


def test_with_a_record_that_cannot_be_read_nothing_is_removed(folder: Path) -> None:
    ready = load_ready(folder)
    speech.build(ready)
    KeptReleases(ready)
    (ready.places.versions / ready.flows.version / SOUNDS).write_text("{", "utf-8")
    stray = ready.places.sounds / "en" / f"{'0' * 24}.alaw"
    stray.write_bytes(b"x")
    age(ready.places.sounds, STAYS_S + 60)
    assert remove_unused(ready.places.sounds, ready.places.versions) == 0
    assert stray.is_file()
