"""`hotline try`: a call by hand, on a terminal or in a pipe."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from dialplan.diagnostics import nearest
from dialplan.report import as_text
from ivr.app.mistakes import MistakeError
from ivr.config.dialogues import load_dialogues, names_of
from ivr.config.load import load_hotline
from ivr.flow.yaml_reader import Scalar, read_yaml
from ivr.rehearsal.house import house_of
from ivr.rehearsal.trial import Trial
from ivr.rehearsal.worlds import surroundings_like
from ivr.rehearsal.written import MOMENT_FORM, Names, Notes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ivr.rehearsal.model import Dialogue
    from ivr.rehearsal.trial import Line

INDENTS = {"heard": "» ", "step": "    ", "info": "  ", "wrong": "! ", "typed": "> "}
"""What each kind of line begins with, in a pipe."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    caller: str | None = None
    number: str | None = None
    clock: str | None = None
    like: str | None = None


def try_call(folder: Path, wishes: Wishes) -> None:
    """Let somebody call.

    Raises:
        MistakeError: the files have mistakes, or a wish is none.
    """
    trial, whose = _trial(folder, wishes)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from ivr.cli.phone_screen import show

        show(trial, whose)
    else:
        _in_a_pipe(trial, whose)


def _in_a_pipe(trial: Trial, whose: str) -> None:
    """A line in, lines out; the end of the input hangs up."""
    if whose:
        typer.echo(f"the world is that of '{whose}'")
    _echo(trial.begin())
    for line in sys.stdin:
        _echo(trial.do(line))
        if trial.is_done:
            return
    if trial.call is not None and not trial.call.is_over:
        _echo(trial.do("hang up"))


def _echo(lines: Iterable[Line]) -> None:
    for line in lines:
        place = f"{line.place}: " if line.kind == "step" else ""
        typer.echo(f"{INDENTS[line.kind]}{place}{line.text}")


def _trial(folder: Path, wishes: Wishes) -> tuple[Trial, str]:
    loaded = load_hotline(folder)
    if loaded.hotline is None or loaded.flows is None:
        raise MistakeError(as_text(loaded.diagnostics, loaded.sources, scope=loaded.scope).rstrip("\n"), 1)
    found = load_dialogues(loaded)  # mistakes in them are told by `check` and `test`; the others serve all the same
    house = house_of(loaded.hotline, loaded.flows, loaded.catalogue)
    names = names_of(loaded)
    like = _like(found.dialogues, wishes.like)
    world, whose = surroundings_like(house, found.dialogues, caller=wishes.caller, like=like)
    if wishes.number is not None:
        if wishes.number not in house.numbers:
            raise MistakeError(f"unknown number '{wishes.number}'; expected {', '.join(house.numbers)}")
        world = replace(world, number=wishes.number)
    zone = ZoneInfo(loaded.hotline.time_zone)
    if wishes.clock is not None:
        world = replace(world, clock=_moment(wishes.clock, names))
    elif world.clock is None:
        world = replace(world, clock=datetime.now(zone).replace(microsecond=0))
    return Trial(house, names, world), whose


def _like(dialogues: tuple[Dialogue, ...], name: str | None) -> Dialogue | None:
    if name is None:
        return None
    found = next((each for each in dialogues if each.name == name), None)
    found = found or next((each for each in dialogues if name.casefold() in each.name.casefold()), None)
    if found is None:
        near = nearest(name, [each.name for each in dialogues])
        raise MistakeError(f"no dialogue is called '{name}'" + (f"; did you mean '{near}'?" if near else ""))
    return found


def _moment(text: str, names: Names) -> datetime:
    root = read_yaml(f'"{text}"'.encode(), "clock").root
    moment = Notes(names).moment(root) if isinstance(root, Scalar) else None
    if moment is None:
        raise MistakeError(f"--clock: found '{text}'; expected {MOMENT_FORM}")
    return moment
