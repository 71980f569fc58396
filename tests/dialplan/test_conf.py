from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.conf import ConfFile

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str) -> ConfFile:
    return ConfFile("queues.conf", text=text)


def test_templates_additions_and_appended_values_are_used_as_asterisk_does() -> None:
    conf = read(
        "[base](!)\nstrategy = rrmemory ; why\nname = a\n[sales](base)\nname += b\nnew += c\n"
        "member => PJSIP/1\n[sales](+)\nmember => PJSIP/2\n"
    )
    assert not conf.diagnostics
    assert conf.resolved() == {
        "sales": [
            ("strategy", "rrmemory"),
            ("name", "a b"),
            ("new", "c"),
            ("member", "PJSIP/1"),
            ("member", "PJSIP/2"),
        ]
    }


def test_comments_of_all_kinds_are_left_out() -> None:
    conf = read("[a]\nx = 1\\;2 ; no\n;-- old\ny = 2\n--; z = 3\nw = 4 ;--- not a block\nv = 5 ;-- in the line --; 6\n")
    assert not conf.diagnostics
    assert conf.resolved() == {"a": [("x", "1;2"), ("z", "3"), ("w", "4"), ("v", "5  6")]}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("[a]\n  nonsense\n", "D101", 2, 3),
        ("[a\n", "D101", 1, 1),
        ("x = 1\n[a]\n", "D102", 1, 1),
        ('#include "missing.conf"\n', "D103", 1, 1),
        ("[a]\n#exec /bin/true\n", "D104", 2, 1),
        ("[base](!)\n[a](bsae)\n", "D106", 2, 1),
        ("[a](+)\n", "D106", 1, 1),
        ("[a]\nx=1 ;-- open\ny=2\n", "D107", 2, 5),
    ],
)
def test_each_mistake_is_told_at_its_place(text: str, code: str, line: int, column: int) -> None:
    (found,) = read(text).diagnostics
    assert found.span is not None
    assert (found.code, found.span.line, found.span.column) == (code, line, column)


def test_a_misspelt_template_is_told_with_the_nearest_one() -> None:
    (found,) = read("[base](!)\n[a](bsae)\n").diagnostics
    assert found.hint == "did you mean 'base'?"


def test_includes_are_followed_and_keep_their_own_places(tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    (tmp_path / "a.conf").write_text('[a]\nx = 1\n#tryinclude "none.conf"\n#include generated/*.conf\ny = 2\n')
    (tmp_path / "generated" / "b.conf").write_text("z = 3\n[b]\nw = 4\nnonsense\n")
    conf = ConfFile(tmp_path / "a.conf")
    assert conf.resolved() == {"a": [("x", "1"), ("z", "3")], "b": [("w", "4"), ("y", "2")]}
    (found,) = conf.diagnostics
    assert found.span is not None
    assert (found.span.file, found.span.line) == (str(tmp_path / "generated" / "b.conf"), 4)
    assert found.span.file in conf.sources


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("#include a.conf\n[a]\n")
    assert [found.code for found in ConfFile(tmp_path / "a.conf").diagnostics] == ["D105"]


def test_a_missing_file_is_one_message(tmp_path: Path) -> None:
    (found,) = ConfFile(tmp_path / "none.conf").diagnostics
    assert (found.code, found.file) == ("D103", str(tmp_path / "none.conf"))


def test_bytes_that_are_not_text_are_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_bytes(b"[a]\nx = \xff\xfe\n")
    assert [found.code for found in ConfFile(tmp_path / "a.conf").diagnostics] == ["D103"]


NAME = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8)
VALUE = st.text(st.characters(categories=["L", "Nd", "P", "S"]), max_size=12).filter(lambda text: "--;" not in text)


@given(st.lists(st.tuples(NAME, st.lists(st.tuples(NAME, VALUE), max_size=4)), max_size=4))
def test_what_is_dumped_reads_back_the_same(sections: list[tuple[str, list[tuple[str, str]]]]) -> None:
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} = {value.replace(';', chr(92) + ';')}\n" for key, value in settings)
        for name, settings in sections
    )
    conf = read(text)
    assert not conf.diagnostics
    again = read(conf.dump())
    assert again.resolved() == conf.resolved()
    assert [
        (section.name, [(item.name, item.value) for item in section.items]) for section in again.sections
    ] == sections


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    read(text).resolved()
