"""A call out of all tables: nothing is lost, nothing is out of order, and numbers are masked where it is shown."""

from __future__ import annotations

from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ivr.cli.calls import as_text, words
from store.queries.journeys import CallStory, JourneyStory
from store.records import Callback
from store.rows import Voicemail
from store.time_line import What, time_line
from tests.store.samples import a_journey, a_ring, a_step, a_survey, a_visit, at

UTC = ZoneInfo("UTC")
RANG = a_ring(started_at=at(31), ended_at=at(34), result="answered")
VISIT = a_visit(
    caller="13800138000",
    number="96956",
    entered_at=at(30),
    position=2,
    priority=5,
    answered_at=at(34),
    wait_s=4.0,
    agent="1001",
    agent_name="Ann",
    ended_at=at(64),
    talk_s=30.0,
    hold_s=3.0,
    outcome="answered",
    ended_by="transfer",
    transfer="blind",
    transferred_to="13900139000@out",
    next_visit_id="gz-1/1763000000.7/2",
)
STORY = CallStory(
    journeys=(
        JourneyStory(
            a_journey(language="yue-HK", vip=True, ended_at=at(99), outcome="finished"),
            (a_step(1, to_step="step2"), a_step(2, at=at(30), verb="queue", outcome="answered")),
        ),
    ),
    visits=(VISIT,),
    voicemails=(
        Voicemail(id="v", node="gz-1", call_id="c", box="night", path="a.wav", recorded_at=at(70), seconds=7.4),
    ),
    surveys=(a_survey(1),),
    callbacks=(
        Callback(
            id="b", node="gz-1", call_id="c", channel_id="c", queue="general", number_to_call="13900139001",
            asked_at=at(80), entered_at=at(30), flow="main", flow_version="x", step="s",
        ),
    ),
    rings=(RANG,),
)  # fmt: skip

OVER = (
    "12:01:04.000  queue  general is over: answered, by transfer (blind, to 139****9000@out), talk 30.0 s, "
    "3.0 s of it on hold; goes on as gz-1/1763000000.7/2"
)


def test_a_call_reads_from_its_first_step_to_its_last() -> None:
    text = as_text("1763000000.7", STORY, UTC)
    assert text.splitlines()[:2] == ["1763000000.7  2026-11-21  138****8000  called 96956  yue-HK  VIP", ""]
    assert [line for line in text.splitlines()[2:] if "was asked" not in line] == [
        "12:00:00.000  flow   main began (version sha256:a)",
        "12:00:01.000  flow   main.step1 (say): ok → step2",
        "12:00:30.000  flow   main.step2 (queue): answered",
        "12:00:30.000  queue  entered general, place 2, priority 5",
        "12:00:31.000  agent  1001 is rung (attempt 1)",
        "12:00:34.000  agent  1001: answered",
        "12:00:34.000  agent  1001 Ann answered after 4.0 s",
        OVER,
        "12:01:10.000  left   a message of 7 s in night",
        "12:01:20.000  left   is to be called back on 139****9001 by general",
        "12:01:39.000  flow   main ended: finished",
    ]


def test_no_number_of_a_caller_is_shown_whole() -> None:
    text = as_text("1763000000.7", STORY, UTC)
    for number in ("13800138000", "13900139000", "13900139001"):
        assert number not in text


def test_a_call_of_which_only_the_queue_knows_names_its_caller() -> None:
    assert as_text("c", CallStory((), (VISIT,), ()), UTC).startswith("c  2026-11-21  138****8000  called 96956")
    withheld = as_text("c", CallStory((), (a_visit(),), ()), UTC)
    assert "number withheld" in withheld


@given(st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_whatever_the_instants_the_order_is_that_of_time_and_nothing_is_left_out(seconds: list[int]) -> None:
    steps = tuple(a_step(ordinal, at=at(second)) for ordinal, second in enumerate(seconds, 1))
    moments = time_line(CallStory((JourneyStory(a_journey(), steps),), (VISIT,), (), rings=(RANG,)))
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)
    assert len(moments) == 1 + len(steps) + 3 + 2
    assert {moment.what for moment in moments} <= set(get_args(What))
    assert all(words(moment) for moment in moments)
