"""The schema of `hotline.yaml`: pydantic's own, with this hotline's names, durations with units, and words to show."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from ivr.config.kinds import DURATION_OF, NAME_OF
from ivr.config.model import Hotline
from ivr.flow.units import duration_text
from ivr.schema import pages
from ivr.schema.flow import DRAFT, described, offered, one_of_names
from ivr.schema.outline import Schema, duration

if TYPE_CHECKING:
    from ivr.schema.names import Names

_ELSEWHERE = frozenset({"flow", "message"})
"""Names of other files are insisted on; those of this file change while it is written, and are offered."""
_QUIET = frozenset({"title", "default"})
"""Words of pydantic's schema that editors need not show: names made of our names, and whole mappings."""
_INWARD = re.compile(r"\s*See `ivr\..*")
"""What a docstring says to those who read the code."""


def settings_schema(names: Names) -> Schema:
    """The schema of this hotline's settings."""
    made = pydantics_own()
    definitions = {name: _part(part, names) for name, part in made["$defs"].items()}
    whole = _part({word: part for word, part in made.items() if word != "$defs"}, names)
    _say(whole, (), definitions, set())
    return {"$schema": DRAFT, **whole, "definitions": definitions}


@cache
def pydantics_own() -> Schema:
    """The schema pydantic makes of the settings, which is always the same; to be read only."""
    return Hotline.model_json_schema(by_alias=True)


def _part(part: Any, names: Names) -> Any:
    """A part of pydantic's schema as editors are to have it."""
    if isinstance(part, list):
        return [_part(each, names) for each in part]
    if not isinstance(part, dict):
        return part
    if NAME_OF in part:
        return _named(str(part[NAME_OF]), names)
    if DURATION_OF in part:
        usual = {"default": duration_text(part["default"])} if part.get("default") is not None else {}
        likely = {"examples": part["examples"]} if part.get("examples") else {}
        return duration(*part[DURATION_OF]) | likely | usual
    if "$ref" in part:
        return {"$ref": part["$ref"].replace("#/$defs/", "#/definitions/")}
    found = {word: _part(said, names) for word, said in part.items() if word not in _QUIET or _is_setting(said)}
    for pattern, inner in found.pop("patternProperties", {}).items():  # editors complete this form better
        found |= {"propertyNames": {"pattern": pattern}, "additionalProperties": inner}
    keys = part.get("propertyNames", {})
    if NAME_OF in keys:  # the names are offered as keys
        found["properties"] = dict.fromkeys(names.kinds.get(keys[NAME_OF], ()), found["additionalProperties"])
        del found["propertyNames"]
    if not found.get("examples", True):
        del found["examples"]
    return found


def _is_setting(said: Any) -> bool:
    """Whether this is a setting that happens to be called like a word of JSON Schema: `title`, for one."""
    return isinstance(said, dict) and bool(said)


@cache
def _time_zones() -> tuple[str, ...]:
    """All there are; finding them reads hundreds of files."""
    return tuple(sorted(available_timezones()))


def _named(kind: str, names: Names) -> Schema:
    if kind == "time zone":
        return {"enum": list(_time_zones())}
    if kind not in names.kinds:
        return {"type": ["string", "number"], "pattern": r"\S"}
    if kind in _ELSEWHERE:
        return one_of_names(names.kinds[kind])
    return offered(names.kinds[kind], {"type": "string", "pattern": r"\S"})


def _say(form: Schema, path: tuple[str, ...], definitions: dict[str, Schema], seen: set[str]) -> None:
    """Put the words of the page beside each setting, here and in the parts it refers to."""
    form["description"] = _INWARD.sub("", str(form.get("description", "")))
    properties = form.get("properties", {})
    for key, inner in properties.items():
        properties[key] = described(inner, pages.about_setting((*path, key)))
        for name in _REFERENCE.findall(str(inner)):
            if name not in seen:
                seen.add(name)
                _say(definitions[name], (*path, key), definitions, seen)


_REFERENCE = re.compile(r"#/definitions/(\w+)")
