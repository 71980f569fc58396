"""What a version's settings promise beside its flows stays promised to the calls that began with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ivr.flow.model import Hangup, Queue, QueueState, Ticket
from ivr.runner.ports import QueueTerms, Release, TicketKind
from tests.ivr.engine.making import AT, flow, flows, given, to
from tests.ivr.runner.stage import Stage, setting
from tests.ivr.runner.test_queue_state import ASKED

NEWER = "ba9876543210"
AGAIN = flow(
    "main",
    Queue("wait", AT, "sales", 0, 60_000, {"answered": "look", "timed_out": "look"}),
    QueueState("look", AT, "sales", "line", to("report")),
    Ticket("report", AT, "fault", given(account="null"), to("again")),
    Queue("again", AT, "sales", 0, 60_000, {"answered": "bye", "timed_out": "bye"}),
    Hangup("bye", AT),
)
OLD = ({"sales": QueueTerms(10, "calm")}, {"fault": TicketKind({"yellow": timedelta(days=1)})})
NEW = ({"sales": QueueTerms(3, "lively")}, {"fault": TicketKind({"red": timedelta(hours=4)})})
COUNTED = (ASKED, "< 200 result=1 (1,2,1,0)")


def into_the_queue(version: str, cursor: str, **music: str) -> tuple[str, ...]:
    return setting(
        HL_LANGUAGE="zh-CN", HL_VIP="0", HL_FLOWID=f"main@{version}", HL_CURSOR=cursor, **music,
        HL_QUEUE="sales", HL_PRIORITY="0", HL_LONGEST="60", HL_NEXT="queue",
    )  # fmt: skip


async def test_a_call_hears_the_music_counts_the_places_and_opens_the_ticket_of_the_version_it_began_with() -> None:
    stage = Stage(flows(AGAIN))
    old = replace(stage.releases.current, queues=OLD[0], tickets=OLD[1])
    stage.releases.current = old
    await stage.call(*into_the_queue(old.flows.version, "sealed1", HL_MUSIC="calm"))

    newer = Release(flows(AGAIN, version=NEWER), stage.speech, stage.hours, *NEW)
    stage.releases.current, stage.releases.older = newer, {old.flows.version: old}
    back = ("sealed1", "queue:TIMEOUT")
    await stage.call(*COUNTED, *into_the_queue(old.flows.version, "sealed2", HL_MUSIC="calm"), args=back)
    assert stage.journeys.traces[-3].detail["places"] == "8"
    assert stage.records.promised == [OLD[1]["fault"]]

    await stage.call(*into_the_queue(NEWER, "sealed3", HL_MUSIC="lively"))
    await stage.call(*COUNTED, *into_the_queue(NEWER, "sealed4", HL_MUSIC="lively"), args=("sealed3", "queue:TIMEOUT"))
    assert stage.journeys.traces[-3].detail["places"] == "1"
    assert stage.records.promised == [OLD[1]["fault"], NEW[1]["fault"]]


async def test_a_queue_the_version_does_not_know_has_asterisks_own_music() -> None:
    stage = Stage(flows(AGAIN))
    await stage.call(*into_the_queue(stage.releases.current.flows.version, "sealed1"))
