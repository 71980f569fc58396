"""The world of a call that is led by hand, taken from the dialogues; and that world in a few words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.flow.units import duration_text
from ivr.rehearsal.model import Answer, Line, Surroundings
from ivr.rehearsal.reading_lines import FIGURES, UNKNOWN, WAITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.rehearsal.house import House
    from ivr.rehearsal.model import Dialogue


def surroundings_like(
    house: House, dialogues: Iterable[Dialogue], *, caller: str | None, like: Dialogue | None
) -> tuple[Surroundings, str]:
    """What a call that is tried comes into: the world of a dialogue, and whose it is.

    Without `like`, that of the first dialogue with this caller, or else of the first; lookups it does not name answer
    as any dialogue has them answer, or that there is no such thing; a queue that a flow asks after stands as in any
    dialogue, or nobody can tell how.
    """
    written = list(dialogues)
    model = like
    if model is None and caller is not None:
        wanted = house.calling_number(caller)
        model = next((each for each in written if house.calling_number(each.surroundings.caller) == wanted), None)
    model = model or next(iter(written), None)
    base = model.surroundings if model else Surroundings(next(iter(house.numbers)))
    answers: dict[str, tuple[Answer, ...]] = {name: (Answer("missing"),) for name in house.questions}
    for dialogue in reversed(written):
        answers.update({n: a for n, a in dialogue.surroundings.answers.items() if a[0].mood == "row"})
    lines: dict[str, Line] = dict.fromkeys(house.queues_asked, Line())
    for dialogue in reversed(written):
        lines.update({name: line for name, line in dialogue.surroundings.lines.items() if name in lines})
    lines.update(base.lines)
    world = replace(base, answers={**answers, **base.answers}, lines=lines, remembered=base.remembered if like else {})
    return replace(world, caller=caller if caller is not None else base.caller), model.name if model else ""


def moods(answers: tuple[Answer, ...]) -> str:
    """How a lookup answers, in a few words."""
    return ", ".join(
        (each.mood if each.mood != "row" else "answers") + (f" after {each.after_ms} ms" if each.after_ms else "")
        for each in answers
    )


def standing(line: Line) -> str:
    """How a queue stands, in a few words: `2 ahead, expected wait 3min`."""
    told = []
    for name, key in FIGURES.items():
        figure = getattr(line, key)
        if figure is not None:
            told.append(
                f"{name.replace('_', ' ')} {duration_text(1000 * figure)}" if name in WAITS else f"{figure} {name}"
            )
    return ", ".join(told) or UNKNOWN
