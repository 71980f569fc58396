"""queue_log as it is written, turned, copied away, packed and cut; and one who reads it, stops, and comes again."""

from __future__ import annotations

import gzip
import os
import stat
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.queue_log.lines import LONGEST_LINE, LineCutter, Odd, as_text, parse_line, split_glued
from ami_bridge.queue_log.place import Mark, is_turned
from ami_bridge.queue_log.reading import pieces
from ami_bridge.queue_log.tail import QueueLogTail

if TYPE_CHECKING:
    from collections.abc import Callable

    from ami_bridge.domain.events import LedgerLine

ENTER = b"1795301529|c1|normal|NONE|ENTERQUEUE||138|1\n"


def numbered(n: int) -> bytes:
    return f"{1795301529 + n}|c{n}|normal|NONE|ENTERQUEUE||138|{n}\n".encode()


# -- lines


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "cut"),
        (b"17953|c|q", "cut"),
        (b"\xff|\xfe", "cut"),
        (b"2026-11-21 10:00:00|1|q|a|CONNECT|1", "no_time"),
        (b"12|1|q|a|CONNECT|1", "no_time"),
        (b"nan|1|q|a|CONNECT|1", "no_time"),
        (b"1795301529|1|q|a|CONECT|1", "unknown_verb"),
        (b"1795301529|1|q|a|CONNECT|" + b"x" * LONGEST_LINE, "too_long"),
    ],
)
def test_what_is_no_fact_is_set_aside_with_its_reason(raw: bytes, reason: str) -> None:
    odd = parse_line(raw)
    assert isinstance(odd, Odd)
    assert odd.reason == reason
    assert odd.text == raw[:LONGEST_LINE]


@given(st.binary(max_size=200))
def test_no_line_raises(raw: bytes) -> None:
    parsed = parse_line(raw)
    assert isinstance(parsed, Odd) or len(parsed.verb) > 2


def fact(raw: bytes) -> LedgerLine:
    line = parse_line(raw)
    assert not isinstance(line, Odd)
    return line


def test_a_name_in_another_encoding_is_read_and_its_bar_is_no_separator() -> None:
    name = "坐席|".replace("|", "") + bytes([0x8B, 0x7C]).decode("gb18030")  # a character whose second byte is "|"
    line = fact(f"1795301529|c1|normal|{name}|CONNECT|3|x|2".encode("gb18030"))
    assert (line.member_name, line.verb, line.data) == (name, "CONNECT", ("3", "x", "2"))


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbf" + ENTER, b"\0\0\0" + ENTER, ENTER[:-1] + b"\r\n"])
def test_marks_holes_and_foreign_line_ends_do_no_harm(raw: bytes) -> None:
    assert fact(raw).data == ("", "138", "1")


def test_a_line_is_written_again_as_it_was() -> None:
    for raw in (b"1795301529|c1|q|Ann|CONNECT|3|x|2", b"1795301529|NONE|NONE|NONE|QUEUESTART|"):
        assert as_text(fact(raw)).encode() == raw


def test_a_start_glued_to_a_cut_line_is_a_line_of_its_own() -> None:
    start = b"1795301999|NONE|NONE|NONE|QUEUESTART|\n"
    assert split_glued(b"1795301529|c1|nor" + start) == [b"1795301529|c1|nor", start]
    assert split_glued(start) == [start]


@given(st.lists(st.binary(max_size=12), max_size=12), st.data())
def test_any_cut_into_pieces_gives_the_same_lines(bodies: list[bytes], data: st.DataObject) -> None:
    whole = b"\n".join(bodies)
    pieces: list[bytes] = []
    left = whole
    while left:
        size = data.draw(st.integers(1, len(left)))
        pieces.append(left[:size])
        left = left[size:]
    cutter = LineCutter()
    found = [one for piece in pieces for one in cutter.feed(piece)]
    at_once = LineCutter()
    assert found == at_once.feed(whole)
    assert cutter.finish() == at_once.finish()
    for offset, line in found:
        assert whole[offset - len(line) : offset] == line


