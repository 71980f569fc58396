"""`hotline.yaml` into a `Hotline`: pydantic's findings told in our words, at the place in the file each belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.config.environment import override
from ivr.config.kinds import found
from ivr.config.model import Defaults, Hotline
from ivr.config.readable import Readable, all_readable, readable
from ivr.config.version import RETIRED
from ivr.flow.fields import described
from ivr.flow.yaml_reader import Document, Mapping, Node, Sequence, plain

if TYPE_CHECKING:
    from collections.abc import Mapping as Table

    from pydantic_core import ErrorDetails

    from dialplan.source import Span

FILE: Final = "hotline.yaml"

_EXPECTED: Final = {
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "a text",
    "mapping_type": "a mapping of names to settings",
    "dict_type": "a mapping of names to settings",
    "model_type": "a mapping of settings",
    "tuple_type": "a list",
    "list_type": "a list",
    "too_short": "at least one",
}
"""What pydantic's findings mean, by its names for them."""

_MOVED: Final[Table[tuple[int | str, ...], str]] = {("keep_evidence",): "it is written 'keep: {evidence: 14d}' now"}
"""Settings of earlier versions, and what became of them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What came of `hotline.yaml`."""

    hotline: Hotline | None
    diagnostics: tuple[Diagnostic, ...]
    document: Document
    defaults: Defaults | None
    """What flows inherit, also when other settings are wrong; None when these are."""
    readable: Readable
    """What is right of them; all of it when there is no mistake."""

    def place(self, *path: object) -> Span | None:
        """Where a value stands; its nearest surroundings when it is not written; None when the environment gave it."""
        return place(self.document.root, path)


def read_settings(document: Document, environ: Table[str, str], *, kept: bool = False) -> Settings:
    """Check a `hotline.yaml` that has been read as YAML; all mistakes at once.

    Args:
        document: the file.
        environ: settings of this machine.
        kept: whether it was published: what is retired since then is passed over.
    """
    if not isinstance(document.root, Mapping):
        problems = list(document.diagnostics)
        if document.root is not None:
            message = f"found {described(document.root)}"
            problems.append(
                Diagnostic("C003", "error", document.root.span, message, expected="hotline, node, numbers, …")
            )
        return Settings(None, tuple(problems), document, None, readable(None))
    settings = plain(document.root)
    if kept and isinstance(settings, dict):
        settings = {name: value for name, value in settings.items() if name not in RETIRED}
    overridden = override(settings if isinstance(settings, dict) else {}, environ)
    hotline, problems = None, []
    try:
        hotline = Hotline.model_validate(overridden.settings)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems = [_told(detail, document, overridden.by) for detail in details]
    found_here = (*document.diagnostics, *problems)
    if hotline is not None:
        right = all_readable(hotline, overridden.settings)
        return Settings(hotline, found_here, document, hotline.defaults, right)
    return Settings(None, found_here, document, _defaults(overridden.settings), readable(overridden.settings))


def _defaults(settings: Table[str, object]) -> Defaults | None:
    try:
        return Defaults.model_validate(settings.get("defaults", {}))
    except ValidationError:
        return None


def place(root: Node | None, path: tuple[object, ...]) -> Span | None:
    """The span of the value at a path of keys and numbers; steps that lead nowhere are passed over.

    `[key]` behind a key means the key itself.
    """
    node, span = root, root.span if root else None
    key_span = span
    for part in path:
        if part == "[key]":
            return key_span
        entry = node.find(str(part)) if isinstance(node, Mapping) else None
        if entry is not None:
            node, key_span = entry.value, entry.key.span
            span = key_span if isinstance(node, Mapping | Sequence) else node.span
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            span = key_span = node.span
    return span


def _told(detail: ErrorDetails, document: Document, replaced: Table[tuple[str, ...], str]) -> Diagnostic:
    path = detail["loc"]
    code, message, expected, hint = _in_words(detail)
    variable = next((name for where, name in replaced.items() if path[: len(where)] == where), None)
    if variable is not None:
        file = f"environment variable {variable}"
        return Diagnostic(code, "error", None, message, expected=expected, hint=hint, file=file)
    at = _key_place(document.root, path) if detail["type"] == "extra_forbidden" else place(document.root, path)
    return Diagnostic(code, "error", at, message, expected=expected, hint=hint, file=FILE)


def _key_place(root: Node | None, path: tuple[object, ...]) -> Span | None:
    return place(root, (*path, "[key]"))


def _in_words(detail: ErrorDetails) -> tuple[str, str, str | None, str | None]:
    """Code, message, what was expected, hint."""
    kind, context = detail["type"], detail.get("ctx", {})
    path = detail["loc"]
    owner = ".".join(str(part) for part in path[:-1]) or "the hotline"
    match kind:
        case "missing":
            return "C002", f"{owner} has no '{path[-1]}'", None, None
        case "extra_forbidden":
            known = known_keys(path[:-1])
            hint = _MOVED.get(path) or did_you_mean(str(path[-1]), known)
            return "C001", f"{owner} has no '{path[-1]}'", f"one of {', '.join(known)}" if known else None, hint
        case "literal_error":
            names = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            return (
                "C003",
                found(detail["input"]),
                f"one of {names}",
                did_you_mean(str(detail["input"]), names.split(", ")),
            )
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context.get('le')}"
            return "C003", found(detail["input"]), bound, None
        case _ if "said" in context:
            return kind, str(context["said"]), str(context["expected"]) or None, str(context["hint"]) or None
        case _:
            return "C003", found(detail["input"]), _EXPECTED.get(kind, detail["msg"]), None


def known_keys(path: tuple[object, ...]) -> list[str]:
    """The keys a mapping of the file may have, found in the schema that editors get, too."""
    schema = _schema()
    here = schema
    for part in path:
        here = _inner(_resolved(here, schema), part, schema) or here
    return list(_resolved(here, schema).get("properties", {}))


@cache
def _schema() -> dict[str, Any]:
    """Always the same; to be read only."""
    return Hotline.model_json_schema()


def _resolved(here: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema with its references followed; of several forms the one that has keys."""
    while "$ref" in here:
        here = schema["$defs"][here["$ref"].rsplit("/", 1)[1]]
    for form in here.get("anyOf", here.get("oneOf", [])):
        resolved = _resolved(form, schema)
        if "properties" in resolved:
            return resolved
    return here


def _inner(here: dict[str, Any], part: object, schema: dict[str, Any]) -> dict[str, Any] | None:
    named = next(iter(here.get("patternProperties", {}).values()), None)
    found_part = here.get("properties", {}).get(part) or named or here.get("additionalProperties")
    return _resolved(found_part, schema) if isinstance(found_part, dict) else None
