"""Who calls which number of the soak, and what they do there: from a seed. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Habit:
    """What the callers of one number do; times in milliseconds after the answer."""

    weight: int
    """Of all calls, how many go there."""
    patience: tuple[int, int]
    """They hang up after a time between these."""
    key: str = ""
    """Pressed after `key_after`; none when empty."""


HABITS: Final = {
    "100": Habit(26, (4_000, 15_000)),
    "101": Habit(9, (2_000, 6_000)),
    "102": Habit(8, (9_000, 12_000)),
    "103": Habit(12, (2_000, 6_000)),
    "104": Habit(6, (6_000, 8_000), "1"),
    "105": Habit(5, (9_000, 12_000)),
    "106": Habit(3, (9_000, 12_000)),
    "107": Habit(3, (5_000, 6_000)),
    "108": Habit(5, (12_000, 15_000)),
    "109": Habit(6, (9_000, 12_000)),
    "110": Habit(4, (9_000, 15_000)),
    "111": Habit(9, (6_000, 15_000)),
    "112": Habit(4, (3_000, 15_000)),
    "113": Habit(4, (6_000, 15_000)),
}
"""What happens behind each number is in `switch.LINES`. Nobody hangs up sooner: Answer() takes half a second."""
_NEVER: Final = 3_600_000
_KEY_AFTER: Final = (700, 2_500)


def callers(count: int, seed: int) -> Iterator[list[str]]:
    """The lines of SIPp's CSV (scenarios/queue_caller.xml), each caller with a number nobody else has."""
    chance = random.Random(seed)
    numbers, weights = list(HABITS), [habit.weight for habit in HABITS.values()]
    for index in range(count):
        (dialled,) = chance.choices(numbers, weights)
        habit = HABITS[dialled]
        key_after = chance.randint(*_KEY_AFTER) if habit.key else _NEVER
        yield [f"7{index:07}", dialled, str(key_after), habit.key or "0", str(chance.randint(*habit.patience))]
