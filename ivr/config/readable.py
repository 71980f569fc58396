"""What can be read of a `hotline.yaml` with mistakes, so that one of them does not hide those of all other files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from dialplan.diagnostics import nearest
from ivr.config.model import Hotline

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES: Final = frozenset(
    {"numbers", "queues", "agents", "trunks", "hours", "data_sources", "lookups", "voicemail", "tickets"},
)
"""Settings that are names with something behind each: one that cannot be read leaves the others as they are."""

_STAND_INS: Final[Mapping[str, Any]] = {
    "hotline": "unread",
    "node": "unread",
    "time_zone": "UTC",
    "languages": ["en"],
    "numbers": {"0": "unread"},
    "queues": {"unread": {"title": {"en": "-"}}},
    "rescue": {"queue": "unread"},
    "ami": {"secret": {"env": "UNREAD"}},
}
"""Stand where a compulsory setting cannot be read, until the rest has been; nothing is ever said about them."""
_NOTHING: Final[Mapping[str, Any]] = {"numbers": {}, "queues": {}, "languages": ()}
_MOST_ROUNDS: Final = 8
"""Each round takes away what is wrong at one depth; pydantic tells several only when those above are right."""


@dataclass(frozen=True, slots=True)
class Readable:
    """The settings as far as they could be read."""

    hotline: Hotline
    """Without what is wrong. Of a setting in `unread` nothing may be concluded."""
    names: Mapping[str, frozenset[str] | None]
    """Table (`queues`) to the names written in it, right or wrong; None when the table itself cannot be read."""
    unread: frozenset[str]
    """Settings of the first level that are missing, or of which something was left out."""
    written: Mapping[str, Any]
    """All of them, right or wrong."""

    def whole(self, setting: str) -> bool:
        """Whether a setting is there just as it was written."""
        return setting not in self.unread


def readable(settings: Mapping[str, Any] | None) -> Readable:
    """The part of these settings that is right.

    Args:
        settings: the file as plain values with the environment's in place; None when it could not be read at all.
    """
    kept = dict(settings or {})
    unread: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        try:
            hotline = Hotline.model_validate(kept)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                unread.add(str(detail["loc"][0]))
                _leave_out(kept, detail["loc"], detail["type"])
        else:
            break
    else:
        unread |= set(Hotline.model_fields) | {"hotline"}
        hotline = Hotline.model_validate(dict(_STAND_INS))
    if settings is None:
        unread |= set(Hotline.model_fields)
    empty = {name: value for name, value in _NOTHING.items() if name in unread and kept.get(name) == _STAND_INS[name]}
    names = {table: _names(table, settings) for table in TABLES}
    return Readable(hotline.model_copy(update=empty), names, frozenset(unread), settings or {})


def all_readable(hotline: Hotline, settings: Mapping[str, Any]) -> Readable:
    """The same of settings that are right: they have been read, and are not validated a second time."""
    return Readable(hotline, {table: _names(table, settings) for table in TABLES}, frozenset(), settings)


def _leave_out(kept: dict[str, Any], path: tuple[int | str, ...], kind: str) -> None:
    """Take one mistake away: the entry of a table it is in, the unknown key, or else the whole setting."""
    top = str(path[0])
    inner = kept.get(top)
    if len(path) > 1 and isinstance(inner, dict) and path[1] in inner and (top in TABLES or kind == "extra_forbidden"):
        kept[top] = {name: value for name, value in inner.items() if name != path[1]}
    elif top in _STAND_INS:
        kept[top] = _STAND_INS[top]
    else:
        kept.pop(top, None)


def _names(table: str, settings: Mapping[str, Any] | None) -> frozenset[str] | None:
    if settings is None:
        return None
    written = settings.get(table)
    if isinstance(written, dict):
        return frozenset(map(str, written))
    known = [_alias(name) for name in Hotline.model_fields]
    misspelt = {nearest(str(name), known) for name in settings if name not in known}
    is_optional = not Hotline.model_fields[table].is_required()
    return frozenset() if table not in settings and table not in misspelt and is_optional else None


def _alias(field: str) -> str:
    return Hotline.model_fields[field].alias or field