def test_a_line_without_an_end_costs_no_memory_and_is_set_aside_once() -> None:
    cutter = LineCutter()
    for _ in range(100):
        assert cutter.feed(b"x" * 10_000) == []
        assert cutter.unfinished <= LONGEST_LINE
    (long, whole) = cutter.feed(b"x\n" + ENTER)
    assert parse_line(long[1]) == Odd("too_long", b"x" * LONGEST_LINE)
    assert whole == (1_000_002 + len(ENTER), ENTER)


# -- the file


class Log:
    """A folder in which Asterisk and logrotate do what they do; the time of each change is told apart."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "queue_log"
        self.written = self.path
        """Where Asterisk writes: a renamed file goes on being written to until the logger is reloaded."""
        self._clock = count(1_000_000_000, 1_000)
        self._number = count(1)
        self.rest = b""

    def write(self, text: bytes) -> None:
        with self.written.open("ab") as file:
            file.write(text)
        self._touch(self.written)

    def _touch(self, path: Path) -> None:
        now = next(self._clock)
        os.utime(path, ns=(now, now))

    def rename(self) -> None:
        """Logrotate's usual way: the file is renamed, Asterisk knows nothing of it yet."""
        if self.path.exists() and self.written == self.path:
            turned = self.path.with_name(f"queue_log-{next(self._number):08}")
            self.path.rename(turned)
            self.written = turned

    def create(self) -> None:
        """Logrotate's ``create``: an empty file stands in the place."""
        if not self.path.exists():
            self.path.touch()
            self._touch(self.path)

    def reload(self) -> None:
        """``logger reload``: Asterisk opens the file anew."""
        self.written = self.path

    def rotate(self) -> None:
        """``logger rotate``: renamed and opened anew in one."""
        self.rename()
        self.reload()

    def copytruncate(self) -> None:
        if self.path.exists() and self.written == self.path:
            copy = self.path.with_name(f"queue_log.{next(self._number)}")
            copy.write_bytes(self.written.read_bytes())
            self._touch(copy)
            self.written.write_bytes(b"")
            self._touch(self.written)

    def pack(self) -> None:
        """Logrotate's ``compress``: all but the one written to, each keeps its time."""
        for path in sorted(self.path.parent.iterdir()):
            if path not in {self.path, self.written} and path.suffix != ".gz":
                status = path.stat()
                packed = path.with_name(path.name + ".gz")
                packed.write_bytes(gzip.compress(path.read_bytes()))
                os.utime(packed, ns=(status.st_mtime_ns, status.st_mtime_ns))
                path.unlink()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 120)),
        st.tuples(
            st.sampled_from(
                ["read", "read", "restart", "rename", "create", "reload", "rotate", "copytruncate", "pack"]
            ),
            st.just(0),
        ),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_any_reads_rotations_and_restarts_give_each_fact_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder))
        tail = QueueLogTail(log.path)
        told: list[str] = []

        def read() -> None:
            told.extend(one.line.channel_id for one in tail.read())

        log.write(numbered(0))
        read()
        stream = b"".join(numbered(n) for n in range(1, 100))
        begun = 0

        def whole_line() -> int:
            """Asterisk writes whole lines at once; only we may look in the middle of one."""
            end = stream.find(b"\n", begun - 1) + 1 if begun else 0
            log.write(stream[begun:end])
            return max(begun, end)

        for step, size in steps:
            match step:
                case "write":
                    piece = stream[begun : begun + size]
                    begun += len(piece)
                    log.write(piece)
                case "read":
                    read()
                case "restart":
                    tail = QueueLogTail(log.path, tail.mark)
                case _:
                    begun = whole_line()
                    getattr(log, step)()
        begun = whole_line()
        log.reload()
        log.write(stream[begun:])
        read()
        read()
        assert told == [f"c{n}" for n in range(100)]
        assert tail.losses == 0
        assert tail.set_aside == {}


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def told(tail: QueueLogTail) -> list[str]:
    return [one.line.channel_id for one in tail.read()]


