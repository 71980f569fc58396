"""CEL's csv as a real Asterisk wrote it (tests/transcripts/cel), cut, mixed and doubled; and one who follows it."""

from __future__ import annotations

import gzip
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.cel.call import Call, call_of
from ami_bridge.cel.calls import Calls, calls_of
from ami_bridge.cel.lines import CEL, CelEvent, RecordCutter, parse_record
from ami_bridge.queue_log.lines import LONGEST_LINE, Odd
from ami_bridge.queue_log.reading import read_log
from ami_bridge.queue_log.tail import LogTail

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCENES = Path(__file__).parents[1] / "transcripts" / "cel"
NAMES = sorted(path.stem.removeprefix("asterisk-22.10.1-") for path in SCENES.glob("*.csv"))


def scene(name: str) -> bytes:
    return (SCENES / f"asterisk-22.10.1-{name}.csv").read_bytes()


def records(raw: bytes) -> list[bytes]:
    cutter = RecordCutter()
    return [record for _, record in [*cutter.feed(raw), *cutter.finish()]]


def facts(raw: bytes) -> list[CelEvent]:
    told = [parse_record(record) for record in records(raw)]
    return [one for one in told if isinstance(one, CelEvent)]


def only(name: str) -> Call:
    [call] = calls_of(facts(scene(name)))
    return call


def talks(call: Call) -> list[tuple[str, str]]:
    """Who talked to whom, by device; the caller first where he is one of them."""
    legs = {leg.channel_id: leg.device for leg in call.legs}
    pairs = [(legs[talk.one], legs[talk.other]) for talk in call.talks]
    return [(a, b) if a.endswith("carrier") or not b.endswith("carrier") else (b, a) for a, b in pairs]


def seconds(since: datetime | None, until: datetime | None) -> float:
    assert since is not None
    assert until is not None
    return round((until - since).total_seconds(), 1)


# -- what a line says


def test_every_line_of_every_recorded_scene_is_a_fact() -> None:
    assert len(NAMES) == 12
    for name in NAMES:
        raw = scene(name)
        assert b"".join(records(raw)) == raw
        assert len(facts(raw)) == len(records(raw))


def test_a_line_is_read_to_the_microsecond() -> None:
    first, *_ = facts(scene("blind_agent"))
    assert first == CelEvent(
        kind="CHAN_START",
        at=datetime(2026, 11, 25, 2, 51, 5, 517656, tzinfo=UTC),
        call_id="1795575065.16",
        channel_id="1795575065.16",
        channel="PJSIP/carrier-00000000",
        number="13922220005",
        exten="96956",
        context="hotline-numbers",
    )
    [sent] = [one for one in facts(scene("blind_agent")) if one.kind == "BLINDTRANSFER"]
    assert (sent.told("extension"), sent.told("transferee_channel_uniqueid")) == ("1003", "1795575065.16")
    assert sent.told("nothing") == ""


def test_a_number_with_a_line_break_and_a_forged_record_in_it_stays_a_number() -> None:
    told = facts(scene("hostile"))
    assert [one.kind for one in told] == ["CHAN_START", "ANSWER", "HANGUP", "CHAN_END", "LINKEDID_END"]
    assert {one.number for one in told} == {'13922",\n"HANGUP","'}


LINE = scene("menu").splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "cut"),
        (b"\xff\xfe", "cut"),
        (LINE[:60], "cut"),
        (b'"HANGUP","1795574796.728388","1.1"\n', "cut"),
        (b"EventType,EventTime,CIDName\n", "cut"),
        (LINE.replace(b'"1795574792.16"', b'""'), "cut"),
        (LINE.replace(b"1795574792.555294", b"2026-11-25 02:46:32"), "no_time"),
        (LINE.replace(b"1795574792.555294", b"12.5"), "no_time"),
        (LINE.replace(b"CHAN_START", b"CHAN_STORT"), "unknown_event"),
        (LINE.replace(b"96956", b"9" * LONGEST_LINE), "too_long"),
    ],
)
def test_what_is_no_fact_is_set_aside_with_its_reason(raw: bytes, reason: str) -> None:
    odd = parse_record(raw)
    assert isinstance(odd, Odd)
    assert (odd.reason, odd.text) == (reason, raw[:LONGEST_LINE])


