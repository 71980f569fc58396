"""`hotline alarms list` and `hotline alarms test`: what would be told to whom, and whether it gets there."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import typer

from dialplan.diagnostics import nearest
from dialplan.report import as_text
from ivr.app.alarms_part import from_of, now, way_of
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from ivr.config.alarms import load_alarms
from ivr.config.load import load_hotline
from ivr.flow.units import duration_text
from wallboard.alarms import rules as on
from wallboard.alarms.delivering import NotDeliveredError
from wallboard.alarms.messages import trial
from wallboard.alarms.rules import METRICS, Command, Webhook

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.config.alarms import AlarmsRead
    from ivr.config.load import Loaded
    from wallboard.alarms.rules import Alarms, Rule, Sender

FORMS: Final = ("text", "json")
_SHAPES: Final = {"red": "■", "yellow": "▲"}


def list_rules(folder: Path, form: str) -> None:
    """Print every rule with what it watches and whom it tells.

    Raises:
        MistakeError: the hotline or its alarms have mistakes, or there is no such form.
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    alarms = _sound(load_hotline(folder)).alarms
    if form == "json":
        told = {name: {**asdict(rule), "says": watches(rule)} for name, rule in alarms.rules.items()}
        typer.echo(json.dumps({"rules": told, "senders": sorted(alarms.senders)}, ensure_ascii=False, indent=2))
        return
    for line in lines(alarms):
        typer.echo(line)


def lines(alarms: Alarms) -> list[str]:
    """The list as people read it."""
    rows = [(_SHAPES[rule.severity], name, watches(rule), _to(rule)) for name, rule in alarms.rules.items()]
    name, says = (max(len(row[at]) for row in rows) for at in (1, 2))
    told = [f"{row[0]} {row[1]:{name}}  {row[2]:{says}}  {row[3]}" for row in rows]
    if alarms.senders:
        wide = max(map(len, alarms.senders))
        told += ["", *(f"{each:{wide}}  {_by(sender)}" for each, sender in alarms.senders.items())]
    return told


def watches(rule: Rule) -> str:
    """What a rule watches, in one line: `longest_wait over 1min for 20s in sales; clear at 40s for 30s`."""
    words = [rule.when]
    if rule.over is not None or rule.under is not None:
        bound = rule.over if rule.over is not None else rule.under
        words.append(f"{'over' if rule.over is not None else 'under'} {_value(bound, rule)}")
    if rule.when == on.PHONES:
        shares = [f"{rule.share:g} %"] if rule.share is not None else []
        words.append(" and ".join([*shares, f"at least {rule.count}"]))
    if rule.when == on.FAILED:
        words.append(f"of at least {rule.count} calls")
    if rule.when in {on.PHONES, on.FAILED}:
        words.append(f"within {_time(rule.window_s)}")
    if rule.for_s:
        words.append(f"for {_time(rule.for_s)}")
    subjects = (*(rule.queues or ()), *rule.trunks, *rule.registrations)
    if subjects:
        words.append(f"in {', '.join(subjects)}" if rule.queues else ", ".join(subjects))
    if rule.hours:
        words.append(f"while {rule.hours} is open")
    ends = [_value(rule.clear_at, rule)] if rule.clear_at is not None else []
    ends += [f"for {_time(rule.clear_s)}"] if rule.clear_s else []
    return " ".join(words) + (f"; clear {'at ' if rule.clear_at is not None else ''}{' '.join(ends)}" if ends else "")


def _value(value: float | None, rule: Rule) -> str:
    unit = METRICS.get(rule.when, "per_cent")
    if value is None or unit == "seconds":
        return _time(value or 0.0)
    return f"{value:g}{' %' if unit == 'per_cent' else ''}"


def _time(seconds: float) -> str:
    return duration_text(round(seconds * 1000))


def _to(rule: Rule) -> str:
    return f"→ {', '.join(('boards', *rule.to))}"


def _by(sender: Sender) -> str:
    match sender:
        case Webhook():
            place = (
                sender.url
                if isinstance(sender.url, str)
                else f"(its address is in {sender.url.env or sender.url.file})"
            )
            return f"webhook {place}{', signed' if sender.secret else ''}"
        case Command():
            return f"command {' '.join(sender.argv)}"
        case _:
            return f"mail to {', '.join(sender.to)}"


def try_out(folder: Path, name: str) -> int:
    """Send a test message through a sender, or each sender of a rule. 0 when all delivered, else 1.

    Raises:
        MistakeError: the hotline or its alarms have mistakes, or nothing is called so.
    """
    ready = load_ready(folder)
    alarms = _sound(ready.loaded).alarms
    if name in alarms.senders:
        chosen = [name]
    elif name in alarms.rules:
        chosen = list(alarms.rules[name].to)
        if not chosen:
            raise MistakeError(f"the rule '{name}' is told on boards alone; it has no sender to try")
    else:
        names = (*alarms.senders, *alarms.rules)
        near = nearest(name, names)
        hint = f"did you mean '{near}'?" if near else f"expected one of {', '.join(names)}"
        raise MistakeError(f"no sender and no rule is called '{name}'; {hint}")
    return asyncio.run(_try(ready, alarms, chosen))


async def _try(ready: Ready, alarms: Alarms, chosen: list[str]) -> int:
    wide, failed = max(map(len, chosen)), False
    for name in chosen:
        sender = alarms.senders[name]
        try:
            came = await way_of(sender, ready).deliver(trial(name, from_of(ready, alarms), now()))
        except NotDeliveredError as wrong:
            failed = True
            typer.echo(f"✗ {name:{wide}}  not delivered: {wrong}")
        else:
            typer.echo(f"✓ {name:{wide}}  delivered: {came}")
    return 1 if failed else 0


def _sound(loaded: Loaded) -> AlarmsRead:
    if loaded.settings is None:
        raise MistakeError(as_text(loaded.diagnostics, loaded.sources, scope=loaded.scope).rstrip("\n"), 1)
    found = load_alarms(loaded)
    if not found.is_sound:
        raise MistakeError(as_text(found.diagnostics, found.sources, scope="alarms.yaml").rstrip("\n"), 1)
    return found
