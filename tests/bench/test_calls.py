from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bench.calls import ASKED_EACH_TIME, OURS, PEOPLE
from bench.plain import NUMBER
from ivr.config.load import load_hotline
from lab.rig import ALWAYS_OPEN, SAMPLE

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sample_as_the_bench_changes_it_is_still_a_sound_hotline(tmp_path: Path) -> None:
    folder = tmp_path / "hotline"
    shutil.copytree(SAMPLE, folder)
    for name, old, new in (ALWAYS_OPEN, *ASKED_EACH_TIME):
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), "utf-8")
    assert load_hotline(folder).is_sound


def test_the_two_numbers_differ_and_every_language_of_the_sample_is_called_in() -> None:
    hotline = load_hotline(SAMPLE).hotline
    assert hotline is not None
    assert OURS in hotline.numbers
    assert NUMBER not in hotline.numbers
    assert {customer.language for customer, _ in PEOPLE} == set(hotline.languages)
