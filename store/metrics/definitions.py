"""Every metric by name: what is divided by what, in which unit, and who computes it so. docs/metrics.md is made of it.

Pure data. A change of a formula is a new `VERSION`, and a line in the changelog. Figures of the past are worked out
anew from the visits, so that the past and the present are always of one version.

Sources: the counters of app_queue.c and queues.conf.sample (Asterisk), the guides named beside each. Where a term has
several formulas in the field each has its own name here, and none is called just "service level".
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from store.metrics.counts import COUNTS

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 2
"""Which edition of the formulas this is."""

Unit: TypeAlias = Literal["share", "seconds", "count"]
Kind: TypeAlias = Literal["service level", "abandonment", "answer", "time", "agent", "caller", "call", "count"]

_CISCO: Final = "Cisco ICM CTI server guide, service level types"
_GENESYS: Final = "https://help.mypurecloud.com/articles/configure-the-service-level-calculation/"
_APP_QUEUE: Final = "Asterisk, apps/app_queue.c (`queue show`, QueueSummary) and queues.conf.sample"
_ADHERENCE: Final = "https://help.mypurecloud.com/articles/how-genesys-cloud-calculates-adherence-and-conformance/"
_CONFORMANCE: Final = "https://nice.com/glossary/schedule-conformance"
_TOOLBOX: Final = "http://www.reporting-toolbox.com/Definitions.htm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Attributes:
        name: Its name in SQL, API, Prometheus, board and report.
        title: What it is called in a sentence.
        kind: The part of the page it stands in.
        unit: `share` (0 to 1, shown in per cent), `seconds`, or `count`.
        top: What is divided, counts joined by a sign: `+answered_within`.
        bottom: What it is divided by; empty where the top alone is the metric.
        words: What it says and what it is for.
        source: Who defines it so.
        also: What others call the same formula.
    """

    name: str
    title: str
    kind: Kind
    unit: Unit
    top: tuple[str, ...]
    bottom: tuple[str, ...] = ()
    words: str = ""
    source: str = ""
    also: str = ""

    @property
    def counts(self) -> tuple[str, ...]:
        """The names of the counts it is made of, each once."""
        return tuple(dict.fromkeys(term[1:] for term in (*self.top, *self.bottom)))

    @property
    def formula(self) -> str:
        """It, as it is written: `answered_within ÷ (ended − short_abandoned)`."""
        return f"{_sum(self.top)} ÷ {_sum(self.bottom)}" if self.bottom else _sum(self.top).strip("()")


def _sum(terms: tuple[str, ...]) -> str:
    told = terms[0][1:] + "".join(f" {'+' if term[0] == '+' else '−'} {term[1:]}" for term in terms[1:])
    return f"({told})" if len(terms) > 1 else told


