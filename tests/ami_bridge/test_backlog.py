"""What waits between socket and state: bounded, and what is given up first is what a snapshot tells anew."""

from __future__ import annotations

from ami_bridge.backlog import Backlog, HoleBegins, LinkUp, Overflowed

JOIN, STATUS = b"Event: QueueCallerJoin\r\nUniqueid: 1.1", b"Event: QueueMemberStatus\r\nStatus: 2"


def everything_in(backlog: Backlog) -> list[object]:
    return [backlog.take_nowait() for _ in range(len(backlog))]


def test_when_it_is_full_only_what_a_snapshot_tells_anew_is_given_up_and_counted() -> None:
    backlog = Backlog(max_messages=10, max_bytes=1 << 20)
    backlog.put(LinkUp("11"))
    for item in (JOIN, STATUS, STATUS, STATUS, JOIN, STATUS, STATUS, STATUS, STATUS, JOIN, STATUS):
        backlog.put(item)
    assert backlog.dropped == 7
    backlog.put(STATUS)
    assert everything_in(backlog) == [LinkUp("11"), JOIN, HoleBegins(), JOIN, JOIN, Overflowed(7), STATUS, STATUS]


def test_what_happened_to_callers_goes_only_when_it_alone_is_too_much() -> None:
    backlog = Backlog(max_messages=10, max_bytes=1 << 20)
    for _ in range(11):
        backlog.put(JOIN)
    assert everything_in(backlog) == [HoleBegins(), Overflowed(11)]
    assert backlog.dropped == 11


def test_a_second_flood_is_told_with_the_first_and_asks_for_one_snapshot() -> None:
    backlog = Backlog(max_messages=4, max_bytes=1 << 20)
    for _ in range(9):
        backlog.put(STATUS)
    found = everything_in(backlog)
    assert [item for item in found if isinstance(item, Overflowed)] == [Overflowed(backlog.dropped)]
    assert backlog.dropped + found.count(STATUS) == 9


def test_bytes_are_bounded_as_messages_are() -> None:
    backlog = Backlog(max_messages=100, max_bytes=len(STATUS) * 3)
    for _ in range(4):
        backlog.put(STATUS)
    assert backlog.dropped == 4
    backlog.put(JOIN)
    assert everything_in(backlog) == [HoleBegins(), Overflowed(4), JOIN]


def test_a_hole_begins_where_the_first_was_given_up_and_behind_a_new_connection_anew() -> None:
    backlog = Backlog(max_messages=16, max_bytes=1 << 20)
    for heard in (JOIN, STATUS, JOIN, *[STATUS] * 14):
        backlog.put(heard)
    backlog.put(JOIN)
    backlog.put(LinkUp("11"))
    for heard in (STATUS, JOIN, *[STATUS] * 9):
        backlog.put(heard)
    whole = [JOIN, HoleBegins(), JOIN, JOIN, LinkUp("11"), HoleBegins(), JOIN, Overflowed(25)]
    assert everything_in(backlog) == whole
