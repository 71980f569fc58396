"""Every sentence as one sound file, and a page to listen to them: for whoever signs off what callers hear."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ivr.app.speech import speech_of
from ivr.prompts.compose import compose
from ivr.prompts.examples import examples
from ivr.prompts.made import read_draft
from ivr.prompts.sounds import fragment_name
from ivr.prompts.values import CannotSay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.prompts.made import Made
    from ivr.prompts.message import Message
    from ivr.prompts.sounds import Speech

PAGE: Final = "index.html"
_STYLE: Final = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:70rem;margin:0 auto;padding:1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:middle;padding:.4rem .6rem;"
    "border-bottom:1px solid #8885}code,td:nth-child(3){white-space:nowrap}audio{width:16rem;height:2rem}"
    ".length{text-align:right;white-space:nowrap}nav a{margin-right:1rem}"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence that was written."""

    language: str
    name: str
    words: str
    file: str
    """Relative to the page."""
    seconds: float
    by: str
    """`voice`, `recorded`, or `both`."""


def write_listening(ready: Ready, folder: Path, languages: Sequence[str]) -> tuple[Said, ...]:
    """Write each sentence of a built hotline, with values that show each of its wordings, and the page.

    Args:
        ready: the hotline.
        folder: where to; files of these names are replaced.
        languages: the languages that are wanted.

    Raises:
        OSError: it cannot be written, or a sound is missing.
    """
    speech, made = speech_of(ready), read_draft(ready.places.sounds)
    found: list[Said] = []
    for language in languages:
        (folder / language).mkdir(parents=True, exist_ok=True)
        for message in ready.catalogue.messages[language].values():
            for number, (args, words) in enumerate(_wordings(speech, message), 1):
                name = message.name + (f" ({number})" if number > 1 else "")
                file = f"{language}/{name}.wav"
                seconds = _join(speech.files(message.name, args, language), folder / file)
                found.append(Said(language, name, words, file, seconds, _by(ready, message, args, made)))
    (folder / PAGE).write_text(page(ready.hotline.name, found), "utf-8")
    return tuple(found)


def page(title: str, found: Sequence[Said]) -> str:
    """The page: a table for each language."""
    languages = tuple(dict.fromkeys(each.language for each in found))
    links = "".join(f'<a href="#{escape(one)}">{escape(one)}</a>' for one in languages)
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}: what callers hear</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}: what callers hear</h1>",
            f"<nav>{links}</nav>",
            *(line for one in languages for line in _table(one, [each for each in found if each.language == one])),
            "</body></html>",
            "",
        ]
    )


def _table(language: str, found: Sequence[Said]) -> Iterator[str]:
    yield f'<h2 id="{escape(language)}">{escape(language)}</h2>'
    yield "<table><thead><tr><th>name</th><th>words</th><th>spoken by</th><th>length</th><th></th></tr></thead><tbody>"
    for each in found:
        yield (
            f'<tr><td><code>{escape(each.name)}</code></td><td lang="{escape(language)}">{escape(each.words)}</td>'
            f'<td>{each.by}</td><td class="length">{each.seconds:.1f} s</td>'
            f'<td><audio controls preload="none" src="{quote(each.file)}"></audio></td></tr>'
        )
    yield "</tbody></table>"


def _wordings(speech: Speech, message: Message) -> Iterator[tuple[Mapping[str, object], str]]:
    """Values and the words that come of them, each words once; none for what is silent."""
    known: set[str] = set()
    for args in examples(message):
        try:
            words = speech.words(message.name, args, message.language)
            files = speech.files(message.name, args, message.language)
        except CannotSay:  # a text that is declared for another place of the same name
            continue
        if files and words not in known:
            known.add(words)
            yield args, words


def _join(files: Sequence[str], target: Path) -> float:
    """Sounds one behind the other as one file, and its length in seconds."""
    with wave.open(str(target), "wb") as out:
        frames = 0
        for file in files:
            with wave.open(f"{file}.wav", "rb") as one:
                if not frames:
                    out.setparams(one.getparams())
                out.writeframes(one.readframes(one.getnframes()))
                frames += one.getnframes()
        return frames / out.getframerate()


def _by(ready: Ready, message: Message, args: Mapping[str, object], made: Mapping[str, Made]) -> str:
    fragments = compose(ready.catalogue, message.name, args, message.language)
    machine = {made[fragment_name(one)].source == "voice" for one in fragments}
    return "both" if len(machine) > 1 else "voice" if machine == {True} else "recorded"
