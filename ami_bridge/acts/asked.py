"""The acts, as they are asked for: one small value each, its bounds beside its fields. Pure.

A text that crosses to Asterisk is one line; nobody's markup is read anywhere: a note is text. ``|`` parts the fields of
queue_log, so no reason holds one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

MOST_BYTES: Final = 4096
"""Of one act as JSON: the longest note in characters of three bytes, and room."""

Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f|,\s]+$")]
"""An agent, a queue, a number, a message: a name of the hotline's own."""
VisitId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\s]+$")]
Line = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f|]*$")]
Penalty = Annotated[int, Field(ge=0, le=1000, strict=True)]
Mode: TypeAlias = Literal["listen", "whisper", "barge"]


class _Strict:
    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAgent(_Strict):
    """No callers for an agent, in one queue or in all."""

    agent: Id
    reason: Line = ""
    queue: Id | None = None
    act: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpauseAgent(_Strict):
    """Callers again."""

    agent: Id
    queue: Id | None = None
    act: Literal["unpause"] = "unpause"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMember(_Strict):
    """An agent serves a queue, too; of two free ones the lower penalty is rung."""

    agent: Id
    queue: Id
    penalty: Penalty = 0
    act: Literal["add_member"] = "add_member"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember(_Strict):
    """An agent serves a queue no more."""

    agent: Id
    queue: Id
    act: Literal["remove_member"] = "remove_member"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPenalty(_Strict):
    """Another penalty for an agent in a queue."""

    agent: Id
    queue: Id
    penalty: Penalty
    act: Literal["set_penalty"] = "set_penalty"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff(_Strict):
    """An agent's work is over: out of every queue he was added to, paused in those of the configuration."""

    agent: Id
    act: Literal["sign_off"] = "sign_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCaller(_Strict):
    """A waiting caller into another queue, to the place his wait so far gives him there."""

    visit: VisitId
    queue: Id
    act: Literal["move_caller"] = "move_caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteCaller(_Strict):
    """A waiting caller to the head of his queue."""

    visit: VisitId
    act: Literal["promote_caller"] = "promote_caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(_Strict):
    """A caller's call (``visit``), or an agent's side of his talk (``agent``), after which the caller goes on."""

    visit: VisitId | None = None
    agent: Id | None = None
    act: Literal["hang_up"] = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen(_Strict):
    """Hear an agent's talk on a telephone; asked again with another mode, the microphone is opened or closed."""

    agent: Id
    phone: Id
    """The supervisor's: an agent's id of ``hotline.yaml``."""
    mode: Mode = "listen"
    """``listen``: nobody hears the supervisor; ``whisper``: the agent alone does; ``barge``: both do."""
    act: Literal["listen"] = "listen"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNote(_Strict):
    """A line on every board for a while."""

    text: Annotated[str, Field(min_length=1, max_length=280, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
    minutes: Annotated[int, Field(ge=1, le=1440, strict=True)] = 15
    act: Literal["note"] = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNoteDown(_Strict):
    """A note off the boards before its time."""

    note: VisitId
    act: Literal["take_note_down"] = "take_note_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseNumber(_Strict):
    """New callers of a number hear a message and nothing else, from now on until it is opened."""

    number: Id
    message: Id
    act: Literal["close_number"] = "close_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNumber(_Strict):
    """The flow again."""

    number: Id
    act: Literal["open_number"] = "open_number"


OnAgent: TypeAlias = PauseAgent | UnpauseAgent | AddMember | RemoveMember | SetPenalty | SignOff | Listen
OnNumber: TypeAlias = CloseNumber | OpenNumber
Act: TypeAlias = OnAgent | MoveCaller | PromoteCaller | HangUp | SendNote | TakeNoteDown | OnNumber
ACTS: Final[tuple[str, ...]] = tuple(each.__dataclass_fields__["act"].default for each in get_args(Act))
"""What each act is called."""

_CODEC: Final[TypeAdapter[Act]] = TypeAdapter(Annotated[Act, Field(discriminator="act")])


class NoActError(ValueError):
    """A text is no act: what is wrong, where, and what was expected."""


def read_act(text: bytes | str) -> Act:
    """The act of a JSON text.

    Raises:
        NoActError: It is none.
    """
    try:
        act = _CODEC.validate_json(text)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:] or first["loc"]) or "the whole"
        raise NoActError(f"{place}: {first['msg']}") from None
    if isinstance(act, HangUp) and (act.visit is None) == (act.agent is None):
        raise NoActError("hang_up: expected either `visit` or `agent`")
    return act


def written(act: Act) -> dict[str, object]:
    """The same as plain data, ``act`` first; what was not said is left out."""
    said = {name: value for name, value in asdict(act).items() if value is not None}
    return {"act": said.pop("act"), **said}


def fingerprint(act: Act) -> str:
    """The same text for the same act, however it was spelt."""
    return json.dumps(written(act), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def target_of(act: Act) -> str:
    """What is acted on: acts on the same target are done one after the other."""
    match act:
        case MoveCaller() | PromoteCaller():
            return f"visit:{act.visit}"
        case HangUp():
            return f"visit:{act.visit}" if act.visit is not None else f"agent:{act.agent}"
        case SendNote() | TakeNoteDown():
            return "notes"
        case CloseNumber() | OpenNumber():
            return f"number:{act.number}"
        case _:
            return f"agent:{act.agent}"


def schema() -> dict[str, object]:
    """JSON Schema of an act, for the API's description."""
    return _CODEC.json_schema(ref_template="#/components/schemas/{model}")
