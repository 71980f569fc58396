"""Every dialogue of the sample is played on a real Asterisk, or the list says why it is not."""

from __future__ import annotations

from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from tests.calls.played import NOT_PLAYED, PLAYED
from tests.ivr.engine.test_sample_hotline import FOLDER


def test_every_dialogue_is_played_for_real_or_it_is_said_why_not() -> None:
    written = [each.name for each in load_dialogues(load_hotline(FOLDER, {})).dialogues]
    assert sorted([*PLAYED, *NOT_PLAYED]) == sorted(written)


def test_most_of_them_are() -> None:
    assert len(PLAYED) > 2 * len(NOT_PLAYED)
