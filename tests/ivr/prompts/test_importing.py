"""From a list of what is missing to a script, and from a talent's recordings to sounds."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
import yaml
from typer.testing import CliRunner

from ivr.app.mistakes import MistakeError
from ivr.cli.main import app
from ivr.cli.recording import Wishes, script, show, take_in
from ivr.prompts.audio import RATE, edges, read_wav
from ivr.prompts.build import build_prompts, states
from ivr.prompts.compose import everything_said
from ivr.prompts.importing import import_recordings, seconds_for
from ivr.prompts.recordings import find_recordings, recording_names
from tests.ivr.prompts.hotline import catalogue, one
from tests.ivr.prompts.machine import Machine, recording

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "welcome: Good morning and welcome.\nplaces: You are {n, number} in line.\n"
LEVEL = -20.0


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    (tmp_path / "incoming" / "en" / "words").mkdir(parents=True)
    return tmp_path / "incoming"


def test_everything_that_is_said_has_the_name_of_one_recording() -> None:
    names = recording_names(catalogue())
    assert set(names) == set(everything_said(catalogue()))
    assert len(set(names.values())) == len(names)
    by_text = {(said.language, said.text): name for said, name in names.items()}
    assert by_text["en", "For English, press 3."] == "all/choose-language.3.wav"
    assert by_text["zh-CN", "请输入密码，按井号键结束。"] == "zh-CN/identify.ask-pin.wav"
    assert by_text["zh-CN", "两"] == "zh-CN/words/两.wav"


def test_a_recording_under_its_name_is_found(tmp_path: Path) -> None:
    loaded = catalogue()
    for said, name in list(recording_names(loaded).items())[::40]:
        path = tmp_path / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(recording())
        assert said in find_recordings(loaded, tmp_path / "prompts")[0]


def test_each_state_is_told(tmp_path: Path) -> None:
    machine, sounds, prompts = Machine(tmp_path), tmp_path / "sounds", tmp_path / "prompts"
    (prompts / "en").mkdir(parents=True)

    def now(text: str) -> dict[str, str]:
        return {said.text: state for said, (state, _) in states(one(text), sounds, machine.settings(), prompts).items()}

    assert now("a: Hello\n") == {"Hello": "missing"}
    build_prompts(one("a: Hello\nb: Good day\n"), sounds, machine.settings(), prompts)
    assert now("a: Hello\n") == {"Hello": "voice"}
    (prompts / "en" / "a.wav").write_bytes(recording())
    assert now("a: Hello\n") == {"Hello": "stale"}
    build_prompts(one("a: Hello\n"), sounds, machine.settings(), prompts)
    assert now("a: Hello\nb: Good day\n") == {"Hello": "recorded", "Good day": "voice"}


def test_recordings_are_trimmed_levelled_and_converted(incoming: Path, tmp_path: Path) -> None:
    (incoming / "en" / "welcome.wav").write_bytes(recording(seconds=2.0, rate=44_100, level=0.05))
    done = import_recordings(one(TEXT), incoming, tmp_path / "prompts", LEVEL)
    assert (done.written, done.unchanged, done.diagnostics) == (("en/welcome.wav",), 0, ())
    signal, rate = read_wav((tmp_path / "prompts" / "en" / "welcome.wav").read_bytes())
    assert rate == RATE
    first, end, _ = edges(signal)
    assert 1.9 < (end - first) / rate < 2.1
    assert abs(float((signal**2).mean() ** 0.5) - 10 ** (LEVEL / 20)) < 0.01


def test_a_second_import_changes_nothing(incoming: Path, tmp_path: Path) -> None:
    (incoming / "en" / "welcome.wav").write_bytes(recording(seconds=2.0))
    import_recordings(one(TEXT), incoming, tmp_path / "prompts", LEVEL)
    again = import_recordings(one(TEXT), incoming, tmp_path / "prompts", LEVEL)
    assert (again.written, again.unchanged) == ((), 1)


SPOKEN = "s of speech for 'Good morning and welcome.'"


@pytest.mark.parametrize(
    ("content", "message", "expected"),
    [
        (recording(seconds=0.2), f"cannot be used: 0.2 {SPOKEN}", "0.5 to 8.8 s for these words"),
        (recording(seconds=30), f"cannot be used: 30.0 {SPOKEN}", "0.5 to 8.8 s for these words"),
        (recording(seconds=2, rate=4000), "cannot be used: 4000 Hz, 16 bit, 1 channels", "PCM WAV"),
        (recording(seconds=2, level=0), "cannot be used: nothing but silence", "PCM WAV"),
        (b"ID3 no wav at all", "cannot be used: not a PCM WAV file", "PCM WAV"),
    ],
)
def test_a_recording_that_cannot_be_used_refuses_all(
    content: bytes, message: str, expected: str, incoming: Path, tmp_path: Path
) -> None:
    (incoming / "en" / "welcome.wav").write_bytes(content)
    (incoming / "en" / "places.2.wav").write_bytes(recording(seconds=1))
    done = import_recordings(one(TEXT), incoming, tmp_path / "prompts", LEVEL)
    (found,) = done.diagnostics
    assert (found.code, found.file) == ("P014", "incoming/en/welcome.wav")
    assert found.message.startswith(message)
    assert str(found.expected).startswith(expected)
    assert not (tmp_path / "prompts").exists()


def test_a_recording_of_nothing_that_is_said_is_told(incoming: Path, tmp_path: Path) -> None:
    (incoming / "en" / "welcom.wav").write_bytes(recording(seconds=2))
    done = import_recordings(one(TEXT), incoming, tmp_path / "prompts", LEVEL)
    assert [(each.code, each.hint) for each in done.diagnostics] == [("P013", "did you mean 'welcome'?")]
    assert done.written == ()


def test_a_syllable_of_chinese_takes_longer_than_a_letter() -> None:
    assert seconds_for("请输入密码，按井号键结束。") == (1.1, 11.4)
    assert seconds_for("one") == (0.08, 2.55)


# --- as it is typed --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hotline of one sentence in English, with the tests' voice."""
    place, machine = tmp_path / "hotline", Machine(tmp_path)
    (place / "flows").mkdir(parents=True)
    (place / "prompts").mkdir()
    (place / "flows" / "main.yaml").write_text("flow: main\nstart: a\nsteps:\n  a: {hangup: welcome}\n", "utf-8")
    (place / "prompts" / "en.yaml").write_text("welcome: Good morning and welcome.\n", "utf-8")
    settings = {
        "hotline": "one", "node": "n-1", "time_zone": "Asia/Shanghai", "languages": ["en"], "numbers": {"100": "main"},
        "queues": {"sales": {"title": {"en": "Sales"}}}, "rescue": {"queue": "sales"},
        "ami": {"secret": {"env": "NOBODY"}}, "prompts": {"command": list(machine.engine.command)},
    }  # fmt: skip
    (place / "hotline.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    return place


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["prompts", *map(str, words)])
    return done.exit_code, done.output


