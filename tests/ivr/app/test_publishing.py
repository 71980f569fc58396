"""Publishing step by step, in one process: what is refused, and what the disk may do."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from dialplan.diagnostics import Diagnostic
from ivr.app import publishing, speech
from ivr.app.live import load_live
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.app.publishing import Signed, fit_to_publish, publish, rollback
from ivr.app.standing import Running, Standing
from ivr.cli import publications
from ivr.prompts.build import BuildReport
from ivr.publishing.records import First
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.app.publishing import Done

SIGNED = Signed("Lin", "as asked", datetime(2026, 11, 25, tzinfo=UTC))
SPOKEN = BuildReport(total=2, made=0, kept=2, recorded=0, speech_ms=10)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(speech, "build_sentences", lambda _: SPOKEN)
    monkeypatch.setattr(speech, "refuse_unbuilt", lambda _: None)
    monkeypatch.setattr(speech, "rescue_sounds_laid_ready", lambda _: contextlib.nullcontext(lambda: None))
    monkeypatch.setattr(publications, "set_up_logs", lambda *_: None)  # this process has more tests
    shutil.copytree(SMALL, tmp_path / "hotline")
    shutil.rmtree(tmp_path / "hotline" / "tests", ignore_errors=True)
    return tmp_path / "hotline"


def published(folder: Path) -> Done:
    return publish(fit_to_publish(folder, lambda *_: None), None, SIGNED, ())


def edit(folder: Path, name: str, was: str, now: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert was in text
    (folder / name).write_text(text.replace(was, now), "utf-8")


def greets(folder: Path, words: str) -> None:
    """Another word of greeting: another version."""
    text = (folder / "prompts" / "en.yaml").read_text("utf-8").splitlines(keepends=True)
    lines = [f"welcome: {words}\n" if line.startswith("welcome:") else line for line in text]
    (folder / "prompts" / "en.yaml").write_text("".join(lines), "utf-8")


def test_what_hotline_check_finds_is_not_published(folder: Path) -> None:
    (folder / "scripts").mkdir(exist_ok=True)
    (folder / "scripts" / "broken.py").write_text("def main(:\n", "utf-8")
    with pytest.raises(MistakeError, match="C017") as refused:
        published(folder)
    assert refused.value.exit_code == 1
    assert not (folder.parent / "state" / "published").exists()


@pytest.mark.parametrize(("severity", "refused"), [("warning", False), ("error", True)])
def test_a_warning_of_the_speech_engine_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, severity: str, *, refused: bool
) -> None:
    found = Diagnostic("P014", severity, None, "too loud", "less")  # type: ignore[arg-type]  # both are severities
    monkeypatch.setattr(speech, "build_sentences", lambda _: replace(SPOKEN, diagnostics=(found,)))
    if refused:
        with pytest.raises(MistakeError, match="too loud"):
            published(folder)
    else:
        assert published(folder).record.number == 1


def test_a_lock_that_cannot_be_opened_is_a_mistake_of_one_line(folder: Path) -> None:
    """Of another admin, on a full disk."""
    (folder.parent / "state" / "published" / ".lock").mkdir(parents=True)
    with pytest.raises(MistakeError, match=r"published cannot be used: Is a directory"):
        published(folder)


def test_a_record_behind_a_broken_one_gets_a_number_of_its_own(folder: Path) -> None:
    published(folder)
    broken = folder.parent / "state" / "published" / "000002.json"
    broken.write_text("{")
    greets(folder, "Good day.")
    assert published(folder).record.number == 3
    assert [each.number for each in publishing.records(load_ready(folder).places)] == [1, 3]


def test_records_of_which_none_is_whole_start_nothing(folder: Path) -> None:
    """Else the half-written draft would be live after a restart."""
    published(folder)
    (folder.parent / "state" / "published" / "000001.json").write_text("{")
    with pytest.raises(MistakeError, match=r"000001\.json is not as it was written"):
        load_live(folder)


def test_a_folder_saved_while_it_is_being_published_is_not_published(folder: Path) -> None:
    fit = fit_to_publish(folder, lambda *_: None)
    greets(folder, "Good day.")
    with pytest.raises(MistakeError, match="was saved while it was being published; nothing was changed"):
        publish(fit, None, SIGNED, ())
    assert publishing.records(fit.places) == ()


def test_a_damaged_live_copy_is_replaced_by_the_one_before_and_never_by_the_draft(folder: Path) -> None:
    before = published(folder).record.live
    greets(folder, "Good day.")
    live = published(folder).record.live
    greets(folder, "Half a")
    versions = folder.parent / "state" / "versions"
    (versions / live / "hotline.yaml").write_text("", "utf-8")
    with capture_logs() as logs:
        assert load_live(folder).flows.version == before
    assert [(line["event"], line["instead"]) for line in logs] == [("published_version_is_broken", before)]
    shutil.rmtree(versions / before)
    with pytest.raises(MistakeError, match=f"version {live} is live and .*; none from before can be read either"):
        load_live(folder)
    third = published(folder).record.live
    assert load_live(folder).flows.version == third


@pytest.mark.parametrize("copies_of", ["the live one", "an older one"])
def test_a_version_published_with_a_setting_that_is_retired_is_what_it_was(folder: Path, copies_of: str) -> None:
    """`keep_evidence` is `keep` now, and both are this machine's: no call can tell."""
    before = published(folder).record.live
    greets(folder, "Good day.")
    live = published(folder).record.live
    versions = folder.parent / "state" / "versions"
    old = live if copies_of == "the live one" else before
    with (versions / old / "hotline.yaml").open("a", encoding="utf-8") as file:
        file.write("keep_evidence: 30d\n")
    ready = load_live(folder)
    assert (ready.flows.version, ready.hotline.keep.evidence.days) == (live, 14)
    assert rollback(ready, None, SIGNED).record.live == before


