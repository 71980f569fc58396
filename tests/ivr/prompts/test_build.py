from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from ivr.prompts import Catalogue, Speech
from ivr.prompts.audio import FRAME, edges, read_wav
from ivr.prompts.build import INDEX, BuildReport, build_prompts, pauses
from ivr.prompts.compose import everything_said
from ivr.prompts.g711 import to_alaw
from ivr.prompts.made import DRAFT, read_made
from ivr.prompts.synthesis import Engine, EngineMissing, SpeechSettings, SynthesisError
from tests.ivr.prompts.hotline import catalogue, one
from tests.ivr.prompts.machine import Machine, recording

SMALL = "a: Hello\nb: You have {n, text, six | seven}, dear caller.\nc: Hello\n"
SAID = 5
"""Hello; You have; six; seven; , dear caller."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    return tmp_path / "sounds"


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """The hotline's prompts folder, with room for English recordings."""
    folder = tmp_path / "prompts"
    (folder / "en" / "words").mkdir(parents=True)
    return folder


def files(sounds: Path) -> dict[str, int]:
    """Every file with the inode it had: a rewritten file has another one."""
    return {str(path.relative_to(sounds)): path.stat().st_ino for path in sorted(sounds.rglob("*")) if path.is_file()}


def test_everything_the_hotline_can_say_is_made(machine: Machine, sounds: Path) -> None:
    loaded = one(SMALL)
    report = build_prompts(loaded, sounds, machine.settings())
    assert (report.total, report.made, report.kept, report.recorded) == (SAID, SAID, 0, 0)
    assert report.complete
    assert Speech(loaded, sounds).missing_files() == ()
    assert len(machine.said()) == SAID
    assert report.speech_ms == SAID * 200 + 120  # 200 ms of tone each, and the pause of one comma


def test_a_second_build_does_nothing(machine: Machine, sounds: Path) -> None:
    build_prompts(one(SMALL), sounds, machine.settings())
    before, said = files(sounds), machine.said()
    progress: list[tuple[int, int]] = []
    report = build_prompts(one(SMALL), sounds, machine.settings(), progress=lambda *done: progress.append(done))
    assert (report.made, report.kept) == (0, SAID)
    assert files(sounds) == before
    assert machine.said() == said
    assert not progress


def test_the_index_is_of_this_hotline_also_when_nothing_had_to_be_made(machine: Machine, sounds: Path) -> None:
    build_prompts(one(SMALL), sounds, machine.settings())
    whole = (sounds / INDEX).read_text("utf-8")
    build_prompts(one("a: Hello\n"), sounds, machine.settings())
    report = build_prompts(one(SMALL), sounds, machine.settings())
    assert report.made == 0
    assert (sounds / INDEX).read_text("utf-8") == whole


def test_a_new_sentence_makes_only_itself_and_leaves_the_old_ones_for_calls_in_progress(
    machine: Machine, sounds: Path
) -> None:
    build_prompts(one(SMALL), sounds, machine.settings())
    before = files(sounds)
    report = build_prompts(one(SMALL.replace("a: Hello", "a: Good day")), sounds, machine.settings())
    assert report.made == 1
    after = files(sounds)
    assert {name for name in before if before[name] == after.get(name)} >= {name for name in before if "/" in name}


@pytest.mark.parametrize("change", [{"voice": "other"}, {"level_db": -18.0}])
def test_another_voice_or_level_makes_all_anew_beside_what_was_there(
    machine: Machine, sounds: Path, change: dict[str, str | float]
) -> None:
    build_prompts(one(SMALL), sounds, machine.settings())
    before = files(sounds)
    report = build_prompts(one(SMALL), sounds, machine.settings(**change))  # type: ignore[arg-type]  # one of two keywords
    assert report.made == SAID
    after = files(sounds)
    assert [name for name in before if "/" in name and after.get(name) != before[name]] == []
    assert len([name for name in after if "/" in name]) == 2 * len([name for name in before if "/" in name])
    again = build_prompts(one(SMALL), sounds, machine.settings())
    assert (again.made, again.kept) == (0, SAID), "the first voice's are there still"


