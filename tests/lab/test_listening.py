from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lab.listening import Heard, PromptIndex, Recogniser, alaw_to_linear, is_silent, linear_to_alaw, plain, transcript
from tests.lab.conftest import tone

if TYPE_CHECKING:
    from pathlib import Path

SILENCE = b"\xd5" * 160
ONE, TWO, THREE = tone(300, 20, lead=3), tone(800, 12), tone(1400, 15) + SILENCE * 4


def index() -> PromptIndex:
    known = PromptIndex()
    for name, audio in (("one", ONE), ("two", TWO), ("three", THREE)):
        known.add(name, audio, language="en", text=f"This is {name}.")
    return known


def listen(sound: bytes, known: PromptIndex | None = None, step: int = 160) -> list[Heard]:
    recogniser = Recogniser(known or index())
    for at in range(0, len(sound), step):
        recogniser.feed(sound[at : at + step], at // 8)
    recogniser.silence()
    return recogniser.heard()


def names(heard: list[Heard]) -> list[tuple[str, bool]]:
    return [(one.name, one.complete) for one in heard]


def test_prompts_in_a_row_are_heard_whole_and_in_order() -> None:
    heard = listen(SILENCE * 7 + ONE + TWO + SILENCE + THREE)
    assert names(heard) == [("one", True), ("two", True), ("three", True)]
    assert heard[0].started_ms == (7 + 3) * 20
    assert heard[1].started_ms == (7 + 23) * 20
    assert transcript(heard) == "thisisonethisistwothisisthree"


def test_a_prompt_that_is_cut_is_not_complete() -> None:
    heard = listen(ONE[: 160 * 15] + SILENCE * 5 + TWO)
    assert names(heard) == [("one", False), ("two", True)]
    assert transcript(heard) == "|thisistwo"


def test_a_prompt_entered_in_its_middle_is_not_complete() -> None:
    assert names(listen(ONE[160 * 8 :])) == [("one", False)]


@pytest.mark.parametrize(("lost", "whole"), [(1, True), (2, True), (3, False)])
@pytest.mark.parametrize("late_ms", [0, 300])
def test_lost_packets_leave_a_hole_in_one_prompt_which_few_of_them_do_not_cut(
    lost: int, late_ms: int, *, whole: bool
) -> None:
    recogniser = Recogniser(index())
    frames = [ONE[at : at + 160] for at in range(0, len(ONE), 160)]
    assert 20 <= len(frames) < 30
    for at, frame in enumerate(frames):
        if not 12 <= at < 12 + lost:
            recogniser.feed(frame, at * 20 + (late_ms if at > 12 else 0))
    recogniser.silence()
    assert [(one.name, one.holes, one.complete) for one in recogniser.heard()] == [("one", lost, whole)]


def test_a_prompt_that_halts_and_goes_on_with_its_next_frame_was_heard_whole() -> None:
    recogniser = Recogniser(index())
    frames = [ONE[at : at + 160] for at in range(0, len(ONE) - 159, 160)]
    for at, frame in enumerate(frames):
        if at == len(frames) // 2:
            recogniser.silence()
        recogniser.feed(frame, at * 20 + (700 if at >= len(frames) // 2 else 0))
    recogniser.silence()
    assert [(one.name, one.holes, one.complete) for one in recogniser.heard()] == [("one", 0, True)]


def test_a_prompt_that_halts_in_a_beginning_it_shares_with_others_was_heard_whole() -> None:
    known, year = PromptIndex(), tone(500, 10)
    for name, rest in (("2016", tone(900, 8)), ("2000", tone(1300, 12)), ("2001", tone(1700, 9))):
        known.add(name, year + rest)
    said = year + tone(1300, 12)
    recogniser = Recogniser(known)
    recogniser.feed(said[: 160 * 6], 0)
    recogniser.silence()
    recogniser.feed(said[160 * 6 :], 400)
    recogniser.silence()
    assert names(recogniser.heard()) == [("2000", True)]


def test_unknown_sound_is_told_once_and_short_clicks_are_not() -> None:
    music = tone(2100, 25)
    assert names(listen(music + SILENCE * 3 + TWO)) == [("?", False), ("two", True)]
    assert names(listen(music[: 160 * 4] + SILENCE * 3 + TWO)) == [("two", True)]


def test_a_prompt_that_begins_like_a_longer_one_is_told_from_it() -> None:
    known = PromptIndex()
    known.add("ten", TWO)
    known.add("ten-thousand", TWO + THREE)
    assert names(listen(TWO + SILENCE * 3, known)) == [("ten", True)]
    assert names(listen(TWO + THREE, known)) == [("ten-thousand", True)]


def test_what_is_heard_now_is_known_before_it_ends() -> None:
    recogniser = Recogniser(index())
    recogniser.feed(ONE[: 160 * 10], 0)
    assert recogniser.current is not None
    assert recogniser.current.name == "one"
    assert not recogniser.current.complete


def test_a_folder_of_sounds_is_read_once_with_its_languages_and_words(tmp_path: Path) -> None:
    (tmp_path / "zh-CN").mkdir()
    (tmp_path / "zh-CN" / "abc.alaw").write_bytes(TWO)
    known = PromptIndex()
    assert known.add_folder(tmp_path, {"abc": "您的余额"}) == 1
    assert known.add_folder(tmp_path, {"abc": "您的余额"}) == 0
    prompt = known.prompts[0]
    assert (prompt.name, prompt.language, prompt.text) == ("abc", "zh-CN", "您的余额")


def test_all_bytes_of_a_law_survive_a_trip_through_samples() -> None:
    every = bytes(range(256))
    linear = alaw_to_linear(every)
    samples = [int.from_bytes(linear[at : at + 2], "little", signed=True) for at in range(0, len(linear), 2)]
    assert linear_to_alaw(samples) == every
    # ITU-T G.711: the loudest value, and the two smallest.
    assert max(samples) == 32_256
    assert {samples[0xD5], samples[0x55]} == {8, -8}
    assert is_silent(SILENCE)
    assert not is_silent(TWO[:160])


def test_punctuation_width_and_case_do_not_matter() -> None:
    assert plain("您的余额是 １２.50 元，谢谢！") == plain("您的余额是12、50元谢谢")
    assert plain("Your Balance…") == "yourbalance"


@settings(max_examples=60, deadline=None)
@example(row=["one"] * 4, gaps=[0, 0, 0, 159, 0, 0], step=1)
@given(
    st.lists(st.sampled_from(["one", "two", "three"]), max_size=5),
    st.lists(st.integers(0, 400), min_size=6, max_size=6),
    st.integers(1, 700),
)
def test_any_row_of_prompts_is_recognised_at_any_alignment_and_packet_size(
    row: list[str], gaps: list[int], step: int
) -> None:
    sounds = {"one": ONE, "two": TWO, "three": THREE}
    sound = b"".join(b"\xd5" * gap + sounds[name] for name, gap in zip(row, gaps, strict=False)) + SILENCE
    assert names(listen(sound, step=step)) == [(name, True) for name in row]
