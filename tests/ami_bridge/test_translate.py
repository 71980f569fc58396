"""The border: strings in, typed facts out, whatever the strings are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.domain import events as ev
from ami_bridge.spoken import Heard
from ami_bridge.translate import CHANNEL_VARIABLES, WANTED_EVENTS, channel_of, event_of, snapshot_of, tags_of
from tests.ami_bridge.replaying import FOLDER

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_time_is_the_switchs_and_arrival_only_without_it() -> None:
    told = event_of(Heard({"Event": "Hangup", "Timestamp": "1795301528.5", "Uniqueid": "1"}), NOW)
    assert told is not None
    assert told.at == datetime.fromtimestamp(1795301528.5, UTC)
    untold = event_of(Heard({"Event": "Hangup", "Uniqueid": "1"}), NOW)
    assert untold is not None
    assert untold.at == NOW


def test_channel_variables_become_tags() -> None:
    lines = ["HL_LANGUAGE=yue-HK", "HL_VIP=1", "HL_FLOWID=main@abc=1", "HL_NUMBER=96956", "HL_QUEUE=vip"]
    tags = tags_of(Heard({"ChanVariable": [*lines, "HL_PRIORITY=7"]}))
    assert tags == ev.Tags(
        language="yue-HK", vip=True, flow="main", flow_version="abc=1", number="96956", queue="vip", priority=7
    )
    assert tags_of(Heard({})) == ev.Tags()
    assert tags_of(Heard({"ChanVariable": "HL_VIP=0"})) == ev.Tags()


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (r"O\'Brien", "O'Brien"),
        (r"Who\?", "Who?"),
        (r"a\\b\"c", r"a\b\"c".replace('\\"', '"')),
        (r"x\ty\nz", "x\ty\nz"),
        ("陈", "陈"),
    ],
)
def test_a_name_is_what_it_was_before_asterisk_escaped_it(sent: str, meant: str) -> None:
    joined = {"Event": "QueueCallerJoin", "Queue": "service", "Uniqueid": "1", "CallerIDName": sent}
    told = event_of(Heard(joined), NOW)
    assert isinstance(told, ev.Joined)
    assert told.caller_name == meant
    assert channel_of(Heard({"CallerIDName": sent, "Duration": "00:00:01"}), NOW).caller_name == meant


YOUNGER = {"HL_AGI", "HL_ANNOUNCE"}
"""Variables the recordings do not have yet: tests/calls/test_kill.py and test_queue_line.py prove what they do."""


def test_every_channel_variable_asked_for_is_in_the_recordings() -> None:
    text = (FOLDER / "asterisk-22.10.1-answered.txt").read_text(encoding="utf-8")
    for name in set(CHANNEL_VARIABLES) - YOUNGER:
        assert f"ChanVariable: {name}=" in text


@pytest.mark.parametrize(("variable", "kind"), [("__HL_NUMBER", ev.Tagged), ("HL_RESULT", ev.MovedOn)])
def test_a_variables_underscores_are_no_part_of_its_name(variable: str, kind: type) -> None:
    heard = Heard({"Event": "VarSet", "Variable": variable, "Value": "x", "Uniqueid": "1"})
    assert isinstance(event_of(heard, NOW), kind)


BLIND = {
    "Event": "BlindTransfer", "Result": "Success", "Extension": "1002", "Context": "agents",
    "TransfereeUniqueid": "c", "TransfererUniqueid": "a",
}  # fmt: skip
ATTENDED = {
    "Event": "AttendedTransfer", "Result": "Success", "DestType": "Bridge",
    "OrigTransfererUniqueid": "a", "SecondTransfererUniqueid": "a2", "TransfereeUniqueid": "c",
    "TransferTargetCallerIDNum": "1002",
}  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "to"),
    [
        (BLIND, "1002@agents"),
        (BLIND | {"Context": ""}, "1002"),
        (ATTENDED, "1002"),
        (ATTENDED | {"TransferTargetCallerIDNum": "<unknown>", "SecondTransfererConnectedLineNum": "1003"}, "1003"),
        (ATTENDED | {"TransferTargetCallerIDNum": "", "DestType": "App", "DestApp": "Queue"}, "Queue"),
        (ATTENDED | {"TransferTargetCallerIDNum": ""}, ""),
    ],
)
def test_a_transfer_names_both_who_were_talking_and_where_it_leads(headers: dict[str, str], to: str) -> None:
    told = event_of(Heard(headers), NOW)
    assert isinstance(told, ev.HandedOn)
    assert (told.transferee, told.transferer, told.to) == ("c", "a", to)
    assert told.kind == headers["Event"].removesuffix("Transfer").lower()


@pytest.mark.parametrize("headers", [BLIND, ATTENDED])
@pytest.mark.parametrize("result", ["Fail", "Invalid", "Not Permitted", ""])
def test_a_transfer_that_failed_leaves_the_talk_as_it_was(headers: dict[str, str], result: str) -> None:
    assert event_of(Heard(headers | {"Result": result}), NOW) is None


def test_an_empty_status_says_nothing() -> None:
    assert event_of(Heard({"Event": "VarSet", "Variable": "QUEUESTATUS", "Value": ""}), NOW) is None


HEADERS = (
    "Timestamp Uniqueid Queue Position Penalty Status LastCall RingTime Variable "
    "Value HoldTime ChanVariable Wrapuptime ContactStatus AOR DestUniqueid Result Extension Context TransfereeUniqueid"
)


@given(
    st.sampled_from([*WANTED_EVENTS, "Other", ""]),
    st.dictionaries(
        st.sampled_from(HEADERS.split()),
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["nan", "inf", "-1", "1e99", "９", "1795301528.1", "HL_VIP=1", "QUEUESTATUS"]),
            st.lists(st.text(max_size=5), min_size=2, max_size=3),
        ),
    ),
)
def test_no_message_raises_but_for_a_time_no_calendar_has(name: str, headers: dict[str, str | list[str]]) -> None:
    try:
        event_of(Heard({"Event": name, **headers}), NOW)
    except (ValueError, OverflowError, OSError):
        assert "Timestamp" in headers or "LastCall" in headers


def test_the_recorded_lists_become_one_snapshot() -> None:
    raw = (FOLDER / "asterisk-22.10.1-lists.txt").read_bytes().split(b"\r\n\r\n")
    rows = [Heard.from_raw(m) for m in raw]
    status = [r for r in rows if r.text("ActionID") == "t-QueueStatus"]
    channels = [r for r in rows if r.text("Event") == "CoreShowChannel"]
    shot = snapshot_of(status, channels, frozenset({"1001"}), NOW)
    assert set(shot.queues) == {"normal", "vip", "short", "empty", "leaver", "tiny"}
    assert {(m.queue, m.interface, m.paused, m.pause_reason) for m in shot.members} == {
        ("normal", "Local/1001@agents", False, ""),
        ("vip", "Local/1101@agents", True, "lunch"),
    }
    assert [(w.queue, w.position, w.priority) for w in shot.waiting] == [("normal", 1, 3)]
    assert shot.unreachable == frozenset({"1001"})
    assert any(c.bridge_id and c.application == "Queue" for c in shot.channels)


def test_a_channels_age_gives_its_beginning() -> None:
    seen = channel_of(Heard({"Duration": "01:02:03"}), NOW)
    assert seen.since == NOW - timedelta(hours=1, minutes=2, seconds=3)
