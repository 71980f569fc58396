"""Whatever an admin puts in the place of a file: one clear report, never a traceback, never a wait, never a guess."""

from __future__ import annotations

import os
import random
import shutil
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.report import as_github, as_json, as_text, in_order
from ivr.config.checked import check_hotline
from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.flow.yaml_reader import LARGEST_FILE
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.config.load import Loaded

GOLDEN = Path(__file__).parent / "bad_files"
SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"
FILES = (
    "hotline.yaml",
    "flows/main.yaml",
    "prompts/en.yaml",
    "prompts/all.yaml",
    "scripts/greet.py",
    "prompts/en/welcome.wav",
    "tests/greeting.yaml",
)
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(9)
)


def written(data: bytes | str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data if isinstance(data, bytes) else data.encode())


def appended(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(path.read_bytes() + text.encode())


def linked(target: str) -> Callable[[Path], object]:
    def link(path: Path) -> None:
        path.unlink()
        path.symlink_to(target)

    return link


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


KINDS: dict[str, Callable[[Path], object]] = {
    "empty": written(b""),
    "broken": written("a: [1,\nb: }\n"),
    "tab": written("a:\n\tb: 1\n"),
    "key given twice": appended("\nzz: 1\nzz: 2\n"),
    "a billion laughs": written(LAUGHS),
    "an anchor in itself": written("a: &a {b: *a}\n"),
    "bottomless": written("[" * 100_000),
    "enormous": written(b"# 1\n" * (LARGEST_FILE // 4 + 1)),  # in a script these are nothing to compile
    "utf-16": written("a: 热".encode("utf-16")),
    "gb18030": written("a: 热线".encode("gb18030")),
    "a control character": written(b"a: \x00\n"),
    "a list": written("- a\n"),
    "a tag": written("a: !!python/object:os.system x\n"),
    "a pipe": pipe,
    "a device": linked("/dev/zero"),
    "a file of the machine": linked("/etc/passwd"),
    "a link to itself": lambda path: linked(path.name)(path),
    "a link to nowhere": linked("nowhere"),
    "a folder": folder,
}


@pytest.fixture
def hotline(tmp_path: Path) -> Path:
    """The small hotline with a script and a recording."""
    copy = Path(shutil.copytree(SMALL, tmp_path / "hotline"))
    (copy / "scripts").mkdir(exist_ok=True)
    (copy / "scripts" / "greet.py").write_text("print('VERBOSE hello')\n", "utf-8")
    (copy / "tests").mkdir()
    (copy / "tests" / "greeting.yaml").write_text("a caller is greeted:\n  talk: [{expect: welcome}]\n", "utf-8")
    (copy / "prompts" / "en").mkdir()
    with wave.open(str(copy / "prompts" / "en" / "welcome.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8000)
    return copy


def about(loaded: Loaded, name: str) -> str:
    """What is said about one file, one line each, in the order of the report."""
    lines = []
    for each in in_order((*loaded.diagnostics, *load_dialogues(loaded).diagnostics)):
        if (each.span.file if each.span else each.file) == name:
            lines.append(f"  {each.place} {each.severity} {each.code}  {each.message}")
            if each.code in {"C017", "P014"}:  # the rest is in the words of this Python
                lines[-1] = f"  {name} {each.severity} {each.code}"
    more = len(lines) - 3
    return "\n".join([*lines[:3], *([f"  … and {more} more"] if more > 0 else []), ""])


@pytest.mark.parametrize("name", FILES)
def test_what_stands_in_the_place_of_a_file_is_told_exactly_so(hotline: Path, name: str) -> None:
    if name == "prompts/all.yaml":
        (hotline / name).write_text("hello:\n  - en: hello\n", "utf-8")
    assert not load_hotline(hotline, {}).diagnostics
    kept = hotline.with_name("kept")
    shutil.copytree(hotline, kept)
    told = []
    for kind, put in KINDS.items():
        put(hotline / name)
        told.append(f"{kind}\n{about(check_hotline(hotline, {}), name)}")
        shutil.rmtree(hotline)
        shutil.copytree(kept, hotline)
    expected = GOLDEN / f"{name.replace('/', '-')}.expected"
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        expected.write_text("\n".join(told), "utf-8")
    assert "\n".join(told) == expected.read_text("utf-8")


@pytest.mark.parametrize("word", ["0", "09", "no", "on", "1:30", "1e3", "0x1F", "~", ".5", "2026-11-24"])
def test_what_yaml_1_1_would_turn_into_something_else_is_what_it_looks_like(hotline: Path, word: str) -> None:
    text = (hotline / "flows" / "main.yaml").read_text("utf-8")
    (hotline / "flows" / "main.yaml").write_text(text.replace("start: ", f"start: {word} #", 1), "utf-8")
    said = as_text(check_hotline(hotline, {}).diagnostics, {})
    assert f"unknown step '{word}'" in said


def test_prompts_are_words_whatever_they_look_like(hotline: Path) -> None:
    for language in ("zh-CN", "en"):
        with (hotline / "prompts" / f"{language}.yaml").open("a", encoding="utf-8") as file:
            file.write("first: 0\nsecond: 09\nthird: no\nfourth: 1:30\n")
    loaded = check_hotline(hotline, {})
    assert loaded.diagnostics == ()
    spoken = [loaded.catalogue.messages["en"][name] for name in ("first", "second", "third", "fourth")]
    assert [part.text for message in spoken for part in message.walk()] == ["0", "09", "no", "1:30"]  # type: ignore[union-attr]  # literals


def test_a_folder_that_cannot_be_read_is_told(hotline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iterdir = Path.iterdir

    def refused(path: Path) -> object:
        if path.name == "flows":
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refused)
    said = as_text(load_hotline(hotline, {}).diagnostics, {})
    assert "flows error C009  the folder cannot be read (Permission denied)" in said


def test_a_file_that_cannot_be_read_is_told(hotline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ivr.config.regular.os.open", refused)
    said = as_text(load_hotline(hotline, {}).diagnostics, {})
    assert "hotline.yaml error C009  the file cannot be read (Permission denied)" in said


@pytest.mark.parametrize("place", ["../secret", "secrets/../../secret"])
def test_a_secret_out_of_the_folder_is_refused(hotline: Path, place: str) -> None:
    text = (hotline / "hotline.yaml").read_text("utf-8")
    (hotline / "hotline.yaml").write_text(text.replace("{env: SMALL_AMI_SECRET}", f"{{file: {place}}}"), "utf-8")
    said = as_text(load_hotline(hotline, {}).diagnostics, {})
    assert f"C003  found '{place}'" in said
    assert "a file below the hotline's folder" in said


def test_a_link_inside_the_folder_is_followed(hotline: Path) -> None:
    (hotline / "flows" / "main.yaml").rename(hotline / "..main")
    (hotline / "flows" / "main.yaml").symlink_to("../..main")
    assert load_hotline(hotline, {}).diagnostics == ()


# --- slips of the byte -----------------------------------------------------------------------------------------------

TEXTS = sorted(path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*.yaml"))
BITS = [b"\t", b"\n", b": ", b"- ", b"{", b"}", b"[", b"]", b"'", b'"', b"&a ", b"*a", b"!!x ", b"#", b"\x00", b"\xff",
        b"\xe2\x80\xa8", b"0",
        "：".encode(), b"99999999999999999999", b"null", b"\r", b"%", b"---\n", b"? ", b"<<: "]  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few slips: bytes lost, doubled, moved, put in."""
    for _ in range(chance.randint(1, 4)):
        at, to = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        to = min(to, at + chance.choice([1, 1, 3, 20, 200]))
        piece = chance.choice([b"", data[at:to] * 2, chance.choice(BITS), bytes([chance.randrange(256)])])
        data = data[:at] + piece + data[to if chance.random() < 0.7 else at :]
    return data


@settings(max_examples=40)
@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_no_slip_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, name: str, seed: int) -> None:
    copy = tmp_path_factory.mktemp("slip") / "hotline"
    shutil.copytree(SAMPLE, copy)
    (copy / name).write_bytes(mutated((copy / name).read_bytes(), random.Random(seed)))
    loaded = check_hotline(copy, {})
    assert as_text(loaded.diagnostics, loaded.sources)
    assert as_json(loaded.diagnostics)
    as_github(loaded.diagnostics)
    shutil.rmtree(copy.parent)


PLACES = {
    "a duration": ("hotline.yaml", "ring: 12s", "ring: {}", "C006"),
    "a count": ("hotline.yaml", "max_length: 50", "max_length: {}", "C003"),
    "a per cent": ("hotline.yaml", "target: 80", "target: {}", "C003"),
    "a strategy": ("hotline.yaml", "strategy: rrmemory", "strategy: {}", "C003"),
    "hours": ("hotline.yaml", '2026-12-31": 09:00-15:00', '2026-12-31": {}', "C007"),
    "a wait of a flow": ("flows/main.yaml", "longest: 10min", "longest: {}", "F006"),
    "a wait of a dialogue": ("tests/greeting.yaml", "talk: [", "talk: [{{wait: {}}}, ", "T012"),
    "a moment of a dialogue": ("tests/greeting.yaml", "  talk", "  clock: {}\n  talk", "T012"),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("word", ["09", "no", "1:30", "1e3", "~", ".5"])
def test_what_yaml_1_1_would_turn_is_told_as_it_was_written_wherever_it_stands(
    hotline: Path, place: str, word: str
) -> None:
    name, right, wrong, code = PLACES[place]
    text = (hotline / name).read_text("utf-8")
    assert right in text
    (hotline / name).write_text(text.replace(right, wrong.format(word), 1), "utf-8")
    loaded = check_hotline(hotline, {})
    found = [each for each in (*loaded.diagnostics, *load_dialogues(loaded).diagnostics) if each.severity == "error"]
    assert {each.code for each in found} <= {code, "C003"}
    shown = [word, "nothing"] if word == "~" else [word]
    assert any(each in one.message for each in shown for one in found), [each.message for each in found]
