"""What becomes of visits, told by queue_log alone: every verb, transfers, restarts, logs that begin in the middle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.domain.events import LedgerLine
from ami_bridge.queue_log.history import History, visits_of
from ami_bridge.queue_log.lines import Odd, parse_line
from ami_bridge.queue_log.logged import LoggedVisit, transfer_of
from ami_bridge.queue_log.verbs import ENDED_BY, OUTCOME_OF, VERBS
from ami_bridge.reconcile.matching import as_logged
from store.rows import Visit
from tests.ami_bridge.replaying import ledger
from tests.ami_bridge.test_transcripts import EXPECTED

BEGAN = 1795301529


def lines(text: str) -> list[LedgerLine]:
    """Lines written short: ``seconds channel queue agent VERB data…``, a line end or ``;`` between them."""
    found: list[LedgerLine] = []
    for short in text.replace(";", "\n").splitlines():
        if short.strip():
            second, channel, queue, agent, verb, *data = short.split()
            raw = "|".join((str(BEGAN + int(second)), channel, queue, agent, verb, *(d.strip("'") for d in data)))
            line = parse_line(raw.encode())
            assert not isinstance(line, Odd), line
            found.append(line)
    return found


def at(second: float) -> datetime:
    return datetime.fromtimestamp(BEGAN, UTC) + timedelta(seconds=second)


def one(text: str) -> LoggedVisit:
    (visit,) = visits_of(lines(text))
    return visit


@pytest.mark.parametrize("scene", EXPECTED)
def test_every_recorded_scene_is_told_as_it_was(scene: str) -> None:
    told = visits_of(line for line in ledger(scene) if isinstance(line, LedgerLine))
    expected = [e for e in EXPECTED[scene] if e[2] not in {"full", "join_empty"}]
    assert [(v.queue, v.outcome, v.ended_by) for v in told] == [(e[0], e[2], e[3]) for e in expected]


@pytest.mark.parametrize(
    ("ends", "outcome", "by", "told"),
    [
        ("9 c q NONE ABANDON 1 1 9", "abandoned", "caller", "ABANDON"),
        ("9 c q Ann ABANDON 1 1 9", "abandoned", "caller", "ABANDON"),
        ("9 c q NONE EXITWITHTIMEOUT 1 1 9", "timed_out", "system", "EXITWITHTIMEOUT"),
        ("9 c q NONE EXITEMPTY 1 1 9", "leave_empty", "system", "EXITEMPTY"),
        ("9 c q NONE EXITWITHKEY 7 1 1 9", "left_by_key", "caller", "EXITWITHKEY|7"),
        ("9 c q NONE WITHDRAW 1 1 9 moved", "withdrawn", "system", "WITHDRAW|moved"),
        ("9 c q Ann SYSCOMPAT ''", "incompatible", "system", "SYSCOMPAT"),
    ],
)
def test_a_wait_ends_as_its_line_says(ends: str, outcome: str, by: str, told: str) -> None:
    visit = one(f"0 c q NONE ENTERQUEUE '' 138 2; {ends}")
    assert (visit.outcome, visit.ended_by, visit.told, visit.ended_at) == (outcome, by, told, at(9))
    assert (visit.caller, visit.position, visit.answered_at) == ("138", 2, None)


@pytest.mark.parametrize(
    ("ends", "by", "told"),
    [
        ("30 c q Ann COMPLETEAGENT 5 25 1", "agent", "COMPLETEAGENT"),
        ("30 c q Ann COMPLETECALLER 5 25 1", "caller", "COMPLETECALLER"),
        ("30 c q Ann BLINDTRANSFER 700 xfer 5 25 1", "transfer", "BLINDTRANSFER|700|xfer"),
        ("30 c q Ann TRANSFER 700 xfer 5 25 1", "transfer", "TRANSFER|700|xfer"),
        ("30 c q Ann ATTENDEDTRANSFER BRIDGE b1 5 25 1", "transfer", "ATTENDEDTRANSFER|BRIDGE|b1"),
        ("30 c q Ann ATTENDEDTRANSFER APP Queue 5 25 1", "transfer", "ATTENDEDTRANSFER|APP|Queue"),
        ("30 c q Ann ATTENDEDTRANSFER LINK a b 5 25 1", "transfer", "ATTENDEDTRANSFER|LINK|a|b"),
    ],
)
def test_a_talk_ends_as_its_line_says(ends: str, by: str, told: str) -> None:
    visit = one(f"0 c q NONE ENTERQUEUE '' 138 1; 5 c q Ann CONNECT 5 a1 2; {ends}")
    assert (visit.outcome, visit.ended_by, visit.told) == ("answered", by, told)
    assert (visit.answered_at, visit.ended_at, visit.agent, visit.agent_channel_id) == (at(5), at(30), "Ann", "a1")
    assert visit.rings[0].result == "answered"


def test_a_ringing_the_agent_dumped_or_missed_leaves_the_caller_in_line() -> None:
    visit = one(
        "0 c q NONE ENTERQUEUE '' 1 1; 4 c q Ann RINGNOANSWER 3000; 6 c q Bob AGENTDUMP; 9 c q Cy CONNECT 9 x 2"
    )
    assert [(r.agent, r.result) for r in visit.rings] == [
        ("Ann", "no_answer"),
        ("Bob", "no_answer"),
        ("Cy", "answered"),
    ]
    assert visit.rings[0].started_at == at(1)
    assert visit.talking


def test_a_ringing_the_caller_left_is_no_miss_of_the_agent() -> None:
    visit = one("0 c q NONE ENTERQUEUE '' 1 1; 4 c q Ann RINGCANCELED 2000; 4 c q NONE ABANDON 1 1 4")
    assert [(r.agent, r.result) for r in visit.rings] == [("Ann", "cancelled")]


@pytest.mark.parametrize("second", ["vip", "q"])
def test_a_blind_transfer_into_another_queue_or_the_same_is_two_visits_of_one_channel(second: str) -> None:
    first, then = visits_of(
        lines(
            f"0 c q NONE ENTERQUEUE '' 1 1; 1 c q Ann CONNECT 1 a 1; 9 c {second} NONE ENTERQUEUE '' 1 1;"
            f"9 c q Ann BLINDTRANSFER 7 x 1 8 1; 12 c {second} Bob CONNECT 3 b 1;"
            f"20 c {second} Bob COMPLETECALLER 3 8 1"
        )
    )
    assert (first.agent, first.ended_by, first.ended_at, first.next_number) == ("Ann", "transfer", at(9), then.number)
    assert (then.agent, then.ended_by, then.ended_at, then.next_number) == ("Bob", "caller", at(20), None)
    assert (first.transfer, first.transferred_to) == ("blind", "7@x")
    assert (then.transfer, then.transferred_to) == (None, None)


def test_an_attended_transfer_into_a_second_queue_is_one_visit_of_the_leg_that_the_caller_goes_on_with() -> None:
    """The order and the ids of the lines in asterisk/asterisk#759."""
    first, then = visits_of(
        lines(
            "0 c q NONE ENTERQUEUE '' 138 1; 3 c q Ann CONNECT 3 a 2; 20 leg vip NONE ENTERQUEUE '' 1001 1;"
            "24 c q Ann ATTENDEDTRANSFER APP Queue 3 21 1; 30 c vip Bob CONNECT 10 b 4;"
            "60 c vip Bob COMPLETEAGENT 10 30 1"
        )
    )
    assert (first.channel_id, first.ended_by, first.next_number) == ("c", "transfer", then.number)
    assert (first.transfer, first.transferred_to) == ("attended", None)
    assert (then.channel_id, then.went_on_as, then.queue) == ("leg", "c", "vip")
    assert (then.entered_at, then.answered_at, then.ended_at, then.ended_by) == (at(20), at(30), at(60), "agent")