def test_a_file_that_is_not_there_yet_is_empty_and_then_read_from_its_beginning(log: Log) -> None:
    tail = QueueLogTail(log.path)
    assert told(tail) == []
    log.write(numbered(1) + numbered(2)[:20])
    assert told(tail) == ["c1"]
    log.write(numbered(2)[20:])
    assert told(tail) == ["c2"]
    assert told(tail) == []


def test_a_truncation_without_a_copy_is_a_loss_that_is_counted_even_when_the_file_has_grown_past_the_place(
    log: Log,
) -> None:
    tail = QueueLogTail(log.path)
    log.write(numbered(1) + numbered(2))
    assert told(tail) == ["c1", "c2"]
    log.path.write_bytes(b"".join(map(numbered, range(5, 12))))
    assert told(tail) == [f"c{n}" for n in range(5, 12)]
    assert tail.losses == 1


def test_a_file_rotated_several_times_while_we_were_away_is_read_through_all_its_pieces(log: Log) -> None:
    tail = QueueLogTail(log.path)
    log.write(numbered(0))
    assert told(tail) == ["c0"]
    for turn in range(3):
        log.write(numbered(10 * turn + 1) + numbered(10 * turn + 2))
        log.rotate()
    log.pack()
    log.write(numbered(99))
    later = QueueLogTail(log.path, tail.mark)
    assert told(later) == ["c1", "c2", "c11", "c12", "c21", "c22", "c99"]


def test_a_line_asterisk_never_finished_is_set_aside_once_the_file_is_over(log: Log) -> None:
    tail = QueueLogTail(log.path)
    log.write(numbered(1) + b"179530")
    assert told(tail) == ["c1"]
    log.rotate()
    log.write(numbered(2))
    assert told(tail) == ["c2"]
    assert told(tail) == []
    assert tail.set_aside == {"cut": 1}
    assert tail.last_odd == Odd("cut", b"179530")


def test_a_start_written_behind_a_cut_line_is_heard(log: Log) -> None:
    log.write(numbered(1) + b"1795301530|c2|nor1795301999|NONE|NONE|NONE|QUEUESTART|\n" + numbered(3))
    tail = QueueLogTail(log.path)
    assert [one.line.verb for one in tail.read()] == ["ENTERQUEUE", "QUEUESTART", "ENTERQUEUE"]
    assert tail.set_aside == {"cut": 1}


def test_a_long_log_is_given_out_in_portions(log: Log) -> None:
    log.write(b"".join(map(numbered, range(50))))
    tail = QueueLogTail(log.path)
    portions = [len(tail.read(most=20)) for _ in range(4)]
    assert portions == [20, 20, 10, 0]


def test_a_log_that_was_long_before_we_came_is_begun_at_a_whole_line(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ami_bridge.queue_log.tail.LOOK_BACK", 3 * len(numbered(10)) - 5)
    log.write(b"".join(map(numbered, range(10, 60))))
    tail = QueueLogTail(log.path)
    assert told(tail) == ["c58", "c59"]
    assert tail.set_aside == {}


def test_a_folder_nobody_may_write_to_is_enough(log: Log) -> None:
    log.write(numbered(1))
    log.path.chmod(stat.S_IRUSR)
    log.path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        tail = QueueLogTail(log.path)
        assert told(tail) == ["c1"]
        assert told(QueueLogTail(log.path, tail.mark)) == []
    finally:
        log.path.parent.chmod(stat.S_IRWXU)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(gzip.compress(numbered(0) + numbered(1) * 4000)[:40]),
        lambda path: path.write_bytes(b"no gzip at all, though it is named so"),
    ],
)
def test_a_half_packed_piece_is_waited_for_and_nothing_is_lost_by_it(log: Log, spoil: Callable[[Path], None]) -> None:
    tail = QueueLogTail(log.path)
    log.write(numbered(0))
    assert told(tail) == ["c0"]
    log.write(numbered(1))
    log.rotate()
    log.write(numbered(2))
    (turned,) = log.path.parent.glob("queue_log-*")
    whole = turned.read_bytes()
    packed = turned.with_name(turned.name + ".gz")
    turned.unlink()
    spoil(packed)
    before = QueueLogTail(log.path, tail.mark)
    told(before)
    packed.write_bytes(gzip.compress(whole))
    assert told(QueueLogTail(log.path, tail.mark)) == ["c1", "c2"]


