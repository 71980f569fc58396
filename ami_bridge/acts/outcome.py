"""What becomes of an act: its steps, or why not; and the answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Code: TypeAlias = Literal[
    "done",
    "already_so",
    "not_allowed",
    "not_your_queue",
    "not_seen",
    "unknown_agent",
    "unknown_queue",
    "unknown_number",
    "unknown_message",
    "unknown_note",
    "unknown_phone",
    "agent_left",
    "not_a_member",
    "is_a_member",
    "static_member",
    "caller_gone",
    "caller_answered",
    "foreign_dialplan",
    "nobody_there",
    "not_talking",
    "own_phone",
    "phone_away",
    "phone_busy",
    "listening_off",
    "asterisk_refused",
    "no_answer",
    "interrupted",
    "key_reused",
    "not_kept",
]
Result: TypeAlias = Literal["done", "nothing", "refused", "failed", "unknown"]
"""``done``; ``nothing``: it was so already, and nothing was done; ``refused``: by us, nothing was done; ``failed``:
Asterisk refused, or could not; ``unknown``: whether it was done is not known, and it is not done again."""

RESULT_OF: Final[Mapping[Code, Result]] = {
    "done": "done",
    "already_so": "nothing",
    "asterisk_refused": "failed",
    "phone_away": "failed",
    "no_answer": "unknown",
    "interrupted": "unknown",
}
"""Every other code is ``refused``."""


Fields: TypeAlias = "Mapping[str, str | int | bool]"


@dataclass(frozen=True, slots=True)
class Step:
    """One AMI action."""

    action: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be said to Asterisk, in order."""

    actions: tuple[Step, ...]
    words: str
    """What is so afterwards."""
    priority: int | None = None
    """The caller's new priority, of which Asterisk sends no event."""


@dataclass(frozen=True, slots=True)
class Told:
    """Nothing is to be done, and why."""

    code: Code
    words: str


Decision: TypeAlias = Steps | Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What whoever asked is told, and the audit keeps."""

    key: str
    code: Code
    words: str
    """In English, with the facts; a page has its own words by ``code``."""
    seen: str = ""
    """What is seen of the target now."""
    repeated: bool = False
    """Whether the key had been answered before: this is that answer, and nothing was done again."""

    @property
    def result(self) -> Result:
        """The code's kind."""
        return result_of(self.code)


def result_of(code: Code) -> Result:
    """A code's kind."""
    return RESULT_OF.get(code, "refused")
