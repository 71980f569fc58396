"""`hotline hours explain`: which rule makes a schedule open or closed, when that changes, and the coming days."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from dialplan.diagnostics import nearest
from dialplan.report import as_text
from ivr.app.mistakes import MistakeError
from ivr.compare.edition import edition_of
from ivr.config.hours import DAYS
from ivr.config.hours_explained import explain as explained
from ivr.config.hours_explained import preview
from ivr.config.load import load_hotline
from ivr.config.read import place
from ivr.flow.model import Hours
from ivr.flow.paths import reachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ivr.compare.edition import Edition
    from ivr.config.hours_explained import Day, Explained, Rule

FORMS: Final = ("text", "json")
_MOMENT_FORM: Final = "a moment such as 2026-12-31T23:30, or 2026-12-31T23:30+08:00"
_WIDEST: Final = 24


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    at: str | None = None
    number: str | None = None
    days: int = 30
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Told:
    """One schedule, explained."""

    name: str
    time_zone: str
    found: Explained
    coming: tuple[Day, ...]
    met: tuple[str, ...]
    """The steps that ask it, each with where callers go now."""


def explain(folder: Path, wishes: Wishes) -> None:
    """Explain the schedules of a hotline.

    Raises:
        MistakeError: the hotline has mistakes (exit code 1), or a wish is none.
    """
    if wishes.form not in FORMS:
        raise MistakeError(f"unknown format '{wishes.form}'; expected {', '.join(FORMS)}")
    loaded = load_hotline(folder)
    if not loaded.is_sound:
        raise MistakeError(as_text(loaded.diagnostics, loaded.sources, scope=loaded.scope).rstrip("\n"), 1)
    edition = edition_of(loaded)
    zone = ZoneInfo(edition.hotline.time_zone)
    at, note = _moment(wishes.at, zone)
    names = _schedules(edition, wishes.number)
    told = [_told(edition, name, wishes, at) for name in names]
    if wishes.form == "json":
        typer.echo(json.dumps([_as_object(edition, each) for each in told], ensure_ascii=False, indent=2))
        return
    for line in [*([note, ""] if note else []), *(line for each in told for line in _lines(edition, each))]:
        typer.echo(line)


def _moment(text: str | None, zone: ZoneInfo) -> tuple[datetime, str]:
    """The moment that is meant, and a word about a clock that shows it twice."""
    if text is None:
        return datetime.now(zone).replace(second=0, microsecond=0), ""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise MistakeError(f"--at: found '{text}'; expected {_MOMENT_FORM}") from None
    if found.tzinfo is not None:
        return found, ""
    there = found.replace(tzinfo=zone)
    if there.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != found:
        raise MistakeError(f"--at: the clocks of {zone.key} skip {text}; expected a time that comes")
    if there.utcoffset() != there.replace(fold=1).utcoffset():
        later = there.replace(fold=1).isoformat(timespec="minutes")
        return there, f"{text} comes twice in {zone.key}; the first is meant, the other is {later}"
    return there, ""


def _schedules(edition: Edition, number: str | None) -> tuple[str, ...]:
    if number is None:
        if not edition.hotline.hours:
            raise MistakeError("this hotline has no schedules; expected some in 'hours' of hotline.yaml")
        return tuple(edition.hotline.hours)
    numbers = edition.hotline.numbers
    if number not in numbers:
        near = nearest(number, list(numbers))
        hint = f"; did you mean '{near}'?" if near else f"; expected {', '.join(numbers)}"
        raise MistakeError(f"unknown number '{number}'{hint}")
    flows = edition.flows_from(numbers[number])
    used = {name for flow in flows for kind, name in edition.things_in(flow) if kind == "hours"}
    if not used:
        raise MistakeError(f"callers of {number} meet no schedule")
    return tuple(name for name in edition.hotline.hours if name in used)


def _told(edition: Edition, name: str, wishes: Wishes, at: datetime) -> Told:
    schedule, zone = edition.hotline.hours[name], ZoneInfo(edition.hotline.time_zone)
    found = explained(schedule, zone, at)
    coming = preview(schedule, zone, found.at.date(), wishes.days)
    number = wishes.number
    flows = tuple(edition.flows) if number is None else edition.flows_from(edition.hotline.numbers[number])
    met = tuple(_met(edition, flows, name, is_open=found.is_open))
    return Told(name, schedule.time_zone or edition.hotline.time_zone, found, coming, met)


def _met(edition: Edition, flows: tuple[str, ...], name: str, *, is_open: bool) -> Iterator[str]:
    for flow in edition.flows.values():
        if flow.name not in flows:
            continue
        for step in sorted(reachable(flow), key=lambda each: flow.steps[each].at):
            asked = flow.steps[step]
            if isinstance(asked, Hours) and asked.schedule == name:
                yield f"{flow.name}.{step} goes to {asked.open if is_open else asked.closed}"


def _lines(edition: Edition, told: Told) -> Iterator[str]:
    found = told.found
    state = "open" if found.is_open else "closed"
    yield f"{told.name}: {state} at {_shown(found.at)} ({told.time_zone})"
    night = "" if found.day == found.at.date() else f", the night that began on {DAYS[found.day.weekday()]} {found.day}"
    winner, *others = found.rules
    yield f"  because  {_rule(edition, told.name, winner)}{night}"
    for each in others:
        yield f"  not      {_rule(edition, told.name, each)}"
    word = "closes" if found.is_open else "opens"
    if found.changes_at is None or found.changes_by is None:
        yield f"  {word:<7}  never, within two years"
    else:
        yield f"  {word:<7}  {_shown(found.changes_at)}, by {_rule(edition, told.name, found.changes_by)}"
    yield from (f"  callers  {step}" for step in told.met)
    yield ""
    for day in told.coming:
        clocks = f"; {day.clocks}" if day.clocks else ""
        date = f"{DAYS[day.day.weekday()]} {day.day}"
        yield f"  {date}  {day.hours:<{_WIDEST}} {day.rule.kind}: {day.rule.words}{clocks}"
    if told.coming:
        yield ""


def _shown(moment: datetime) -> str:
    return f"{DAYS[moment.weekday()]} {moment:%Y-%m-%d %H:%M}"


def _rule(edition: Edition, name: str, rule: Rule) -> str:
    at = place(edition.root, ("hours", name, *rule.setting))
    return f"{rule.kind}: {rule.words}" + (f" ({at.file}:{at.line})" if at is not None else "")


def _as_object(edition: Edition, told: Told) -> dict[str, object]:
    found = told.found
    return {
        "schedule": told.name,
        "time_zone": told.time_zone,
        "at": found.at.isoformat(),
        "open": found.is_open,
        "day": str(found.day),
        "rules": [_rule_object(edition, told.name, each) for each in found.rules],
        "changes_at": found.changes_at.isoformat() if found.changes_at is not None else None,
        "changes_by": _rule_object(edition, told.name, found.changes_by) if found.changes_by is not None else None,
        "steps": list(told.met),
        "days": [
            {
                "day": str(day.day),
                "hours": day.hours,
                "kind": day.rule.kind,
                "words": day.rule.words,
                "clocks": day.clocks,
            }
            for day in told.coming
        ],
    }


def _rule_object(edition: Edition, name: str, rule: Rule) -> dict[str, object]:
    at = place(edition.root, ("hours", name, *rule.setting))
    return {
        "kind": rule.kind,
        "words": rule.words,
        "file": at.file if at is not None else None,
        "line": at.line if at is not None else None,
    }
