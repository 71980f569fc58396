"""F050: what a waiting caller is told of the line must be sayable with what is known of it: the place, and the wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic
from ivr.flow.model import Flow, Queue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dialplan.source import Span
    from ivr.flow.known import Known

_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "ahead": frozenset({"number", "plural"}),
    "wait": frozenset({"duration"}),
}
"""The places an announcement may have, and as what: a wait told as a plain number would be seconds."""


def unsayable_announcements(flow: Flow, known: Known) -> Iterator[Diagnostic]:
    """F050 for every queue step that announces."""
    for step in flow.steps.values():
        if not isinstance(step, Queue) or step.announce is None:
            continue
        announce, at = step.announce, step.announce.at or step.at
        yield from _mistakes("message", announce.message, ("ahead",), at, known)
        if announce.with_wait is not None:
            yield from _mistakes("with_wait", announce.with_wait, ("ahead", "wait"), at, known)


def _mistakes(key: str, message: str, allowed: tuple[str, ...], at: Span, known: Known) -> Iterator[Diagnostic]:
    places = (known.messages or {}).get(message)
    if places is None:
        return  # told already: F017, or the message's own mistakes
    for name, kinds in places.items():
        if name not in allowed:
            said = f"'{key}' says '{message}', which wants '{name}'"
            yield Diagnostic("F050", "error", at, said, f"a message with no place but {' and '.join(allowed)}")
        elif not kinds <= _KINDS[name]:
            said = f"'{name}' of '{message}' is a {', '.join(sorted(kinds - _KINDS[name]))}"
            yield Diagnostic("F050", "error", at, said, f"a {' or '.join(sorted(_KINDS[name]))}")
    if key == "with_wait" and "wait" not in places:
        said = f"'{message}' does not tell the wait"
        yield Diagnostic("F050", "error", at, said, "{wait, duration} in it, or no 'with_wait'")
