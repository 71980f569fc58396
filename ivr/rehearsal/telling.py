"""What a failure says of sentences: those that were heard, those that were expected, and where the flows say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.flow.model import Announce, Queue, Survey
from ivr.prompts.values_alone import is_value_alone

if TYPE_CHECKING:
    from ivr.flow.model import FlowSet, Step
    from ivr.rehearsal.call import Heard


def listed(messages: tuple[str, ...]) -> str:
    """Messages in a row."""
    return " and right after it ".join(f"'{message}'" for message in messages)


def sentence(heard: Heard) -> str:
    """One sentence that was heard."""
    said = f"{heard.language}: {heard.text}"
    return f"a value ({said})" if is_value_alone(heard.message) else f"'{heard.message}' ({said})"


def said_in(flows: FlowSet, message: str) -> str | None:
    """Which steps say a message; None where none does."""
    steps = [
        f"{flow.name}.{step.name}"
        for flow in flows.flows.values()
        for step in flow.steps.values()
        if message in _messages_of(step)
    ]
    return f"'{message}' is said in {', '.join(steps)}" if steps else None


def _messages_of(step: Step) -> set[object]:
    """Every message a step says, but for those of its tries."""
    own = {getattr(step, "message", None), getattr(step, "meanwhile", None)}
    match step:
        case Queue(announce=Announce(message=message, with_wait=with_wait)):
            return own | {message, with_wait}
        case Survey(questions=questions):
            return own | {question.message for question in questions}
        case _:
            return own


def difference(wanted: str, said: str) -> str:
    """Where two sentences part."""
    at = next((n for n, (one, other) in enumerate(zip(wanted, said, strict=False)) if one != other), None)
    at = min(len(wanted), len(said)) if at is None else at
    return f"they differ from character {at + 1} on: '{wanted[at : at + 12]}' and '{said[at : at + 12]}'"
