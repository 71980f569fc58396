"""Viewers that keep up, and viewers that do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ami_bridge.messages import SequenceGap, Tick
from tests.wallboard.floor import NOW, floor, settings
from tests.wallboard.inbox import Inbox
from wallboard import hub as hub_module
from wallboard.hub import MOST_UNREAD, FullHouseError, Hub
from wallboard.settings import OpenToTheNetworkError, WallboardSettings
from wallboard.watch import STALE_AFTER, Watch

if TYPE_CHECKING:
    from wallboard.frames import Message


def hub() -> Hub:
    made = Hub(settings(Path("/nowhere")))
    made.hear(floor(), NOW)
    return made


def test_a_viewer_that_sleeps_is_given_the_whole_picture_instead_of_what_it_missed() -> None:
    board = hub()
    sleeper = board.join(NOW)
    for _ in range(MOST_UNREAD + 5):
        board.pulse(NOW)
    inbox = Inbox(sleeper)
    first, following = inbox.next(), inbox.next()
    assert first["type"] == "hello"
    assert following["seq"] == first["seq"] + 1
    assert sleeper.missed == 1


def test_a_viewer_that_sleeps_does_not_disturb_one_that_reads() -> None:
    board = hub()
    board.join(NOW)
    reader = board.join(NOW)
    inbox = Inbox(reader)
    inbox.next()
    seqs = []
    for _ in range(MOST_UNREAD * 2):
        board.pulse(NOW)
        seqs.append(inbox.next()["seq"])
    assert seqs == list(range(seqs[0], seqs[0] + MOST_UNREAD * 2))
    assert reader.missed == 0


def test_there_is_a_bound_on_viewers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_VIEWERS", 1)
    board = hub()
    viewer = board.join(NOW)
    with pytest.raises(FullHouseError):
        board.join(NOW)
    board.leave(viewer)
    assert board.join(NOW) is not viewer


def test_a_silent_bridge_is_not_live_for_longer_than_three_ticks() -> None:
    watch = Watch().hear(floor(), NOW)
    assert watch.standing(NOW + STALE_AFTER).truth == "live"
    late = watch.standing(NOW + STALE_AFTER + timedelta(milliseconds=1))
    assert (late.truth, late.since) == ("lost", NOW)


def test_a_bridge_that_talks_but_is_behind_with_its_work_is_not_live() -> None:
    """Its ticks stand in line with the events: an old tick means old numbers, however often one comes."""
    late = NOW + timedelta(seconds=10)
    watch = Watch().hear(floor(), NOW).hear(Tick(node="gz-1", seq=1, at=NOW + timedelta(seconds=2)), late)
    assert watch.standing(late).truth == "lost"
    assert watch.standing(late).since == NOW + timedelta(seconds=2)
    caught_up = watch.hear(Tick(node="gz-1", seq=2, at=late), late)
    assert caught_up.standing(late).truth == "live"


def test_before_anything_was_heard_nothing_is_claimed() -> None:
    assert Watch().standing(NOW).since is None


def test_a_message_out_of_turn_is_not_taken() -> None:
    with pytest.raises(SequenceGap):
        Watch().hear(floor(), NOW).hear(Tick(node="gz-1", seq=7, at=datetime.now(UTC)), NOW)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "board.example"])
def test_the_board_does_not_listen_where_others_could_reach_it(host: str) -> None:
    with pytest.raises(OpenToTheNetworkError, match=r"expected 127\.0\.0\.1"):
        WallboardSettings(host=host, port=1, feed=Path("/nowhere"), time_zone="UTC")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_where_it_listens(host: str) -> None:
    assert WallboardSettings(host=host, port=1, feed=Path("/nowhere"), time_zone="UTC").host == host


def test_a_silent_bridge_does_not_silence_the_board() -> None:
    board = hub()
    inbox = Inbox(board.join(NOW))
    inbox.next()
    board.pulse(NOW)
    board.pulse_if_quiet(NOW + timedelta(seconds=1))
    board.pulse_if_quiet(NOW + timedelta(seconds=5))
    standings = [inbox.next()["standing"]["truth"] for _ in range(2)]
    assert standings == ["live", "lost"]


def test_what_waits_goes_out_in_order_before_what_comes_later() -> None:
    board = hub()
    viewer = board.join(NOW)
    taken: list[int] = []
    room = [0]

    def narrow(message: Message) -> bool:
        if not room[0]:
            return False
        room[0] -= 1
        taken.append(json.loads(message.text)["seq"])
        return True

    viewer.open(narrow)
    board.pulse(NOW)
    assert (taken, viewer.unread) == ([], 2)
    room[0] = 1
    board.pulse(NOW)
    assert (taken, viewer.unread) == ([], 3), "not past those that wait"
    assert not viewer.flush()
    room[0] = 9
    assert viewer.flush()
    board.pulse(NOW)
    assert taken == list(range(taken[0], taken[0] + 4))
    assert viewer.unread == 0
