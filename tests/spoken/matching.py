"""What was heard in a call against the table, sound by sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.prompts.compose import compose
from ivr.prompts.tokens import grammar
from ivr.prompts.values_alone import VALUE, message_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ivr.prompts.catalogue import Catalogue
    from lab.listening import Heard
    from tests.spoken.house import Reading


def expected(reading: Reading, catalogue: Catalogue) -> list[list[str]]:
    """The sounds of each row."""
    return [
        [one.text for one in compose(catalogue, message_of(*row.kind.split(" ")), {VALUE: row.typed}, reading.language)]
        for row in reading.rows
    ]


def differences(reading: Reading, heard: Sequence[Heard], catalogue: Catalogue) -> Iterator[str]:
    """A line for each value that was heard otherwise than in the table, and for sound behind the last one."""
    for row, sounds in zip(reading.rows, expected(reading, catalogue), strict=True):
        said, heard = heard[: len(sounds)], heard[len(sounds) :]
        told = [one.text if one.complete and one.language == reading.language else f"|{one.text}|" for one in said]
        words = row.words[reading.language]
        if told != sounds or grammar(reading.language).between.join(told) != words:
            yield f"{reading.number} {reading.language} {row}: heard {told}, the table has {words}"
    if heard:
        yield f"{reading.number} {reading.language}: heard behind the last value: {[one.text for one in heard]}"
