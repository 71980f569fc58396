"""How long a recording is: what Asterisk's RECORD FILE leaves of the same words, in the rehearsal, too."""

from __future__ import annotations

import pytest

from tests.ivr.rehearsal.surroundings import small

NIGHT = 'a message:\n  from: "13800138000"\n  clock: "2026-11-20 23:00"\n  talk:\n    - expect: leave-word\n'


def ends(*acts: str) -> str | None:
    """Why this talk fails; None when it passes."""
    played = small().play(NIGHT + "".join(f"    - {act}\n" for act in acts))
    return None if played.failure is None else str(played.failure)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("speak: 12s", 'press: "#"'), "{voicemail: {length: 12s}}"),
        (("speak: 12s", "wait: 3s", 'press: "#"'), "{voicemail: {length: 15s}}"),
        (("speak: 12s", "wait: 5s"), "{voicemail: {length: 13s}}"),
        (("speak: 5s", "wait: 2s", "speak: 3s", "wait: 5s"), "{voicemail: {length: 11s}}"),
        (("speak: 3min",), "{voicemail: {length: 2min}}"),
        (("speak: 117s", "wait: 4s"), "{voicemail: {length: 2min}}"),
        (("wait: 5s",), "nothing"),
        (("speak: 0s", "wait: 5s"), "nothing"),
        (('press: "#"',), "nothing"),
    ],
)
def test_a_recording_is_as_long_as_asterisk_leaves_it(words: tuple[str, ...], kept: str) -> None:
    """Silence that ends it is cut down to a second of it, and silence alone is no recording."""
    assert ends(*words, "expect: goodbye", f"kept: {kept}") is None


def test_who_hangs_up_keeps_what_was_written_by_then() -> None:
    assert ends("speak: 12s", "wait: 2s", "hang up", "kept: {voicemail: {length: 14s}}") is None
