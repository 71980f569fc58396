from __future__ import annotations

import io
import struct
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ivr.prompts.audio import FRAME, RATE, Sound, edges, for_telephone, read_wav, to_wav
from ivr.prompts.wav import UnusableAudio, read_head

Signal = NDArray[np.float32]


def tone(seconds: float, rate: int = 22050, level: float = 0.3, before: float = 0.0, after: float = 0.0) -> Signal:
    """A tone with silence around it."""
    times = np.arange(round(seconds * rate)) / rate
    sound = level * np.sin(2 * np.pi * 440 * times)
    return np.concatenate([np.zeros(round(before * rate)), sound, np.zeros(round(after * rate))]).astype(np.float32)


def wav(signal: Signal, rate: int = 22050, width: int = 2, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        top = 2 ** (8 * width - 1) - 1
        values = np.rint(np.repeat(signal, channels) * top).astype(np.int64)
        if width == 1:
            file.writeframes((values + 128).astype(np.uint8).tobytes())
        else:
            file.writeframes(b"".join(int(value).to_bytes(width, "little", signed=True) for value in values))
    return out.getvalue()


def quiet_ms(sound: Sound) -> tuple[float, float]:
    """Milliseconds of silence at both ends."""
    first, end, _ = edges((sound.samples / 32768).astype(np.float32))
    return first * 1000 / RATE, (len(sound.samples) - end) * 1000 / RATE


def rms_db(sound: Sound) -> float:
    signal = (sound.samples / 32768).astype(np.float32)
    first, end, _ = edges(signal)
    return float(20 * np.log10(np.sqrt(np.mean(signal[first:end] ** 2))))


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_pcm_width_and_stereo_is_read_alike(width: int, channels: int) -> None:
    signal = tone(0.1)
    read, rate = read_wav(wav(signal, width=width, channels=channels))
    assert rate == 22050
    assert np.abs(read - signal).max() < 2 / 2 ** (8 * min(width, 2) - 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a PCM WAV file"),
        (b"ID3\x04 this is an mp3", "not a PCM WAV file"),
        (wav(tone(0.1))[:20], "not a PCM WAV file"),
        (wav(tone(0.1)).replace(struct.pack("<HH", 1, 1), struct.pack("<HH", 3, 1), 1), "not a PCM WAV file"),
        (wav(tone(0.02)), "0.02 s long"),
        (wav(np.zeros(301 * 8000, np.float32), rate=8000, width=1), "301.00 s long"),
        (wav(tone(0.1), channels=3), "3 channels"),
        (wav(tone(0.1, rate=4000), rate=4000), "4000 Hz"),
    ],
)
def test_what_is_no_prompt_is_refused_with_what_was_found(data: bytes, reason: str) -> None:
    with pytest.raises(UnusableAudio, match=reason):
        read_wav(data)


def test_the_head_of_a_file_written_to_a_pipe_counts_what_is_there() -> None:
    data = wav(tone(1.0))
    size = struct.pack("<I", 0x7FFFFFFF)
    piped = data[:40] + size + data[44:]
    assert read_head(io.BytesIO(piped), len(piped)).rate == 22050
    with pytest.raises(UnusableAudio, match=r"0\.00 s long"):
        read_head(io.BytesIO(data[:44]), 44)


def test_a_recording_cut_off_in_the_middle_is_refused() -> None:
    """A copy that is under way, or was broken off: half a sentence would be heard."""
    whole = wav(tone(1.0))
    with pytest.raises(UnusableAudio, match=r"cut off: 0\.50 of 1\.00 s are there"):
        read_wav(whole[: len(whole) // 2 + 1])
    assert read_wav(whole[:-3])[1] == 22050, "an odd end of some samples is no sentence"


def test_what_was_written_to_a_pipe_is_read_as_far_as_it_goes() -> None:
    data = wav(tone(1.0))
    read, _ = read_wav(data[:40] + struct.pack("<I", 0x7FFFFFFF) + data[44:-1])
    assert 0.9 < len(read) / 22050 <= 1.0


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_speech_becomes_eight_kilohertz_of_the_same_length(rate: int) -> None:
    sound = for_telephone(tone(0.5, rate), rate, level_db=-20)
    assert 0.5 <= sound.seconds <= 0.57


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0.5, 0.5), (0.01, 2.0)])
def test_dead_air_at_the_ends_is_trimmed(before: float, after: float) -> None:
    leading, trailing = quiet_ms(for_telephone(tone(0.4, before=before, after=after), 22050, level_db=-20))
    assert leading <= 25
    assert trailing <= 45


def test_a_cut_inside_a_sound_does_not_click() -> None:
    times = np.arange(4000) / RATE
    sound = for_telephone((0.3 * np.cos(2 * np.pi * 440 * times)).astype(np.float32), RATE, level_db=-20)
    assert abs(int(sound.samples[0])) < 300
    assert abs(int(sound.samples[-1])) < 300
    assert np.abs(np.diff(sound.samples.astype(np.int32))).max() < 3000


def test_a_pause_inside_a_sentence_stays() -> None:
    signal = np.concatenate([tone(0.3, after=0.4), tone(0.3)])
    assert for_telephone(signal, 22050, level_db=-20).seconds > 0.98


def test_punctuation_brings_its_pause() -> None:
    sound = for_telephone(tone(0.4), 22050, level_db=-20, pause_before_s=0.12, pause_after_s=0.1)
    leading, trailing = quiet_ms(sound)
    assert 115 <= leading <= 145
    assert 95 <= trailing <= 145


@pytest.mark.parametrize("level", [0.002, 0.01, 0.1, 0.9])
def test_loud_and_soft_become_one_level(level: float) -> None:
    assert abs(rms_db(for_telephone(tone(0.5, level=level), 22050, level_db=-20)) + 20) < 0.7


def test_a_peak_is_never_driven_into_clipping() -> None:
    signal = tone(0.5, level=0.01)
    signal[5000:5010] = 1.0
    sound = for_telephone(signal, 22050, level_db=-6)
    assert 20_000 < np.abs(sound.samples.astype(np.int32)).max() < 24_000


@pytest.mark.parametrize(
    "signal", [np.zeros(8000, np.float32), tone(0.5, level=0.0005), np.full(8000, 0.5, np.float32)]
)
def test_silence_is_no_recording(signal: Signal) -> None:
    with pytest.raises(UnusableAudio, match="nothing but silence"):
        for_telephone(signal, 8000, level_db=-20)


@settings(max_examples=30)
@given(st.integers(500, 20_000), st.floats(0.05, 1.0), st.sampled_from([8000, 16000, 22050]))
def test_every_file_is_whole_frames_and_tells_the_same_length(samples: int, level: float, rate: int) -> None:
    signal = (np.random.default_rng(samples).standard_normal(samples) * level / 4).astype(np.float32)
    sound = for_telephone(signal.clip(-1, 1), rate, level_db=-20)
    files = sound.files()
    assert set(files) == {".wav", ".alaw", ".ulaw"}
    assert len(files[".alaw"]) == len(files[".ulaw"]) == len(sound.samples)
    assert len(sound.samples) % FRAME == 0
    assert len(files[".wav"]) == 44 + 2 * len(sound.samples)
    assert np.abs(sound.samples.astype(np.int32)).max() < 32767 * 0.71


def test_our_wav_is_read_back_sample_by_sample() -> None:
    samples = np.array([0, 1, -1, 32767, -32768] * 200, np.int16)
    read, rate = read_wav(to_wav(samples))
    assert rate == RATE
    assert (read * 32768).astype(np.int16).tolist() == samples.tolist()
