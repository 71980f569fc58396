"""Schemas as files: written once, kept up to date by `check`, found by the line in each file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from ivr.app.mistakes import MistakeError
from ivr.cli import checking, schemas
from ivr.config.load import load_hotline
from ivr.schema.files import KINDS, PLACE, add_headers, header, write_schemas
from ivr.schema.files import schemas as made_for
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.schema.surroundings import complaints, read

PARTS = ("flows", "prompts", "tests")
SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(SMALL, tmp_path / "small"))
    (copy / "tests").mkdir()
    (copy / "tests" / "greeting.yaml").write_text("a caller is greeted:\n  talk: [{expect: welcome}]\n", "utf-8")
    return copy


def schema_of(name: str) -> str:
    return header(name).partition(".hotline/schema/")[2]


@pytest.mark.parametrize("hotline", [SMALL, SAMPLE], ids=["small", "sample"])
def test_every_file_of_a_hotline_is_right_by_its_own_schema(hotline: Path) -> None:
    made = made_for(load_hotline(hotline, {}))
    files = [hotline / "hotline.yaml", *(path for part in PARTS for path in hotline.glob(f"{part}/*.yaml"))]
    for path in files:
        schema = made[schema_of(path.relative_to(hotline).as_posix())]
        Draft7Validator.check_schema(schema)
        assert complaints(schema, read(path.read_bytes())) == [], path.name


def test_a_second_time_without_change_writes_nothing(folder: Path) -> None:
    loaded = load_hotline(folder, {})
    written, _ = write_schemas(loaded, folder / PLACE)
    flows = ["flow.json", "flows/identify.json", "flows/main.json"]
    assert written == ["board.json", "dialogues.json", *flows, "hotline.json", "prompts.json"]
    assert write_schemas(loaded, folder / PLACE) == ([], 7)


def test_a_flow_that_is_gone_takes_its_schema_along(folder: Path) -> None:
    write_schemas(load_hotline(folder, {}), folder / PLACE)
    (folder / "flows" / "identify.yaml").unlink()
    write_schemas(load_hotline(folder, {}), folder / PLACE)
    assert not (folder / PLACE / "flows" / "identify.json").exists()


def test_git_is_told_to_leave_them_alone(folder: Path) -> None:
    write_schemas(load_hotline(folder, {}), folder / PLACE)
    assert (folder / ".hotline" / ".gitignore").read_text("utf-8").endswith("\n*\n")


def test_check_brings_schemas_up_to_date_and_makes_none_by_itself(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checking.check(folder, "text")
    assert not (folder / ".hotline").exists()
    schemas.schema(folder, None, None, headers=False)
    with (folder / "prompts" / "zh-CN.yaml").open("a", encoding="utf-8") as file:
        file.write("brand-new: 新\n")
    checking.check(folder, "text")
    (folder / "tests" / "more.yaml").write_text("a caller who asks:\n  like: a caller is greeted\n", "utf-8")
    checking.check(folder, "text")
    assert "brand-new" in (folder / PLACE / "flows" / "main.json").read_text("utf-8")
    assert "a caller who asks" in (folder / PLACE / "dialogues.json").read_text("utf-8")
    assert "P003" in capsys.readouterr().out  # also when there are mistakes


def test_check_says_nothing_when_the_schemas_cannot_be_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schemas.schema(folder, None, None, headers=False)
    shutil.rmtree(folder / PLACE / "flows")
    (folder / PLACE / "flows").write_text("a file in the place of a folder", "utf-8")
    assert checking.check(folder, "text") == 0
    assert "schema" not in capsys.readouterr().err


def test_headers_are_put_where_there_are_none_and_nothing_else_changes(folder: Path) -> None:
    own = folder / "flows" / "identify.yaml"
    own.write_bytes(b"# yaml-language-server: $schema=mine.json\n" + own.read_bytes())
    windows = folder / "prompts" / "en.yaml"
    windows.write_bytes(b"\xef\xbb\xbf" + windows.read_bytes().replace(b"\n", b"\r\n"))
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    changed = add_headers(folder)
    assert "flows/identify.yaml" not in changed
    assert "tests/greeting.yaml" in changed
    for path, data in before.items():
        name = path.relative_to(folder).as_posix()
        line = header(name).encode()
        if path == windows:
            assert path.read_bytes() == b"\xef\xbb\xbf" + line + b"\r\n" + data[3:]
        else:
            assert path.read_bytes() == (line + b"\n" + data if name in changed else data)
    assert add_headers(folder) == []


def test_a_header_leads_to_a_schema_that_is_written(folder: Path) -> None:
    write_schemas(load_hotline(folder, {}), folder / PLACE)
    for path in (
        folder / "hotline.yaml",
        folder / "flows" / "main.yaml",
        folder / "prompts" / "en.yaml",
        *folder.glob("tests/*"),
    ):
        relative = header(path.relative_to(folder).as_posix()).partition("$schema=")[2]
        assert (path.parent / relative).is_file()


def test_a_file_in_another_encoding_gets_no_header(folder: Path) -> None:
    (folder / "flows" / "main.yaml").write_bytes("flow: 主".encode("gb18030"))
    assert "flows/main.yaml" not in add_headers(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_one_can_be_printed(folder: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    schemas.schema(folder, None, kind, headers=False)
    Draft7Validator.check_schema(read(capsys.readouterr().out))
    assert not (folder / ".hotline").exists()


def test_mistakes_are_told_in_one_line(folder: Path) -> None:
    with pytest.raises(MistakeError, match="unknown schema 'flows'; expected flow, hotline, prompts, dialogues, board"):
        schemas.schema(folder, None, "flows", headers=False)
    (folder / "hotline.yaml").write_text("hotline: [", "utf-8")
    with pytest.raises(MistakeError, match=r"hotline\.yaml cannot be used"):
        schemas.schema(folder, None, None, headers=False)


def test_prompts_are_offered_with_the_wordings_of_other_languages(folder: Path) -> None:
    schema = made_for(load_hotline(folder, {}))["prompts.json"]
    assert "zh-CN: " in schema["properties"]["welcome"]["description"]
    assert complaints(schema, {"a b": "x"}), "P002"
    assert complaints(schema, ["x"]), "P001"
    assert complaints(schema, {"welcome": None}), "P004"
    assert complaints(schema, {"group": {"deeper": "words", "list": [{"en": "words"}]}}) == []