BY_BOTH = ("20 c q Ann ATTENDEDTRANSFER BRIDGE b1 2 18 1", "20 c q Ann COMPLETEAGENT 2 18 1")


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)])
def test_a_transfer_made_by_hanging_up_is_a_transfer_also_where_both_are_told(order: tuple[int, ...]) -> None:
    """app_queue hears of the transfer and of the hang-up in two threads, and now and then each logs the end."""
    told = ";".join(BY_BOTH[index] for index in order)
    visit = one(f"0 c q NONE ENTERQUEUE '' 138 1; 2 c q Ann CONNECT 2 a 1; {told}")
    assert (visit.ended_at, visit.ended_by, visit.told) == (at(20), "transfer", "ATTENDEDTRANSFER|BRIDGE|b1")


def test_what_is_told_again_of_a_talk_is_not_the_end_of_the_next_one() -> None:
    """Sent back into the same queue, the caller may be talking again when the first agent's hang-up is told."""
    first, then = visits_of(
        lines(
            "0 c q NONE ENTERQUEUE '' 1 1; 1 c q Ann CONNECT 1 a 1; 9 c q NONE ENTERQUEUE '' 1 1;"
            "9 c q Ann BLINDTRANSFER 7 x 1 8 1; 9 c q Bob CONNECT 0 b 0; 9 c q Ann COMPLETEAGENT 1 8 1;"
            "20 c q Bob COMPLETECALLER 0 11 1"
        )
    )
    assert (first.agent, first.ended_by, first.ended_at) == ("Ann", "transfer", at(9))
    assert (then.agent, then.ended_by, then.ended_at) == ("Bob", "caller", at(20))