def test_a_version_keeps_its_sounds_and_only_what_is_missing_is_made(
    machine: Machine, sounds: Path, prompts: Path, tmp_path: Path
) -> None:
    """Its engine is another now; its draft has another recording and another voice."""
    record = tmp_path / "sounds.json"
    record.write_text("{}")
    build_prompts(one(SMALL), sounds, machine.settings(), record=record)
    before, own = files(sounds), record.read_bytes()
    (prompts / "en" / "a.wav").write_bytes(recording())
    other = machine.settings(voice="other")
    build_prompts(one(SMALL), sounds, other, prompts)
    report = build_prompts(one(SMALL), sounds, other, record=record)
    assert (report.made, report.kept, record.read_bytes()) == (0, SAID, own)
    assert {name: files(sounds).get(name) for name in before} == before
    lost = Path(Speech(one(SMALL), sounds, read_made(record)).files("a", {}, "en")[0] + ".alaw")
    lost.unlink()
    assert build_prompts(one(SMALL), sounds, machine.settings(), record=record).made == 1
    assert lost.stat().st_size


def test_a_version_that_is_whole_needs_no_engine(machine: Machine, sounds: Path, tmp_path: Path) -> None:
    record = tmp_path / "sounds.json"
    record.write_text("{}")
    build_prompts(one(SMALL), sounds, machine.settings(), record=record)
    missing = SpeechSettings(Engine(("no-such-engine", "{output}"), (), "espeak-ng"))
    assert build_prompts(one(SMALL), sounds, missing, record=record).kept == SAID


def named_by_words(loaded: Catalogue, sounds: Path) -> None:
    """Have a folder of sounds be as it was when a sound was named by its words alone."""
    made = read_made(sounds / DRAFT)
    assert made is not None
    told = {name: {"key": one.key, "ms": one.ms, "source": one.source} for name, one in made.items()}
    (sounds / "made.json").write_text(json.dumps(told))
    for said in everything_said(loaded):
        for ending in (".wav", ".alaw", ".ulaw"):
            path = sounds / said.language / (made[f"{said.language}/{said.id}"].file + ending)
            path.rename(path.with_name(said.id + ending))
    (sounds / DRAFT).unlink()


def test_sounds_named_by_their_words_are_taken_over(machine: Machine, sounds: Path, prompts: Path) -> None:
    """A folder of before is not synthesised anew, and nothing takes the place of a sound that is heard."""
    loaded = one(SMALL)
    build_prompts(loaded, sounds, machine.settings())
    named_by_words(loaded, sounds)
    before, said = files(sounds), machine.said()
    assert Speech(loaded, sounds).missing_files() == (), "also before the first build"
    assert build_prompts(loaded, sounds, machine.settings()).kept == SAID
    assert machine.said() == said
    (prompts / "en" / "a.wav").write_bytes(recording())
    assert build_prompts(loaded, sounds, machine.settings(), prompts).made == 1
    after = files(sounds)
    assert [name for name in before if "/" in name and after.get(name) != before[name]] == []


def test_a_version_without_a_record_takes_over_the_sounds_of_its_words(
    machine: Machine, sounds: Path, tmp_path: Path
) -> None:
    loaded, record = one(SMALL), tmp_path / "sounds.json"
    build_prompts(loaded, sounds, machine.settings())
    named_by_words(loaded, sounds)
    old = Speech(loaded, sounds, {}).files("b", {"n": "six"}, "en")
    assert build_prompts(loaded, sounds, machine.settings(voice="other"), record=record).kept == SAID
    assert Speech(loaded, sounds, read_made(record)).files("b", {"n": "six"}, "en") == old


@pytest.mark.parametrize("ending", [".wav", ".alaw", ".ulaw"])
def test_a_lost_or_emptied_file_is_made_again(machine: Machine, sounds: Path, ending: str) -> None:
    build_prompts(one(SMALL), sounds, machine.settings())
    lost, emptied, *_ = sorted(sounds.rglob(f"*{ending}"))
    lost.unlink()
    emptied.write_bytes(b"")
    assert build_prompts(one(SMALL), sounds, machine.settings()).made == 2
    assert lost.stat().st_size
    assert emptied.stat().st_size


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"en/x": {}}', '{"en/x": 5}'])
def test_what_a_damaged_record_no_longer_tells_is_found_again(machine: Machine, sounds: Path, damage: str) -> None:
    build_prompts(one(SMALL), sounds, machine.settings())
    whole = (sounds / DRAFT).read_bytes()
    (sounds / DRAFT).write_text(damage)
    assert build_prompts(one(SMALL), sounds, machine.settings()).kept == SAID
    assert (sounds / DRAFT).read_bytes() == whole