def test_settings_of_an_older_hotline_are_put_right_before_it_starts(folder: Path) -> None:
    """Else it would run on a guess of how long things are kept, and delete by it."""
    live = published(folder).record.live
    for each in (folder, folder.parent / "state" / "versions" / live):
        with (each / "hotline.yaml").open("a", encoding="utf-8") as file:
            file.write("keep_evidence: 30d\n")
    with pytest.raises(MistakeError) as refused:
        load_live(folder)
    assert str(refused.value) == (
        f"{folder / 'hotline.yaml'} cannot be read, and version {live}, which is live, has keep_evidence as hotline "
        f"had it once; put hotline.yaml right (hotline check {folder}), then start again"
    )


def test_a_version_that_cannot_be_read_is_named_with_its_place_and_what_to_do(folder: Path) -> None:
    before = published(folder).record.live
    greets(folder, "Good day.")
    live = published(folder).record.live
    versions = folder.parent / "state" / "versions"
    for each in (before, live):
        with (versions / each / "hotline.yaml").open("a", encoding="utf-8") as file:
            file.write("keeps_evidence: 30d\n")
        why = rf"version {each} cannot be read by this version of hotline: hotline.yaml:\d+:1: C001 the hotline has no"
        if each == before:
            with capture_logs() as logs, pytest.raises(MistakeError, match=why):
                rollback(load_live(folder), None, SIGNED)
            assert logs == []
    with pytest.raises(MistakeError) as refused:
        load_live(folder)
    assert str(refused.value).startswith(f"version {live} is live and cannot be read by this version of hotline: hotl")
    assert str(refused.value).endswith(f"bring its copy in {versions} back, or run: hotline publish {folder}")
    third = published(folder).record.live
    assert load_live(folder).flows.version == third


LISTED = First("", callers=("hash",), shown=("138****8000",))


def test_a_version_that_goes_first_has_the_numbers_and_lookups_of_the_live_one(folder: Path) -> None:
    live = published(folder).record.live
    edit(folder, "hotline.yaml", "time_zone: Asia/Shanghai", "time_zone: Asia/Tokyo")
    with pytest.raises(MistakeError, match=f"has the same time_zone as the live one, {live}; publish"):
        publish(fit_to_publish(folder, lambda *_: None), LISTED, SIGNED, ())
    edit(folder, "hotline.yaml", "time_zone: Asia/Tokyo", "time_zone: Asia/Shanghai")
    edit(folder, "hotline.yaml", "numbers:\n", 'numbers:\n  "998": main\n')
    with pytest.raises(MistakeError, match="has the same numbers as the live one"):
        publish(fit_to_publish(folder, lambda *_: None), LISTED, SIGNED, ())


def test_what_asterisk_has_otherwise_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wishes = publications.Wishes("one number more", who="Lin")
    publications.publish(folder, wishes)
    edit(folder, "hotline.yaml", "numbers:\n", 'numbers:\n  "998": main\n')
    capsys.readouterr()
    publications.publish(folder, wishes)
    before = publishing.records(load_ready(folder).places)[0].live
    assert f"render     Asterisk still has numbers as {before} had them; run: hotline render" in capsys.readouterr().out
    publications.rollback(folder, None, "one too many", "Lin")
    assert "make the folder say what is live again, then run: hotline render" in capsys.readouterr().out


