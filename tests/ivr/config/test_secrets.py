from __future__ import annotations

from pathlib import Path

import pytest

from ivr.config.kinds import SecretRef
from ivr.config.secrets import SecretMissingError, resolve_address, resolve_secret


def test_a_secret_comes_from_the_environment() -> None:
    assert resolve_secret(SecretRef(env="A"), Path(), {"A": "wonder land"}) == "wonder land"


def test_a_secret_comes_from_the_first_line_of_a_file_beside_the_hotline(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("wonderland\nnot this\n", encoding="utf-8")
    assert resolve_secret(SecretRef(file="token"), tmp_path, {}) == "wonderland"
    assert resolve_secret(SecretRef(file=str(tmp_path / "token")), Path("/elsewhere"), {}) == "wonderland"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 5_000, b"won\x00der\n", b"won\tder\n"])
def test_a_file_without_a_usable_secret_is_told_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(SecretMissingError) as caught:
        resolve_secret(SecretRef(file="token"), tmp_path, {})
    assert caught.value.diagnostic.code == "C011"
    assert "won" not in str(caught.value)


@pytest.mark.parametrize("environ", [{}, {"A": ""}])
def test_a_variable_that_is_not_set_is_told_by_its_name(environ: dict[str, str]) -> None:
    with pytest.raises(SecretMissingError, match="environment variable A is not set"):
        resolve_secret(SecretRef(env="A"), Path(), environ)


def test_a_line_end_in_a_variable_is_no_secret() -> None:
    with pytest.raises(SecretMissingError) as caught:
        resolve_secret(SecretRef(env="A"), Path(), {"A": "x\nAction: Command"})
    assert "Action" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretMissingError, match="no secret file token"):
        resolve_secret(SecretRef(file="token"), tmp_path, {})


def test_an_address_may_be_written_or_kept() -> None:
    assert resolve_address("https://a.example", Path(), {}) == "https://a.example"
    assert resolve_address(SecretRef(env="U"), Path(), {"U": "postgresql://u:p@h/d"}) == "postgresql://u:p@h/d"