def test_progress_counts_from_nothing_to_all(machine: Machine, sounds: Path) -> None:
    progress: list[tuple[int, int]] = []
    build_prompts(one(SMALL), sounds, machine.settings(), progress=lambda *done: progress.append(done))
    assert progress == [(done, SAID) for done in range(SAID + 1)]


def test_the_index_tells_which_file_says_what(machine: Machine, sounds: Path) -> None:
    loaded = one(SMALL)
    build_prompts(loaded, sounds, machine.settings())
    head, *lines = (sounds / INDEX).read_text(encoding="utf-8").splitlines()
    assert head.split("\t") == ["language", "id", "ms", "source", "text"]
    said = {text: (language, name) for language, name, _, _, text in (line.split("\t") for line in lines)}
    first, seven, last = Speech(loaded, sounds).files("b", {"n": "seven"}, "en")
    for text, file in (("You have", first), ("seven", seven), (", dear caller.", last)):
        assert f"{sounds}/{'/'.join(said[text])}" == file


def test_sounds_are_readable_by_asterisks_own_user(machine: Machine, sounds: Path) -> None:
    before = os.umask(0o077)
    try:
        build_prompts(one("a: Hello"), sounds, machine.settings())
    finally:
        os.umask(before)
    assert {oct(path.stat().st_mode & 0o777) for path in sounds.rglob("*.alaw")} == {"0o644"}
    assert oct((sounds / "en").stat().st_mode & 0o777) == oct(sounds.stat().st_mode & 0o777) == "0o755"


def test_no_draft_is_left_behind(machine: Machine, sounds: Path) -> None:
    build_prompts(one(SMALL), sounds, machine.settings())
    assert [path.name for path in sounds.rglob(".*")] == []


def test_what_was_made_before_a_failure_is_kept(machine: Machine, sounds: Path) -> None:
    with pytest.raises(SynthesisError, match="the voice has a sore throat"):
        build_prompts(one(SMALL + "d: FAIL\n"), sounds, machine.settings())
    already = len(machine.said())
    report = build_prompts(one(SMALL), sounds, machine.settings())
    assert report.kept >= already - 3  # the failing one, and at most one that was being said meanwhile
    assert report.complete


def test_a_voice_that_makes_silence_is_an_error_with_the_text(machine: Machine, sounds: Path) -> None:
    with pytest.raises(SynthesisError, match="cannot say 'SILENCE' in en: nothing but silence"):
        build_prompts(one("a: SILENCE"), sounds, machine.settings())


def test_a_missing_engine_is_told_before_anything_is_made(sounds: Path) -> None:
    settings = SpeechSettings(Engine(("no-such-engine", "{output}"), (), "espeak-ng"))
    with pytest.raises(EngineMissing, match="apt install espeak-ng"):
        build_prompts(one(SMALL), sounds, settings)
    assert not list(sounds.rglob("*.wav"))


def test_a_hotline_that_is_all_recorded_needs_no_engine(sounds: Path, prompts: Path) -> None:
    (prompts / "en" / "a.wav").write_bytes(recording())
    settings = SpeechSettings(Engine(("no-such-engine", "{output}")))
    report = build_prompts(one("a: Hello"), sounds, settings, prompts)
    assert (report.made, report.recorded, report.complete) == (1, 1, True)


def test_a_recording_wins_over_the_machine_and_is_made_fit_for_the_telephone(
    machine: Machine, sounds: Path, prompts: Path
) -> None:
    (prompts / "en" / "a.wav").write_bytes(recording(seconds=1.0, rate=44100))
    (prompts / "en" / "words" / "seven.wav").write_bytes(recording(pitch=700, seconds=0.3, rate=8000))
    loaded = one(SMALL)
    report = build_prompts(loaded, sounds, machine.settings(), prompts)
    assert (report.recorded, report.complete) == (2, True)
    assert not [line for line in machine.said() if line.endswith(("Hello", "seven"))]
    (file,) = Speech(loaded, sounds).files("a", {}, "en")
    samples, rate = read_wav(Path(f"{file}.wav").read_bytes())
    assert rate == 8000
    assert 1.0 <= len(samples) / rate <= 1.06
    assert Path(f"{file}.alaw").read_bytes() == to_alaw((samples * 32768).astype(np.int16))
    assert Speech(loaded, sounds).files("c", {}, "en") == (file,)
    assert "prompts/en/a.wav" in (sounds / INDEX).read_text(encoding="utf-8")


