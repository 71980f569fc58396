"""`keep` of `hotline.yaml`: how long the history, and each kind of thing in it, is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator

from ivr.config.kinds import STRICT, KeepMs, between, bounds, found, refuse
from ivr.flow.units import duration_text

DAY_MS: Final = 86_400_000
YEARS_MS: Final = 36_500 * DAY_MS
FOREVER: Final = "forever"


def _or_forever(low_ms: int) -> tuple[BeforeValidator, WithJsonSchema]:
    """A time from so many milliseconds to a century, or the word."""

    def check(value: object) -> int | None:
        if value == FOREVER:
            return None
        if isinstance(value, str) and value.strip().casefold() in {FOREVER, "for ever", "ever", "always", "never"}:
            raise refuse("C006", found(value), f"a time such as 90d, or {FOREVER}", f"did you mean {FOREVER}?")
        return between(low_ms, YEARS_MS)(value)

    form: dict[str, Any] = {"anyOf": [bounds(low_ms, YEARS_MS, "90d", "365d", "1095d"), {"const": FOREVER}]}
    return BeforeValidator(check), WithJsonSchema(form)


KeptMs = Annotated[int | None, *_or_forever(DAY_MS)]
"""Milliseconds from a day to a century; None is for ever."""
VisitsMs = Annotated[int | None, *_or_forever(8 * DAY_MS)]
"""The same from eight days: boards compare with the same hour a week ago."""


class Keep(BaseModel):
    """How long things are kept; then they are deleted, numbers masked."""

    model_config = STRICT

    visits_ms: VisitsMs = Field(1_095 * DAY_MS, alias="visits")
    """Visits and the ringing for them."""
    journeys_ms: KeptMs = Field(400 * DAY_MS, alias="journeys")
    """Calls through the flows, without their steps."""
    steps_ms: KeptMs = Field(90 * DAY_MS, alias="steps")
    """The steps of these calls."""
    agents_ms: VisitsMs = Field(1_095 * DAY_MS, alias="agents")
    """What agents did, and their places in queues."""
    evidence_ms: KeepMs = Field(14 * DAY_MS, alias="evidence")
    """The lines of AMI and queue_log that history came from."""
    surveys_ms: KeptMs = Field(1_095 * DAY_MS, alias="surveys")
    callbacks_ms: KeptMs = Field(180 * DAY_MS, alias="callbacks")
    tickets_ms: KeptMs = Field(1_095 * DAY_MS, alias="tickets")
    recordings_ms: KeptMs = Field(180 * DAY_MS, alias="recordings")
    """What callers said at a step, with its file; a ticket's as long as the ticket."""
    voicemails_ms: KeptMs = Field(180 * DAY_MS, alias="voicemails")
    """Messages, with their files."""
    remembered_ms: KeptMs = Field(400 * DAY_MS, alias="remembered")
    """What callers asked to be remembered, since they last chose it."""
    acts_ms: KeptMs = Field(1_095 * DAY_MS, alias="acts")
    """What supervisors did."""
    publications_ms: KeptMs = Field(None, alias="publications")
    """The records of publishing; the last twenty are kept in any case."""
    numbers_ms: KeptMs = Field(None, alias="numbers")
    """Callers' numbers in rows that are kept longer; then they are masked."""

    @model_validator(mode="after")
    def _steps_within_journeys(self) -> Self:
        if self.journeys_ms is not None and (self.steps_ms is None or self.steps_ms > self.journeys_ms):
            told = FOREVER if self.steps_ms is None else duration_text(self.steps_ms)
            most = duration_text(self.journeys_ms)
            raise refuse(
                "C003", f"steps are kept {told}, the journeys they are of {most}", f"'steps' of at most {most}"
            )
        return self

    @property
    def evidence(self) -> timedelta:
        """How long evidence is kept; none at all where it is nothing."""
        return timedelta(milliseconds=self.evidence_ms)
