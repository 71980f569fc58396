"""`hotline user` and `hotline token`: what they print, write and refuse."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ivr.app.mistakes import MistakeError
from ivr.cli.main import app
from tests.ivr.flow.surroundings import SMALL
from wallboard.access import passwords, tokens
from wallboard.access.people import Person, Role
from wallboard.links import take_link

if TYPE_CHECKING:
    from pathlib import Path

CLI = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    shutil.copytree(SMALL, tmp_path / "hotline")
    return tmp_path / "hotline"


def test_a_hash_is_made_of_the_first_line_and_shows_no_password() -> None:
    done = CLI.invoke(app, ["user", "hash"], input="correct horse\nmore\n")
    assert done.exit_code == 0
    assert "horse" not in done.output
    assert passwords.is_password(done.output.strip(), "correct horse")


def test_a_hash_is_written_for_its_owner_alone_and_over_nothing(tmp_path: Path) -> None:
    into = tmp_path / "ling"
    assert CLI.invoke(app, ["user", "hash", "--into", str(into)], input="correct horse\n").exit_code == 0
    assert passwords.is_password(into.read_text().strip(), "correct horse")
    assert into.stat().st_mode & 0o077 == 0
    again = CLI.invoke(app, ["user", "hash", "--into", str(into)], input="another horse\n")
    assert isinstance(again.exception, MistakeError)
    assert "is there already" in str(again.exception)
    assert passwords.is_password(into.read_text().strip(), "correct horse")


@pytest.mark.parametrize("typed", ["", "short", "x" * 257])
def test_a_password_has_its_length(typed: str) -> None:
    refused = CLI.invoke(app, ["user", "hash"], input=f"{typed}\n")
    assert isinstance(refused.exception, MistakeError)
    assert str(refused.exception) == f"a password has 10 to 256 characters, this one has {len(typed)}"


def test_a_password_is_no_word_of_the_command_line() -> None:
    assert CLI.invoke(app, ["user", "hash", "correct horse"]).exit_code == 2


def test_a_token_is_shown_once_and_kept_as_its_hash(tmp_path: Path) -> None:
    into = tmp_path / "prometheus"
    shown = CLI.invoke(app, ["token", "new", "--into", str(into)]).output
    found = re.search(r"^token      (\S+)$", shown, re.MULTILINE)
    assert found is not None
    assert into.read_text().strip() == tokens.hash_of(found[1])
    assert into.stat().st_mode & 0o077 == 0
    printed = CLI.invoke(app, ["token", "new"]).output
    assert re.search(r"^hash       sha256:[0-9a-f]{64}$", printed, re.MULTILINE)


def test_a_link_leads_to_the_wallboard_and_lets_in(folder: Path, tmp_path: Path) -> None:
    done = CLI.invoke(app, ["user", "link", str(folder), "--role", "supervisor", "--name", "wei", "--for", "1h"])
    address, _, secret = done.output.strip().partition("#once=")
    assert address == "http://127.0.0.1:8096/sign-in"
    kept = tmp_path / "state" / "wallboard"
    assert kept.stat().st_mode & 0o077 == 0
    assert take_link(kept, secret, datetime.now(UTC)) == Person("wei", Role.SUPERVISOR)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--role", "king"], "unknown role 'king'; expected viewer, supervisor, admin"),
        (["--for", "2d"], "--for is '2d'; expected"),
        (["--for", "0s"], "--for is '0s'; expected"),
        (["--for", "soon"], "--for is 'soon'; expected"),
    ],
)
def test_a_link_for_nobody_or_for_ever_is_refused(folder: Path, words: list[str], said: str) -> None:
    refused = CLI.invoke(app, ["user", "link", str(folder), *words])
    assert isinstance(refused.exception, MistakeError)
    assert said in str(refused.exception)