ASKS = (
    "0 c q NONE ENTERQUEUE '' 138 1; 0 c q Ann CONNECT 0 a 0;"
    "4 leg q NONE ENTERQUEUE '' 1001 1; 5 leg q Bob CONNECT 1 b 1"
)
UNDER_THE_LEG = "6 leg q Ann ATTENDEDTRANSFER LINK x y 0 6 1"
LEG_IS_OVER = "6 leg q Bob COMPLETECALLER 1 1 1"


@pytest.mark.parametrize(
    "ends",
    [
        (UNDER_THE_LEG, LEG_IS_OVER),
        (LEG_IS_OVER, UNDER_THE_LEG),
        ("6 c q Ann COMPLETEAGENT 0 6 1", UNDER_THE_LEG, LEG_IS_OVER),
    ],
)
def test_the_end_of_a_talk_told_under_the_agents_leg_in_the_same_queue_is_not_that_of_the_leg(
    ends: tuple[str, ...],
) -> None:
    """It asked a colleague in the agent's own queue, and lends its name to the end of the first talk."""
    first, second = visits_of(lines(";".join((ASKS, *ends))))
    assert (first.channel_id, first.agent, first.ended_by, first.ended_at) == ("c", "Ann", "transfer", at(6))
    assert (second.channel_id, second.agent, second.ended_by, second.ended_at) == ("leg", "Bob", "caller", at(6))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("BLINDTRANSFER|1002|agents", ("blind", "1002@agents")),
        ("BLINDTRANSFER|1002", ("blind", "1002")),
        ("TRANSFER|1002|agents", ("blind", "1002@agents")),
        ("TRANSFER", ("attended", None)),
        ("ATTENDEDTRANSFER|BRIDGE|3e84efc9", ("attended", None)),
        ("ATTENDEDTRANSFER|LINK|SIP/a|SIP/b", ("attended", None)),
        ("COMPLETEAGENT", (None, None)),
        ("", (None, None)),
    ],
)
def test_what_a_line_says_of_a_transfer(told: str, meant: tuple[str | None, str | None]) -> None:
    assert transfer_of(told) == meant


def test_the_start_of_asterisk_ends_what_was_open_without_claiming_to_know_when() -> None:
    talking, waiting = visits_of(
        lines(
            "0 c q NONE ENTERQUEUE '' 1 1; 2 c q Ann CONNECT 2 a 1; 5 d q NONE ENTERQUEUE '' 2 1;"
            "7 NONE NONE NONE CONFIGRELOAD ''; 90 NONE NONE NONE QUEUESTART ''"
        )
    )
    assert (talking.outcome, talking.ended_by, talking.ended_at, talking.ended_before) == (
        "answered",
        None,
        at(7),
        at(90),
    )
    assert (waiting.outcome, waiting.ended_by, waiting.ended_at) == ("unknown_after_gap", None, at(7))
    assert not waiting.end_is_known


