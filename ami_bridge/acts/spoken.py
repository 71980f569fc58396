"""The socket's lines: one `Wish` in, one `Answer` out, each a JSON object on a line of its own. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from ami_bridge.acts.asked import Act, NoActError, read_act, written
from ami_bridge.acts.asker import Asker
from ami_bridge.acts.outcome import Answer

MOST_LINE: Final = 16 * 1024
"""Bytes of one line, either way."""
LONGEST_KEY: Final = 100
_ASKER: Final[TypeAdapter[Asker]] = TypeAdapter(Asker)
_ANSWER: Final[TypeAdapter[Answer]] = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class Wish:
    """An act, who wants it done, and the key by which it is done once."""

    key: str
    """Made by whoever asks, new for each press of a button; the same again gets the first answer."""
    asker: Asker
    act: Act


def write_wish(wish: Wish) -> bytes:
    """As a line."""
    asker = wish.asker
    who = {"name": asker.name, "role": asker.role, "queues": None if asker.queues is None else sorted(asker.queues)}
    told = {"key": wish.key, "asker": who, "act": written(wish.act)}
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def read_wish(line: bytes) -> Wish:
    """The wish on a line.

    Raises:
        NoActError: there is none.
    """
    try:
        told = json.loads(line)
        key, asker = told["key"], _ASKER.validate_python(told["asker"])
        act = read_act(json.dumps(told["act"]))
    except (ValueError, KeyError, TypeError, ValidationError) as wrong:
        if isinstance(wrong, NoActError):
            raise
        raise NoActError(f"no wish: {type(wrong).__name__}") from None
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        raise NoActError(f"key: expected 1 to {LONGEST_KEY} characters")
    return Wish(key, asker, act)


def write_answer(answer: Answer) -> bytes:
    """As a line."""
    return json.dumps(asdict(answer), ensure_ascii=False).encode() + b"\n"


def read_answer(line: bytes) -> Answer:
    """The answer on a line.

    Raises:
        ValueError: there is none.
    """
    return _ANSWER.validate_json(line)
