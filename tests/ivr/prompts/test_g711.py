from __future__ import annotations

import hashlib

import numpy as np

from ivr.prompts.g711 import ALAW_SILENCE, ULAW_SILENCE, from_alaw, from_ulaw, to_alaw, to_ulaw

EVERY = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
CODES = bytes(range(256))


def test_every_sample_has_the_code_asterisk_gives_it() -> None:
    """SHA-256 of what Asterisk 22.10.1 makes of all samples (`file convert`); `test_real_asterisk` makes it anew."""
    assert hashlib.sha256(to_alaw(EVERY)).hexdigest().startswith("38488f6fd710f4686360edc4d38639f96c491595")
    assert hashlib.sha256(to_ulaw(EVERY)).hexdigest().startswith("90c29de505fb68e766118303bd552a16005dcf81")


def test_reference_values_of_g711() -> None:
    """ITU-T G.711 tables 1a to 2b: decoder outputs, scaled from 13 and 14 bits to 16."""
    assert from_alaw(b"\xd5\x55\x80\xaa\x2a").tolist() == [8, -8, 5504, 32256, -32256]
    assert from_ulaw(b"\xff\x7f\x80\x00").tolist() == [0, 0, 32124, -32124]
    assert to_alaw(np.array([0], np.int16)) == ALAW_SILENCE
    assert to_ulaw(np.array([0], np.int16)) == ULAW_SILENCE


def test_decoding_and_encoding_again_changes_no_code() -> None:
    assert to_alaw(from_alaw(CODES)) == CODES
    again = to_ulaw(from_ulaw(CODES))
    assert [code for code in range(256) if again[code] != code] == [0x7F]  # minus zero is zero


def test_the_error_is_never_larger_than_the_step_of_its_segment() -> None:
    for encode, decode in ((to_alaw, from_alaw), (to_ulaw, from_ulaw)):
        error = np.abs(decode(encode(EVERY)).astype(np.int32) - EVERY)
        assert (error <= np.maximum(16, np.abs(EVERY.astype(np.int32)) // 16 + 8))[644:-644].all()
