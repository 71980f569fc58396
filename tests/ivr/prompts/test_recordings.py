from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.prompts.recordings import find_recordings
from tests.ivr.prompts.hotline import catalogue, one
from tests.ivr.prompts.machine import recording

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


def put(prompts: Path, name: str, data: bytes = b"") -> None:
    path = prompts / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data or recording())


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("en/identify.ask-pin.wav", "en", "Don't hurry. Enter your PIN, then press hash."),
        ("en/identify.ask-pin.1.wav", "en", "Don't hurry. Enter your PIN, then press hash."),
        ("en/IDENTIFY.WAV", None, None),
        ("zh-CN/your-balance.1.wav", "zh-CN", "您的话费余额是"),
        ("zh-CN/your-balance.2.wav", "zh-CN", "，截至"),
        ("en/queue-position.3.wav", "en", "There are"),
        ("zh-CN/words/两.wav", "zh-CN", "两"),
        ("zh-CN/words/二〇二六年.wav", "zh-CN", "二〇二六年"),
        ("en/words/November,.wav", "en", "November,"),
        ("en/words/a.m..wav", "en", "a.m."),
        ("en/words/May Chan.wav", "en", "May Chan"),
        ("all/choose-language.2.wav", "yue-HK", "廣東話請按2。"),
    ],
)
def test_a_recording_is_known_by_its_name(prompts: Path, name: str, language: str | None, text: str | None) -> None:
    put(prompts, name)
    found, diagnostics = find_recordings(catalogue(), prompts)
    assert [(one.language, one.text) for one in found] == ([(language, text)] if language else [])
    assert [one.code for one in diagnostics] == ([] if language else ["P013"])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("en/identify.ask-pim.wav", "did you mean 'identify.ask-pin'?"),
        (
            "en/your-balance.wav",
            "'your-balance' has values or several stretches: record 'your-balance.1.wav' to 'your-balance.2.wav'",
        ),
        ("en/identify.ask-pin.mp3", "did you mean it as 'identify.ask-pin.wav'? Convert it to WAV"),
        ("en/zzzzzz.ogg", "only WAV files are used"),
        ("en/words/elephant.wav", None),
    ],
)
def test_a_recording_nobody_would_hear_is_told(prompts: Path, name: str, hint: str | None) -> None:
    put(prompts, name)
    found, (told,) = find_recordings(catalogue(), prompts)
    assert not found
    assert (told.code, told.severity, told.file, told.hint) == ("P013", "warning", f"prompts/{name}", hint)


def test_a_recording_of_a_message_with_one_stretch_and_a_value_needs_its_number(prompts: Path) -> None:
    put(prompts, "en/wait.wav")
    found, (told,) = find_recordings(one("wait: Please wait {t, duration}"), prompts)
    assert not found
    assert told.hint == "'wait' has values or several stretches: record 'wait.1.wav'"


def test_other_files_are_left_alone(prompts: Path) -> None:
    put(prompts, "en/notes.txt")
    put(prompts, "en/.DS_Store")
    put(prompts, "fr/bonjour.wav")
    assert find_recordings(catalogue(), prompts) == ({}, ())


def test_two_different_recordings_of_one_text_contradict_each_other(prompts: Path) -> None:
    put(prompts, "en/identify.ask-pin.wav", recording(440))
    put(prompts, "en/identify.ask-pin.1.wav", recording(600))
    found, (told,) = find_recordings(catalogue(), prompts)
    assert (told.code, told.severity, told.file) == ("P015", "error", "prompts/en/identify.ask-pin.wav")
    assert "it says the same as prompts/en/identify.ask-pin.1.wav" in told.message
    assert len(found) == 1


def test_the_same_recording_twice_is_no_contradiction(prompts: Path) -> None:
    put(prompts, "en/identify.ask-pin.wav")
    put(prompts, "en/identify.ask-pin.1.wav")
    assert find_recordings(catalogue(), prompts)[1] == ()


def test_no_folder_is_no_recordings(tmp_path: Path) -> None:
    assert find_recordings(catalogue(), None) == ({}, ())
    assert find_recordings(catalogue(), tmp_path / "no-such") == ({}, ())
