"""`hotline prompts --listen`: what is written, and what the page says of it."""

from __future__ import annotations

import html.parser
import shutil
import wave
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from ivr.app import speech
from ivr.app.listening import Said, page, write_listening
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.cli import rendering
from ivr.prompts import build
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.prompts.machine import recording

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small hotline that says little, with a greeting that was recorded."""
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(build, "synthesise", lambda *_: recording(300, 0.1))
    monkeypatch.setattr(build, "engine_version", lambda _: "1")
    shutil.copytree(SMALL, tmp_path / "hotline")
    (tmp_path / "hotline/prompts/en").mkdir()
    (tmp_path / "hotline/prompts/en/welcome.wav").write_bytes(recording(440, 1.0))
    return tmp_path / "hotline"


class Page(html.parser.HTMLParser):
    """The files a page plays."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.files: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "audio":
            self.files.append(unquote(dict(attrs)["src"] or ""))


def test_every_sentence_is_a_file_and_a_row_of_the_page(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rendering.listen(folder, tmp_path / "heard", None)
    ready = load_ready(folder)
    played = Page((tmp_path / "heard/index.html").read_text("utf-8")).files
    assert sorted(played) == sorted(
        path.relative_to(tmp_path / "heard").as_posix() for path in (tmp_path / "heard").rglob("*.wav")
    )
    for language, messages in ready.catalogue.messages.items():
        assert {f"{language}/{name}.wav" for name in messages} <= set(played)
    assert {f"en/callers-ahead{more}.wav" for more in ("", " (2)", " (3)")} <= set(played)
    assert f"{len(played)} sentences" in capsys.readouterr().out
    (hello,) = speech.speech_of(ready).files("welcome", {}, "en")
    with wave.open(hello + ".wav") as sound, wave.open(str(tmp_path / "heard/en/welcome.wav")) as written:
        assert written.readframes(10**6) == sound.readframes(10**6)
    found = {each.file: each for each in write_listening(ready, tmp_path / "heard", ("en",))}
    assert {each.language for each in found.values()} == {"en"}
    assert (found["en/welcome.wav"].by, found["en/goodbye.wav"].by) == ("recorded", "voice")
    assert found["en/welcome.wav"].seconds >= 1.0
    assert found["en/callers-ahead (2).wav"].words == "There is one caller ahead of you."


def test_a_language_that_is_not_spoken_is_told_with_the_nearest(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MistakeError, match="does not speak 'em'; did you mean 'en'"):
        rendering.listen(folder, tmp_path / "heard", "em")


def test_words_are_words_and_no_markup() -> None:
    said = Said("en", "a", "<b>Press & hold</b>", "en/a (2).wav", 1.0, "voice")
    text = page("R&D", [said])
    assert "&lt;b&gt;Press &amp; hold&lt;/b&gt;" in text
    assert "<h1>R&amp;D: what callers hear</h1>" in text
    assert 'src="en/a%20%282%29.wav"' in text