def test_from_missing_to_recorded(folder: Path, incoming: Path, tmp_path: Path) -> None:
    assert run(folder, "--list")[1].splitlines()[-1] == "1 sounds: 1 missing, 0 stale, 0 recorded, 0 voice"
    assert run(folder, "--script", tmp_path / "script.csv", "--only", "missing")[0] == 0
    (row,) = csv.DictReader((tmp_path / "script.csv").read_text("utf-8").splitlines())
    assert row == {"file": "en/welcome.wav", "language": "en", "text": "Good morning and welcome.", "state": "missing"}
    (incoming / row["file"]).write_bytes(recording(seconds=2))
    assert "1 imported, 0 unchanged" in run(folder, "--import", incoming)[1]
    assert run(folder)[0] == 0
    (told,) = json.loads(run(folder, "--list", "--format", "json")[1])
    assert (told["state"], told["file"]) == ("recorded", "en/welcome.wav")


def test_a_script_for_people_is_a_table_for_each_language(folder: Path, tmp_path: Path) -> None:
    script(folder, tmp_path / "script.md", Wishes())
    assert "## en\n\n| file | read |\n| --- | --- |\n| `en/welcome.wav` | Good morning and welcome. |\n" in (
        tmp_path / "script.md"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (Wishes(only="old"), "--only: found 'old'; expected missing, stale, recorded, voice"),
        (Wishes(language="em"), "the hotline does not speak 'em'; did you mean 'en'?"),
        (Wishes(form="xml"), "unknown format 'xml'; expected text, json"),
    ],
)
def test_a_wish_that_is_none_is_told(wishes: Wishes, words: str, folder: Path) -> None:
    with pytest.raises(MistakeError) as mistake:
        show(folder, wishes)
    assert str(mistake.value) == words


def test_what_cannot_be_done_is_told(folder: Path, incoming: Path, tmp_path: Path) -> None:
    with pytest.raises(MistakeError, match=r"expected a file that ends in \.csv or \.md"):
        script(folder, tmp_path / "script.txt", Wishes())
    with pytest.raises(MistakeError, match="is no folder"):
        take_in(folder, tmp_path / "nowhere")
    (incoming / "en" / "welcome.wav").write_bytes(recording(seconds=0.2))
    with pytest.raises(MistakeError) as mistake:
        take_in(folder, incoming)
    assert (str(mistake.value), mistake.value.exit_code) == ("nothing was imported", 1)
    assert run(folder, "--list", "--import", incoming)[0] != 0
