"""Boards as files: the page's example and the sample's boards are right, shorthands mean what is written out."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.report import as_text
from ivr.boards.reading import SHOWN
from ivr.cli import checking
from ivr.config.boards import load_boards
from ivr.config.load import load_hotline
from tests.ivr.boards.surroundings import read, told
from tests.ivr.config.slips import slipped
from tests.ivr.flow.surroundings import SMALL
from wallboard.boards import FIGURES, VIEWS, Row, Seat
from wallboard.levels import Bound, Thresholds

SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"
PAGE = (Path(__file__).parents[3] / "docs" / "boards.md").read_text("utf-8")
(EXAMPLE,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def thresholds(tile: str) -> Thresholds | None:
    board = read(f"title: x\ntiles: [{tile}]").board
    assert board is not None, told(f"title: x\ntiles: [{tile}]")
    return board.pages[0][0].thresholds


def codes(text: str) -> list[str]:
    return [each.code for each in read(text).diagnostics]


def test_the_example_of_the_page_is_right_and_means_what_it_says() -> None:
    board = read(EXAMPLE).board
    assert board is not None, told(EXAMPLE)
    assert (board.queues, board.columns, board.theme, board.rotate_s) == (("sales",), 4, "dark", 20.0)
    assert [[tile.show for tile in page] for page in board.pages] == [
        ["waiting", "longest_wait", "service_level", "free", "queues", "agents"],
        ["seats"],
    ]
    assert board.pages[0][0].thresholds == Thresholds(
        "higher", Bound(5.0), Bound(10.0, until=7.0, for_s=10.0, sound=True)
    )
    label = dict.fromkeys(("zh-CN", "en"), "Door")
    assert board.pages[1][0].rows[1] == Row((Seat("1001"), Seat(), Seat(label=label)))


def test_the_sample_hotlines_boards_are_right() -> None:
    found = load_boards(load_hotline(SAMPLE, {}))
    assert as_text(found.diagnostics, found.sources, scope="x") == "0 errors, 0 warnings in x\n"
    assert sorted(found.boards) == ["floor", "vip"]
    assert found.boards["vip"].pages[0][0].queues == ("vip",)


def test_everything_that_can_be_shown_and_said_is_on_the_page() -> None:
    for word in (*FIGURES, *VIEWS, "title", "columns", "rotate", "worse", "until", "sound", "wide", "rows"):
        assert re.search(rf"^\| `{word}` \|", PAGE, re.MULTILINE), word


@pytest.mark.parametrize("show", [each for each in SHOWN if each != "seats"])
def test_whatever_can_be_shown_is_a_tile_by_its_name(show: str) -> None:
    board = read(f"title: x\ntiles: [{show}]").board
    assert board is not None
    assert (board.pages[0][0].show, board.pages[0][0].id) == (show, "1.1")


@pytest.mark.parametrize(
    ("tile", "meant"),
    [
        ("{show: waiting, red: 5}", Thresholds("higher", None, Bound(5.0))),
        ("{show: longest_wait, red: 2min}", Thresholds("higher", None, Bound(120.0))),
        ("{show: service_level, red: 72.5}", Thresholds("lower", None, Bound(72.5))),
        ("{show: talking, red: 5, worse: lower}", Thresholds("lower", None, Bound(5.0))),
        ("{show: free, yellow: {from: 1, until: 2, for: 1500ms}}", Thresholds("lower", Bound(1.0, 2.0, 1.5))),
        ("waiting", None),
    ],
)
def test_a_threshold_is_in_the_figures_unit_and_direction(tile: str, meant: Thresholds | None) -> None:
    assert thresholds(tile) == meant


@pytest.mark.parametrize(
    ("tile", "code"),
    [
        ("{show: service_level, yellow: 70, red: 80}", "B006"),
        ("{show: waiting, yellow: 5, red: 5}", "B006"),
        ("{show: talking, red: 5}", "B006"),
        ("{show: waiting, worse: higher}", "B006"),
        ("{show: agents, red: 5}", "B006"),
        ("{show: service_level, red: {from: 70, until: 60}}", "B007"),
        ("{show: waiting, red: {from: 7, until: 7}}", "B007"),
        ("{show: waiting, yellow: {from: 5, until: 4}, red: {from: 9, until: 2}}", "B007"),
        ("{show: waiting, red: {until: 5}}", "B002"),
        ("{show: service_level, red: 101}", "B013"),
        ("{show: waiting, red: 5s}", "B013"),
        ("{show: waiting, red: {from: 5, for: 5}}", "B003"),
        ("{show: waiting, red: {from: 5, sound: loud}}", "B003"),
        ("{show: waiting, red: {from: 5, bell: true}}", "B001"),
        ("{show: waiting, rows: [[1001]]}", "B010"),
        ("{show: waiting, wide: 5}", "B003"),
        ("{show: seats}", "B002"),
        ("seats", "B002"),
        ("{red: 5}", "B002"),
        ("[waiting]", "B003"),
    ],
)
def test_what_cannot_be_is_told_once(tile: str, code: str) -> None:
    assert codes(f"title: x\ntiles: [{tile}]") == [code]


@pytest.mark.parametrize(
    ("board", "code"),
    [
        ("title: x\npages: [[waiting], [agents]]", "B008"),
        ("title: x\npages: [[waiting]]\nrotate: 5s", "B008"),
        ("title: x\npages: [[waiting], [agents]]\nrotate: 1s", "B003"),
        ("title: x\npages: [[waiting], []]\nrotate: 5s", "B002"),
        ("title: x\ntiles: [waiting]\npages: [[waiting], [agents]]\nrotate: 5s", "B002"),
        ("title: {fr: x}\ntiles: [waiting]", "B012"),
        ("title: x\nqueues: sales\ntiles: [waiting]", "B003"),
        ("title: x\nqueues: []\ntiles: [waiting]", "B003"),
        ("- waiting", "B003"),
        ("", "Y004"),
    ],
)
def test_what_a_board_cannot_be_is_told_once(board: str, code: str) -> None:
    assert codes(board) == [code]


def test_an_agents_name_in_the_place_of_the_number_is_led_to_the_number() -> None:
    assert "did you mean '1001'?" in told("title: x\ntiles: [{show: seats, rows: [[陈美玲]]}]")


def test_a_mistake_on_a_board_fails_the_check_and_not_the_loading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "hotline"))
    (folder / "boards").mkdir()
    (folder / "boards" / "floor.yaml").write_text("title: x\ntiles: [wating]\n", "utf-8")
    (folder / "boards" / "notes.yml").write_text("title: x\n", "utf-8")
    assert checking.check(folder, "text", cache=False) == 1
    said = capsys.readouterr().out
    assert "boards/floor.yaml:2:9 error B005  unknown tile 'wating'" in said
    assert "boards/notes.yml warning C009  the file is not read" in said
    loaded = load_hotline(folder, {})
    assert loaded.is_sound
    assert not load_boards(loaded).is_sound


def test_what_could_not_be_read_of_the_settings_is_not_held_against_a_board(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "hotline"))
    (folder / "boards").mkdir()
    (folder / "boards" / "floor.yaml").write_text("title: x\nqueues: [other]\ntiles: [waiting]\n", "utf-8")
    (folder / "hotline.yaml").write_text("queues: [", "utf-8")
    assert load_boards(load_hotline(folder, {})).diagnostics == ()


@settings(max_examples=150)
@given(st.sampled_from(["floor", "vip"]), st.integers(0, 2**32))
def test_no_slip_of_the_hand_makes_it_raise(name: str, seed: int) -> None:
    data = slipped((SAMPLE / "boards" / f"{name}.yaml").read_bytes(), random.Random(seed))
    reading = read(data.decode("utf-8", "surrogatepass").encode("utf-8", "replace").decode(), name)
    assert (reading.board is None) == any(each.severity == "error" for each in reading.diagnostics)