@pytest.mark.parametrize(
    ("text", "entered", "answered", "ended"),
    [
        ("50 c q Ann CONNECT 20 a 3", 30, 50, None),
        ("50 c q Ann COMPLETEAGENT 20 10 4", 20, 40, 50),
        ("50 c q Ann BLINDTRANSFER 7 x 20 10 4", 20, 40, 50),
        ("50 c q NONE ABANDON 2 4 20", 30, None, 50),
        ("50 c q NONE EXITWITHKEY 1 2 4 20", 30, None, 50),
    ],
)
def test_a_log_that_begins_in_the_middle_says_when_it_began(
    text: str, entered: int, answered: int | None, ended: int | None
) -> None:
    visit = one(text)
    assert visit.entered_at == at(entered)
    assert visit.answered_at == (None if answered is None else at(answered))
    assert visit.ended_at == (None if ended is None else at(ended))
    assert not visit.seen_entering


def test_a_clock_that_is_set_back_does_not_turn_time_round() -> None:
    history = History(linger=None)
    for line in lines("3600 c q NONE ENTERQUEUE '' 1 1; 20 c q Ann CONNECT 20 a 1; 50 c q Ann COMPLETEAGENT 20 30 1"):
        history.take(line)
    (visit,) = history.rest()
    assert (visit.answered_at, visit.ended_at) == (at(3620), at(3650))
    assert history.clock_steps == 1


def test_a_line_told_twice_makes_nothing_new() -> None:
    text = "0 c q NONE ENTERQUEUE '' 1 1; 2 c q Ann CONNECT 2 a 1; 9 c q Ann COMPLETEAGENT 2 7 1"
    assert len(visits_of(lines(f"{text}; 9 c q Ann COMPLETEAGENT 2 7 1"))) == 1


def test_every_verb_that_ends_something_has_its_meaning() -> None:
    ends = {name for name, verb in VERBS.items() if verb.kind in {"end_of_talk", "end_of_wait"}}
    assert ends == set(OUTCOME_OF) | set(ENDED_BY)


SCRIPT = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["c", "d", "e", "NONE"]),
        st.sampled_from(["q", "vip"]),
        st.sampled_from([*VERBS]),
        st.lists(st.sampled_from(["", "0", "1", "7", "60", "x", "-3", "9" * 12, "9" * 400]), max_size=6),
    ),
    max_size=60,
)


def scripted(script: list[tuple[int, str, str, str, list[str]]]) -> list[LedgerLine]:
    """Any lines at all, later ones a little later."""
    told: list[LedgerLine] = []
    now = BEGAN
    for step, channel, queue, verb, data in script:
        now += step
        line = parse_line("|".join((str(now), channel, queue, "Ann", verb, *data)).encode())
        assert not isinstance(line, Odd)
        told.append(line)
    return told


@given(SCRIPT)
def test_whatever_the_log_says_every_visit_is_whole(script: list[tuple[int, str, str, str, list[str]]]) -> None:
    told = scripted(script)
    # a count of less than nothing says that the clock was set back, and nothing else may end before it begins
    back = timedelta(seconds=3) * sum(line.data.count("-3") for line in told)
    for visit in visits_of(told):
        assert (visit.outcome is None) == (visit.is_open and not visit.talking)
        assert visit.answered_at is None or visit.answered_at >= visit.entered_at - back
        assert visit.ended_at is None or visit.ended_at >= (visit.answered_at or visit.entered_at) - back
        assert (visit.agent is not None) == (visit.answered_at is not None)


@given(SCRIPT, st.integers(0, 30))
def test_taking_out_on_the_way_what_is_over_gives_the_same_visits(
    script: list[tuple[int, str, str, str, list[str]]], linger: int
) -> None:
    told = scripted(script)
    history = History(linger=60 + linger)
    found: list[LoggedVisit] = []
    for line in told:
        history.take(line)
        found.extend(history.over())
    found.extend(history.rest())
    assert sorted(found, key=lambda v: v.number) == visits_of(told)


FOLDER = Path(__file__).parent.parent / "transcripts" / "ami"


def test_all_recorded_logs_in_a_row_give_out_what_is_over_and_hold_little() -> None:
    history, given_out = History(linger=20), 0
    for _ in range(20):
        for path in sorted(FOLDER.glob("*.queue_log")):
            for raw in path.read_bytes().splitlines():
                line = parse_line(raw)
                assert not isinstance(line, Odd)
                history.take(line)
                given_out += sum(1 for _ in history.over())
                assert len(history._held) <= 21
    assert given_out > 200


