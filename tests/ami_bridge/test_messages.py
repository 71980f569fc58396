"""The feed's messages: their line form, the merge of deltas, the mask."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.messages import (
    AgentView,
    CallView,
    Delta,
    Knowledge,
    MalformedMessage,
    QueueView,
    Removed,
    SequenceGap,
    Snapshot,
    Tick,
    WaitingCaller,
    apply_delta,
    decode,
    encode,
    mask,
    mask_name,
)

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
COMPLETE = Knowledge(state="complete", since=AT)
CALLER = WaitingCaller(
    visit_id="gz-1:1.2:1",
    position=1,
    caller=mask("13812345678"),
    caller_name='"陳\n</script>',
    vip=True,
    language="yue-HK",
    entered_at=AT,
    priority=5,
)


def snapshot(**over: object) -> Snapshot:
    fields: dict[str, object] = {
        "node": "gz-1",
        "seq": 7,
        "at": AT,
        "knowledge": COMPLETE,
        "queues": (QueueView(name="general", title="普通", waiting=(CALLER,)),),
        "agents": (
            AgentView(id="1001", name="陈美玲", state="paused", since=AT, reason="lunch", queues={"general": 0}),
        ),
        "calls": (CallView(call_id="1.1", number="96956", flow="main", since=AT, language="zh-CN"),),
    }
    return Snapshot(**(fields | over))  # type: ignore[arg-type]  # fields are given by name as a test wants them


@pytest.mark.parametrize(
    "message",
    [snapshot(), Delta(node="gz-1", seq=8, at=AT, removed=Removed(calls=("1.1",))), Tick(node="gz-1", seq=9, at=AT)],
    ids=lambda m: m.type,
)
def test_a_message_is_one_line_and_comes_back_equal(message: Snapshot | Delta | Tick) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == message


@pytest.mark.parametrize("line", [b"", b"{}", b'{"type":"other"}', b'{"type":"tick","node":"n"}', b"\xff\xfe", b"[1]"])
def test_a_line_that_is_no_message_is_named_as_such(line: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(line)


def test_a_delta_replaces_whole_objects_and_removes_the_gone() -> None:
    after = apply_delta(
        snapshot(),
        Delta(
            node="gz-1",
            seq=8,
            at=AT,
            queues=(QueueView(name="general", title="普通"), QueueView(name="vip", title="VIP")),
            removed=Removed(calls=("1.1", "never-seen")),
            knowledge=Knowledge(state="blind", since=AT),
        ),
    )
    assert [q.name for q in after.queues] == ["general", "vip"]
    assert after.queues[0].waiting == ()
    assert after.calls == ()
    assert after.agents == snapshot().agents
    assert (after.seq, after.knowledge.state) == (8, "blind")


@pytest.mark.parametrize("message", [Tick(node="gz-1", seq=9, at=AT), Tick(node="gz-2", seq=8, at=AT)])
def test_a_gap_or_another_node_is_refused(message: Tick) -> None:
    with pytest.raises(SequenceGap):
        apply_delta(snapshot(), message)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("1001", "1001"),
        ("", ""),
        ("1234567", "1****67"),
        ("61234567", "61****67"),
        ("075512345", "07****345"),
        ("+8613812345678", "+86*******5678"),
    ],
)
def test_a_number_is_masked_in_the_middle(number: str, shown: str) -> None:
    assert mask(number) == shown


@given(st.text("0123456789+", min_size=7, max_size=40))
def test_four_digits_or_more_are_always_hidden(number: str) -> None:
    assert len(mask(number)) == len(number)
    assert mask(number).count("*") >= 4


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈美玲", "陈美玲"),
        ("Room 1001", "Room 1001"),
        ("13812345678", "138****5678"),
        ("王 +86 138-1234-5678", "王 +86**********5678"),
        ("<b>61234567</b>", "<b>61****67</b>"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("call 138/0013/8000", "call 138******8000"),
        ("call 138_0013_8000", "call 138******8000"),
        ("call 138·0013·8000", "call 138******8000"),
    ],
)
def test_a_number_in_a_callers_name_is_masked_too(name: str, shown: str) -> None:
    """Trunks often give the number for a name."""
    assert mask_name(name) == shown
