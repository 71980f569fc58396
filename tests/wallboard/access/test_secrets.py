"""Passwords and tokens: what is kept of them, and what is taken for a hash."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from wallboard.access import passwords, tokens
from wallboard.access.people import Person, Role
from wallboard.access.register import Register, Token, User
from wallboard.boards import Board, Tile

CHEAP = PasswordHasher(time_cost=1, memory_cost=7168, parallelism=1)
"""As strong as is taken at all, for tests that check many."""


def test_a_password_fits_its_own_hash_alone() -> None:
    kept = passwords.hash_password("correct horse")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.fault_of(kept) is None
    assert passwords.is_password(kept, "correct horse")
    assert not passwords.is_password(kept, "correct horse ")
    assert passwords.hash_password("correct horse") != kept, "each has a salt of its own"


def test_nobodys_hash_costs_as_much_and_fits_nothing() -> None:
    assert passwords.NOBODYS.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.fault_of(passwords.NOBODYS) is None
    assert not passwords.is_password(passwords.NOBODYS, "")
    assert not passwords.is_password(passwords.NOBODYS, "password")


def test_a_password_of_ten_megabytes_is_not_looked_at() -> None:
    kept = CHEAP.hash("a" * passwords.LONGEST)
    assert passwords.is_password(kept, "a" * passwords.LONGEST)
    assert not passwords.is_password(kept, "a" * 10_000_000)


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        ("", "it is no Argon2 hash"),
        ("wonderland", "it is no Argon2 hash"),
        ("$2b$12$abcdefghijklmnopqrstuv", "it is no Argon2 hash"),
        ("$argon2id$v=19$m=x,t=3,p=1$c2FsdA$aGFzaA", "it is no Argon2 hash"),
        (
            "$argon2i$v=19$m=7168,t=1,p=1$CwIxZJXZYugKNGuemoOUpw$+vABXaVNJZYxkIAEmQYlPYUYfZ6tVnxPDEUEox0aJck",
            "it is Argon2, but not Argon2id",
        ),
        (
            "$argon2id$v=19$m=64,t=1,p=1$L+963wzSoY/2ntJK8LyHJQ$A/d3RMRLDKtQbDs1zi2kOJNLkOlSiigKEvTK2FRma0w",
            "it was made with 64 KiB of memory, which is guessed too fast",
        ),
        ("$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "it asks for more work than a sign-in"),
        (
            "$argon2id$v=19$m=65536,t=9999,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
            "it asks for more work than a sign-in",
        ),
    ],
)
def test_what_cannot_be_a_hash_is_told_why(kept: str, fault: str) -> None:
    assert (passwords.fault_of(kept) or "").startswith(fault)


def test_a_token_is_long_new_each_time_and_kept_as_a_hash() -> None:
    token = tokens.new_token()
    assert token.startswith("hotline_")
    assert len(token) > 50
    assert token != tokens.new_token()
    assert tokens.is_hash(tokens.hash_of(token))
    assert not tokens.is_hash(token)
    assert token not in tokens.hash_of(token)
    assert tokens.fits(token, tokens.hash_of(token))
    assert not tokens.fits(token + "x", tokens.hash_of(token))
    assert not tokens.fits("x" * 10_000_000, tokens.hash_of("x" * 10_000_000)), "as long as none is"


def test_a_register_shows_no_hash_and_finds_people_however_they_write() -> None:
    user = User(Person("Ling", Role.VIEWER), "$argon2id$…")
    register = Register({"ling": user}, (Token("lobby", "sha256:…", board="floor"),))
    assert register.user("LING") is user
    assert register.user("lin") is None
    assert "argon2" not in repr(register)
    assert "sha256" not in repr(register)


@pytest.mark.parametrize(
    ("board", "queues"),
    [
        (Board("b", {}, ((Tile("1.1", "waiting"),),)), None),
        (Board("b", {}, ((Tile("1.1", "waiting"),),), queues=("sales",)), {"sales"}),
        (
            Board("b", {}, ((Tile("1.1", "waiting", queues=("vip",)), Tile("1.2", "free")),), queues=("sales",)),
            {"sales", "vip"},
        ),
        (Board("b", {}, ((Tile("1.1", "waiting", queues=("vip",)),), (Tile("2.1", "free"),))), None),
    ],
)
def test_a_boards_queues_are_those_of_all_its_tiles(board: Board, queues: set[str] | None) -> None:
    assert board.queues_shown == queues
