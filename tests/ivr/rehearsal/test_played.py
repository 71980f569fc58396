"""Every dialogue of the sample is played on a real Asterisk."""

from __future__ import annotations

from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from tests.calls.played import PLAYED
from tests.ivr.engine.test_sample_hotline import FOLDER


def test_every_dialogue_is_played_for_real_and_once() -> None:
    written = [each.name for each in load_dialogues(load_hotline(FOLDER, {})).dialogues]
    assert sorted(PLAYED) == sorted(written)