def test_announcements_at_other_times_are_told_to_be_asterisks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How often it asks for one is in its files; else nobody would hear what a step announces."""
    wishes = publications.Wishes("callers hear their place", who="Lin")
    publications.publish(folder, wishes)
    before = publishing.records(load_ready(folder).places)[0].live
    edit(
        folder,
        "flows/main.yaml",
        "    queue: sales\n",
        "    queue: sales\n    announce: {message: place, every: 45s}\n",
    )
    for language in ("en", "zh-CN"):
        edit(folder, f"prompts/{language}.yaml", "welcome:", "place: There are {ahead, number}.\nwelcome:")
    capsys.readouterr()
    publications.publish(folder, wishes)
    assert f"render     Asterisk still has announcements in sales as {before} had them; run" in capsys.readouterr().out


def test_a_setting_the_service_was_built_from_is_not_changed_while_it_runs(folder: Path) -> None:
    live = published(folder).record.live
    where = load_ready(folder).places
    edit(folder, "hotline.yaml", "time_zone: Asia/Shanghai", "time_zone: Asia/Tokyo")
    with contextlib.closing(Standing(where)) as standing:
        assert standing.mine()
        standing.tell(Running(1, live, None, live, ""))
        with pytest.raises(MistakeError, match="a change of time_zone needs a restart of the running service"):
            published(folder)
    tokyo = published(folder).record.live
    with contextlib.closing(Standing(where)) as standing:
        assert standing.mine()
        standing.tell(Running(2, tokyo, None, tokyo, ""))
        with pytest.raises(MistakeError, match="needs a restart"):
            rollback(load_live(folder), None, SIGNED)


@pytest.mark.parametrize(("number", "said"), [(2, "it is broken"), (1, "within 0 s")])
def test_what_becomes_of_a_record_that_is_not_taken_up_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    live = published(folder).record.live
    greets(folder, "Good day.")
    monkeypatch.setattr(publishing, "TAKEN_UP_WITHIN_S", 0.2)
    with contextlib.closing(Standing(load_ready(folder).places)) as standing:
        assert standing.mine()
        standing.tell(Running(number, live, None, live, "it is broken"))
        with pytest.raises(MistakeError) as told:
            published(folder)
    assert said in str(told.value)
    assert "it is what the next start begins with; hotline rollback takes it back" in str(told.value)


def test_who_goes_first_no_more_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published(folder)
    greets(folder, "Good day.")
    first = publish(fit_to_publish(folder, lambda *_: None), LISTED, SIGNED, ()).record.version
    with pytest.raises(MistakeError, match=f"version {first} goes first now; hotline publish gives it to all"):
        rollback(load_live(folder), first, SIGNED)
    greets(folder, "Good evening.")
    publications.publish(folder, publications.Wishes("a third", who="Lin"))
    assert f"{first} goes first no more" in capsys.readouterr().out


def test_a_share_of_nobody_is_none(folder: Path) -> None:
    with pytest.raises(MistakeError, match="--first: 0% is no call at all"):
        publications.publish(folder, publications.Wishes("x", share="0%", who="Lin"))


def test_what_the_dialplan_plays_is_of_the_live_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[str] = []

    def laid_ready(ready: Ready) -> contextlib.nullcontext[Callable[[], None]]:
        return contextlib.nullcontext(lambda: put.append(ready.flows.version))

    monkeypatch.setattr(speech, "rescue_sounds_laid_ready", laid_ready)
    live = published(folder).record.live
    greets(folder, "Good day.")
    publish(fit_to_publish(folder, lambda *_: None), LISTED, SIGNED, ())
    assert put == [live], "not of one that only goes first"
    new = published(folder).record.live
    rollback(load_live(folder), None, SIGNED)
    assert put == [live, new, live]


@pytest.mark.parametrize("damage", ["[", "", "hotline: small\nlanguages: 5\n"])
def test_a_draft_whose_settings_cannot_be_read_stops_no_restart_and_no_rollback(folder: Path, damage: str) -> None:
    """Where the state is, the environment says."""
    first = published(folder).record.live
    greets(folder, "Good day.")
    live = published(folder).record.live
    (folder / "hotline.yaml").write_text(damage, "utf-8")
    with capture_logs() as logs:
        ready = load_live(folder)
    assert "settings_cannot_be_read" in [line["event"] for line in logs]
    assert (ready.flows.version, ready.hotline.time_zone) == (live, "Asia/Shanghai")
    assert ready.places.state == folder.parent / "state"
    assert rollback(ready, None, SIGNED).record.live == first
    assert load_live(folder).flows.version == first


def test_settings_with_a_mistake_lead_to_their_own_state_and_to_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOTLINE_STATE_DIR")
    path = folder / "hotline.yaml"
    path.write_text(f"state_dir: {folder.parent / 'here'}\n{path.read_text('utf-8')}", "utf-8")
    live = published(folder).record.live
    edit(folder, "hotline.yaml", "languages: ", "langauges: ")
    assert load_live(folder).flows.version == live
    edit(folder, "hotline.yaml", "hotline: small", "hotline: large")
    with pytest.raises(MistakeError, match="langauges"):
        load_live(folder)
    edit(folder, "hotline.yaml", "hotline: large", "hotline: small")
    edit(folder, "hotline.yaml", "state_dir: ", "state_dir: 5 #")
    with pytest.raises(MistakeError, match="langauges"):
        load_live(folder)


def test_a_folder_that_is_no_hotlines_is_told_whatever_was_published(folder: Path) -> None:
    published(folder)
    with pytest.raises(MistakeError, match="there is no folder"):
        load_live(folder.with_name("typo"))
    (folder / "hotline.yaml").unlink()
    with pytest.raises(MistakeError, match="the file is not there"):
        load_live(folder)


def test_a_state_folder_that_cannot_be_looked_into_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("", "utf-8")
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(folder / "file" / "state"))
    with pytest.raises(MistakeError, match=r"state cannot be used: Not a directory; change state_dir"):
        load_live(folder)
