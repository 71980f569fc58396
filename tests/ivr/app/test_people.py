"""Who may sign in follows `hotline.yaml` and its secrets, while the wallboard runs."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.app import people
from ivr.config.load import load_hotline
from tests.ivr.flow.surroundings import SMALL
from tests.wallboard.floor import settings
from tests.wallboard.people import CHEAP, HASH
from wallboard.access.people import Person, Role
from wallboard.access.sessions import Session
from wallboard.access.tokens import hash_of
from wallboard.reception import Reception

if TYPE_CHECKING:
    from collections.abc import Callable

    from wallboard.access.register import Register

WRITTEN = """
wallboard:
  users:
    Ling: {role: supervisor, queues: [sales], password: {file: secrets/ling}}
    wei:  {role: viewer, queues: all, password: {file: secrets/wei}}
  tokens:
    prometheus: {scopes: [metrics], secret: {file: secrets/prometheus}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "hotline"
    shutil.copytree(SMALL, made)
    (made / "secrets").mkdir()
    (made / "secrets" / "ling").write_text(f"{HASH}\n")
    (made / "secrets" / "prometheus").write_text(hash_of("t"))
    text = (made / "hotline.yaml").read_text("utf-8")
    (made / "hotline.yaml").write_text(text + WRITTEN, "utf-8")
    return made


def read(folder: Path) -> Register:
    hotline = load_hotline(folder, {}).hotline
    assert hotline is not None
    return people.register_of(hotline, folder)


def test_whose_hash_is_there_can_sign_in_and_the_others_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = read(folder)
    assert set(register.users) == {"ling"}
    assert register.users["ling"].person == Person("Ling", Role.SUPERVISOR, frozenset({"sales"}))
    assert [(token.name, token.scopes, token.queues) for token in register.tokens] == [
        ("prometheus", ("metrics",), None)
    ]
    said = capsys.readouterr().out
    assert said.count("cannot_sign_in") == 1
    assert "user wei" in said
    assert "secrets/wei" in said


def test_what_is_no_hash_lets_nobody_in_and_is_not_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "secrets" / "ling").write_text("wonderland")
    (folder / "secrets" / "prometheus").write_text("looking-glass")
    hotline = load_hotline(folder, {})
    assert {each.code for each in hotline.diagnostics} == {"C023"}
    assert "wonderland" not in str(hotline.diagnostics)
    assert hotline.hotline is not None
    register = people.register_of(hotline.hotline, folder)
    assert (register.users, register.tokens) == ({}, ())
    said = capsys.readouterr().out
    assert "wonderland" not in said
    assert "looking-glass" not in said


@pytest.mark.parametrize("change", ["removed", "another password", "a mistake"])
async def test_a_saved_change_of_people_counts_at_once(
    folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reception, stop, moment = Reception(settings(Path("/nowhere"))), asyncio.Event(), datetime.now(UTC)
    reception.register = read(folder)
    ling = reception.register.users["ling"]
    secret = reception.sessions.begin(Session("password", "Ling", ling.mark, moment, moment))
    following = asyncio.create_task(people.follow(folder, reception, stop))
    text = (folder / "hotline.yaml").read_text("utf-8")
    taken_up = "  tokens:\n    other: {scopes: [read], secret: {file: secrets/prometheus}}\n"

    def write(number: int) -> None:
        """Until it is seen: the folder is watched from some moment on."""
        match change:
            case "removed":
                (folder / "hotline.yaml").write_text(text.replace("    Ling:", f"    Lin{number}:"), "utf-8")
            case "another password":
                (folder / "secrets" / "ling").write_text(passwords[number % 2])
            case _:
                broken = text.replace("role: supervisor", "role: supervisr").replace("  tokens:\n", taken_up)
                (folder / "hotline.yaml").write_text(f"{broken}# {number}\n", "utf-8")

    passwords = (CHEAP.hash("one of two"), CHEAP.hash("two of two"))
    told = asyncio.Event()
    replace, looked = reception.replace, people._read

    def noted(register: Register) -> None:
        replace(register)
        told.set()

    def looked_at(where: Path) -> Register | None:
        found = looked(where)
        if change == "a mistake":
            loop.call_soon_threadsafe(told.set)
        return found

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(reception, "replace", noted)
    monkeypatch.setattr(people, "_read", looked_at)
    try:
        async with asyncio.timeout(60):
            number = 0
            while not told.is_set():
                await asyncio.to_thread(write, number := number + 1)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), 1)
    finally:
        stop.set()
        await following
    stands = reception.sessions.find(secret, datetime.now(UTC)) is not None
    assert stands is (change == "a mistake")


async def taken_up(folder: Path, monkeypatch: pytest.MonkeyPatch, *, write: Callable[[int], None]) -> Register:
    """The people a wallboard has that began with none, once it has others; `write` is called each second until then."""
    reception, stop, told = Reception(settings(Path("/nowhere"))), asyncio.Event(), asyncio.Event()
    replace = reception.replace

    def noted(register: Register) -> None:
        replace(register)
        told.set()

    monkeypatch.setattr(reception, "replace", noted)
    following = asyncio.create_task(people.follow(folder, reception, stop))
    try:
        async with asyncio.timeout(60):
            number = 0
            while not told.is_set():
                await asyncio.to_thread(write, number := number + 1)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), 1)
    finally:
        stop.set()
        await following
    return reception.register


async def test_what_was_saved_before_the_folder_was_watched_is_taken_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await taken_up(folder, monkeypatch, write=lambda _: None)
    assert set(found.users) == {"ling"}


async def test_a_look_that_fails_is_told_and_is_not_the_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looked, failed = people._read, list[Path]()

    def failing_once(where: Path) -> Register | None:
        if not failed:
            failed.append(where)
            raise ValueError
        return looked(where)

    monkeypatch.setattr(people, "_read", failing_once)
    text = (folder / "hotline.yaml").read_text("utf-8")

    def write(number: int) -> None:
        (folder / "hotline.yaml").write_text(f"{text}# {number}\n", "utf-8")

    found = await taken_up(folder, monkeypatch, write=write)
    assert set(found.users) == {"ling"}
    assert capsys.readouterr().out.count("people_not_taken_up") == 1
