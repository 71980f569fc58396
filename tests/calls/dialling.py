"""A dialogue of `tests/` played on a real telephone, beside the same dialogue on the simulated one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.prompts.values import Money
from ivr.rehearsal import model
from ivr.rehearsal.call import Call
from ivr.rehearsal.player import play
from ivr.services.calling_number import normalise
from ivr.services.remembered import CallerMemory, memory_key
from lab.phone import State
from store.engine import open_store
from store.writer import Writer
from tests.calls.acting import OnThePhone
from tests.calls.asking import NUMBER, in_order, way_of
from tests.calls.conftest import until
from tests.calls.outside import OUTSIDE
from tests.calls.pace import PATIENCE_S
from tests.calls.proof import proved
from tests.calls.together import visits_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ivr.rehearsal.house import House as Rehearsed
    from ivr.rehearsal.model import Dialogue
    from lab.phone import Phone
    from tests.calls.conftest import House
    from tests.calls.outside import Outside
    from tests.calls.proof import Tally

WITHHELD = "anonymous"
"""What stands for the number of a caller who withholds it (RFC 3323, 4.1)."""
AILING: Mapping[str, str] = MappingProxyType(
    {
        "down": "INSERT OR REPLACE INTO customers VALUES (?, CAST(x'FF' AS TEXT), '-', 'ordinary')",
        "wrong": "INSERT OR REPLACE INTO customers VALUES (?, x'00', '-', 'ordinary')",
    }
)
"""How the customers' database is made to fail for one caller: a text that it cannot read, a value that is no text."""
LATE_S = 3.0
"""Longer than any lookup of the sample waits."""
ENDINGS = {"finished": "finished", "hung_up": "hung_up", "rescued": "rescued"}


@dataclass(frozen=True)
class Compared:
    """The ways of one dialogue through the flows: rehearsed, and on Asterisk."""

    name: str
    rehearsed: list[str]
    real: list[str]
    visits: tuple[str, ...]
    """Into queues, as `queue: outcome`."""
    remembered: Mapping[str, str]
    """What the rehearsed call asked to be remembered for the next one."""


def with_caller(dialogue: Dialogue, number: int) -> Dialogue:
    """The dialogue from a calling number and with an account of its own: calls at the same time are told apart by them.

    What is said of the number in the file is another caller's then, and is left out. Who withholds the number does so
    here, too.
    """
    answers = dict(dialogue.surroundings.answers)
    if (customer := answers["customer_by_number"][0]).mood == "row":
        row = {**customer.row, "account": f"75599{number:04}"}
        answers["customer_by_number"] = (replace(customer, row=row),)
    caller = f"1395555{number:04}" if e164(dialogue.surroundings.caller) else WITHHELD
    world = replace(dialogue.surroundings, caller=caller, answers=answers)
    talk = tuple(act for act in dialogue.talk if not isinstance(act, model.Hear | model.Keeps))
    return replace(dialogue, surroundings=world, talk=talk)


async def prepare(house: House, dialogues: Iterable[Dialogue]) -> None:
    """Make the real world that of the dialogues: who is a customer, and what is remembered of whom."""
    written = list(dialogues)
    house.rig.billing_faults(answers=dict(accounts_of(each.surroundings) for each in written))
    with sqlite3.connect(house.rig.folder / "customers.db") as database:
        for dialogue in written:
            world = dialogue.surroundings
            [answer, *_] = world.answers["customer_by_number"]
            if answer.mood == "row":
                row = (e164(world.caller), answer.row["account"], answer.row["name"], answer.row["tier"])
                database.execute("INSERT OR REPLACE INTO customers VALUES (?, ?, ?, ?)", row)
            elif answer.mood in AILING:
                database.execute(AILING[answer.mood], (e164(world.caller),))
    store = await open_store(house.rig.database_url)
    try:
        async with Writer(store) as writer:
            memory = CallerMemory(_nothing, writer, "gz-1", memory_key(house.rig.state / "memory.key"))
            for dialogue in written:
                for step, key in dialogue.surroundings.remembered.items():  # of nobody, nothing is
                    memory.remember(e164(dialogue.surroundings.caller), step, key)
    finally:
        await store.close()


