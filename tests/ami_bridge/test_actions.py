"""The action encoder: what AMI cannot carry is refused, everything else crosses unharmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.protocol.actions import MAX_LINE, Fields, encode
from ami_bridge.protocol.errors import ActionRefusedHere
from ami_bridge.protocol.headers import parse


def test_fields_repeat_and_booleans_speak_amis_language() -> None:
    fields: Fields = {"Action": "Originate", "Async": True, "Priority": 1, "Variable": ["A=1", "B=陳"]}
    assert encode(fields) == (
        "Action: Originate\r\nAsync: true\r\nPriority: 1\r\nVariable: A=1\r\nVariable: B=陳\r\n\r\n".encode()
    )


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\r\n\r\nAction: Command", "\0"])
def test_a_value_with_a_line_end_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(ActionRefusedHere, match="Reason") as refused:
        encode({"Action": "QueuePause", "Reason": value})
    assert "Command" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "A:B", "A\r\nB", "A B", "名"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ActionRefusedHere, match="no header name"):
        encode({name: "x"})


def test_a_line_is_as_long_as_asterisk_reads_and_no_longer() -> None:
    encode({"X": "y" * (MAX_LINE - 3)})
    with pytest.raises(ActionRefusedHere, match="1023 bytes long"):
        encode({"X": "y" * (MAX_LINE - 2)})
    with pytest.raises(ActionRefusedHere):
        encode({"X": "陳" * 341})


def test_more_lines_than_asterisk_keeps_are_refused() -> None:
    with pytest.raises(ActionRefusedHere, match="129 lines"):
        encode({"Variable": [f"V{i}=1" for i in range(129)]})


@given(st.text(max_size=60))
def test_a_value_crosses_unharmed_or_is_refused(value: str) -> None:
    try:
        raw = encode({"Action": "X", "V": value})
    except ActionRefusedHere:
        assert any(c in value for c in "\r\n\0") or len(value.encode("utf-8", "surrogatepass")) > MAX_LINE - 3
        return
    assert raw.count(b"\r\n\r\n") == 1
    assert parse(raw[:-4])["V"] == value.encode("utf-8", "replace").decode()
