"""Flows for the engine's tests, made in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.source import Span
from ivr.engine.effects import Leaving, Trace
from ivr.engine.inputs import CallFacts
from ivr.flow.expressions import Expression, parse
from ivr.flow.model import Collect, Flow, FlowSet, Lookup, Menu, Step, Tries, Way

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = Span("main.yaml", 1, 1)
LANGUAGES = ("zh-CN", "yue-HK", "en")
FACTS = CallFacts("96956", "8613800138000", "王先生", "gz-1-100.1", "gz-1-100.1")


def on(then: str, when: str | None = None, **assign: str) -> Way:
    return Way(then, parse(when) if when else None, {name: parse(text) for name, text in assign.items()})


def to(then: str) -> tuple[Way, ...]:
    return (Way(then),)


def left(  # noqa: PLR0917  - in the order in which a line of the journey is read
    flow: str,
    step: str,
    verb: str,
    outcome: str,
    to: str,
    detail: Mapping[str, str] | None = None,
    ordinal: int = 0,
    segment: int = 1,
    took_ms: int = 0,
) -> Trace:
    return Trace(Leaving(flow, step, verb, outcome, to, detail or {}), ordinal, segment, took_ms / 1000)


def given(**values: str) -> Mapping[str, Expression]:
    return {name: parse(text) for name, text in values.items()}


def flow(name: str, *steps: Step, longest_steps: int = 50, takes: tuple[str, ...] = ()) -> Flow:
    return Flow(name, steps[0].name, {step.name: step for step in steps}, AT, takes, longest_steps)


def flows(*several: Flow, version: str = "0123456789ab") -> FlowSet:
    return FlowSet(version, {one.name: one for one in several}, LANGUAGES)


def single(*steps: Step, longest_steps: int = 50) -> FlowSet:
    return flows(flow("main", *steps, longest_steps=longest_steps))


def menu(name: str = "ask", *, remember: str | None = None, **keys: Way) -> Menu:
    return Menu(
        name,
        AT,
        message=f"{name}-message",
        args={},
        keys={key.removeprefix("k"): way for key, way in keys.items()},
        no_input=Tries(2, "silent", message="no-key", after_ms=6000),
        wrong_input=Tries(3, "wrong", message="wrong-key"),
        remember=remember,
    )


def collect(
    name: str = "ask",
    *,
    then: str = "next",
    into: str = "account",
    sensitive: bool = False,
    check_digit: str | None = None,
) -> Collect:
    return Collect(
        name,
        AT,
        message=f"{name}-message",
        args={},
        into=into,
        min_length=4,
        max_length=6,
        then=to(then),
        no_input=Tries(2, "silent"),
        wrong_input=Tries(3, "wrong", message="too-short"),
        sensitive=sensitive,
        check_digit=check_digit,
    )


def lookup(name: str = "find", *, on_missing: str | None = None, into: str = "bill", then: str = "found") -> Lookup:
    return Lookup(
        name,
        AT,
        lookup="account_balance",
        args=given(account="account"),
        into=into,
        timeout_ms=2000,
        max_age_ms=900_000,
        on_timeout="late",
        on_error="failed",
        then=to(then),
        on_missing=on_missing,
    )
