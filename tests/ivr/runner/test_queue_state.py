"""A flow looks at a queue: Asterisk counts, the bridge knows the times, and what nobody tells is null."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.engine.inputs import QueueTold
from ivr.flow.expressions import parse
from ivr.flow.model import Announce, Hangup, Play, Queue, QueueState, Transfer
from ivr.runner.ports import Line, QueueTerms
from tests.ivr.engine.making import AT, on, single, to
from tests.ivr.runner.stage import Stage, setting

ASKED = (
    '> GET FULL VARIABLE "${QUEUE_EXISTS(sales)},${QUEUE_WAITING_COUNT(sales)},'
    '${QUEUE_MEMBER(sales,logged)},${QUEUE_MEMBER(sales,ready)}"'
)
BYE = Hangup("bye", AT)
OVER = setting(HL_NEXT="hangup")
CONTEXT = {
    "HL_LANGUAGE": "zh-CN",
    "HL_VIP": "0",
    "HL_FLOWID": "main@0123456789ab",
    "HL_CURSOR": "sealed1",
}


@pytest.mark.parametrize(
    ("answer", "most", "line", "told"),
    [
        ("200 result=1 (1,4,3,0)", 10, Line(95, 60), QueueTold(4, 6, 3, 0, 95, 60)),
        ("200 result=1 (1,4,3,0)", 3, Line(), QueueTold(4, 0, 3, 0)),
        ("200 result=1 (1,0,0,0)", 0, Line(), QueueTold(0, None, 0, 0)),
        ("200 result=1 (0,0,0,0)", 10, Line(95, 60), QueueTold(None, None, None, None, 95, 60)),
        ("200 result=1 (1,,3,0)", 10, Line(), QueueTold()),
        ("200 result=0", 10, Line(), QueueTold()),
    ],
)
async def test_the_figures_of_a_queue(answer: str, most: int, line: Line, told: QueueTold) -> None:
    look = QueueState("look", AT, "sales", "line", to("bye"))
    stage = Stage(single(look, BYE))
    stage.releases.current = replace(stage.releases.current, queues={"sales": QueueTerms(most)})
    stage.lines.told = line
    await stage.call(ASKED, f"< {answer}", *OVER)
    detail = stage.journeys.traces[0].detail
    assert stage.lines.asked == ["sales"]
    assert detail == {
        name: "unknown" if value is None else str(value)
        for name, value in zip(QueueTold.__slots__, (getattr(told, name) for name in QueueTold.__slots__), strict=True)
    }


async def test_a_key_leads_a_caller_out_of_the_line_into_the_step_it_names() -> None:
    queue = Queue(
        "wait",
        AT,
        "sales",
        0,
        60_000,
        {"answered": "bye"},
        {"1": on("said"), "#": on("bye")},
        Announce("place", 45_000),
    )
    stage = Stage(single(queue, Play("said", AT, "hello", {}, to("bye")), BYE))
    words = {"HL_QUEUE": "sales", "HL_PRIORITY": "0", "HL_LONGEST": "60", "HL_KEYS": "#1", "HL_ANNOUNCE": "45;place;"}
    await stage.call(*setting(**CONTEXT, **words, HL_NEXT="queue"))
    hello = ('> GET DATA "/s/zh-CN/hello" 1 1', "< 200 result= (timeout)")
    await stage.call(*hello, *OVER, args=("sealed1", "queue:KEY:1"))
    assert stage.journeys.steps == ["wait: handed over", "wait: key 1", "said: said", "bye: ended"]
    assert stage.journeys.ends == ["queued", "finished"]


async def test_a_transfer_ends_the_journey_as_transferred_until_the_call_comes_back() -> None:
    give = Transfer("give", AT, parse("'PJSIP/1001'"), 20_000, {"no_answer": "bye", "failed": "bye"})
    stage = Stage(single(give, BYE))
    await stage.call(*setting(**CONTEXT, HL_TO="PJSIP/1001", HL_RING="20", HL_NEXT="transfer"))
    assert stage.journeys.ends == ["transferred"]
    await stage.call(*OVER, args=("sealed1", "transfer:NOANSWER"))
    assert stage.journeys.steps == ["give: handed over", "give: no_answer", "bye: ended"]
    assert stage.journeys.ends == ["transferred", "finished"]