_LEVELS: Final = (
    Metric(
        name="sl_negative", title="service level", kind="service level", unit="share",
        top=("+answered_within",), bottom=("+ended", "-short_abandoned"),
        words="The hotline's own. Whoever was not helped in time counts against it, but who hung up at once does not. "
        "A visit whose end nobody saw counts as not helped: a gap never improves the figure.",
        source=f"{_CISCO} (negative), with the short-abandon time of Genesys and Cisco",
    ),
    Metric(
        name="sl_asterisk", title="service level, Asterisk's SL", kind="service level", unit="share",
        top=("+answered_within",), bottom=("+answered",),
        words="What `queue show` prints as SL and AMI tells as ServicelevelPerf. Abandoned calls do not exist for it. "
        "Asterisk counts a call when its talk is over, and forgets at a restart; here talks that go on are in it.",
        source=_APP_QUEUE,
        also="Wazo `qos`; storm SL; QueueMetrics SLA on answered calls; Genesys without abandons",
    ),
    Metric(
        name="sl_asterisk2", title="service level, Asterisk's SL2", kind="service level", unit="share",
        top=("+answered_within", "+abandoned_within"), bottom=("+answered", "+abandoned"),
        words="The formula of ServicelevelPerf2, over callers who really hung up.",
        source=_APP_QUEUE,
        also="Cisco WFM service level; QueueMetrics inclusive SLA",
    ),
    Metric(
        name="sl_asterisk2_counters", title="service level, SL2 as Asterisk counts", kind="service level", unit="share",
        top=("+answered_within", "+counted_as_abandoned_within"), bottom=("+answered", "+counted_as_abandoned"),
        words="The same formula over Asterisk's own counters: `Abandoned` there is also who was timed out, sent out of "
        "an empty queue, withdrawn, or had no common codec. This one matches ServicelevelPerf2 of AMI.",
        source=_APP_QUEUE,
    ),
    Metric(
        name="sl_ignore_abandoned", title="service level, abandoned ignored", kind="service level", unit="share",
        top=("+answered_within",), bottom=("+ended", "-abandoned_within"),
        words="Who gave up within the threshold is left out altogether.",
        source=f"{_CISCO} (ignore abandoned)",
    ),
    Metric(
        name="sl_negative_all", title="service level, abandoned against", kind="service level", unit="share",
        top=("+answered_within",), bottom=("+ended",),
        words="Like `sl_negative`, but who hung up at once counts against it, too.",
        source=f"{_CISCO} (abandoned have a negative impact)",
    ),
    Metric(
        name="sl_positive", title="service level, abandoned in favour", kind="service level", unit="share",
        top=("+answered_within", "+abandoned_within"), bottom=("+ended",),
        words="Who gave up within the threshold counts as if helped in time.",
        source=f"{_CISCO} (abandoned have a positive impact)",
    ),
    Metric(
        name="sl_genesys", title="service level, Genesys", kind="service level", unit="share",
        top=("+answered_within",), bottom=("+answered", "+abandoned"),
        words="Short abandons and abandons included, flow-outs not.",
        source=_GENESYS,
    ),
    Metric(
        name="sl_genesys_flow_outs", title="service level, Genesys with flow-outs", kind="service level", unit="share",
        top=("+answered_within",), bottom=("+answered", "+abandoned", "+flowed_out"),
        words="With the switch Include Flowouts on.",
        source=_GENESYS,
    ),
    Metric(
        name="sl_genesys_no_short", title="service level, Genesys less short", kind="service level", unit="share",
        top=("+answered_within",), bottom=("+answered", "+abandoned", "-short_abandoned"),
        words="With the switch Include Short Abandons off.",
        source=_GENESYS,
    ),
    Metric(
        name="sl_genesys_flow_outs_no_short", title="service level, Genesys with flow-outs, less short",
        kind="service level", unit="share",
        top=("+answered_within",), bottom=("+answered", "+abandoned", "+flowed_out", "-short_abandoned"),
        words="With Include Flowouts on and Include Short Abandons off.",
        source=_GENESYS,
    ),
)  # fmt: skip

_ABANDONMENT: Final = (
    Metric(
        name="abandonment", title="abandoned", kind="abandonment", unit="share",
        top=("+abandoned", "-short_abandoned"), bottom=("+ended", "-short_abandoned"),
        words="Who gave up after more than the short-abandon time, of all who are counted.",
        source="Cisco ICM (ShortCalls are no abandoned calls); RingCentral abandonedThresholdSeconds",
    ),
    Metric(
        name="abandonment_all", title="abandoned, short ones too", kind="abandonment", unit="share",
        top=("+abandoned",), bottom=("+ended",),
        words="Everybody who gave up, however soon.",
        source="https://docs.aws.amazon.com/connect/latest/adminguide/metrics-definitions.html (contacts queued)",
    ),
    Metric(
        name="abandonment_genesys", title="abandoned, Genesys", kind="abandonment", unit="share",
        top=("+abandoned",), bottom=("+answered", "+abandoned", "+flowed_out"),
        words="Of the offered: answered, abandoned, and flowed out.",
        source="https://help.mypurecloud.com/articles/metric-definitions",
    ),
    Metric(
        name="abandonment_ccai", title="abandoned, Google CCAI", kind="abandonment", unit="share",
        top=("+abandoned", "-short_abandoned"), bottom=("+answered", "+abandoned", "-short_abandoned"),
        words="Of the handled and abandoned alone; short abandons and calls that failed do not exist for it.",
        source="https://docs.cloud.google.com/contact-center/ccai-platform/docs/data-dictionary",
    ),
    Metric(
        name="short_abandonment", title="short abandons", kind="abandonment", unit="share",
        top=("+short_abandoned",), bottom=("+ended",),
        words="Who hung up sooner than the short-abandon time, of all.",
        source="https://data-dictionary.talkdesk.com/docs/short-abandoned-calls",
    ),
)  # fmt: skip

_ANSWER: Final = (
    Metric(
        name="connection_rate", title="connection rate (接通率)", kind="answer", unit="share",
        top=("+answered",), bottom=("+ended", "-short_abandoned"),
        words="Who was connected with an agent at all, in time or not.",
        source="接通率 of Chinese call centres; the short-abandon rule as in `sl_negative`",
    ),
    Metric(
        name="answered_rate_wazo", title="answered, Wazo", kind="answer", unit="share",
        top=("+answered",),
        bottom=("+answered", "+abandoned", "+full", "+leave_empty", "+join_empty", "+timed_out"),
        words="Callers who left by a key or were withdrawn do not exist for it.",
        source="wazo-call-logd, queries/queue_stat.py",
    ),
    Metric(
        name="transfer_rate", title="transferred", kind="answer", unit="share",
        top=("+transferred",), bottom=("+handled",),
        words="Talks that a blind or attended transfer ended, of the talks that are over.",
        source="https://help.mypurecloud.com/articles/metric-definitions (transferred ÷ handled)",
    ),
)  # fmt: skip

