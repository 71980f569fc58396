"""Text into a WAV file by a program of the admin's choice, espeak-ng unless told otherwise. Never during a call."""

from __future__ import annotations

import re
import shlex
import shutil
import string
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.prompts.speech_fields import SPEECH_FIELDS
from ivr.prompts.tokens import primary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEADLINE_S = 60.0
"""Seconds one fragment may take; the slowest engine known needs two."""


class SynthesisError(Exception):
    """The speech engine could not do its work; the text is one line an admin can act on."""


class EngineMissing(SynthesisError):  # noqa: N818 - a state of the machine
    """The program is not installed."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One language's voice."""

    name: str
    """As the engine calls it."""
    speed: int = 160
    """Words a minute; a hotline speaks a little slower than espeak's own 175, because a telephone hides consonants."""
    pitch: int = 50
    """0 to 99, espeak's scale."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How to call one speech engine."""

    command: tuple[str, ...]
    """Program and arguments with `{voice}`, `{speed}`, `{pitch}`, `{language}`, `{output}`, `{text_file}`; without
    `{text_file}` the text comes by standard input. `{output}` is a WAV file the program writes."""
    version_command: tuple[str, ...] = ()
    """Prints something that changes when the voice would; empty: the command itself stands for it."""
    package: str = ""
    """What to install when the program is missing."""


ESPEAK = Engine(
    ("espeak-ng", "-b", "1", "-v", "{voice}", "-s", "{speed}", "-p", "{pitch}", "-w", "{output}", "-f", "{text_file}"),
    ("espeak-ng", "--version"),
    "espeak-ng",
)
"""`-b 1`: the text is UTF-8 whatever the locale."""

VOICES: Mapping[str, Voice] = MappingProxyType(
    {"zh": Voice("cmn-latn-pinyin", 165), "yue": Voice("yue", 160), "en": Voice("en-gb", 160)}
)
"""Language subtag to espeak-ng's voice. Mandarin is not `cmn`: espeak-ng turns characters into pinyin, and `cmn`
("latin as English") then reads most of that pinyin as English words; `espeak-ng -v cmn -x -q 您好` shows it."""

SAY_AS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "zh": MappingProxyType({"〇": "零", "WiFi": "歪发", "Wi-Fi": "歪发"}),
        "yue": MappingProxyType({"〇": "零"}),
        "en": MappingProxyType({"jiao": "jow"}),
    }
)
"""Language subtag to what is written and what espeak-ng gets for it instead."""

_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]{2,5}(?![A-Za-z])")
"""VIP, IPTV, APP: in Chinese spelt letter by letter, while a voice would try to read them as a word."""

