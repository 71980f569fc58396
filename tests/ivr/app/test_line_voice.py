"""Announcements as files: joined from the prompts of the call's own version, never an old one, never too many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain.line import Words
from ivr.app import line_voice
from ivr.app.line_voice import LineVoice
from ivr.flow.model import FlowSet
from ivr.prompts.values import CannotSay
from ivr.runner.ports import Release
from tests.ivr.runner.stage import Hours

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass
class Speech:
    folder: Path
    asked: list[Mapping[str, object]] = field(default_factory=list)

    def files(self, message: str, args: Mapping[str, object], language: str) -> tuple[str, ...]:
        assert language in {"en", "zh-CN"}
        self.asked.append(args)
        if message == "unsayable":
            raise CannotSay("no such message")
        names = (message, *(f"{name}{value}" for name, value in args.items()))
        for name in names:
            for ending in (".alaw", ".ulaw"):
                (self.folder / f"{name}{ending}").write_bytes(f"{name}{ending}|".encode())
        return tuple(str(self.folder / name) for name in names)


@dataclass
class Releases:
    current: Release

    async def at(self, version: str) -> Release | None:
        return self.current if version == "v1" else None


@pytest.fixture
def speech(tmp_path: Path) -> Speech:
    return Speech(tmp_path)


@pytest.fixture
def voice(tmp_path: Path, speech: Speech) -> LineVoice:
    return LineVoice(Releases(Release(FlowSet("v1", {}, ("en",)), speech, Hours())), tmp_path / "sounds")


async def test_the_sentence_is_joined_in_both_codecs_where_the_language_leads(
    voice: LineVoice, speech: Speech, tmp_path: Path
) -> None:
    language = await voice.put(Words("place", "zh-CN", "v1", 2, 120))
    assert language is not None
    assert language.startswith("zh-CN_")
    assert len(language) <= 39, "a channel's language has 40 bytes (include/asterisk/channel.h, MAX_LANGUAGE)"
    folder = tmp_path / "sounds" / "line" / language
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "place.alaw": "place.alaw|ahead2.alaw|wait120.alaw|",
        "place.ulaw": "place.ulaw|ahead2.ulaw|wait120.ulaw|",
    }
    assert speech.asked == [{"ahead": 2, "wait": 120}]


async def test_the_same_words_are_the_same_file_and_others_another(voice: LineVoice, speech: Speech) -> None:
    first = await voice.put(Words("place", "en", "v1", 2, None))
    assert speech.asked == [{"ahead": 2}]
    assert await voice.put(Words("place", "en", "v1", 2, None)) == first
    assert await voice.put(Words("place", "en", "v1", 1, None)) != first


async def test_what_cannot_be_said_is_not_announced(voice: LineVoice) -> None:
    assert await voice.put(Words("unsayable", "en", "v1", 2, None)) is None
    assert await voice.put(Words("place", "en", "forgotten", 2, None)) is None


async def test_what_an_earlier_run_left_is_never_heard_again(voice: LineVoice, speech: Speech, tmp_path: Path) -> None:
    await voice.put(Words("place", "en", "v1", 2, None))
    LineVoice(Releases(Release(FlowSet("v1", {}, ("en",)), speech, Hours())), tmp_path / "sounds")
    assert list((tmp_path / "sounds" / "line").iterdir()) == []


async def test_the_longest_unused_is_given_up(
    voice: LineVoice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(line_voice, "MOST_KEPT", 2)
    names = [await voice.put(Words("place", "en", "v1", ahead, None)) for ahead in (1, 2, 1, 3)]
    assert {path.name for path in (tmp_path / "sounds" / "line").iterdir()} == {names[0], names[3]}