_TIMES: Final = (
    Metric(
        name="asa_s", title="average speed of answer", kind="time", unit="seconds",
        top=("+answer_wait_s",), bottom=("+answer_waits",),
        words="From entering the queue until an agent and the caller are connected, of the answered.",
        source="https://www.govds.com/genesys-cloud-reports-definitions",
    ),
    Metric(
        name="average_wait_s", title="average wait", kind="time", unit="seconds",
        top=("+wait_sum_s",), bottom=("+waits",),
        words="Of all whose wait is over and known, whatever came of it. "
        "Wazo's `average_waiting_time` divides by the answered, abandoned, sent out and timed out alone.",
        source="the hotline's own; wazo-call-logd, queries/queue_stat.py, has the other",
    ),
    Metric(
        name="longest_wait_s", title="longest wait", kind="time", unit="seconds", top=("+longest_wait",),
        words="Of all whose wait is over. The longest of several intervals is the longest of their longest.",
        source="common to all",
    ),
    Metric(
        name="talk_s", title="average talk", kind="time", unit="seconds",
        top=("+talk_sum_s",), bottom=("+handled",),
        words="From the answer to the end, hold included, of talks that are over.",
        source="common to all; `queue show` calls it talk time",
    ),
    Metric(
        name="hold_s", title="average hold", kind="time", unit="seconds",
        top=("+hold_sum_s",), bottom=("+holds",),
        words="What a caller was on hold during the talk, of the talks in which it was measured.",
        source="https://help.mypurecloud.com/articles/metric-definitions",
    ),
    Metric(
        name="aht_s", title="average handle time", kind="time", unit="seconds",
        top=("+talk_sum_s", "+wrap_up_sum_s"), bottom=("+handled",),
        words="Talk with its hold, and the after-call work that followed. It belongs to the interval in which the "
        "visit began (for an agent: was answered), so that all figures of an interval speak of the same visits; "
        "Genesys books it where the after-call work ended.",
        source="https://help.mypurecloud.com/glossary/average-handle-time-aht/",
    ),
)  # fmt: skip

_BUSY: Final = ("+on_queue_call_s", "+on_hold_s", "+wrap_up_s")
_IDLE: Final = ("+available_s", "+ringing_s")
_SIGNED_IN: Final = (*_BUSY, *_IDLE, "+on_other_call_s", "+paused_s")

_AGENT: Final = (
    Metric(
        name="occupancy", title="occupancy", kind="agent", unit="share", top=_BUSY, bottom=(*_BUSY, *_IDLE),
        words="Of the time for queue calls, how much they took: talk, hold and after-call work against these and the "
        "wait for the next call, its ringing included. Pauses and other calls are in neither part.",
        source=_TOOLBOX,
    ),
    Metric(
        name="utilisation", title="utilisation", kind="agent", unit="share",
        top=("+on_queue_call_s", "+on_hold_s"), bottom=(*_BUSY, *_IDLE),
        words="The same without after-call work above the line. Not occupancy, though often called so.",
        source=_TOOLBOX,
    ),
    Metric(
        name="paused_share", title="paused", kind="agent", unit="share", top=("+paused_s",), bottom=_SIGNED_IN,
        words="Of the time signed in, how much was paused.",
        source="QueueMetrics (pause time ÷ session time)",
    ),
    Metric(
        name="signed_in_s", title="time signed in", kind="agent", unit="seconds", top=_SIGNED_IN,
        words="Every state but `signed_off`, `unreachable` and `unknown`.",
        source="QueueMetrics (session time)",
    ),
    Metric(
        name="missed_rate", title="ring, no answer", kind="agent", unit="share", top=("+missed",), bottom=("+rung",),
        words="Ringings not answered in time, of all that are over. A caller who hung up meanwhile, or whom another "
        "agent took (`cancelled`), was rung but not missed.",
        source="queue_log RINGNOANSWER; RINGCANCELED is no miss (Asterisk, queue_log documentation)",
    ),
)  # fmt: skip

