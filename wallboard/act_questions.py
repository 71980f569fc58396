"""What a client may ask of the audit in a query string, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wallboard.queries import BadQuestionError, instant_of, limit_of, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WORDS: Final = ("since", "until", "who", "act", "target", "code", "limit", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActQuestion:
    """The query string of `GET /api/v1/acts`."""

    since: datetime | None = None
    until: datetime | None = None
    who: str | None = None
    act: str | None = None
    target: str | None = None
    code: str | None = None
    limit: int = 100
    after: str | None = None


def read_act_question(words: Mapping[str, str], today: datetime) -> ActQuestion:
    """The question of a query string; `today` is when the hotline's day began, which may be asked for by that word.

    Raises:
        BadQuestionError: a word is unknown, or its value is wrong.
    """
    refuse_unknown(words, WORDS)
    since, until = instant_of(words, "since", today), instant_of(words, "until", today)
    if since and until and until <= since:
        raise BadQuestionError("'until' must be later than 'since'")
    return ActQuestion(
        since=since,
        until=until,
        who=words.get("who"),
        act=words.get("act"),
        target=words.get("target"),
        code=words.get("code"),
        limit=limit_of(words.get("limit", "100")),
        after=words.get("after"),
    )