def test_a_line_in_another_encoding_and_with_crlf_is_read() -> None:
    told = parse_record(LINE.replace(b"13922220009", "客服".encode("gb18030")).replace(b"\n", b"\r\n"))
    assert isinstance(told, CelEvent)
    assert told.number == "客服"


def test_what_a_dialplan_says_of_its_own_is_not_taken() -> None:
    told = parse_record(
        LINE.replace(b"CHAN_START", b"USER_DEFINED").replace(b'"",""\n', b'"PIN","{""extra"":""1234""}"\n')
    )
    assert isinstance(told, CelEvent)
    assert (told.kind, told.name, told.extra) == ("USER_DEFINED", "PIN", ())
    assert "1234" not in repr(told)


@given(st.binary(max_size=300))
def test_no_record_raises(raw: bytes) -> None:
    parsed = parse_record(raw)
    assert isinstance(parsed, Odd) or parsed.call_id != ""


def test_a_record_asterisk_was_killed_in_does_not_take_the_next_with_it() -> None:
    for line in (LINE, scene("menu").splitlines(keepends=True)[2]):
        for cut in range(1, len(line) - 1):
            told = [parse_record(one) for one in records(line[:cut] + line)]
            assert isinstance(told[-1], CelEvent), cut
            assert [one.reason for one in told[:-1] if isinstance(one, Odd)] == ["cut"], cut


@given(st.sampled_from(NAMES), st.lists(st.integers(0, 7000), max_size=6))
def test_however_the_bytes_come_the_records_are_the_same(name: str, cuts: Sequence[int]) -> None:
    raw, cutter = scene(name), RecordCutter()
    found: list[tuple[int, bytes]] = []
    edges = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    for begin, end in itertools.pairwise(edges):
        found += cutter.feed(raw[begin:end])
    found += cutter.finish()
    assert [record for _, record in found] == records(raw)
    begins = 0
    for end, record in found:
        assert raw[begins:end] == record
        begins = end


@given(st.text(alphabet='",\n\\HANGUP0123456789.', max_size=60) | st.just('"HANGUP","1795574792.5","1795574792.16","'))
def test_no_number_can_forge_a_record(number: str) -> None:
    raw = LINE.replace(b"13922220009", number.replace('"', '""').encode())
    told = facts(raw + LINE)
    assert [one.kind for one in told] == ["CHAN_START", "CHAN_START"]
    assert told[0].number == number


# -- what became of whom


def test_a_caller_in_the_menu() -> None:
    call = only("menu")
    assert (call.id, len(call.legs), talks(call), call.transfers) == ("1795574792.16", 1, [], ())
    assert (seconds(call.began, call.answered), seconds(call.began, call.ended)) == (0.0, 4.2)
    assert call.ended_by(call.id) == "self"


def test_a_talk_the_agent_ends() -> None:
    call = only("answered_agent")
    caller, agent = call.legs
    [talk] = call.talks
    assert talks(call) == [("PJSIP/carrier", "PJSIP/1001")]
    assert (talk.partner(caller.channel_id), talk.partner("x")) == (agent.channel_id, None)
    assert seconds(talk.since, talk.until) == 1.1
    assert (call.ended_by(agent.channel_id), agent.cause) == ("self", 16)
    # Asterisk keeps the agent's name for the caller's own end, two seconds later
    assert (caller.source, call.ended_by(caller.channel_id)) == (agent.name, None)


def test_a_talk_the_caller_ends() -> None:
    call = only("answered_caller")
    assert [call.ended_by(leg.channel_id) for leg in call.legs] == ["self", "other"]


def test_a_caller_who_gives_up_while_a_phone_rings() -> None:
    call = only("abandoned")
    assert (talks(call), [call.ended_by(leg.channel_id) for leg in call.legs]) == ([], ["self", "system"])
    assert call.legs[1].answered is None


def test_a_phone_that_is_busy_again_and_again() -> None:
    call = only("timed_out")
    assert {(leg.device, leg.cause) for leg in call.legs[1:]} == {("PJSIP/1001", 17)}
    assert talks(call) == []


def test_a_blind_transfer_into_a_queue() -> None:
    call = only("blind_queue")
    [sent] = call.transfers
    assert talks(call) == [("PJSIP/carrier", "PJSIP/1001"), ("PJSIP/carrier", "PJSIP/1003")]
    assert (sent.kind, sent.exten, sent.by, sent.who) == ("blind", "7002", call.legs[1].channel_id, call.id)
    assert call.ended_by(call.legs[1].channel_id) == "system"


