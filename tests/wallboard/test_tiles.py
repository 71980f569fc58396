"""What the tiles of boards are worth, and what the feed tells of them: once, and only what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ami_bridge.messages import Delta, Tick
from tests.wallboard.floor import NOW, floor, settings, waiting
from tests.wallboard.inbox import Inbox
from tests.wallboard.test_board import live_hello, told
from wallboard.boards import FIGURES, Board, Tile
from wallboard.hub import Hub
from wallboard.levels import Bound, Thresholds
from wallboard.routes import HUB
from wallboard.tiles import Tiles, View

if TYPE_CHECKING:
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge

RED_FROM_4 = Thresholds("higher", None, Bound(4, until=2, sound=True))


def board(*tiles: Tile, name: str = "floor") -> dict[str, Board]:
    return {name: Board(name, {}, (tiles,))}


LINE = Tile("1.1", "waiting", thresholds=RED_FROM_4)


def line(count: int) -> Any:
    callers = tuple(waiting(f"w{n}", NOW) for n in range(count))
    base = floor()
    return replace(base, queues=(replace(base.queues[0], waiting=callers), base.queues[1]))


@pytest.mark.parametrize(
    ("show", "scope", "value"),
    [
        ("waiting", None, 2),
        ("waiting", ("vip",), 0),
        ("longest_wait", None, 38.0),
        ("longest_wait", ("vip",), 0.0),
        ("expected_wait", None, None),
        ("entered", None, 52),
        ("answered", ("general",), 44),
        ("abandoned", None, 6),
        ("connection_rate", None, 91.7),
        ("service_level", None, 83.3),
        ("service_level", ("vip",), None),
        ("service_level_asterisk", None, 90.9),
        ("asa", None, 12.0),
        ("longest_today", None, 74.0),
        ("talk_time", None, 120.0),
        ("free", None, 1),
        ("free", ("vip",), 0),
        ("ringing", None, 1),
        ("talking", None, 2),
        ("wrap_up", None, 1),
        ("paused", None, 1),
        ("away", None, 2),
        ("in_menus", ("vip",), 1),
    ],
)
def test_a_figure_is_that_of_its_queues(show: str, scope: tuple[str, ...] | None, value: float | None) -> None:
    assert View(floor(), NOW).worth(show, scope).value == value


def test_a_level_that_was_so_at_the_first_look_is_told_as_found_and_one_that_comes_later_is_not() -> None:
    slow = replace(LINE, id="1.2", thresholds=Thresholds("higher", None, Bound(4, until=2, for_s=10, sound=True)))
    tiles = Tiles(board(LINE, slow))
    levels = []
    for after, count in ((0, 5), (10, 5), (11, 1), (12, 5), (22, 5)):
        tiles.look(line(count), NOW + timedelta(seconds=after))
        told_now = tiles.all["floor"]
        levels.append([(told_now[each]["level"], told_now[each]["found"]) for each in ("1.1", "1.2")])
    assert levels == [
        [("red", True), ("fine", False)],
        [("red", True), ("red", True)],
        [("fine", False), ("fine", False)],
        [("red", False), ("fine", False)],
        [("red", False), ("red", False)],
    ]


def test_every_figure_has_a_worth_also_on_an_empty_floor() -> None:
    empty = View(replace(floor(), queues=(), agents=(), calls=()), NOW)
    for show in FIGURES:
        assert not empty.worth(show, None).value


def test_a_figure_of_queues_that_are_no_more_is_not_nought_but_none_and_never_bad() -> None:
    view = View(floor(), NOW)
    assert {show: view.worth(show, ("gone",)).value for show in FIGURES} == {**dict.fromkeys(FIGURES), "in_menus": 1}
    assert view.worth("waiting", ("gone", "general")).value == 2


def test_only_what_has_changed_is_told_and_a_growing_wait_is_no_change() -> None:
    tiles = Tiles(board(LINE, Tile("1.2", "longest_wait"), Tile("1.3", "queues")))
    first = tiles.look(floor(), NOW)
    assert sorted(first["floor"]) == ["1.1", "1.2"]
    assert first["floor"]["1.2"]["growing_since"] == NOW - timedelta(seconds=38)
    assert tiles.look(floor(), NOW + timedelta(seconds=5)) == {}
    assert sorted(tiles.look(line(5), NOW + timedelta(seconds=6))["floor"]) == ["1.1", "1.2"]


def test_a_board_that_is_saved_with_the_same_tile_keeps_its_level_and_rings_nothing_anew() -> None:
    tiles = Tiles(board(LINE))
    before = tiles.look(line(5), NOW)["floor"]["1.1"]
    assert (before["level"], before["sound"]) == ("red", True)
    tiles.replace(board(LINE, Tile("1.2", "answered")))
    assert tiles.look(line(3), NOW + timedelta(seconds=9))["floor"]["1.1"] == {**before, "value": 3}
    tiles.replace(board(replace(LINE, thresholds=Thresholds("higher", None, Bound(9)))))
    assert tiles.look(line(3), NOW + timedelta(seconds=10))["floor"]["1.1"]["level"] == "fine"


async def test_a_level_is_sent_with_the_change_that_raised_it_and_stands_in_the_next_hello(
    board_: Client, bridge: Bridge
) -> None:
    socket, _ = await live_hello(board_)
    bridge.tell_queues(line(5).queues[0])
    change = await told(socket, "change")
    assert change["tiles"]["floor"]["1.1"]["level"] == "red"
    _, hello = await live_hello(board_)
    assert hello["tiles"]["floor"]["1.1"] == change["tiles"]["floor"]["1.1"]
    assert list(hello["boards"]) == ["floor"]


@pytest.fixture
def board_(board: Client) -> Client:
    """The wallboard with one board."""
    board.app[HUB].show(BOARDS, datetime.now(UTC))
    return board


BOARDS = board(LINE)


def test_old_numbers_raise_no_level() -> None:
    hub = Hub(replace(settings(Path("/nowhere")), boards=board(Tile("1.1", "longest_wait", thresholds=RED_FROM_4))))
    hub.hear(line(1), NOW)
    inbox = Inbox(hub.join(NOW))
    inbox.next()
    hub.pulse(NOW + timedelta(seconds=60))
    lost = inbox.next()
    assert lost["standing"]["truth"] == "lost"
    assert "tiles" not in lost
    hub.hear(Tick(node="gz-1", seq=1, at=NOW + timedelta(seconds=61)), NOW + timedelta(seconds=61))
    assert inbox.next()["tiles"]["floor"]["1.1"]["level"] == "red"


@pytest.mark.parametrize("back", [3, 5])
async def test_time_that_nobody_saw_is_no_part_of_how_long_a_value_was_bad(back: int) -> None:
    slow = replace(LINE, thresholds=Thresholds("higher", None, Bound(4, until=2, for_s=60, sound=True)))
    hub = Hub(replace(settings(Path("/nowhere")), boards=board(slow)))
    hub.hear(line(5), NOW)
    hub.lose(NOW + timedelta(seconds=1))
    seen = NOW + timedelta(minutes=10)
    hub.hear(line(back), seen)
    found = [hub.levels["floor"]["1.1"]["level"]]
    hub.hear(line(back), seen + timedelta(seconds=60))
    found.append(hub.levels["floor"]["1.1"]["level"])
    assert found == ["fine", "red" if back == 5 else "fine"], "it counts from when it is seen again"


def test_levels_go_on_when_the_clock_is_set_back() -> None:
    tiles = Tiles(board(LINE))
    tiles.look(line(5), NOW)
    earlier = NOW - timedelta(hours=1)
    found = [tiles.look(line(count), earlier + timedelta(seconds=n)) for n, count in enumerate((5, 1, 5))]
    assert found[0] == {}, "what holds stands"
    assert [each["floor"]["1.1"]["level"] for each in found[1:]] == ["fine", "red"]


def test_a_board_that_is_saved_while_numbers_are_old_keeps_its_levels_and_rings_nothing_when_they_come() -> None:
    hub = Hub(replace(settings(Path("/nowhere")), boards=BOARDS))
    hub.hear(line(5), NOW)
    red = hub.levels["floor"]["1.1"]
    assert red["level"] == "red"
    hub.lose(NOW)
    viewer = hub.join(NOW)
    hub.show(board(LINE, Tile("1.2", "answered")), NOW)
    told = Inbox(viewer).next()
    assert told["standing"]["truth"] == "lost"
    assert told["tiles"]["floor"]["1.1"]["level"] == "red", "a level stands until we see"
    hub.hear(line(5), NOW + timedelta(seconds=9))
    assert hub.levels["floor"]["1.1"] == red
    hub.show({}, NOW + timedelta(seconds=10))
    assert hub.levels == {}


def test_each_change_is_worked_out_once_however_many_look(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub(replace(settings(Path("/nowhere")), boards=BOARDS))
    hub.hear(floor(), NOW)
    viewers = [Inbox(hub.join(NOW)) for _ in range(50)]
    for viewer in viewers:
        viewer.next()
    looks = []
    whole = Tiles.look

    def look(tiles: Tiles, *given: Any) -> Any:
        looks.append(given)
        return whole(tiles, *given)

    monkeypatch.setattr(Tiles, "look", look)
    hub.hear(Delta(node="gz-1", seq=1, at=NOW, queues=line(5).queues), NOW)
    messages = [viewer.message() for viewer in viewers]
    assert len(looks) == 1
    assert all(message is messages[0] for message in messages), "encoded once"


async def test_boards_are_listed_with_their_addresses_and_told_one_by_one(board_: Client) -> None:
    listed = await (await board_.get("/api/v1/boards")).json()
    assert [(each["name"], each["address"], each["tv"]) for each in listed["boards"]] == [
        ("floor", "/boards/floor", "/boards/floor?tv")
    ]
    one = await (await board_.get("/api/v1/boards/floor")).json()
    assert one["pages"][0][0]["show"] == "waiting"
    missing = await board_.get("/api/v1/boards/flor")
    assert missing.status == 404
    assert (await missing.json())["error"]["code"] == "unknown_board"


async def test_a_boards_page_is_served_and_one_of_no_board_is_not_found(board_: Client) -> None:
    assert (await board_.get("/boards/floor?tv")).status == 200
    missing = await board_.get("/boards/flor")
    assert missing.status == 404
    assert "text/html" in missing.headers["Content-Type"]
    assert "script-src 'self'" in missing.headers["Content-Security-Policy"]
