from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ivr.prompts.audio import read_wav
from ivr.prompts.synthesis import (
    ESPEAK,
    VOICES,
    Engine,
    EngineMissing,
    SpeechSettings,
    SynthesisError,
    Voice,
    engine_from_template,
    engine_version,
    synthesise,
)
from ivr.prompts.tokens import vocabulary
from tests.ivr.prompts.machine import Machine

if TYPE_CHECKING:
    from pathlib import Path

espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def phonemes(voice: str, text: str) -> str:
    """What espeak-ng would say, in its own letters, where `(en)` marks a word it takes for English."""
    command = ["espeak-ng", "-b", "1", "-v", voice, "-x", "-q", text]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip()


@espeak
@pytest.mark.parametrize(
    ("language", "text", "sounds"),
    [
        ("zh", "您好", ["n'i35n", "X'Au"]),
        ("zh", "两元", ["l'iA21N", "y&35n"]),
        ("zh", "余额", ["y35", "'o-35"]),
        ("zh", "幺", ["j'Au55"]),
        ("yue", "您好", ["n'ei5", "h'ou2"]),
        ("yue", "兩元", ["l'oeng5", "j'yu4n"]),
        ("yue", "餘額", ["j'yu4", "N'aa6k"]),
        ("yue", "廣東話", ["gw'ong2", "d'ung1", "w'aa"]),
    ],
)
def test_chinese_characters_are_read_and_not_spelt(language: str, text: str, sounds: list[str]) -> None:
    said = phonemes(VOICES[language].name, text)
    assert "(en)" not in said
    for sound in sounds:
        assert sound in said


@espeak
@pytest.mark.parametrize("language", ["zh", "yue"])
def test_no_word_of_the_vocabulary_is_taken_for_english(language: str) -> None:
    words = "\n\n".join(sorted(vocabulary(language) - {"X"}))
    assert "(en)" not in phonemes(VOICES[language].name, words)


@espeak
def test_the_obvious_mandarin_voice_would_read_pinyin_as_english() -> None:
    """Why `VOICES` has `cmn-latn-pinyin`; when this fails, espeak-ng has mended `cmn` and either will do."""
    assert "(en)" in phonemes("cmn", "您好")


@espeak
@pytest.mark.parametrize(("language", "text"), [("zh-CN", "您的余额"), ("yue-HK", "您的餘額"), ("en", "five jiao")])
def test_espeak_makes_a_sound_of_every_language(language: str, text: str) -> None:
    signal, rate = read_wav(synthesise(SpeechSettings(), text, language))
    assert rate == 22050
    assert 0.3 < len(signal) / rate < 3


@espeak
def test_espeak_tells_its_version() -> None:
    assert "eSpeak NG" in engine_version(ESPEAK)


def test_words_the_engine_mispronounces_are_replaced() -> None:
    settings = SpeechSettings(say_as={"en": {"jiao": "jow", "jiao zi": "dumplings"}, "en-GB": {"lift": "elevator"}})
    assert settings.pronounced("five jiao", "en") == "five jow"
    assert settings.pronounced("five jiao zi", "en") == "five dumplings"
    assert settings.pronounced("lift jiao", "en-GB") == "elevator jiao"
    assert settings.pronounced("五角", "zh-CN") == "五角"


def test_what_espeak_needs_is_not_said_to_another_engine(tmp_path: Path) -> None:
    assert SpeechSettings().pronounced("five jiao", "en") == "five jow"
    assert SpeechSettings(Machine(tmp_path).engine).pronounced("five jiao", "en") == "five jiao"


def test_capitals_in_chinese_are_spelt() -> None:
    settings = SpeechSettings()
    assert settings.pronounced("尊贵的VIP客户，IPTV和K歌", "zh-CN") == "尊贵的V I P客户，I P T V和K歌"
    assert settings.pronounced("VIP客戶", "yue-HK") == "V I P客戶"
    assert settings.pronounced("Dear VIP", "en") == "Dear VIP"


@pytest.mark.parametrize(
    ("written", "language", "spoken"),
    [
        ("欢迎致电96956热线。", "zh-CN", "欢迎致电九六九五六热线。"),
        ("歡迎致電96956熱線。", "yue-HK", "歡迎致電九六九五六熱線。"),
        ("Call 96956.", "en", "Call 9 6 9 5 6."),
        ("查询请按1，2026年", "zh-CN", "查询请按1，2026年"),
        ("12345.67元", "zh-CN", "12345.67元"),
    ],
)
def test_a_long_row_of_digits_is_read_figure_by_figure(written: str, language: str, spoken: str) -> None:
    assert SpeechSettings().pronounced(written, language) == spoken


@espeak
def test_a_chinese_voice_reads_capitals_letter_by_letter() -> None:
    said = phonemes(VOICES["zh"].name, SpeechSettings().pronounced("VIP客户", "zh-CN"))
    assert "(en)" not in said
    assert said.count("_|") == 5


def test_a_voice_is_found_by_the_whole_tag_first() -> None:
    settings = SpeechSettings(voices={"zh": Voice("a"), "zh-TW": Voice("b")})
    assert settings.voice("zh-CN").name == "a"
    assert settings.voice("zh-TW").name == "b"
    with pytest.raises(SynthesisError, match="no voice is set for language en; there are voices for zh, zh-TW"):
        settings.voice("en")


def test_a_missing_program_is_one_line_with_the_package() -> None:
    engine = Engine(("no-such-espeak", "{output}"), (), "espeak-ng")
    expected = (
        "the speech engine 'no-such-espeak' is not installed; install it \\(Debian, Ubuntu: apt install espeak-ng\\)"
    )
    with pytest.raises(EngineMissing, match=f"^{expected}$"):
        engine_version(engine)
    with pytest.raises(EngineMissing, match=expected):
        synthesise(SpeechSettings(engine), "hello", "en")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("", "is empty"),
        ("say {text}", "unknown '{text}'"),
        ("say {voice}", "has no '{output}'"),
        ("say {output", "expected '}'"),
        ("say '{output}", "No closing quotation"),
    ],
)
def test_a_template_that_cannot_work_is_refused(command: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        engine_from_template(command)


def test_a_template_is_cut_into_arguments_and_no_shell_sees_the_text(tmp_path: Path) -> None:
    assert engine_from_template("piper --model 'my {voice}' -f {output}").command == (
        "piper",
        "--model",
        "my {voice}",
        "-f",
        "{output}",
    )
    machine = Machine(tmp_path)
    text = "$(touch hacked); `id` \"'{output}' --help\\"
    synthesise(machine.settings(), text, "en")
    assert machine.said() == [f"plain-en\t{text}"]
    assert not (tmp_path / "hacked").exists()


def test_a_text_may_come_by_standard_input() -> None:
    code = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    engine = engine_from_template([sys.executable, "-c", code, "{output}"])
    assert synthesise(SpeechSettings(engine), "两元", "zh-CN") == "两元\n".encode()


def test_a_failing_engine_is_quoted(tmp_path: Path) -> None:
    settings = Machine(tmp_path).settings()
    with pytest.raises(SynthesisError, match="failed with exit code 1: the voice has a sore throat"):
        synthesise(settings, "FAIL", "en")
    with pytest.raises(SynthesisError, match="left no sound for 'NOTHING'"):
        synthesise(settings, "NOTHING", "en")