def accounts_of(world: model.Surroundings) -> tuple[str, object]:
    """The account of this world's caller and what the billing system is to answer about it."""
    [customer, *_] = world.answers["customer_by_number"]
    asked = {"check": world.answers.get("check_pin", ()), "balance": world.answers.get("account_balance", ())}
    told = {question: [_told(each, world.clock) for each in answers] for question, answers in asked.items() if answers}
    return str(customer.row.get("account", "")), told


def _told(answer: model.Answer, clock: datetime | None) -> dict[str, object]:
    """One answer as `backend/billing.py` takes it: as old as it is in the dialogue, but now."""
    row: dict[str, object] = dict(answer.row)
    if isinstance(amount := row.get("amount"), Money):
        row["amount"] = f"{amount.amount} {amount.currency}"
    as_of, age = row.get("as_of"), timedelta(0)
    if isinstance(as_of, datetime) and clock is not None:
        age = clock - as_of
    if "amount" in row or answer.mood == "stale":
        old = timedelta(hours=1) if answer.mood == "stale" else age
        row["as_of"] = (datetime.now(UTC) - old).isoformat()
    match answer.mood:
        case "row" | "stale":
            return {"body": row, "after_s": answer.after_ms / 1000}
        case "missing":
            return {"status": 404}
        case "down":
            return {"status": 500}
        case "wrong":
            return {"body": "nonsense"}
        case "slow":
            return {"body": row, "after_s": LATE_S}


async def _nothing(_caller: str) -> Mapping[str, str]:
    return {}


def e164(number: str) -> str:
    return normalise(number, "CN")


async def compare(tally: Tally, rehearsed: Rehearsed, dialogue: Dialogue, outside: Outside = OUTSIDE) -> Compared:
    """Play it on both, and prove of the real call what was rehearsed; the caller hangs up where the dialogue ends.

    The live counters are asked for all dialogues together.
    """
    house = tally.house
    talk = dialogue.talk if dialogue.ends else (*dialogue.talk, model.LeaveCall())
    played = play(rehearsed, replace(dialogue, talk=talk))
    assert played.failure is None, (dialogue.name, played.failure)
    await outside.before_dialling()
    async with house.caller(dialogue.surroundings.caller) as phone:
        call = Call(rehearsed, dialogue.surroundings)
        player = OnThePhone(house, rehearsed, call, phone, outside)
        player.call_id = await _dial(tally, phone)
        for act in talk:
            await player.do(act)
        while call.listen():
            pass
        if dialogue.ends == "finished":
            await until(lambda: _has_ended(phone), PATIENCE_S)
        elif phone.state is not State.ENDED:
            await phone.hang_up()
    outcome = "queued" if played.traces[-1].outcome == "handed over" else ENDINGS[str(played.ending)]
    told = [f"{trace.step}: {trace.outcome}" for trace in played.traces]
    visits = tuple(usual for usual, *_ in visits_in(told))
    proven = await proved(
        tally,
        phone,
        heard=player.said(whole=dialogue.ends == "finished"),
        way=told,
        outcome=outcome,
        visits=visits,
        moves=None,
        caller="" if phone.number == WITHHELD else None,
        call_id=player.call_id,
    )
    assert player.announced() == len(player.announcements), (dialogue.name, [one.text for one in phone.heard])
    never = [message for message in dialogue.never if in_order(phone, player.words_of(message))]
    assert not never, (dialogue.name, never)
    assert proven.journey is not None
    return Compared(dialogue.name, told, await way_of(house, proven.journey), visits, call.remembered)


async def _dial(tally: Tally, phone: Phone) -> str:
    """Dial, and hear the first word; which call it is, where the number does not tell.

    One after another: nobody is waited for longer than 500 ms to be remembered (`ivr.services.remembered`), nor much
    longer to be looked up, so not all ask in one moment; and whose number is withheld is the one who has just begun.
    """
    async with tally.door:
        before = await _withheld(tally)
        await phone.call(NUMBER, within_s=PATIENCE_S)
        assert await phone.ear.until(lambda: bool(phone.heard), PATIENCE_S), "nothing was heard"
        if phone.number != WITHHELD:
            return ""
        found: set[str] = set()

        async def begun() -> bool:
            nonlocal found
            found = await _withheld(tally) - before
            return bool(found)

        await until(begun)
    [call_id] = found
    return call_id


async def _withheld(tally: Tally) -> set[str]:
    made = await tally.house.journeys_since("", tally.since)
    return {journey.call_id for journey in made if not journey.caller}


async def _has_ended(phone: Phone) -> bool:
    return phone.state is State.ENDED
