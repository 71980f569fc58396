"""The sample hotline, read by the real loader and played by the real engine; then led through it any way there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.config.load import load_hotline
from ivr.engine import effects as fx
from ivr.engine.inputs import (
    Found,
    HungUp,
    Keys,
    LookupFailed,
    LookupLate,
    Recorded,
    Returned,
    Schedule,
    ScriptEnded,
    Silence,
    Spoken,
    Started,
)
from ivr.engine.machine import FITS, begin, step
from ivr.engine.play_script import NOON, Heard, PlayScript
from ivr.flow.model import Announce
from ivr.prompts.values import Money
from ivr.services.sealing import CursorSeal
from tests.ivr.engine.making import FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.engine.inputs import Input
    from ivr.flow.model import FlowSet

FOLDER = Path(__file__).parents[3] / "examples" / "cable-tv"
ORDINARY = Found({"account": "755001234", "name": "张伟", "tier": "ordinary"})
VIP = Found({"account": "755001235", "name": "王芳", "tier": "vip"})
BILL = {"amount": Money(Decimal("123.45"), "CNY"), "as_of": datetime(2026, 11, 20, 1, 58, tzinfo=UTC)}
OPEN = Schedule(is_open=True)
NOON_MS = round(NOON.timestamp() * 1000)


@pytest.fixture(scope="module")
def sample() -> FlowSet:
    loaded = load_hotline(FOLDER, {})
    assert loaded.flows is not None, [diagnostic.message for diagnostic in loaded.diagnostics]
    return loaded.flows


def at_the_main_menu(sample: FlowSet, customer: Input = ORDINARY) -> PlayScript:
    greeting = "welcome-vip" if customer is VIP else "welcome"
    return (
        PlayScript(sample, "main", FACTS)
        << Heard("choose-language")
        >> Keys("3")
        << fx.Remember("main.language", "3")
        << fx.LookUp
        >> customer
        << Heard(greeting)
        >> Spoken()
        << fx.AskHours("office")
        >> OPEN
        << Heard("main-menu")
    )


def test_a_caller_hears_a_true_balance_after_the_pin(sample: FlowSet) -> None:
    pin = fx.LookUp("check_pin", {"account": "755001234", "pin": "4711"}, 2000, 0, fx.Utterance("one-moment", {}, "en"))
    assert (
        at_the_main_menu(sample)
        >> Keys("1")
        << Heard("ask-pin")
        >> Keys("4711", "terminator")
        << pin
        >> Found({"verified": True, "locked": False})
        << fx.LookUp
        >> Found(BILL)
        << fx.Say((fx.Utterance("your-balance", BILL, "en"),), interruptible=True)
        >> Spoken()
        << Heard("anything-else")
        >> Silence()
        << Heard("goodbye")
        >> Spoken()
        << fx.HangUp()
    )


@pytest.mark.parametrize("trouble", [LookupLate(), LookupFailed("stale"), Found(None)])
def test_without_a_true_figure_the_caller_is_told_so_and_offered_a_person(sample: FlowSet, trouble: Input) -> None:
    assert (
        at_the_main_menu(sample)
        >> Keys("1")
        << Heard("ask-pin")
        >> Keys("4711")
        << fx.LookUp
        >> Found({"verified": True, "locked": False})
        << fx.LookUp
        >> trouble
        << Heard("balance-unavailable")
        >> Spoken()
        << Heard("offer-person")
        >> Keys("0")
        << Heard("please-hold")
        >> Spoken()
        << fx.Enqueue("service", 0, 300_000, "1", Announce("your-place", 45_000, "your-place-and-wait"))
    )


def test_a_vip_waits_in_the_vip_queue_and_overflows_ahead_of_others(sample: FlowSet) -> None:
    assert (
        at_the_main_menu(sample, VIP)
        >> Keys("0")
        << fx.Enqueue("vip", 10, 30_000)
        >> Returned("timed_out")
        << fx.Enqueue("service", 10, 300_000)
        >> Returned("answered")
        << fx.Surveyed("main.rate_talk", "after-talk", (("satisfied", None),), 1, NOON_MS)
        << Heard("rate-talk")
        >> Keys("4")
        << fx.Surveyed("main.rate_talk", "after-talk", (("satisfied", 4),), 1, NOON_MS)
        << Heard("rated")
        >> Spoken()
        << Heard("after-talk")
    )


CALLED_BACK = fx.CallbackAsked("main.call_back", "service", FACTS.caller, "nobody free", NOON_MS, None, 86_400_000)


@pytest.mark.parametrize("instead_of_waiting", [False, True])
def test_a_caller_whom_nobody_can_serve_is_called_back_on_a_number_that_was_said_to_him(
    sample: FlowSet, *, instead_of_waiting: bool
) -> None:
    spoken = fx.Utterance("=digits phone", {"value": FACTS.caller}, "en")
    waiting = at_the_main_menu(sample) >> Keys("0") << Heard("please-hold") >> Spoken() << fx.Enqueue
    if instead_of_waiting:
        asked = waiting >> Returned("left_by_key", "1")
    else:
        asked = waiting >> Returned("timed_out") << Heard("nobody-free") >> Keys("1")
    assert (
        asked
        << Heard("your-number")
        >> Spoken()
        << fx.Say((spoken,), interruptible=True)
        >> Spoken()
        << Heard("number-right")
        >> Keys("1")
        << CALLED_BACK
        << Heard("callback-noted")
        >> Spoken()
        << Heard("goodbye")
    )


@pytest.mark.parametrize("gone", [False, True])
def test_a_fault_report_is_a_ticket_with_what_the_caller_said(sample: FlowSet, *, gone: bool) -> None:
    told = fx.TicketOpened("main.open_ticket", "fault", None, {"account": "755001234"}, "gz-1/r1", 1)
    assert (
        at_the_main_menu(sample)
        >> Keys("2")
        << Heard("describe-fault")
        >> Recorded(4.0, "gz-1/r1", gone=gone)
        << told
        << (fx.HangUp() if gone else Heard("fault-noted"))
    )


def test_a_caller_known_from_before_is_greeted_at_once_and_may_change_the_language(sample: FlowSet) -> None:
    known = replace(FACTS, remembered={"main.language": "2"})
    assert (
        PlayScript(sample, "main", known)
        << fx.LookUp
        >> LookupLate()
        << fx.Say((fx.Utterance("welcome", {}, "yue-HK"),), interruptible=True)
        >> Spoken()
        << fx.AskHours
        >> OPEN
        << Heard("main-menu")
        >> Keys("9")
        << Heard("choose-language")
    )


def test_outside_hours_a_message_is_taken(sample: FlowSet) -> None:
    assert (
        PlayScript(sample, "main", replace(FACTS, remembered={"main.language": "1"}))
        << fx.LookUp
        >> LookupFailed("unreachable")
        << Heard("welcome")
        >> Spoken()
        << fx.AskHours
        >> Schedule(is_open=False)
        << Heard("closed")
        >> Recorded(4.0)
        << Heard("message-taken")
        >> Spoken()
        << Heard("goodbye")
        >> Spoken()
        << fx.HangUp()
    )


ROWS: Mapping[str, tuple[Input, ...]] = {
    "customer_by_number": (ORDINARY, VIP, Found(None), LookupLate(), LookupFailed("circuit_open")),
    "check_pin": (
        *(Found({"verified": yes, "locked": locked}) for yes in (True, False) for locked in (True, False)),
        Found(None),
        LookupLate(),
    ),
    "account_balance": (Found(BILL), Found(None), LookupLate(), LookupFailed("stale")),
}
ANSWERS: Mapping[type[fx.Effect], tuple[Input, ...]] = {
    fx.Say: (Spoken(), Spoken("1")),
    fx.Ask: (*map(Keys, ("0", "1", "2", "3", "9", "7", "", "4711", "755001234")), Silence()),
    fx.AskHours: (OPEN, Schedule(is_open=False)),
    fx.Enqueue: (
        *map(Returned, ("answered", "timed_out", "empty", "full", "withdrawn", "failed")),
        Returned("left_by_key", "1"),
    ),
    fx.Record: (Recorded(3.0, "gz-1/0123456789abcdef0123456789abcdef"), Recorded(0.0), Recorded(3.0, "r", gone=True)),
    fx.RunScript: (ScriptEnded(ok=True),),
}
SEAL = CursorSeal(Fernet.generate_key(), now=lambda: NOON)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_way_through_the_sample_ends_and_none_meets_a_defect(sample: FlowSet, data: st.DataObject) -> None:
    cursor = begin(sample, "main", FACTS, sample.languages[0])
    event: Input = Started(FACTS)
    pressed_pin = False
    while True:
        move = step(sample, cursor, event, NOON)
        cursor, last = move.cursor, move.effects[-1]
        if isinstance(last, fx.HangUp):
            break
        if isinstance(last, fx.Rescue):
            assert "more than" in last.reason or "no way on after 'failed'" in last.reason or "withdrawn" in last.reason
            break
        if isinstance(last, fx.Enqueue):
            sealed = SEAL.seal(cursor)
            assert len(sealed) < 1200
            cursor = SEAL.unseal(sealed)
            assert cursor == move.cursor
            assert not (pressed_pin and "4711" in repr(move))
        choices = ROWS[last.lookup] if isinstance(last, fx.LookUp) else ANSWERS[type(last)]
        event = data.draw(st.sampled_from((*choices, HungUp())))
        pressed_pin = pressed_pin or event == Keys("4711")
        assert isinstance(event, (*FITS[cursor.waiting], HungUp))
