"""Schemas of the small hotline, and values that are almost right."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from jsonschema import Draft7Validator

from ivr.config.load import flow_defaults, load_hotline
from ivr.flow.yaml_reader import plain, read_yaml
from ivr.schema.names import names_of
from tests.ivr.flow.surroundings import SMALL, known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.schema.names import Names


@cache
def names() -> Names:
    """The small hotline's names. Its defaults are not inherited by flows under test."""
    loaded = load_hotline(SMALL, {})
    assert loaded.hotline is not None
    found = names_of(loaded, flow_defaults(loaded.hotline.defaults))
    assert found is not None
    return found


def read(text: str | bytes) -> Any:
    """YAML as the loader reads it."""
    root = read_yaml(text.encode() if isinstance(text, str) else text, "x.yaml").root
    return None if root is None else plain(root)


def complaints(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What an editor underlines."""
    return [f"{each.json_path}: {each.message[:200]}" for each in Draft7Validator(schema).iter_errors(value)]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 40),
    st.sampled_from(
        ["", "x", "end", "welcome", "5s", "5", "2min", "10 minutes", "#", "*", "1", "= call.caller", "call.caller",
         "sales", "language", "en", "call", "null", "a b", "caller", "balance", "identify", "office", "messages"]
    ),
)  # fmt: skip
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=2),
    st.dictionaries(
        st.sampled_from(["then", "when", "set", "1", "#", "min", "max", "tries", "a"]), SCALARS, max_size=2
    ),
)
KEYS = ["then", "with", "message", "longest", "after", "keys", "thn", "play", "hangup", "1", "12", "timeout", "set"]


@st.composite
def almost(draw: st.DrawFn, examples: list[Any]) -> Any:
    """One of the examples with a slip or two somewhere in it."""
    value = copy.deepcopy(draw(st.sampled_from(examples)))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(sorted(_mappings(value))))
        inside = value
        for part in path:
            inside = inside[part]
        slip = draw(st.sampled_from(["drop", "replace", "add", "rename"]))
        if slip == "add" or not inside:
            inside[draw(st.sampled_from(KEYS))] = draw(VALUES)
            continue
        key = draw(st.sampled_from(sorted(inside)))
        if slip == "replace":
            inside[key] = draw(VALUES)
        else:
            taken = inside.pop(key)
            if slip == "rename":
                inside[draw(st.sampled_from(KEYS))] = taken
    return value


def _mappings(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all mappings in a value."""
    found = [path] if isinstance(value, dict) else []
    for part, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        found += _mappings(inner, (*path, part))
    return found


KNOWN = known
