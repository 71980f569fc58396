"""What a client may ask in a query string, read strictly: an unknown or wrong word is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal, cast

from store.queries.pages import MOST_ROWS
from store.rows import OUTCOMES, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_NUMBER: Final = 9
"""Digits of a number worth reading."""
WORDS: Final = ("since", "until", "queue", "outcome", "agent", "node", "limit", "after")
STEP_WORDS: Final = ("flow", "step", "since", "limit", "after")


class BadQuestionError(ValueError):
    """The query string cannot be answered; the text says which word, and what was expected."""


@dataclass(frozen=True, slots=True)
class VisitQuestion:
    """The query string of `GET /api/v1/visits`."""

    since: datetime | None = None
    until: datetime | None = None
    queue: str | None = None
    outcome: Outcome | Literal["waiting"] | None = None
    agent: str | None = None
    node: str | None = None
    limit: int = 100
    after: str | None = None


def read_visit_question(words: Mapping[str, str], today: datetime) -> VisitQuestion:
    """The question of a query string; `today` is when the hotline's day began, which may be asked for by that word.

    Raises:
        BadQuestionError: a word is unknown, or its value is wrong.
    """
    refuse_unknown(words, WORDS)
    since, until = instant_of(words, "since", today), instant_of(words, "until", today)
    if since and until and until <= since:
        raise BadQuestionError("'until' must be later than 'since'")
    return VisitQuestion(
        since=since,
        until=until,
        queue=words.get("queue"),
        outcome=_outcome(words.get("outcome")),
        agent=words.get("agent"),
        node=words.get("node"),
        limit=limit_of(words.get("limit", "100")),
        after=words.get("after"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepQuestion:
    """The query string of `GET /api/v1/journeys`."""

    flow: str
    step: str
    since: datetime
    limit: int = 100
    after: str | None = None


def read_step_question(words: Mapping[str, str], today: datetime) -> StepQuestion:
    """Which journeys went through a step; since the hotline's day began, unless it is said.

    Raises:
        BadQuestionError: a word is unknown or missing, or its value is wrong.
    """
    refuse_unknown(words, STEP_WORDS)
    for word in ("flow", "step"):
        if not words.get(word):
            raise BadQuestionError(f"'{word}' is missing, expected the name of a {word}")
    return StepQuestion(
        flow=words["flow"],
        step=words["step"],
        since=instant_of(words, "since", today) or today,
        limit=limit_of(words.get("limit", "100")),
        after=words.get("after"),
    )


def refuse_unknown(words: Mapping[str, str], expected: tuple[str, ...]) -> None:
    """Every word is one of these.

    Raises:
        BadQuestionError: one is not, or holds what no name and no time does.
    """
    for word in words:
        if word not in expected:
            near = get_close_matches(word, expected, 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise BadQuestionError(f"unknown word '{word}', expected one of {', '.join(expected)}{hint}")
        if "\0" in words[word]:
            raise BadQuestionError(
                f"'{word}' has a NUL in it, which no name and no time has"
            )  # nor takes PostgreSQL one


def instant_of(words: Mapping[str, str], name: str, today: datetime) -> datetime | None:
    """The instant of a word; None where it is not there.

    Raises:
        BadQuestionError: it is no instant.
    """
    if (written := words.get(name)) is None:
        return None
    if written == "today":
        return today
    try:
        instant = datetime.fromisoformat(written)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no instant, or one before the year 1 or after 9999 in UTC
    raise BadQuestionError(
        f"'{name}' is '{written}', expected 'today' or an instant with its offset: 2026-11-20T10:00:00+08:00"
    )


def _outcome(written: str | None) -> Outcome | Literal["waiting"] | None:
    if written is None or written == "waiting" or written in OUTCOMES:
        return cast("Outcome | Literal['waiting'] | None", written)
    choices = ("waiting", *OUTCOMES)
    near = get_close_matches(written, choices, 1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise BadQuestionError(f"'outcome' is '{written}', expected one of {', '.join(choices)}{hint}")


def limit_of(written: str) -> int:
    """The most rows of a page.

    Raises:
        BadQuestionError: it is no number, or too large a one.
    """
    if (
        not (written.isascii() and written.isdigit())
        or len(written) > LONGEST_NUMBER
        or not 1 <= int(written) <= MOST_ROWS
    ):
        raise BadQuestionError(f"'limit' is '{written}', expected a whole number from 1 to {MOST_ROWS}")
    return int(written)