def test_an_unreadable_log_says_so_and_is_read_on_later(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    tail = QueueLogTail(log.path)
    log.write(numbered(1))
    assert told(tail) == ["c1"]
    log.write(numbered(2))

    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as during:
        during.setattr("ami_bridge.queue_log.tail.open_log", refuse)
        with pytest.raises(PermissionError):
            tail.read()
    assert told(tail) == ["c2"]


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("queue_log.0", True),
        ("queue_log.1795301529", True),
        ("queue_log-20261121", True),
        ("queue_log-20261121.gz", True),
        ("queue_log.1.xz", True),
        ("queue_log.bak", False),
        ("queue_log_test", False),
        ("queue_log~", False),
        ("messages.1", False),
    ],
)
def test_only_what_rotation_makes_is_taken_for_an_older_piece(name: str, turned: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_turned(name, "queue_log") is turned


def test_the_place_survives_as_text_and_numbers() -> None:
    mark = Mark("8:1f", 120, 40, "ab")
    assert Mark(mark.file, mark.offset, mark.size, mark.digest) == mark


@pytest.mark.parametrize("named", [True, False])
def test_pieces_in_an_olddir_are_read_on_named_or_found_by_what_stands_in_them(tmp_path: Path, *, named: bool) -> None:
    log, old = tmp_path / "queue_log", tmp_path / "old"
    old.mkdir()
    (old / "queue_log.9").write_bytes(numbered(90))  # of long ago
    log.write_bytes(numbered(0))
    tail = QueueLogTail(log, olddir=old if named else None)
    assert [one.line.channel_id for one in tail.read()] == ["c0"]
    log.write_bytes(numbered(0) + numbered(1))
    log.rename(old / "queue_log.1")
    log.write_bytes(numbered(2))
    assert [one.line.channel_id for one in tail.read()] == ["c1", "c2"]
    assert tail.losses == 0
    assert tail.moved_to == (None if named else old)
    log.write_bytes(numbered(2) + numbered(3))
    assert [one.line.channel_id for one in tail.read()] == ["c3"]


def test_a_log_whose_piece_is_nowhere_is_told_of_as_lost(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "queue_log.1").write_bytes(numbered(7))
    log.write_bytes(numbered(0))
    tail = QueueLogTail(log)
    tail.read()
    log.write_bytes(numbered(2))
    log.rename(tmp_path / "gone")
    log.write_bytes(numbered(3))
    assert [one.line.channel_id for one in tail.read()] == ["c3"]
    assert (tail.losses, tail.moved_to) == (1, None)


def test_the_pieces_of_a_whole_reading_are_those_of_both_folders(tmp_path: Path) -> None:
    log, old = tmp_path / "queue_log", tmp_path / "old"
    old.mkdir()
    for number, path in enumerate((old / "queue_log.2", old / "queue_log.1", tmp_path / "queue_log.0", log)):
        path.write_bytes(numbered(number))
        os.utime(path, (1000 + number, 1000 + number))
    assert pieces(log, None, old) == [old / "queue_log.2", old / "queue_log.1", tmp_path / "queue_log.0", log]
    assert pieces(log) == [tmp_path / "queue_log.0", log]
