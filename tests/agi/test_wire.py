from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.errors import PeerError
from agi.wire import Lines


@given(st.lists(st.binary(max_size=30)))
def test_lines_do_not_depend_on_the_pieces(chunks: list[bytes]) -> None:
    data = b"".join(chunks)
    lines = Lines()
    found = [line for chunk in chunks for line in lines.feed(chunk)]
    assert found == [line.removesuffix(b"\r") for line in data.split(b"\n")[:-1]]


def test_a_character_cut_by_tcp_arrives_whole() -> None:
    lines = Lines()
    name = "陈大文".encode()
    found = [line for index in range(len(name)) for line in lines.feed(name[index : index + 1])] + lines.feed(b"\n")
    assert [line.decode() for line in found] == ["陈大文"]


@pytest.mark.parametrize("data", [b"a" * 11, b"a" * 11 + b"\n", b"ok\n" + b"a" * 11])
def test_a_line_over_the_limit_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError, match="10 bytes"):
        Lines(10).feed(data)


def test_a_line_over_the_limit_is_refused_in_pieces_too() -> None:
    lines = Lines(10)
    lines.feed(b"a" * 10)
    with pytest.raises(PeerError):
        lines.feed(b"a")


def test_many_short_lines_are_no_long_line() -> None:
    assert len(Lines(10).feed(b"abc\n" * 100)) == 100


def test_a_long_line_in_small_pieces_costs_no_more_than_its_length() -> None:
    """F3: panoramisk needs 5 s for 1 MiB, because it searches everything again for each piece."""

    def fed(pieces: int) -> float:
        lines = Lines(2_000_000)
        began = time.process_time()
        for _ in range(pieces):
            lines.feed(b"a" * 100)
        assert len(lines.feed(b"\n")[0]) == 100 * pieces
        return time.process_time() - began

    small = min(fed(1_000) for _ in range(5))
    assert min(fed(16_000) for _ in range(2)) / small < 60  # 16 times the size: 16 when linear, 256 when quadratic
