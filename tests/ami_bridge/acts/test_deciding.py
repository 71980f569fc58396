"""What each act becomes, against what is seen at that moment."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.acts import asked
from ami_bridge.acts.asked import NoActError, fingerprint, read_act, target_of, written
from ami_bridge.acts.channels import telephone
from ami_bridge.acts.deciding import ON_THE_SWITCH, decide
from ami_bridge.acts.effects import what_is_seen
from ami_bridge.acts.outcome import Steps, Told
from ami_bridge.domain import events as ev
from ami_bridge.domain.line import line_of
from ami_bridge.protocol.actions import encode
from tests.ami_bridge.acts.floor import (
    ADMIN,
    ADMIN_OF_NORMAL,
    CALLER,
    OF_ALL,
    OF_BOTH,
    OF_NORMAL,
    OF_VIP,
    PHONE,
    VIEWER,
    channel,
    floor,
    sight,
    talk,
)
from tests.ami_bridge.test_reducer import at, caller, join, member, ringing

WAITS = [join(1), join(2, "c2", place="hotline-do,queue"), join(3, "v1", "vip")]
LINE = (CALLER, channel("PJSIP/trunk-00000007", "c2"), channel("PJSIP/trunk-00000009", "v1"))
GONE = ev.MemberGone(at=at(5), queue="normal", interface="PJSIP/1002", member_name="客服1002")
PAUSED = [member(4, paused=True, pause_reason="lunch", membership="static")]


def said(told: object) -> Any:
    """The actions of a decision, or its code."""
    if isinstance(told, Steps):
        return [{"Action": one.action, **one.fields} for one in told.actions]
    assert isinstance(told, Told)
    return told.code


@pytest.mark.parametrize(
    ("act", "asker", "happened", "wanted"),
    [
        (
            asked.PauseAgent(agent="1001", reason="lunch"),
            ADMIN,
            [],
            [{"Action": "QueuePause", "Interface": "PJSIP/1001", "Paused": "true", "Reason": "lunch"}],
        ),
        (
            asked.PauseAgent(agent="1001", reason="lunch"),
            OF_NORMAL,  # the other queue is not theirs, and stays as it is
            [],
            [
                {
                    "Action": "QueuePause",
                    "Queue": "normal",
                    "Interface": "PJSIP/1001",
                    "Paused": "true",
                    "Reason": "lunch",
                }
            ],
        ),
        (asked.PauseAgent(agent="1001", queue="vip"), OF_NORMAL, [], "not_your_queue"),
        (asked.PauseAgent(agent="1001", queue="vip"), ADMIN_OF_NORMAL, [], "not_your_queue"),
        (asked.MoveCaller(visit="gz-1/c2/1", queue="vip"), ADMIN_OF_NORMAL, WAITS, "not_your_queue"),
        (asked.PauseAgent(agent="1001", queue="normal", reason="lunch"), ADMIN, PAUSED, "already_so"),
        (asked.PauseAgent(agent="1001", queue="normal"), ADMIN, PAUSED, "already_so"),
        (
            asked.PauseAgent(agent="1001", queue="normal", reason="training"),
            ADMIN,
            PAUSED,
            [
                {
                    "Action": "QueuePause",
                    "Queue": "normal",
                    "Interface": "PJSIP/1001",
                    "Paused": "true",
                    "Reason": "training",
                }
            ],
        ),
        (asked.PauseAgent(agent="1002"), ADMIN, [GONE], "agent_left"),
        (asked.PauseAgent(agent="1009"), ADMIN, [], "agent_left"),
        (asked.PauseAgent(agent="100"), ADMIN, [], "unknown_agent"),
        (asked.PauseAgent(agent="1002", queue="vip"), ADMIN, [], "not_a_member"),
        (asked.PauseAgent(agent="1002", queue="nowhere"), ADMIN, [], "unknown_queue"),
        (asked.PauseAgent(agent="1002"), VIEWER, [], "not_allowed"),
        (asked.UnpauseAgent(agent="1001"), ADMIN, [], "already_so"),
        (
            asked.UnpauseAgent(agent="1001"),
            ADMIN,
            PAUSED,
            [{"Action": "QueuePause", "Interface": "PJSIP/1001", "Paused": "false"}],
        ),
        (
            asked.AddMember(agent="1002", queue="vip", penalty=3),
            OF_ALL,
            [],
            [
                {
                    "Action": "QueueAdd",
                    "Queue": "vip",
                    "Interface": "PJSIP/1002",
                    "Penalty": 3,
                    "Paused": False,
                    "MemberName": "客服1002",
                    "StateInterface": "PJSIP/1002",
                }
            ],
        ),
        (
            asked.AddMember(agent="1009", queue="vip"),
            ADMIN,
            [],
            [
                {
                    "Action": "QueueAdd",
                    "Queue": "vip",
                    "Interface": "PJSIP/1009",
                    "Penalty": 0,
                    "Paused": False,
                    "MemberName": "Supervisor",
                    "StateInterface": "PJSIP/1009",
                }
            ],
        ),
        (asked.AddMember(agent="1001", queue="vip", penalty=2), ADMIN, [], "already_so"),
        (asked.AddMember(agent="1001", queue="vip", penalty=1), ADMIN, [], "is_a_member"),
        (asked.AddMember(agent="4711", queue="vip"), ADMIN, [], "unknown_agent"),
        (asked.AddMember(agent="1002", queue="vip"), OF_NORMAL, [], "not_your_queue"),
        (
            asked.RemoveMember(agent="1002", queue="normal"),
            OF_NORMAL,
            [],
            [{"Action": "QueueRemove", "Queue": "normal", "Interface": "PJSIP/1002"}],
        ),
        (asked.RemoveMember(agent="1001", queue="normal"), ADMIN, [], "static_member"),
        (asked.RemoveMember(agent="1002", queue="vip"), ADMIN, [], "already_so"),
        (
            asked.SetPenalty(agent="1001", queue="vip", penalty=5),
            ADMIN,
            [],
            [{"Action": "QueuePenalty", "Queue": "vip", "Interface": "PJSIP/1001", "Penalty": 5}],
        ),
        (asked.SetPenalty(agent="1001", queue="vip", penalty=2), ADMIN, [], "already_so"),
        (
            asked.SignOff(agent="1002"),
            ADMIN,
            [],
            [{"Action": "QueueRemove", "Queue": "normal", "Interface": "PJSIP/1002"}],
        ),
        (
            asked.SignOff(agent="1001"),
            OF_NORMAL,
            [],
            [
                {
                    "Action": "QueuePause",
                    "Queue": "normal",
                    "Interface": "PJSIP/1001",
                    "Paused": "true",
                    "Reason": "signed off",
                }
            ],
        ),
        (
            asked.MoveCaller(visit="gz-1/c2/1", queue="vip"),
            ADMIN,
            WAITS,
            [
                {
                    "Action": "QueueWithdrawCaller",
                    "Queue": "normal",
                    "Caller": "PJSIP/trunk-00000007",
                    "WithdrawInfo": "0001vip",  # he came before the one who waits there
                }
            ],
        ),
        (
            asked.MoveCaller(visit="gz-1/v1/1", queue="normal"),
            ADMIN,
            WAITS,
            [
                {
                    "Action": "QueueWithdrawCaller",
                    "Queue": "vip",
                    "Caller": "PJSIP/trunk-00000009",
                    "WithdrawInfo": "0003normal",
                }
            ],
        ),
        (asked.MoveCaller(visit="gz-1/c2/1", queue="normal"), ADMIN, WAITS, "already_so"),
        (asked.MoveCaller(visit="gz-1/c2/1", queue="vip"), OF_NORMAL, WAITS, "not_your_queue"),
        (asked.MoveCaller(visit="gz-1/c2/1", queue="vlp"), ADMIN, WAITS, "unknown_queue"),
        (asked.MoveCaller(visit="gz-1/c9/1", queue="vip"), ADMIN, WAITS, "caller_gone"),
        (asked.MoveCaller(visit="gz-1/c1/1", queue="vip"), ADMIN, talk(), "caller_answered"),
        (
            asked.MoveCaller(visit="gz-1/c2/1", queue="vip"),
            ADMIN,
            [join(2, "c2", place="from-trunk,100")],
            "foreign_dialplan",
        ),
        (
            asked.MoveCaller(visit="gz-1/c2/1", queue="vip"),
            ADMIN,
            [*WAITS, member(5, queue="vip", status=5), member(5, queue="normal", status=5)],
            "nobody_there",
        ),
        (
            asked.PromoteCaller(visit="gz-1/c2/1"),
            OF_NORMAL,
            WAITS,
            [
                {
                    "Action": "QueueChangePriorityCaller",
                    "Queue": "normal",
                    "Caller": "PJSIP/trunk-00000007",
                    "Priority": 3,
                    "Immediate": "yes",
                }
            ],
        ),
        (asked.PromoteCaller(visit="gz-1/c1/1"), ADMIN, WAITS, "already_so"),
        (
            asked.PromoteCaller(visit="gz-1/c1/1"),
            ADMIN,
            [*WAITS, ev.HungUp(**caller(9, "c1"))],
            "caller_gone",
        ),
        (
            asked.HangUp(visit="gz-1/c2/1"),
            OF_NORMAL,
            WAITS,
            [{"Action": "Hangup", "Channel": "PJSIP/trunk-00000007", "Cause": 16}],
        ),
        (asked.HangUp(agent="1001"), ADMIN, [], "not_talking"),
    ],
)
def test_each_act(act: asked.Act, asker: Any, happened: list[ev.Event], wanted: Any) -> None:
    assert said(decide(act, asker, sight(floor(*happened), LINE))) == wanted


def test_a_hint_as_the_state_of_a_member_changes_nothing_about_whom_to_pause() -> None:
    here = floor(member(0, "998", interface="Local/998@ext-local/n", membership="dynamic"), staffed=False)
    told = decide(asked.PauseAgent(agent="998"), ADMIN, sight(here))
    assert said(told) == [
        {"Action": "QueuePause", "Interface": "Local/998@ext-local/n", "Paused": "true", "Reason": ""}
    ]


def test_while_the_switch_is_not_seen_nothing_is_decided() -> None:
    here = floor(ev.LinkChanged(at=at(9), up=False))
    told = decide(asked.PauseAgent(agent="1001"), ADMIN, sight(here))
    assert said(told) == "not_seen"


def test_a_supervisor_listens_to_the_telephone_with_the_microphone_closed() -> None:
    told = decide(asked.Listen(agent="1001", phone="1009"), OF_NORMAL, sight(floor(*talk())))
    assert said(told) == [
        {
            "Action": "Originate",
            "Channel": "PJSIP/1009",
            "Context": "hotline-listen",
            "Exten": "listen",
            "Priority": 1,
            "Timeout": 20_000,
            "CallerID": '"Listen 1001" <1001>',
            "Variable": "HL_SPIED=PJSIP/1001-00000002",
            "Async": True,
        }
    ]


SPYING = channel("PJSIP/1009-00000003", "s", "", "ChanSpy", "PJSIP/1001-00000002,uqES")
"""1009 listens."""


@pytest.mark.parametrize(
    ("act", "channels", "may_listen", "wanted"),
    [
        (asked.Listen(agent="1001", phone="1001"), (CALLER, PHONE), True, "own_phone"),
        (asked.Listen(agent="1001", phone="trunk"), (CALLER, PHONE), True, "unknown_phone"),
        (asked.Listen(agent="1001", phone="1009"), (CALLER, PHONE), False, "listening_off"),
        (asked.Listen(agent="1001", phone="1009", mode="barge"), (CALLER, PHONE), True, "not_allowed"),
        (asked.Listen(agent="1001", phone="1009"), (CALLER,), True, "not_talking"),
        (asked.Listen(agent="1002", phone="1009"), (CALLER, PHONE), True, "not_talking"),
        (asked.Listen(agent="1001", phone="1009"), (CALLER, PHONE, channel("PJSIP/1009-3", "x")), True, "phone_busy"),
        (asked.Listen(agent="1001", phone="1009"), (CALLER, PHONE, SPYING), True, "already_so"),
        (
            asked.Listen(agent="1001", phone="1009", mode="whisper"),
            (CALLER, PHONE, SPYING),
            True,
            [
                {
                    "Action": "Setvar",
                    "Channel": "PJSIP/1009-00000003",
                    "Variable": "HL_SPIED",
                    "Value": "PJSIP/1001-00000002",
                },
                {
                    "Action": "Redirect",
                    "Channel": "PJSIP/1009-00000003",
                    "Context": "hotline-listen",
                    "Exten": "whisper",
                    "Priority": 1,
                },
            ],
        ),
    ],
)
def test_listening(act: asked.Listen, channels: Any, *, may_listen: bool, wanted: Any) -> None:
    told = decide(act, ADMIN, sight(floor(*talk()), channels, may_listen=may_listen, began={"1009": ADMIN.name}))
    assert said(told) == wanted


def test_who_listens_elsewhere_does_not_speak_into_a_talk_he_has_not_heard() -> None:
    elsewhere = channel("PJSIP/1009-00000003", "s", "", "ChanSpy", "PJSIP/1002-00000008,uqES")
    act = asked.Listen(agent="1001", phone="1009", mode="barge")
    here = sight(floor(*talk()), (CALLER, PHONE, elsewhere), began={"1009": ADMIN.name})
    assert said(decide(act, ADMIN, here)) == "not_allowed"


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
@pytest.mark.parametrize("began", [{}, {"1009": "陈"}, {"1008": "Li"}])
def test_a_telephone_that_listens_obeys_who_had_it_rung_alone(mode: asked.Mode, began: dict[str, str]) -> None:
    here = sight(floor(*talk()), (CALLER, PHONE, SPYING), began=began)
    told = decide(asked.Listen(agent="1001", phone="1009", mode=mode), OF_ALL, here)
    assert said(told) == "not_allowed"
    assert "陈" not in told.words


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
@pytest.mark.parametrize("channels", [(CALLER, PHONE), (CALLER, PHONE, SPYING)])
def test_where_listening_is_off_no_microphone_is_opened_either(mode: asked.Mode, channels: Any) -> None:
    here = sight(floor(*talk()), channels, may_listen=False, began={"1009": "陈"})
    assert said(decide(asked.Listen(agent="1001", phone="1009", mode=mode), ADMIN, here)) == "listening_off"


def test_only_telephones_of_ones_own_queues_are_rung() -> None:
    here = sight(floor(*talk(queue="vip")))
    told = decide(asked.Listen(agent="1001", phone="1002"), OF_VIP, here)
    assert said(told) == "unknown_phone"
    assert told.words == decide(asked.Listen(agent="1001", phone="1005"), OF_VIP, here).words.replace("1005", "1002")
    assert isinstance(decide(asked.Listen(agent="1001", phone="1002"), OF_BOTH, here), Steps)


def test_the_talk_of_another_supervisors_queue_is_not_heard() -> None:
    told = decide(asked.Listen(agent="1001", phone="1009"), OF_NORMAL, sight(floor(*talk(queue="vip"))))
    assert said(told) == "not_your_queue"


OTHER_TALK = (channel("PJSIP/1001-00000001", "x", "b9"), channel("PJSIP/1002-00000001", "y", "b9"))


@pytest.mark.parametrize(
    "act",
    [
        asked.PauseAgent(agent="1002", reason="lunch"),
        asked.UnpauseAgent(agent="1002"),
        asked.SignOff(agent="1002"),
        asked.SetPenalty(agent="1002", queue="vip", penalty=1),
        asked.RemoveMember(agent="1002", queue="vip"),
        asked.HangUp(agent="1002"),
        asked.Listen(agent="1002", phone="1009"),
    ],
)
def test_an_agent_of_others_is_to_whoever_asks_as_one_who_is_not_there(act: Any) -> None:
    here = sight(floor(), OTHER_TALK)
    told, of_nobody = decide(act, OF_VIP, here), decide(replace(act, agent="1003"), OF_VIP, here)
    assert said(told) == "unknown_agent"
    assert told.words == of_nobody.words.replace("1003", "1002")
    assert said(decide(act, OF_VIP, sight(floor(GONE), OTHER_TALK))) == "unknown_agent"


@pytest.mark.parametrize(
    "act", [asked.MoveCaller(visit="", queue="normal"), asked.PromoteCaller(visit=""), asked.HangUp()]
)
@pytest.mark.parametrize(
    "happened", [WAITS, [*talk(queue="vip", channel="v1")], [*WAITS, ev.HungUp(**caller(9, "v1"))]]
)
def test_a_caller_of_others_is_to_whoever_asks_as_one_who_is_not_there(act: Any, happened: list[ev.Event]) -> None:
    here = sight(floor(*happened), LINE)
    told, of_nobody = (decide(replace(act, visit=one), OF_NORMAL, here) for one in ("gz-1/v1/1", "gz-1/x/1"))
    assert told == of_nobody
    assert said(told) == "caller_gone"


@pytest.mark.parametrize(
    "act",
    [
        asked.PauseAgent(agent="1001", queue=""),
        asked.AddMember(agent="1001", queue=""),
        asked.MoveCaller(visit="gz-1/c2/1", queue=""),
    ],
)
def test_a_queue_of_others_is_refused_as_one_that_is_not_there(act: Any) -> None:
    here = sight(floor(*WAITS), LINE)
    told, of_none = (decide(replace(act, queue=one), OF_NORMAL, here) for one in ("vip", "nowhere"))
    assert said(told) == "not_your_queue"
    assert told.words == of_none.words.replace("nowhere", "vip")


@pytest.mark.parametrize("act", [asked.HangUp(agent="1001"), asked.Listen(agent="1001", phone="1009")])
def test_a_talk_outside_the_queues_is_theirs_who_are_for_each_queue_of_the_agent(act: Any) -> None:
    here = sight(floor(), OTHER_TALK)
    assert said(decide(act, OF_NORMAL, here)) == "not_your_queue"
    assert isinstance(decide(act, OF_BOTH, here), Steps)


def test_the_reason_of_a_pause_in_others_queue_is_not_told() -> None:
    paused = [
        member(s, queue=queue, paused=True, pause_reason=reason, membership="static")
        for s, queue, reason in ((4, "normal", ""), (5, "vip", "fever"))
    ]
    here = sight(floor(*paused))
    assert "fever" in what_is_seen(asked.UnpauseAgent(agent="1001"), OF_VIP, here)
    assert "fever" not in what_is_seen(asked.UnpauseAgent(agent="1001"), OF_NORMAL, here)


LOCAL = (
    channel("PJSIP/trunk-00000001", "c1", "b1"),
    channel("Local/1001@agents-00000004;1", "a-1001", "b1"),
    channel("Local/1001@agents-00000004;2", "l2", "b2"),
    channel("PJSIP/1001-00000005", "p", "b2"),
)


def test_behind_a_local_member_the_telephone_is_meant() -> None:
    told = decide(asked.HangUp(agent="1001"), ADMIN, sight(floor(*talk()), LOCAL))
    assert said(told) == [{"Action": "Hangup", "Channel": "PJSIP/1001-00000005", "Cause": 16}]


def test_a_chain_of_locals_ends_at_a_telephone_and_a_circle_at_none() -> None:
    chain = (
        *LOCAL[:3],
        channel("Local/77@fwd-00000006;1", "f1", "b2"),
        channel("Local/77@fwd-00000006;2", "f2", "b3"),
        channel("PJSIP/mobile-00000007", "m", "b3"),
    )
    found = telephone(chain, chain[1])
    assert found is not None
    assert found.channel == "PJSIP/mobile-00000007"
    circle = (*LOCAL[:3], channel("Local/77@fwd-00000006;1", "f1", "b2"))
    assert telephone(circle, circle[1]) is None


def test_a_talk_outside_the_queues_is_found_by_the_telephones_own_channel() -> None:
    other = (channel("PJSIP/1002-00000001", "x", "b9"), channel("PJSIP/1003-00000002", "y", "b9"))
    told = decide(asked.HangUp(agent="1002"), ADMIN, sight(floor(), other))
    assert said(told) == [{"Action": "Hangup", "Channel": "PJSIP/1002-00000001", "Cause": 16}]


def test_brought_forward_is_shown_at_the_head_of_the_line() -> None:
    here = floor(*WAITS)
    told = decide(asked.PromoteCaller(visit="gz-1/c2/1"), ADMIN, sight(here, LINE))
    assert isinstance(told, Steps)
    assert told.priority is not None
    here.take(ev.BroughtForward(at=at(9), visit_id="gz-1/c2/1", priority=told.priority))
    assert here.visits["gz-1/c2/1"].priority == 3
    assert said(decide(asked.PromoteCaller(visit="gz-1/c2/1"), ADMIN, sight(here, LINE))) == "already_so"


def test_who_was_sent_to_a_place_stands_there_on_our_board_too() -> None:
    here = floor(join(1, "v0", "vip"), join(2, "c1"), join(3, "v1", "vip"))
    here.take_all(
        [
            ev.GaveUp(**caller(4), queue="normal"),
            ev.Left(**caller(4), queue="normal"),
            ev.Resulted(**caller(4), status="WITHDRAW"),
            ev.Joined(**caller(4.1), queue="vip", position=2),
        ]
    )
    assert [one.row.channel_id for one in line_of(here.state, "vip")] == ["v0", "c1", "v1"]
    assert here.visits["gz-1/c1/1"].outcome == "withdrawn"
    assert here.visits["gz-1/c1/1"].next_visit_id == "gz-1/c1/2"
    here.take(ev.Joined(**caller(5, "c9"), queue="vip", position=1))  # of a first visit the position says nothing
    assert [one.row.channel_id for one in line_of(here.state, "vip")] == ["v0", "c1", "v1", "c9"]


@pytest.mark.parametrize(
    ("text", "of_what"),
    [
        ("[]", "the whole"),
        ('{"act": "dance"}', "act"),
        ('{"act": "pause"}', "agent"),
        ('{"act": "pause", "agent": "1001", "reson": "x"}', "reson"),
        ('{"act": "pause", "agent": "1001", "reason": "a|b"}', "reason"),
        ('{"act": "pause", "agent": "1001\\r\\nAction: Originate"}', "agent"),
        ('{"act": "set_penalty", "agent": "1", "queue": "q", "penalty": "3"}', "penalty"),
        ('{"act": "note", "text": "   "}', "text"),
        ('{"act": "hang_up"}', "hang_up"),
        ('{"act": "hang_up", "visit": "v", "agent": "a"}', "hang_up"),
        ("{", "the whole"),
    ],
)
def test_what_is_no_act_is_named(text: str, of_what: str) -> None:
    with pytest.raises(NoActError) as told:
        read_act(text)
    assert of_what in str(told.value) or of_what == "the whole"


def test_markup_in_a_name_or_note_is_text() -> None:
    act = read_act(json.dumps({"act": "note", "text": "<b>bold</b> & $(reboot)"}))
    assert isinstance(act, asked.SendNote)
    assert act.text == "<b>bold</b> & $(reboot)"


IDS = st.sampled_from(["1001", "1002", "1009", "998", "nobody"])
QUEUES = st.sampled_from(["normal", "vip", "nowhere"])
VISITS = st.sampled_from(["gz-1/c1/1", "gz-1/c2/1", "gz-1/v1/1", "gz-1/x/1"])
REASONS = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="|\x7f"), max_size=80)
ACTS: st.SearchStrategy[asked.Act] = st.one_of(
    st.builds(asked.PauseAgent, agent=IDS, reason=REASONS, queue=st.none() | QUEUES),
    st.builds(asked.UnpauseAgent, agent=IDS, queue=st.none() | QUEUES),
    st.builds(asked.AddMember, agent=IDS, queue=QUEUES, penalty=st.integers(0, 9)),
    st.builds(asked.RemoveMember, agent=IDS, queue=QUEUES),
    st.builds(asked.SetPenalty, agent=IDS, queue=QUEUES, penalty=st.integers(0, 9)),
    st.builds(asked.SignOff, agent=IDS),
    st.builds(asked.MoveCaller, visit=VISITS, queue=QUEUES),
    st.builds(asked.PromoteCaller, visit=VISITS),
    st.builds(asked.HangUp, visit=VISITS),
    st.builds(asked.HangUp, agent=IDS),
    st.builds(asked.Listen, agent=IDS, phone=IDS, mode=st.sampled_from(["listen", "whisper", "barge"])),
)
HAPPENED = st.lists(
    st.sampled_from(
        [
            join(1),
            join(2, "c2"),
            join(3, "v1", "vip"),
            *talk(s=4),
            ev.Completed(**ringing(30), reason="agent"),
            ev.HungUp(**caller(31)),
            *PAUSED,
            member(5, queue="vip", paused=True, pause_reason="signed off", membership="static"),
            GONE,
            ev.LinkChanged(at=at(40), up=False),
        ]
    ),
    max_size=12,
)


@given(act=ACTS, happened=HAPPENED, asker=st.sampled_from([ADMIN, OF_NORMAL, OF_ALL, VIEWER]))
@settings(max_examples=300, deadline=None)
def test_whatever_happened_the_decision_can_be_said_and_is_theirs(
    act: asked.Act, happened: list[ev.Event], asker: Any
) -> None:
    here = floor(*happened)
    told = decide(act, asker, sight(here, (*LINE, PHONE)))
    assert told.words
    if asker is OF_NORMAL and getattr(act, "queue", "") != "vip":  # what others' queue is called is not theirs to know
        assert "vip" not in told.words.replace(getattr(act, "reason", "") or "\0", "")
        assert "vip" not in what_is_seen(act, asker, sight(here))
    if isinstance(told, Told):
        return
    assert asker is not VIEWER
    assert here.state.knowing == "complete"
    assert told.actions
    for one in told.actions:
        assert encode({"Action": one.action, **one.fields})
        if asker is OF_NORMAL:
            assert one.fields.get("Queue", "normal") == "normal"
            assert (
                one.action != "QueuePause"
                or "Queue" in one.fields
                or set(here.state.agents[str(one.fields["Interface"]).partition("/")[2]].members) == {"normal"}
            )


@given(act=ACTS)
def test_an_act_is_the_same_after_the_wire(act: asked.Act) -> None:
    assert isinstance(act, ON_THE_SWITCH)
    back = read_act(json.dumps(written(act)))
    assert back == act
    assert (fingerprint(back), target_of(back)) == (fingerprint(act), target_of(act))
