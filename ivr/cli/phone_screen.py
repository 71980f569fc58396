"""`hotline try` on a terminal: what is heard on the left, where the call stands and what it knows on the right.

Telephone keys are pressed at once; anything else begins a word, which Enter ends. Drawn with rich, which typer brings:
it is there in a twentieth of a second.
"""

from __future__ import annotations

import os
import sys
import termios
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ivr.flow.units import is_key
from ivr.rehearsal.trial import MOMENT
from ivr.rehearsal.worlds import moods, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ivr.rehearsal.trial import Line, Trial

SIDE: Final = 44
"""Screen cells of the right side."""
NARROW: Final = 90
"""Below this width the right side is left out."""
STYLES: Final = {"heard": "bold", "step": "dim", "info": "cyan", "wrong": "bold red", "typed": "bold green"}
SIGNS: Final = {"heard": "» ", "step": "    ", "info": "  ", "wrong": "! ", "typed": "> "}
HELP: Final = "0-9 * #  keys    wait 7s    backend … slow    clock …    hang up    again    help    quit"
ENTER: Final = "\r\n"
ERASE: Final = "\x7f\x08"
END: Final = "\x03\x04"


def show(trial: Trial, whose: str) -> None:
    """Lead calls until whoever tries has had enough."""
    console = Console()
    lines = trial.begin()
    typed = ""
    with _keyboard() as keyboard, Live(console=console, screen=True, auto_refresh=False) as live:
        while not trial.is_done:
            live.update(picture(trial, lines, typed, whose, console.size), refresh=True)
            key = os.read(keyboard, 16).decode(errors="ignore")
            if not key or key[0] in END:
                return
            for each in key:
                typed = _take(trial, lines, typed, each)


def _take(trial: Trial, lines: list[Line], typed: str, key: str) -> str:
    """What stands in the input line after a key."""
    if not typed and is_key(key):
        lines += trial.do(key)
        return ""
    if key in ENTER:
        lines += trial.do(typed)
        return ""
    if key in ERASE:
        return typed[:-1]
    return typed + key if key.isprintable() else typed


def picture(trial: Trial, lines: list[Line], typed: str, whose: str, size: tuple[int, int]) -> RenderableType:
    """The whole screen, for a terminal of so many columns and rows."""
    width, height = size
    layout = Layout()
    body = Layout(name="body")
    layout.split_column(body, Layout(Panel(_prompt(typed), title="keys and words", title_align="left"), size=4))
    heard = Panel(_tail(lines, width, height - 6), title=f"call to {trial.surroundings.number}", title_align="left")
    if width < NARROW:
        body.update(heard)
    else:
        side = Layout(Panel(_side(trial, whose), title=trial.place, title_align="left", border_style="cyan"), size=SIDE)
        body.split_row(Layout(heard), side)
    return layout


def _prompt(typed: str) -> Text:
    return Text.assemble(("> ", "bold green"), typed, ("▏\n", "dim"), (HELP, "dim"))


def _tail(lines: list[Line], width: int, height: int) -> Text:
    """The last lines that fit; a long sentence takes several."""
    inside = max(20, (width - SIDE if width >= NARROW else width) - 4)
    shown: list[Text] = []
    rows = 0
    for line in reversed(lines):
        place = f"{line.place}  " if line.kind == "step" else ""
        text = Text(f"{SIGNS[line.kind]}{place}{line.text}", style=STYLES[line.kind])
        rows += max(1, -(-text.cell_len // inside))
        if rows > height:
            break
        shown.append(text)
    return Text("\n").join(reversed(shown))


def _side(trial: Trial, whose: str) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    call = trial.call
    waits = call.doing.waits if call is not None else ""
    table.add_row("waits for", waits)
    table.add_row("clock", trial.clock.strftime(MOMENT) if trial.clock else "none")
    table.add_row("from", trial.surroundings.caller or "withheld")
    if whose:
        table.add_row("world of", whose)
    known = Table.grid(padding=(0, 1))
    known.add_column(no_wrap=True)
    known.add_column(overflow="fold", style="yellow")
    for name, value in trial.variables():
        known.add_row(name, value)
    backend = Table.grid(padding=(0, 1))
    for name, answers in trial.surroundings.answers.items():
        backend.add_row(name, Text(moods(answers), style="green" if answers[0].mood == "row" else "red"))
    for name, line in (call.lines if call is not None else trial.surroundings.lines).items():
        backend.add_row(f"queue {name}", standing(line))
    return Group(table, Text("\nvariables", style="dim"), known, Text("\nbackend", style="dim"), backend)


@contextmanager
def _keyboard() -> Iterator[int]:
    """Single keys, as they are pressed."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)
    try:
        yield keyboard
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
