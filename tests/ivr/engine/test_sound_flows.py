"""What the check lets through, the engine can lead any caller through: flows made at random, walked at random.

Only a bound (`longest_steps`, `most_visits`) may bring such a caller to the rescue; never a defect, and never a
sentence that cannot be said.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from dialplan.diagnostics import has_errors
from dialplan.source import Source, Span
from ivr.engine import effects as fx
from ivr.engine import inputs
from ivr.engine.cursor import read, write
from ivr.engine.inputs import CallFacts
from ivr.engine.machine import begin, step
from ivr.engine.play_script import NOON
from ivr.flow.check import check_flows
from ivr.flow.defaults import FlowDefaults, TriesDefaults
from ivr.flow.known import Known, LookupFacts, TicketFacts
from ivr.flow.load import load_flow
from ivr.flow.model import FlowSet
from ivr.prompts.catalogue import load_catalogue
from ivr.prompts.compose import compose
from ivr.prompts.values import Money
from ivr.prompts.values_alone import message_of, with_values

if TYPE_CHECKING:
    from ivr.engine.inputs import Input

SENTENCES = """
plain: Hello.
owed: You owe {v, money}.
since: Since {v, date, long}, {v, time, short}.
figure: It is {v, number}.
which: "{v, select, vip {Dear customer.} other {Hello.}}"
"""
CATALOGUE, _ = load_catalogue({"en": Source("prompts/en.yaml", SENTENCES)})
ALONE = {"money": "money", "number": "number", "count": "number", "date": "datetime", "time": "datetime"}
"""What may be said without a sentence, and of which type it is."""
SPOKEN = with_values(CATALOGUE, {message_of(kind): Span("flows/main.yaml", 1, 1) for kind in ALONE})
FACTS = {
    "customer": LookupFacts({"key": "text"}, {"tier": "text", "calls": "number", "known": "boolean"}),
    "balance": LookupFacts({"key": "text"}, {"amount": "money", "due": "date", "as_of": "datetime"}, "as_of"),
}
KNOWN = Known(
    languages=("en",),
    entries={"main": None},
    queues=frozenset({"sales"}),
    schedules=frozenset({"office"}),
    boxes=frozenset({"messages"}),
    scripts=frozenset({"old"}),
    lookups=FACTS,
    tickets={"fault": TicketFacts({"a": "text"}, ("yellow", "red"))},
    messages={
        name: {place: frozenset(map(str, kinds)) for place, kinds in (CATALOGUE.places(name) or {}).items()}
        for name in CATALOGUE.names
    },
)
VALUES: Final = {
    "text": ["call.caller", "call.number", "'vip'", "c.tier", "pin", "x", "s.open", "text(c.calls)", "last(x, 2)"],
    "number": [
        "q.waiting", "1", "2.5", "c.calls", "length(x)", "number(x)", "-b.amount", "6 / c.calls", "c.calls * 2", "n",
        "-x",
    ],
    "money": ["b.amount", "s.open", "n"],
    "datetime": ["b.as_of", "now"],
    "condition": [
        "q.free == 0", "q.expected_wait",
        "c.known", "b.amount", "c.tier", "x", "s.open", "n", "c.tier in ['vip', null]", "b.amount in [1, 2]",
        "c.calls > 1", "n < 3", "not c.known", "x == 'a' and b.amount", "b.amount > 0", "-n == 1", "c.calls", "x > 'a'",
    ],
}  # fmt: skip
SAID: Final = {"plain": None, "owed": "money", "since": "datetime", "figure": "number", "which": "text"}
RATED: Final = "{q: {message: plain, keys: 1-2}, r: {message: plain, keys: 1-5}}"
CALLED: Final = "the number to call back is no telephone number"
"""A number may be any text before the call, so this net is no defect of the check."""
ROUNDS = 40
"""Flows made from one seed."""
WALKS = 15
"""Calls through each sound one."""


class _Writer:
    """Writes one flow, mostly sensible: half of the ways lead to the next step."""

    def __init__(self, dice: random.Random, names: list[str]) -> None:
        self._dice = dice
        self._names = names

    def to(self) -> str:
        return self._names[0] if self._names and self._dice.random() < 0.6 else self._dice.choice([*self._names, "end"])

    def of(self, kind: str) -> str:
        return self._dice.choice(VALUES[kind])

    def any_value(self) -> str:
        return self.of(self._dice.choice(["text", "number", "money"]))

    def set_to(self) -> str:
        """A value behind `=`, where a comma would end it."""
        return self._dice.choice(
            ["call.caller", "c.tier", "pin", "b.amount", "s.open", "length(x)", "6 / c.calls", "n"]
        )

    def ways(self) -> str:
        if self._dice.random() < 0.5:
            return self.to()
        return f'[{{when: "{self.of("condition")}", then: {self.to()}}}, {{then: {self.to()}}}]'

    def says(self, verb: str) -> str:
        message = self._dice.choice(list(SAID))
        kind = SAID[message]
        return f"{verb}: {message}" + (f', with: {{v: "{self.of(kind)}"}}' if kind else "")

    def step(self, *, inner: bool) -> str:
        tries = f"no_input: {{after: 5s, tries: 2, then: {self.to()}}}, wrong_input: {{tries: 2, then: {self.to()}}}"
        typed = tries.replace("after: 5s, ", "") + self._dice.choice(["", ", check_digit: luhn"])
        alone = self._dice.choice(list(ALONE))
        found, into = self._dice.choice([("customer", "c"), ("balance", "b")])
        number = self._dice.choice(["call.caller", "c.tier", "x"])
        look = f'lookup: {found}, with: {{key: "{self.of("text")}"}}, timeout: 1s, max_age: 1d, on_timeout: {self.to()}'
        keys = f"exit_keys: {{1: {self.to()}, 2: {{set: {{n: 2}}, then: {self.to()}}}}}"
        forms = [
            f"{self.says('play')}, then: {self.ways()}",
            f"{self.says('play')}, then: {self.ways()}",
            f'say: "{self.of(ALONE[alone])}", as: {alone}, then: {self.ways()}',
            f"{self.says('menu')}, keys: {{1: {self.to()}, 2: {{set: {{n: 2}}, then: {self.to()}}}}}, {tries}",
            f"collect: plain, into: {self._dice.choice(['x', 'pin'])}, length: 4, {typed}, then: {self.ways()}",
            f"set: {{n: = {self.set_to()}, x: a}}, then: {self.ways()}",
            f"record: plain, into: w, longest: 1min, then: {self.ways()}",
            f"survey: s, questions: {RATED}, into: r, {tries}, then: {self.ways()}",
            f'callback: sales, number: "{self.of("text")}", reason: = {self.set_to()}, then: {self.ways()}',
            f'ticket: fault, with: {{a: "{self.any_value()}"}}, recording: w, then: {self.ways()}',
            f"ticket: fault, colour: red, with: {{a: r.q}}, then: {self.ways()}",
            f"hours: office, open: {self.to()}, closed: {self.to()}",
            f"{look}, on_error: {self.to()}, on_missing: {self.to()}, into: {into}, then: {self.ways()}",
            f"queue: sales, longest: 1min, after: {{answered: {self.to()}, timed_out: {self.to()}}}, {keys}",
            f"queue_state: sales, into: q, then: {self.ways()}",
            f"dial: = {number}, ring: 9s, after: {{answered: end, no_answer: {self.to()}}}",
            f"transfer: = {number}, ring: 9s, after: {{no_answer: {self.to()}}}",
            f"voicemail: messages, {self.says('message')}, longest: 1min, then: {self.ways()}",
            f'script: old, args: ["{self.any_value()}"], on_error: {self.to()}, then: {self.ways()}',
            f"return: {{open: = {self.set_to()}, hidden: = {self.set_to()}}}",
            self.says("hangup"),
        ]
        if not inner:
            forms += [f'subflow: inner, with: {{x: "{self.any_value()}"}}, into: s, then: {self.ways()}'] * 2
        often = self._dice.choice(["", "", ", most_visits: 3"])
        return "{" + self._dice.choice(forms) + often + "}"


GIVING_UP: Final = FlowDefaults(TriesDefaults(2, "end", after_ms=5_000), TriesDefaults(2, "end"))
OR_END: Final = "timeout: 1s, max_age: 1d, on_timeout: end, on_error: end, on_missing: end"
FIRST: Final = (
    f"lookup: customer, with: {{key: call.caller}}, {OR_END}, into: c",
    f"lookup: balance, with: {{key: call.number}}, {OR_END}, into: b",
    "collect: plain, into: pin, sensitive: true, length: 4, no_input: {tries: 1}, wrong_input: {tries: 1}",
    "set: {n: 1, x: a}",
    "set: {w: null, r: null, s: null}",
    "queue_state: sales, into: q",
)
"""What most flows begin with: everything there is to be known."""


def written(dice: random.Random, name: str) -> str:
    names = [f"s{n}" for n in range(dice.randint(2, 6))]
    first = [one for one in FIRST if dice.random() < 0.95]
    if name == "main":
        first[-1:] = ["set: {w: null, r: null}", "subflow: inner, with: {x: call.caller}, into: s"]
        first.insert(0, FIRST[-1])
    steps = [f"{{{one}, then: {f'f{n}' if n < len(first) else 's0'}}}" for n, one in enumerate(first, start=1)]
    labels = [*(f"f{n}" for n in range(len(first))), *names]
    steps += [_Writer(dice, names[n:] or ["end"]).step(inner=name == "inner") for n in range(1, len(names) + 1)]
    head = f"flow: {name}\nstart: {labels[0]}\nlongest_steps: 30\n" + ("takes: [x]\n" if name == "inner" else "")
    return f"{head}steps:\n" + "".join(f"  {label}: {one}\n" for label, one in zip(labels, steps, strict=True))


def answered(dice: random.Random, effect: fx.Effect) -> Input:
    """Anything that may come of an effect."""
    match effect:
        case fx.Say():
            return inputs.Spoken(dice.choice([None, "1", "#"]))
        case fx.Ask():
            keyed: list[Input] = [inputs.Keys(keys) for keys in ("1", "2", "12", "12345")]
            return dice.choice([inputs.Silence(), *keyed])
        case fx.LookUp(lookup=name):
            row = {
                "tier": "vip", "calls": dice.choice([0, 3]), "known": True, "amount": Money(Decimal("-1.05"), "CNY"),
                "due": date(2026, 1, 2),
            }  # fmt: skip
            given = {field: dice.choice([row[field], None]) for field in FACTS[name].gives if field in row}
            odd: list[Input] = [inputs.LookupLate(), inputs.LookupFailed("stale"), inputs.Found(None)]
            return dice.choice([*odd, *[inputs.Found(given | {"as_of": NOON - timedelta(1)})] * 9])
        case fx.AskHours():
            return inputs.Schedule(dice.random() < 0.5)
        case fx.AskQueue():
            return dice.choice([inputs.QueueTold(), inputs.QueueTold(3, None, 2, 0, 61, None)])
        case fx.Enqueue(exit_keys=keys) if keys and dice.random() < 0.3:
            return inputs.Returned("left_by_key", dice.choice(keys))
        case fx.Enqueue() | fx.DialOut() | fx.TransferOut():
            return inputs.Returned(dice.choice(["answered", "timed_out", "full", "busy", "no_answer", "failed"]))
        case fx.Record():
            cut = inputs.Recorded(3.0, "gz-1/r1", gone=True)
            return dice.choice([inputs.Recorded(3.0, "gz-1/r1"), inputs.Recorded(0.0), cut])
        case fx.RunScript():
            return inputs.ScriptEnded(ok=dice.random() < 0.5)
    raise AssertionError(effect)


def walk(dice: random.Random, flows: FlowSet) -> None:
    """One call; everything it is told can be said."""
    facts = CallFacts("96956", dice.choice(["8613800138000", ""]), "", "gz-1.1", "gz-1.1")
    cursor = begin(flows, "main", facts, "en")
    told: Input = inputs.Started(facts)
    for _ in range(500):
        move = step(flows, cursor, told, NOON)
        cursor, last = move.cursor, move.effects[-1]
        for spoken in (*getattr(last, "utterances", ()), *filter(None, [getattr(last, "utterance", None)])):
            compose(SPOKEN, spoken.message, spoken.args, spoken.language)
        if isinstance(last, fx.Rescue):
            assert "more than 30 steps" in last.reason or "more than 3 visits" in last.reason or CALLED in last.reason
        if isinstance(last, fx.Rescue | fx.HangUp):
            return
        if isinstance(last, fx.Enqueue | fx.DialOut | fx.TransferOut):
            cursor = read(write(cursor))
        told = answered(dice, last)
    raise AssertionError("the call never ends")


@pytest.mark.parametrize("seed", range(8))
def test_a_flow_the_check_lets_through_leads_every_caller_to_an_end(seed: int) -> None:
    dice = random.Random(seed)
    sound = 0
    for _ in range(ROUNDS):
        texts = {name: written(dice, name) for name in ("main", "inner")}
        readings = [load_flow(text.encode(), f"flows/{name}.yaml", GIVING_UP) for name, text in texts.items()]
        if has_errors([*(each for one in readings for each in one.diagnostics), *check_flows(readings, KNOWN)]):
            continue
        sound += 1
        flows = FlowSet("0123456789ab", {each.name: each.flow for each in readings if each.flow}, ("en",))
        for _ in range(WALKS):
            walk(dice, flows)
    assert sound > 0, "no flow was sound: this proves nothing"
