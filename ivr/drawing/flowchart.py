"""A flow as boxes and lines: what stands in a box, and which ways share a line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from dialplan.report import display_width
from ivr.engine.machine import VERBS
from ivr.flow import model
from ivr.flow.paths import exits
from ivr.rehearsal.edges import AFTER, KEY, THEN, ways_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dialplan.source import Span
    from ivr.flow.model import Flow, Step

Shape = Literal["ask", "say", "choose", "look", "hand", "keep", "sub", "set", "end", "start", "jump"]
"""What happens: the caller is asked, hears something, a way is chosen, a source is asked, the call is handed over, …"""

SHAPES: Final[Mapping[type[Step], Shape]] = {
    model.Menu: "ask",
    model.Collect: "ask",
    model.Survey: "ask",
    model.Play: "say",
    model.SayValue: "say",
    model.Branch: "choose",
    model.Hours: "choose",
    model.QueueState: "choose",
    model.Lookup: "look",
    model.Script: "look",
    model.Queue: "hand",
    model.Dial: "hand",
    model.Transfer: "hand",
    model.Voicemail: "keep",
    model.RecordWords: "keep",
    model.Callback: "keep",
    model.Ticket: "keep",
    model.Subflow: "sub",
    model.Assign: "set",
    model.Return: "end",
    model.Hangup: "end",
}
"""Verb to the shape of its box."""
FINISH: Final = "end"
"""The box for the target `end`; no step can be called so."""
START: Final = "(start)"
LONGEST: Final = 34
"""Cells of a line in a box; a character of Chinese is two."""
LONGEST_WAY: Final = 26
_WRONG: Final = frozenset({"no_input", "wrong_input", "on_timeout", "on_error", "on_missing", "after failed"})
"""Ways that are taken when something did not go as it should."""


@dataclass(frozen=True, slots=True)
class Box:
    """One step."""

    name: str
    shape: Shape
    lines: tuple[str, ...]
    """Name, what it does, the first words of what it says."""
    title: str
    """All of it, for whoever points at the box."""
    at: Span | None
    own_ways: tuple[str, ...] = ()
    """Ways that lead nowhere: those of `hangup` and `return`."""
    loops: tuple[Label, ...] = ()
    """Ways that lead to the step itself."""
    leads_to: str = ""
    """For the sign at the end of a line that would be too long: the step it stands for."""


@dataclass(frozen=True, slots=True)
class Label:
    """One way on a line."""

    way: str
    """As coverage names it (`ivr.rehearsal.edges`)."""
    text: str
    wrong: bool
    """Whether it is taken when something did not go as it should."""


@dataclass(frozen=True, slots=True)
class Link:
    """A line: every way from one step to another."""

    source: str
    target: str
    labels: tuple[Label, ...] = ()
    leads_to: str = ""
    """The step meant, where the line ends in a sign."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A flow, ready to be laid out."""

    flow: str
    boxes: Mapping[str, Box]
    links: tuple[Link, ...]
    taken: Mapping[tuple[str, str], int] | None = field(default=None)
    """Step and way to how often dialogues take it; None shows nothing of it."""


def chart_of(flow: Flow, words: Callable[[str], str], taken: Mapping[tuple[str, str], int] | None = None) -> Chart:
    """A flow as a chart.

    Args:
        flow: what is drawn.
        words: a message to what it says, to show its first words.
        taken: how often each way is taken, to be shown on it.
    """
    boxes = {START: Box(START, "start", (flow.name,), f"flow {flow.name}", flow.at)}
    links: dict[tuple[str, str], list[Label]] = {(START, flow.start): []}
    for step in flow.steps.values():
        labels: list[Label] = []
        for way, out in zip(ways_of(step), exits(step), strict=False):
            label = Label(way, _text(way, out.way), way in _WRONG)
            if out.then == step.name:
                labels.append(label)
            else:
                links.setdefault((step.name, out.then), []).append(label)
        boxes[step.name] = _box(step, words, tuple(labels))
    if any(target == FINISH for _, target in links):
        boxes[FINISH] = Box(FINISH, "start", ("end",), "the flow is over", None)
    return Chart(flow.name, boxes, tuple(_link(*ends, each) for ends, each in links.items()), taken)


def _link(source: str, target: str, labels: list[Label]) -> Link:
    """A line; where several ways share it, the one without a word has one, too."""
    named = (replace(each, text=each.text or THEN) for each in labels) if len(labels) > 1 else labels
    return Link(source, target, tuple(named))


def _box(step: Step, words: Callable[[str], str], loops: tuple[Label, ...]) -> Box:
    verb = VERBS[type(step)].word
    about = _about(step)
    message = getattr(step, "message", None)
    said = words(message) if isinstance(message, str) else ""
    lines = [cut(step.name, LONGEST), cut(f"{verb} {about}".rstrip(), LONGEST)]
    if said:
        lines.append(cut(said, LONGEST))
    title = f"{step.name}: {verb} {about}".rstrip() + (f"\n{said}" if said else "") + f"\n{step.at.file}:{step.at.line}"
    own = ways_of(step) if isinstance(step, (model.Return, model.Hangup)) else ()
    return Box(step.name, SHAPES[type(step)], tuple(lines), title, step.at, own, loops)


def _about(step: Step) -> str:
    """What a verb is about: `vip` of `queue: vip`."""
    match step:
        case model.SayValue():
            return f"{step.value.source} as {step.message.removeprefix('=')}"
        case model.Dial() | model.Transfer():
            return step.to.source
        case model.Assign():
            return ", ".join(f"{name} = {value.source}" for name, value in step.assign.items())
        case model.Return():
            return ", ".join(f"{name}: {value.source}" for name, value in step.values.items())
    words = ("queue", "schedule", "kind", "box", "flow", "lookup", "survey", "script", "message")
    return next((str(value) for word in words if (value := getattr(step, word, None))), "")


def _text(way: str, taken: model.Way | None) -> str:
    """A way as it is read on a line; the only one of a step needs no word."""
    if taken is not None and taken.when is not None:
        return cut(" ".join(taken.when.source.split()), LONGEST_WAY)
    if way == THEN:
        return ""
    if way.startswith(f"{THEN} "):
        return "else"
    if way.startswith((KEY, AFTER)):
        return way.removeprefix(AFTER).replace("_", " ")
    return way.removeprefix("on_").replace("_input", "").replace("_", " ") if way != "no_input" else "no input"


def cut(text: str, cells: int) -> str:
    """The beginning of a text, no wider than so many cells."""
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if display_width(text) <= cells:
        return text
    while text and display_width(text) > cells - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"
