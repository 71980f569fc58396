from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.encoding import MAX_COMMAND_BYTES, Raw, RawText, Written, quote
from agi.errors import CommandRefused


def parse_args(line: bytes) -> list[bytes]:
    """A copy of Asterisk's ``parse_args`` (res_agi.c:4124, 22.x), state by state."""
    words: list[bytearray] = []
    quoted = escaped = False
    blank = True
    for byte in line:
        char = bytes([byte])
        if char == b'"' and not escaped:
            quoted = not quoted
            if quoted and blank:
                words.append(bytearray())
                blank = False
        elif char in b" \t" and not quoted and not escaped:
            blank = True
        elif char == b"\\" and not escaped:
            escaped = True
        else:
            if blank:
                words.append(bytearray())
                blank = False
            words[-1] += char
            escaped = False
    return [bytes(word) for word in words]


ARGUMENT = st.text(alphabet=st.characters(exclude_characters="\n\r\0", codec="utf-8"), max_size=60)


@given(st.lists(ARGUMENT, max_size=20))
def test_every_argument_comes_back_out_of_asterisks_parser(arguments: list[str]) -> None:
    line = Raw("SOME VERB", tuple(arguments)).encode()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert parse_args(line[:-1]) == [b"SOME", b"VERB", *(argument.encode() for argument in arguments)]


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\0b", "\n", "lone \udcff surrogate"])
def test_what_the_wire_cannot_carry_is_refused(bad: str) -> None:
    with pytest.raises(CommandRefused, match="NOOP"):
        Raw("NOOP", (bad,)).encode()


def test_whole_numbers_are_not_quoted() -> None:
    assert Raw("WAIT FOR DIGIT", (-1,)).encode() == b"WAIT FOR DIGIT -1\n"


def test_a_line_asterisk_would_cut_is_refused() -> None:
    room = MAX_COMMAND_BYTES - len('NOOP ""')
    assert len(Raw("NOOP", ("x" * room,)).encode()) == MAX_COMMAND_BYTES + 1
    with pytest.raises(CommandRefused, match=f"{MAX_COMMAND_BYTES + 1} bytes"):
        Raw("NOOP", ("x" * (room + 1),)).encode()


def test_words_asterisk_would_drop_are_refused() -> None:
    assert Raw("NOOP", ("x",) * 126).encode()
    with pytest.raises(CommandRefused, match="127 words"):
        Raw("NOOP", ("x",) * 127).encode()


@pytest.mark.parametrize("words", ["", "NOOP\n", 'A "B"', "NOOP\tX", "ANTWÖRT"])
def test_the_words_of_a_raw_command_are_words(words: str) -> None:
    with pytest.raises(CommandRefused, match="letters and digits"):
        Raw(words).encode()


def test_a_written_line_is_kept_as_it_is_but_stays_one_line() -> None:
    assert Written('GET VARIABLE "A B"').encode() == b'GET VARIABLE "A B"\n'
    for bad in ("NOOP\nNOOP", "", "x" * (MAX_COMMAND_BYTES + 1)):
        with pytest.raises(CommandRefused):
            Written(bad).encode()


def test_a_written_line_knows_whether_it_reads_text() -> None:
    assert Written("get variable X").reads_text
    assert not Written("GET DATA beep").reads_text
    assert RawText("RECEIVE TEXT").reads_text


def test_quoting_escapes_exactly_two_characters() -> None:
    assert quote('a"b\\c (d)') == '"a\\"b\\\\c (d)"'