BACK = "1 c q NONE ENTERQUEUE '' 138 1; 9 c q NONE EXITWITHTIMEOUT 1 1 8; 9 c r NONE ENTERQUEUE '' 138 1"


def test_the_visits_of_one_caller_are_given_out_together_for_they_can_only_be_told_apart_together() -> None:
    history = History(linger=0)
    for line in lines(BACK):
        history.take(line)
    assert list(history.over()) == list(history.over_before(at(60))) == []
    for line in lines("10 d q NONE ENTERQUEUE '' 139 1; 11 d q NONE ABANDON 1 1 1; 99 c r NONE ABANDON 1 1 90"):
        history.take(line)
    assert [visit.channel_id for visit in history.over_before(at(60))] == ["d"]
    assert [(visit.channel_id, visit.queue) for visit in history.over()] == [("c", "q"), ("c", "r")]
    assert list(history.rest()) == []


def test_the_entry_of_a_visit_taken_over_is_told_once_more_and_is_the_same_visit() -> None:
    history = History(linger=None)
    history.seed([LoggedVisit(channel_id="c", queue="q", entered_at=at(0.4), seen_entering=False)])
    for line in lines("0 c q NONE ENTERQUEUE '' 138 1; 3 c q Ann CONNECT 3 x 1; 9 c q Ann COMPLETEAGENT 3 6 1"):
        history.take(line)
    assert [(visit.outcome, visit.ended_by) for visit in history.rest()] == [("answered", "agent")]


TALKED = "0 c q NONE ENTERQUEUE '' 138 1; 2 c q Ann CONNECT 2 a 1; 20 c q Ann COMPLETEAGENT 2 18 1;"


@pytest.mark.parametrize(
    ("again", "ended_by"),
    [
        ("20 c q Ann ATTENDEDTRANSFER BRIDGE b 2 18 1", "transfer"),
        ("60 c q Ann ATTENDEDTRANSFER BRIDGE b 2 58 1", "agent"),  # too late to be the same end
        ("20 c q Bob ATTENDEDTRANSFER BRIDGE b 2 18 1", "agent"),  # another agent's
        ("20 c q Bob COMPLETECALLER 2 18 1", "agent"),
    ],
)
def test_a_second_word_on_a_talk_that_is_over_counts_where_it_is_of_that_end(again: str, ended_by: str) -> None:
    assert [(v.agent, v.ended_by) for v in visits_of(lines(TALKED + again))] == [("Ann", ended_by)]


def taken_over(told: str) -> list[LoggedVisit]:
    """What a bridge makes of lines whose talk began before it did: the row knows the agent by id and by name."""
    row = Visit(
        id="gz-1/c/1",
        node="gz-1",
        call_id="c",
        channel_id="c",
        ordinal=1,
        queue="q",
        entered_at=at(0),
        answered_at=at(2),
        agent="1001",
        agent_name="Ann",
        outcome="answered",
    )
    history = History(linger=None)
    history.seed([as_logged(row)])
    for line in lines(told):
        history.take(line)
    return list(history.rest())


def test_a_talk_a_bridge_began_within_is_ended_by_its_transfer_whoever_tells_it_first() -> None:
    hung_up, transferred = "20 c q Ann COMPLETEAGENT 2 18 1", "20 c q Ann ATTENDEDTRANSFER BRIDGE b 2 18 1"
    for told in (f"{hung_up}; {transferred}", f"{transferred}; {hung_up}"):
        assert [(visit.agent, visit.ended_by) for visit in taken_over(told)] == [("Ann", "transfer")]


def test_a_talk_a_bridge_began_within_is_known_where_it_is_told_under_the_agents_leg() -> None:
    found = taken_over(
        "4 leg q NONE ENTERQUEUE '' 1001 1; 5 leg q Bob CONNECT 1 b 1;"
        "8 leg q Ann ATTENDEDTRANSFER LINK x y 2 6 1; 9 leg q Bob COMPLETECALLER 1 4 1"
    )
    told = sorted((visit.channel_id, visit.agent, visit.ended_by, visit.ended_at) for visit in found)
    assert told == [("c", "Ann", "transfer", at(8)), ("leg", "Bob", "caller", at(9))]
