"""`hotline init`: what it makes is right at once, and nothing that is there is touched."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from dialplan.report import as_text
from ivr.app.asterisk_files import write_asterisk_files
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.cli.main import app
from ivr.cli.starting import init
from ivr.config.boards import load_boards
from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.prompts.tokens import GRAMMARS
from ivr.schema.files import header, schemas, write_schemas
from ivr.starter.words import AGAIN, CHOICES, SENTENCES, TITLES
from tests.ivr.schema.surroundings import complaints, read

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = [
    ("zh-CN,en", "10000"),
    ("en", "+852123"),
    ("yue-HK", "96956"),
    ("zh-CN, yue-HK,en,en-GB", "*98#"),
    ("zh", "1"),
]


def made(folder: Path, languages: str = "zh-CN,en", number: str = "10000") -> Path:
    init(folder, languages, number, ["check"])
    return folder


def tree(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("languages", "number"), OPTIONS)
def test_a_new_hotline_is_right_and_can_be_rendered(tmp_path: Path, languages: str, number: str) -> None:
    folder = made(tmp_path / "new", languages, number)
    loaded = load_hotline(folder, {})
    assert loaded.diagnostics == (), as_text(loaded.diagnostics, loaded.sources)
    assert loaded.hotline is not None
    assert list(loaded.hotline.numbers) == [number]
    assert loaded.hotline.languages == tuple(each.strip() for each in languages.split(","))
    written, _ = write_asterisk_files(load_ready(folder), tmp_path / "asterisk", only_generated=True)
    assert any("extensions" in name for name in written)


@pytest.mark.parametrize(("languages", "number"), OPTIONS)
def test_its_files_are_right_by_their_schemas_too(tmp_path: Path, languages: str, number: str) -> None:
    folder = made(tmp_path / "new", languages, number)
    loaded = load_hotline(folder, {})
    for name, source in {**loaded.sources, **load_dialogues(loaded).sources}.items():
        schema = schemas(loaded)[header(name).partition(".hotline/schema/")[2]]
        assert complaints(schema, read(source.text)) == [], name


def test_editors_know_it_from_the_beginning(tmp_path: Path) -> None:
    folder = made(tmp_path / "new")
    assert write_schemas(load_hotline(folder, {}), folder / ".hotline" / "schema") == ([], 6)
    assert load_boards(load_hotline(folder, {})).diagnostics == ()
    for path in [folder / "hotline.yaml", *folder.glob("*/*.yaml")]:
        assert path.read_text("utf-8").startswith(header(path.relative_to(folder).as_posix()) + "\n")


def test_its_secrets_are_its_owners_and_no_two_hotlines_share_them(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one"), made(tmp_path / "other")
    for path in (one / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text("utf-8") != (other / "secrets" / path.name).read_text("utf-8")
    assert "secrets/" in (one / ".gitignore").read_text("utf-8").splitlines()


def test_it_is_called_like_its_folder_when_that_is_a_name(tmp_path: Path) -> None:
    for name, called in (("front-desk", "front-desk"), ("2026 热线", "my-hotline")):
        hotline = load_hotline(made(tmp_path / name), {}).hotline
        assert hotline is not None
        assert hotline.name == called


@pytest.mark.parametrize("name", ["hotline.yaml", "flows/main.yaml", "README.md", ".gitignore"])
def test_nothing_is_overwritten_and_nothing_is_begun(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine", "utf-8")
    with pytest.raises(MistakeError, match=f"{name} is there already, nothing was written") as refused:
        made(tmp_path / "new")
    assert refused.value.exit_code == 1
    assert tree(tmp_path / "new") == {path: b"mine"}


def test_a_broken_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "hotline.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MistakeError, match="is there already"):
        made(tmp_path / "new")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("mine", "utf-8")
    with pytest.raises(MistakeError, match="cannot be made"):
        made(tmp_path / "new")


@pytest.mark.parametrize(
    ("languages", "number", "told"),
    [
        ("de", "1", "'de' cannot be spoken"),
        ("zh_CN", "1", "'zh_CN' cannot be spoken"),
        (",", "1", "0 languages"),
        ("en", "ten", "'ten' cannot be dialled"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, languages: str, number: str, told: str) -> None:
    with pytest.raises(MistakeError, match=told):
        made(tmp_path / "new", languages, number)
    assert not (tmp_path / "new").exists()


def test_it_ends_with_three_commands_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app(["init", str(tmp_path / "new one")], standalone_mode=False)
    *_, first, second, third = capsys.readouterr().out.splitlines()
    assert first == f"  hotline check '{tmp_path / 'new one'}'"
    assert third.startswith("  hotline ")
    assert second != third


def test_every_language_that_can_be_spoken_has_all_words() -> None:
    assert set(GRAMMARS) == set(SENTENCES) == set(TITLES) == set(CHOICES) == set(AGAIN)
    assert len({tuple(sentences) for sentences in SENTENCES.values()}) == 1
