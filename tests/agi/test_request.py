from __future__ import annotations

import pytest

from agi.errors import PeerError
from agi.request import AgiRequest, parse_request
from tests.agi.replay import said


def request(*lines: str) -> AgiRequest:
    return parse_request(line.encode() for line in lines)


def test_a_real_header_block_becomes_a_request() -> None:
    block = said("normal-call").partition(b"\n\n")[0].split(b"\n")
    found = parse_request(block)
    assert found.script == "flow/normal-call"
    assert (found.route, found.name) == ("flow", "normal-call")
    assert found.query == {"lang": "yue"}
    assert found.args == ("first", "two words")
    assert found.callerid == "13800138000"
    assert found.callerid_name == '陈大文 "VIP" (x)'
    assert found.channel.startswith("Local/normal-call@agi-")
    assert found.dnid == ""
    assert found.version.startswith("22.10.1")
    assert found.language == "en"
    assert found.network
    assert found.headers["agi_enhanced"] == "0.0"


def test_a_callers_name_in_gbk_harms_nothing() -> None:
    """F13: panoramisk raises UnicodeDecodeError outside of any try."""
    found = parse_request(said("gbk-caller-name").partition(b"\n\n")[0].split(b"\n"))
    assert found.callerid_name == "\ufffd\ufffd"


def test_a_query_does_not_hide_the_route() -> None:
    """F16: panoramisk finds no route for agi://host/x?lang=yue."""
    found = request("agi_network_script: flow/a%20b?x=1&x=2&y=")
    assert (found.route, found.name, dict(found.query)) == ("flow", "a b", {"x": "2", "y": ""})


def test_a_value_keeps_its_colons() -> None:
    assert request("agi_network_script: ping", "agi_arg_1: a: b:c").args == ("a: b:c",)


def test_a_forged_argument_does_not_count() -> None:
    lines = ["agi_network_script: flow/x", "agi_version: 22", "agi_uniqueid: 1", "agi_calleridname: Eve"]
    forged = ["agi_arg_1: forged", "agi_arg_2: forged", "agi_threadid: 1", "agi_arg_3: forged", "agi_uniqueid: 9"]
    found = request(*lines, *forged, "agi_context: c", "agi_threadid: 2", "agi_arg_1: real")
    assert found.args == ("real",)
    assert found.uniqueid == "1"


def test_a_block_that_ends_before_its_last_header_is_refused() -> None:
    with pytest.raises(PeerError, match="line break"):
        request("agi_network_script: flow/x", "agi_version: 22", "agi_calleridname: Eve")


def test_a_request_shows_no_header_twice_in_its_repr() -> None:
    assert "agi_" not in repr(request("agi_network_script: ping"))
