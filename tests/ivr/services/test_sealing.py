from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.cursor import Cursor, Frame, Waiting
from ivr.engine.inputs import CallFacts
from ivr.services.key_files import KeyFileError
from ivr.services.sealing import (
    CursorError,
    CursorExpiredError,
    CursorForeignError,
    CursorForgedError,
    CursorSeal,
    CursorTooLongError,
    CursorUnreadableError,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
KEY, OTHER = Fernet.generate_key(), Fernet.generate_key()
CURSOR = Cursor.of(
    version="0123456789ab",
    stack=(Frame("main", "hold", {"pin": "4711", "name": '张伟\x00,")'}, frozenset({"pin"})),),
    language="zh-CN",
    facts=CallFacts("96956", "8613800138000", 'a"b\n', "gz-1-1.1", "gz-1-1.1"),
    waiting=Waiting.RETURN,
)


def sealing(*keys: bytes, now: datetime = NOW) -> CursorSeal:
    return CursorSeal(*(keys or (KEY,)), now=lambda: now)


def test_a_sealed_cursor_needs_no_quoting_and_comes_back_without_its_secrets() -> None:
    text = sealing().seal(CURSOR)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert sealing().unseal(text, "gz-1-1.1") == CURSOR.without_secrets()


@given(st.text(max_size=40))
def test_every_length_and_text_comes_back(name: str) -> None:
    cursor = CURSOR.but(stack=(Frame("main", "hold", {"name": name}),))
    assert sealing().unseal(sealing().seal(cursor)) == cursor


def test_a_sensible_call_stays_far_below_the_bound() -> None:
    customer = {f"field_{number}": "广东省有线电视网络" for number in range(12)}
    frames = tuple(Frame(f"flow{number}", "a_long_step_name", {"customer": customer}) for number in range(4))
    assert len(sealing().seal(CURSOR.but(stack=frames))) < 1000


def test_a_cursor_that_does_not_fit_says_so() -> None:
    noise = {f"v{number}": Fernet.generate_key().decode() for number in range(60)}
    with pytest.raises(CursorTooLongError, match="at most 3000 fit") as caught:
        sealing().seal(CURSOR.but(stack=(Frame("main", "hold", noise),)))
    assert caught.value.length > 3000


def test_a_variable_that_no_flow_may_hold_is_told_by_its_kind() -> None:
    with pytest.raises(CursorUnreadableError, match="cannot hold bytes"):
        sealing().seal(CURSOR.but(stack=(Frame("main", "hold", {"x": b"4711"}),)))


def test_any_change_is_found() -> None:
    text = sealing().seal(CURSOR)
    for at in range(0, len(text), 7):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(CursorError):
            sealing().unseal(changed)


@pytest.mark.parametrize("text", ["", "x", "=", "gAAAA", "é", "a" * 4000, "${HL_CURSOR}"])
def test_what_we_never_made_is_forged(text: str) -> None:
    with pytest.raises(CursorForgedError):
        sealing().unseal(text)


def test_a_cut_cursor_and_one_of_another_key_are_forged() -> None:
    with pytest.raises(CursorForgedError):
        sealing().unseal(sealing().seal(CURSOR)[:-3])
    with pytest.raises(CursorForgedError):
        sealing(OTHER).unseal(sealing().seal(CURSOR))


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    old = sealing(KEY).seal(CURSOR)
    both = sealing(OTHER, KEY)
    assert both.unseal(old) == CURSOR.without_secrets()
    assert sealing(OTHER).unseal(both.seal(CURSOR)) == CURSOR.without_secrets()


def test_a_cursor_older_than_any_call_is_expired() -> None:
    text = sealing().seal(CURSOR)
    assert sealing(now=NOW + timedelta(hours=24)).unseal(text) == CURSOR.without_secrets()
    with pytest.raises(CursorExpiredError):
        sealing(now=NOW + timedelta(hours=24, seconds=1)).unseal(text)


def test_the_cursor_of_another_call_is_foreign() -> None:
    text = sealing().seal(CURSOR)
    with pytest.raises(CursorForeignError):
        sealing().unseal(text, "gz-1-2.2")


@pytest.mark.parametrize("plain", [b"", b"no deflate", b"\x78\x9c"])
def test_what_is_ours_but_no_cursor_is_unreadable(plain: bytes) -> None:
    token = Fernet(KEY).encrypt_at_time(plain, int(NOW.timestamp())).decode().rstrip("=")
    with pytest.raises(CursorUnreadableError):
        sealing().unseal(token)


def test_the_key_file_is_made_and_shared(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    assert CursorSeal.of(path).unseal(CursorSeal.of(path).seal(CURSOR)) == CURSOR.without_secrets()
    path.write_text("not a key\n")
    with pytest.raises(KeyFileError, match="not a key file of ours"):
        CursorSeal.of(path)
