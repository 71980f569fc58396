"""What `hotline ledger call` prints: one call's way, in words, on one time line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from ami_bridge.messages import mask, mask_name
from ivr.app.ledger_part import call_of
from ivr.app.loading import load_ready
from store.time_line import caller_of, time_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from store.queries.journeys import CallStory
    from store.time_line import Fact, Moment, What

_WITHHELD: Final = "number withheld"


def call(folder: Path, named: str) -> None:
    """Prints one call.

    Raises:
        MistakeError: There is no such call.
    """
    ready = load_ready(folder)
    call_id, story = asyncio.run(call_of(ready, named))
    typer.echo(as_text(call_id, story, ZoneInfo(ready.hotline.time_zone)))


def as_text(call_id: str, story: CallStory, zone: ZoneInfo) -> str:
    """The caller in a line, then a line for everything that happened; numbers are masked."""
    moments = time_line(story)
    day = f"{moments[0].at.astimezone(zone):%Y-%m-%d}"
    lines = [f"{call_id}  {day}  {_who(story)}", ""]
    for moment in moments:
        if (now := f"{moment.at.astimezone(zone):%Y-%m-%d}") != day:
            lines.append(day := now)
        lines.append(f"{at_clock(moment, zone)}  {moment.part:<5}  {words(moment)}")
    return "\n".join(map(_printable, lines))


def at_clock(moment: Moment, zone: ZoneInfo) -> str:
    """The time of day, to the millisecond."""
    return f"{moment.at.astimezone(zone):%H:%M:%S.%f}"[:-3]


def words(moment: Moment) -> str:
    """What happened, in a line."""
    return _SAID[moment.what](moment.facts)


def _who(story: CallStory) -> str:
    who = caller_of(story)
    told = [mask(who.caller) or _WITHHELD, f"called {who.number}" if who.number else "", who.language]
    return "  ".join(filter(None, [*told, "VIP" if who.vip else ""]))


def _printable(line: str) -> str:
    """Names are strangers' text: what would move the cursor or ring the bell of a terminal is shown as `�`."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)


def _step(facts: Mapping[str, Fact]) -> str:
    to_step = f" → {facts['to_step']}" if facts["to_step"] else ""
    return f"{facts['flow']}.{facts['step']} ({facts['verb']}): {facts['outcome']}{to_step}"


def _entered(facts: Mapping[str, Fact]) -> str:
    place = "" if facts["position"] is None else f", place {facts['position']}"
    priority = f", priority {facts['priority']}" if facts["priority"] else ""
    return f"entered {facts['queue']}{place}{priority}"


def _answered(facts: Mapping[str, Fact]) -> str:
    named = (
        f" {facts['agent_name']}" if facts["agent_name"] not in {None, "", facts["agent"]} else ""
    )  # an agent without a name of his own is not said twice
    return mask_name(f"{facts['agent']}{named}") + f" answered{_after(facts['wait_s'])}"


def _after(seconds: Fact) -> str:
    return "" if seconds is None else f" after {float(seconds):.1f} s"


def _over(facts: Mapping[str, Fact]) -> str:
    by = f", by {facts['ended_by']}" if facts["ended_by"] else ""
    if facts["transfer"]:
        goal = mask_name(str(facts["transferred_to"])) if facts["transferred_to"] else "a number not told"
        by += f" ({facts['transfer']}, to {goal})"
    talk = "" if facts["talk_s"] is None else f", talk {float(facts['talk_s']):.1f} s"
    hold = "" if facts["hold_s"] is None else f", {float(facts['hold_s']):.1f} s of it on hold"
    then = f"; goes on as {facts['next_visit_id']}" if facts["next_visit_id"] else ""
    return f"{facts['queue']} is over: {facts['outcome']}{by}{talk}{hold}{then}"


_SAID: Final[Mapping[What, Callable[[Mapping[str, Fact]], str]]] = {
    "began": lambda facts: f"{facts['flow']} began (version {str(facts['flow_version'])[:8] or 'unknown'})",
    "step": _step,
    "finished": lambda facts: f"{facts['flow']} ended: {facts['outcome']}",
    "entered": _entered,
    "rung": lambda facts: f"{mask_name(str(facts['agent']))} is rung (attempt {facts['ordinal']})",
    "rang": lambda facts: f"{mask_name(str(facts['agent']))}: {facts['result']}",
    "answered": _answered,
    "over": _over,
    "voicemail": lambda facts: f"a message of {float(facts['seconds'] or 0):.0f} s in {facts['box']}",
    "recording": lambda facts: f"said something of {float(facts['seconds'] or 0):.0f} s at {facts['step']}",
    "survey": lambda facts: f"was asked {facts['survey']}" + (f" about {facts['agent']}" if facts["agent"] else ""),
    "callback": lambda facts: f"is to be called back on {mask(str(facts['number']))} by {facts['queue']}",
    "ticket": lambda facts: f"a {facts['colour']} ticket: {facts['kind']}",
}