def test_a_changed_recording_is_taken_and_a_removed_one_given_back_to_the_machine(
    machine: Machine, sounds: Path, prompts: Path
) -> None:
    file = prompts / "en" / "a.wav"
    file.write_bytes(recording())
    build_prompts(one(SMALL), sounds, machine.settings(), prompts)
    file.write_bytes(recording(pitch=600))
    assert build_prompts(one(SMALL), sounds, machine.settings(), prompts).made == 1
    file.unlink()
    report = build_prompts(one(SMALL), sounds, machine.settings(), prompts)
    assert (report.made, report.recorded) == (1, 0)


def test_a_recording_that_cannot_be_used_is_refused_and_not_replaced_in_silence(
    machine: Machine, sounds: Path, prompts: Path
) -> None:
    (prompts / "en" / "a.wav").write_bytes(b"ID3 an mp3 in disguise")
    report = build_prompts(one(SMALL), sounds, machine.settings(), prompts)
    assert not report.complete
    assert [(one.code, one.file) for one in report.diagnostics] == [("P014", "prompts/en/a.wav")]
    assert "not a PCM WAV file" in report.diagnostics[0].message
    assert report.made == SAID - 1
    assert len(Speech(one(SMALL), sounds).missing_files()) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Hello", (0, 0)), ("，截至", (0.12, 0)), ("Press 1.", (0, 0)), (". Then", (0.25, 0)), ("余额：", (0, 0.12))],
)
def test_punctuation_at_the_border_of_a_fragment_is_a_pause(text: str, expected: tuple[float, float]) -> None:
    assert pauses(text) == expected


@pytest.fixture(scope="module")
def espeak_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, Path, BuildReport]:
    """A small hotline in three languages as callers will hear it."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    loaded, folder = catalogue(), tmp_path_factory.mktemp("espeak")
    left_out = {"zh-CN": {"your-balance"}, "yue-HK": {"your-balance", "queue-position"}}
    left_out["en"] = left_out["yue-HK"]  # some two hundred fragments are enough to wait for
    few = {
        language: {name: message for name, message in messages.items() if name not in left_out[language]}
        for language, messages in loaded.messages.items()
    }
    return Catalogue(few), folder, build_prompts(Catalogue(few), folder)


def test_every_fragment_of_espeak_is_heard_from_its_beginning_to_its_end(
    espeak_build: tuple[Catalogue, Path, BuildReport],
) -> None:
    """No dead air, no clipping, one level, a length a person would take: as near to listening as a test comes."""
    loaded, folder, report = espeak_build
    made = read_made(folder / DRAFT)
    assert made is not None
    assert report.made == report.total == len(everything_said(loaded))
    levels = []
    for fragment in everything_said(loaded):
        file = made[f"{fragment.language}/{fragment.id}"].file
        data = (folder / fragment.language / f"{file}.wav").read_bytes()
        samples, rate = read_wav(data)
        first, end, _ = edges(samples)
        before, after = pauses(fragment.text)
        assert first / rate < 0.08 + before, fragment
        assert (len(samples) - end) / rate < 0.08 + after, fragment
        assert np.abs(samples).max() < 0.72, fragment
        assert len(samples) % FRAME == 0
        letters = sum(character.isalnum() for character in fragment.text)
        each = 0.05 if fragment.language == "en" else 0.1
        assert each * letters * 0.5 < len(samples) / rate < 0.35 + 6 * each * letters, (fragment, len(samples) / rate)
        levels.append(20 * np.log10(np.sqrt(np.mean(samples[first:end] ** 2))))
    assert max(levels) - min(levels) < 6
    assert abs(float(np.median(levels)) + 20) < 1.5


def test_the_record_of_a_build_holds_every_fragment(espeak_build: tuple[Catalogue, Path, BuildReport]) -> None:
    loaded, folder, _ = espeak_build
    made = json.loads((folder / DRAFT).read_bytes())
    assert set(made) == {f"{fragment.language}/{fragment.id}" for fragment in everything_said(loaded)}