def test_a_blind_transfer_to_another_agent_goes_on_as_a_talk() -> None:
    call = only("blind_agent")
    first, second = call.talks
    assert (seconds(first.since, first.until), seconds(second.since, second.until)) == (0.1, 2.0)
    assert second.partner(call.id) == call.legs[2].channel_id


def test_an_attended_transfer_makes_one_call_of_two() -> None:
    call = only("attended")
    [sent] = call.transfers
    caller, agent, consulting, target = call.legs
    assert (consulting.call_id, consulting.call_id != caller.call_id) == (consulting.channel_id, True)
    assert (sent.kind, sent.by, sent.who, sent.to) == (
        "attended",
        agent.channel_id,
        caller.channel_id,
        target.channel_id,
    )
    assert talks(call) == [
        ("PJSIP/carrier", "PJSIP/1001"),
        ("PJSIP/1003", "PJSIP/1001"),
        ("PJSIP/carrier", "PJSIP/1003"),
    ]
    assert seconds(call.talks[2].since, call.talks[2].until) == 3.0


def test_an_agent_joins_a_caller_to_whom_he_reached_through_a_queue() -> None:
    call = only("attended_in_queue")
    [sent] = call.transfers
    caller, agent, asking, target, *ways = call.legs
    assert (sent.by, sent.who, sent.to) == (agent.channel_id, caller.channel_id, target.channel_id)
    assert (sent.instead_of, [leg.is_local for leg in ways]) == (asking.channel_id, [True, True])
    assert call.ended_by(asking.channel_id) == "system"


def test_a_local_member_is_taken_out_and_his_telephone_put_in_his_place() -> None:
    call = only("local_member")
    names = {leg.channel_id: leg.device for leg in call.legs}
    assert [names[talk.partner(call.id) or ""] for talk in call.talks if talk.partner(call.id)] == [
        "Local/1003@hotline-agents",
        "PJSIP/1003",
    ]
    telephone = next(leg for leg in call.legs if leg.device == "PJSIP/1003")
    assert call.ended_by(telephone.channel_id) == "other"


def test_what_a_transfer_names_is_one_call_though_nothing_else_joins_it() -> None:
    kinds = {"CHAN_START", "ATTENDEDTRANSFER"}
    told = [replace(event, call_id=event.channel_id) for event in facts(scene("attended")) if event.kind in kinds]
    assert len(calls_of(told)) == 1


def test_a_record_that_comes_again_after_the_end_opens_nothing() -> None:
    told = [event for event in facts(scene("menu")) if event.kind != "LINKEDID_END"]
    calls = Calls(linger=0)
    for event in [*told, told[0]]:
        calls.take(event)
    assert [call.id for call in calls.over()] == ["1795574792.16"]


def test_where_ends_were_lost_the_linkedids_end_lets_the_call_go() -> None:
    calls = Calls(linger=0)
    for event in facts(scene("answered_agent")):
        if event.kind not in {"HANGUP", "CHAN_END"}:
            calls.take(event)
    assert [call.id for call in calls.over()] == ["1795574798.17"]


ALL = [facts(scene(name)) for name in NAMES]


@st.composite
def mixed(draw: st.DrawFn) -> list[CelEvent]:
    """Some calls at once: channels mixed in any way, the order within each kept; some records twice."""
    chosen = draw(st.lists(st.sampled_from(range(len(ALL))), min_size=1, max_size=4, unique=True))
    by_channel: dict[str, list[CelEvent]] = {}
    for event in (event for index in chosen for event in ALL[index]):
        by_channel.setdefault(event.channel_id, []).append(event)
    order = draw(st.permutations([channel for channel, of in by_channel.items() for _ in of]))
    taken = {channel: iter(of) for channel, of in by_channel.items()}
    told = [next(taken[channel]) for channel in order]
    twice = draw(st.lists(st.integers(0, len(told) - 1), max_size=5))
    for index in sorted(twice, reverse=True):
        told.insert(draw(st.integers(index + 1, len(told))), told[index])
    return told


def by_id(calls: Iterable[Call]) -> dict[str, Call]:
    return {call.id: call for call in calls}