_LONG_DIGITS = re.compile(r"(?<![\d.,])\d{5,}(?![\d.,]*\d)")
"""96956, 4008123123: somebody's number, read figure by figure. A voice would say ninety-six thousand nine hundred …"""
_NUMERALS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How everything the hotline says is made."""

    engine: Engine = ESPEAK
    voices: Mapping[str, Voice] = field(default_factory=lambda: VOICES)
    """Language tag or subtag to voice; the whole tag is looked up first."""
    say_as: Mapping[str, Mapping[str, str]] | None = None
    """Language tag or subtag to replacements, longest first; None: `SAY_AS` for espeak-ng, nothing for others."""
    level_db: float = -20.0
    """Level of the speech below full scale; -20 dB leaves its peaks their room and is what networks expect."""
    processes: int = 4
    """Engines running at once."""

    def voice(self, language: str) -> Voice:
        """The voice of a language.

        Raises:
            SynthesisError: none is set.
        """
        found = self.voices.get(language) or self.voices.get(primary(language))
        if found is None:
            raise SynthesisError(
                f"no voice is set for language {language}; there are voices for {', '.join(self.voices)}"
            )
        return found

    def pronounced(self, text: str, language: str) -> str:
        """The text as the engine gets it."""
        say_as = (SAY_AS if self.engine == ESPEAK else {}) if self.say_as is None else self.say_as
        replacements = say_as.get(language) or say_as.get(primary(language)) or {}
        for written in sorted(replacements, key=len, reverse=True):
            text = text.replace(written, replacements[written])
        text = _LONG_DIGITS.sub(lambda number: _by_figure(number.group(), language), text)
        return _CAPITALS.sub(lambda word: " ".join(word.group()), text) if primary(language) != "en" else text


def _by_figure(digits: str, language: str) -> str:
    if primary(language) == "en":
        return " ".join(digits)
    return "".join(_NUMERALS[int(digit)] for digit in digits)


def engine_from_template(
    command: str | Sequence[str], *, version: str | Sequence[str] = "", package: str = ""
) -> Engine:
    """An engine as written in hotline.yaml: `piper --model {voice} --output_file {output}`.

    A text is cut into arguments as a shell would, but no shell ever runs it: a caller's words or a file name can
    never become a command.

    Raises:
        ValueError: an unknown `{field}`, no `{output}`, or no program.
    """
    words = tuple(shlex.split(command)) if isinstance(command, str) else tuple(command)
    versions = tuple(shlex.split(version)) if isinstance(version, str) else tuple(version)
    if not words:
        raise ValueError("the speech engine's command is empty")
    fields = {name for word in words for _, name, _, _ in string.Formatter().parse(word) if name is not None}
    unknown = fields - set(SPEECH_FIELDS)
    if unknown:
        raise ValueError(
            f"unknown '{{{min(unknown)}}}' in the speech engine's command; known are {', '.join(SPEECH_FIELDS)}"
        )
    if "output" not in fields:
        raise ValueError("the speech engine's command has no '{output}': where would the sound go?")
    return Engine(words, versions, package)


def engine_version(engine: Engine) -> str:
    """What the engine says about itself: part of every sound's cache key.

    Raises:
        EngineMissing: the program is not installed.
        SynthesisError: it cannot tell.
    """
    _check_installed(engine)
    if not engine.version_command:
        return ""
    done = _run(engine, engine.version_command, b"")
    return done.stdout.decode("utf-8", "replace").strip()


def synthesise(settings: SpeechSettings, text: str, language: str) -> bytes:
    """The WAV file of one text, as the engine made it.

    Raises:
        EngineMissing: the program is not installed.
        SynthesisError: it failed, took too long, or left no file.
    """
    engine, voice = settings.engine, settings.voice(language)
    with tempfile.TemporaryDirectory(prefix="hotline-speech-") as folder:
        text_file, output = Path(folder) / "text.txt", Path(folder) / "speech.wav"
        spoken = settings.pronounced(text, language).encode()
        text_file.write_bytes(spoken + b"\n")
        values = {
            "voice": voice.name,
            "speed": voice.speed,
            "pitch": voice.pitch,
            "language": language,
            "output": output,
            "text_file": text_file,
        }
        by_file = any("{text_file}" in word for word in engine.command)
        _run(engine, tuple(word.format_map(values) for word in engine.command), b"" if by_file else spoken + b"\n")
        if not output.is_file() or not output.stat().st_size:
            raise SynthesisError(
                f"{engine.command[0]} said nothing about failing, but left no sound for '{_short(text)}'"
            )
        return output.read_bytes()


def _check_installed(engine: Engine) -> None:
    if shutil.which(engine.command[0]) is None:
        package = f"; install it (Debian, Ubuntu: apt install {engine.package})" if engine.package else ""
        raise EngineMissing(f"the speech engine '{engine.command[0]}' is not installed{package}")


def _run(engine: Engine, command: tuple[str, ...], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(  # noqa: S603 - a list of the admin's own words, no shell
            command, input=stdin, capture_output=True, timeout=_DEADLINE_S, check=False
        )
    except FileNotFoundError:
        _check_installed(engine)
        raise SynthesisError(f"{command[0]} cannot be started") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SynthesisError(f"{command[0]}: {error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SynthesisError(
            f"{command[0]} failed with exit code {done.returncode}: {said[-1] if said else 'no word why'}"
        )
    return done


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - fits a line
