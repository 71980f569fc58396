"""Pitches are found in what was mixed, and are not where they are not."""

from __future__ import annotations

import pytest

from lab.listening import alaw_to_linear, linear_to_alaw
from lab.tones import HEARD, UNHEARD, hum, is_heard, levels, loudest

PITCHES = (425, 905, 1705)


def mixed(*sounds: bytes) -> bytes:
    """What a mixer makes of several."""
    parts = [memoryview(alaw_to_linear(sound)).cast("h") for sound in sounds]
    return linear_to_alaw(sum(samples) for samples in zip(*parts, strict=True))


@pytest.mark.parametrize("missing", PITCHES)
def test_each_pitch_is_told_from_the_others(missing: int) -> None:
    there = [hz for hz in PITCHES if hz != missing]
    sound = mixed(*(hum(hz, 2) for hz in there))
    assert all(is_heard(sound, hz) for hz in there)
    assert not is_heard(sound, missing)
    assert loudest(sound, missing) < UNHEARD


def test_a_hum_is_as_loud_as_it_was_and_silence_is_none() -> None:
    assert levels(hum(905, 1), 905) == pytest.approx(1.0, abs=0.02)
    assert loudest(b"\xd5" * 8000, 905) < 1e-6
    assert loudest(b"", 905) == 0.0


def test_a_click_is_not_heard() -> None:
    click = b"\xd5" * 4000 + hum(905, 1)[:400] + b"\xd5" * 4000
    assert loudest(click, 905) < 2 * HEARD
    assert not is_heard(click, 905)