WHOLE = by_id(call for of in ALL for call in calls_of(of))


@settings(max_examples=60)
@given(mixed())
def test_channels_may_be_mixed_and_records_come_twice(told: list[CelEvent]) -> None:
    found = by_id(calls_of(told))
    assert found == {name: WHOLE[name] for name in found}
    assert len(found) == len({call for call in WHOLE if any(event.call_id == call for event in told)} & set(WHOLE))


@settings(max_examples=60)
@given(st.sampled_from(range(len(ALL))), st.sets(st.integers(0, 40)))
def test_whatever_is_lost_nothing_is_invented(index: int, lost: set[int]) -> None:
    left = [event for place, event in enumerate(ALL[index]) if place not in lost]
    [whole] = calls_of(ALL[index])
    for call in calls_of(left):
        for leg in call.legs:
            known = whole.leg(leg.channel_id)
            assert known is not None
            assert leg.began in {None, known.began}
            assert leg.answered in {None, known.answered}
            assert leg.ended in {None, known.ended}
        assert {(t.by, t.at) for t in call.transfers} <= {(t.by, t.at) for t in whole.transfers}
        for talk in call.talks:
            assert talk.until is None or talk.until >= talk.since


def test_calls_are_given_out_when_they_are_over_for_good_and_the_rest_at_the_end() -> None:
    calls = Calls(linger=3)
    given_out: list[str] = []
    for event in [*ALL[NAMES.index("menu")], *ALL[NAMES.index("abandoned")][:4]]:
        calls.take(event)
        given_out += [call.id for call in calls.over()]
    assert given_out == ["1795574792.16"]
    [still] = calls.rest()
    assert (still.id, still.ended) == ("1795574818.21", None)
    assert list(calls.rest()) == []


def test_a_call_goes_on_until_its_last_channel_is_gone() -> None:
    told = ALL[NAMES.index("answered_agent")]
    for count in range(1, len(told)):
        assert (call_of(told[:count]).ended is None) == (count < len(told) - 2)  # CHAN_END and LINKEDID_END follow


def test_where_an_end_was_lost_the_linkedids_counts() -> None:
    told = [event for event in ALL[NAMES.index("answered_agent")] if event.kind not in {"HANGUP", "CHAN_END"}]
    [call] = calls_of(told)
    assert call.ended == told[-1].at
    assert [leg.ended for leg in call.legs] == [None, None]


def test_a_clock_that_goes_back_makes_no_talk_of_less_than_nothing() -> None:
    told = [
        replace(event, at=event.at.replace(hour=1)) if event.kind == "BRIDGE_EXIT" else event
        for event in ALL[NAMES.index("answered_agent")]
    ]
    calls = Calls(linger=None)
    for event in told:
        calls.take(event)
    [call] = calls.rest()
    assert calls.clock_steps == 1
    assert all(stay.until is not None and stay.until >= stay.since for stay in call.stays)


# -- the file


def test_the_file_is_followed_through_rotation_and_a_restart(tmp_path: Path) -> None:
    log = tmp_path / "hotline.csv"
    whole = scene("hostile") + scene("blind_queue")
    told: list[CelEvent] = []
    tail = LogTail(log, CEL)
    for begin in range(0, len(whole), 331):
        if begin and begin % 5 == 0 and log.exists():
            log.rename(tmp_path / f"hotline.csv.{begin}")
        with log.open("ab") as file:
            file.write(whole[begin : begin + 331])
        told += [one.line for one in tail.read()]
        tail = LogTail(log, CEL, tail.mark)
    told += [one.line for one in tail.read()]
    assert tail.losses == 0
    assert len(told) + sum(tail.set_aside.values()) >= len(facts(whole)) - 4  # a rotation may fall into a record
    assert told == [one for one in facts(whole) if one in told]


def test_whole_files_are_read_packed_or_not(tmp_path: Path) -> None:
    log = tmp_path / "hotline.csv.1.gz"
    log.write_bytes(gzip.compress(scene("attended") + b'"HANGUP","17955'))
    told = [line.told for line in read_log(log, CEL)]
    assert [one for one in told if isinstance(one, CelEvent)] == facts(scene("attended"))
    assert [one.reason for one in told if isinstance(one, Odd)] == ["cut"]