_SHIFT: Final = (
    Metric(
        name="adherence", title="adherence to the plan", kind="agent", unit="share",
        top=("+adhered_s",), bottom=("+planned_s",),
        words="Of the planned time, how much was spent as planned: there for the queues where `queue` was planned "
        "(free, ringing, talking, on hold, in after-call work), away where a break was ([the plan](shifts.md)). Work "
        "outside the plan is no exception (a switch of Genesys, off here), and time nobody saw is in neither part.",
        source=f"{_ADHERENCE} (1 − exceptions ÷ scheduled)",
        also="AdherencePercentage of Salesforce (adhered ÷ scheduled); adherence of ServiceNow and Verint",
    ),
    Metric(
        name="conformance", title="conformance with the plan", kind="agent", unit="share",
        top=("+worked_s",), bottom=("+planned_queue_s",),
        words="The time an agent was there for the queues, against the time planned for them, whenever it was: more "
        "than 100 % is more than planned. Who comes an hour late and stays an hour longer conforms, and does not "
        "adhere.",
        source=f"{_ADHERENCE} (work time on queue ÷ scheduled on queue); {_CONFORMANCE} (worked ÷ scheduled)",
    ),
    Metric(
        name="scheduled_s", title="planned time", kind="agent", unit="seconds", top=("+planned_s",),
        words="What of the plan is over, as far as somebody saw what the agent did.",
        source=f"{_ADHERENCE} (Scheduled)",
    ),
)  # fmt: skip

_CALLER: Final = (
    Metric(
        name="repeat_rate", title="repeat callers", kind="caller", unit="share",
        top=("+calls_again",), bottom=("+calls_known",),
        words="Calls of somebody who had called within the days before (7 unless said). One call that visits several "
        "queues is one call, and belongs to the queue it came into first. Withheld numbers are left out.",
        source="repeat callers of Talkdesk and NICE; the window is ours",
    ),
    Metric(
        name="fcr", title="first-call resolution", kind="caller", unit="share",
        top=("+calls_resolved",), bottom=("+calls_judged",),
        words="Answered calls after which the caller did not call within the days after (7 unless said). A call is "
        "judged when those days are over, not before; it says nothing of what the caller thought.",
        source="https://www.sqmgroup.com (FCR by repeat calls within a window)",
    ),
)  # fmt: skip


_CALL: Final = (
    Metric(
        name="containment", title="contained in the flow", kind="call", unit="share",
        top=("+calls_contained",), bottom=("+calls_over",),
        words="Calls that were over in the flow, of all that are over: in no queue, and handed on to nobody. It does "
        "not say that the caller got what he wanted; `ivr_hang_up_rate` says how many of these hung up.",
        source="containment rate of Genesys, NICE and Cisco CVP; who hangs up is in it there, too",
    ),
    Metric(
        name="ivr_hang_up_rate", title="hung up in the flow", kind="call", unit="share",
        top=("+calls_hung_up",), bottom=("+calls_over",),
        words="Calls whose caller hung up before any queue, of all that are over.",
        source="the hotline's own; IVR abandonment elsewhere",
    ),
    Metric(
        name="queued_rate", title="on to a queue", kind="call", unit="share",
        top=("+calls_queued",), bottom=("+calls",),
        words="Calls that came into a queue, of all.",
        source="the hotline's own; 1 less this is called self-service rate elsewhere",
    ),
    Metric(
        name="ivr_s", title="average time in the flow", kind="call", unit="seconds",
        top=("+ivr_sum_s",), bottom=("+ivr_times",),
        words="From the beginning of the call until it entered its first queue, or the flow was over. What is said "
        "after a talk (a survey) is not in it.",
        source="common to all; IVR time of Amazon Connect and Genesys",
    ),
    Metric(
        name="way_share", title="left by this way", kind="call", unit="share",
        top=("+ways_taken",), bottom=("+steps_entered",),
        words="Of the times calls were in a step, how many left it by this way.",
        source="the hotline's own",
    ),
    Metric(
        name="step_hang_up_rate", title="hung up in the step", kind="call", unit="share",
        top=("+steps_hung_up",), bottom=("+steps_entered",),
        words="Of the times calls were in a step, how many callers hung up there.",
        source="the hotline's own",
    ),
)  # fmt: skip


def _plain() -> tuple[Metric, ...]:
    """Each count of visits and of ringing that is a number is a metric under its own name."""
    return tuple(
        Metric(name=count.name, title=count.name.replace("_", " "), kind="count", unit="count",
               top=(f"+{count.name}",), words=f"{count.words[0].upper()}{count.words[1:]}.", source="counted")
        for count in COUNTS.values()
        if not count.in_seconds and count.source != "callers"
    )  # fmt: skip


METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        one.name: one
        for one in (*_LEVELS, *_ABANDONMENT, *_ANSWER, *_TIMES, *_AGENT, *_SHIFT, *_CALLER, *_CALL, *_plain())
    }
)
"""Every metric by name."""
