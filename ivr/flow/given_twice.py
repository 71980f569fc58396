"""What a file gives twice (Y009), put together for the sake of all other reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.flow.yaml_reader import DEEPEST, Entry, Mapping, Sequence, plain

if TYPE_CHECKING:
    from ivr.flow.yaml_reader import Document, Node, Scalar


def with_repeated(document: Document, levels: int = DEEPEST) -> Document:
    """The document with what was given twice put together, so that no name of the second copy seems to be missing.

    It is refused all the same. A document with nothing in it twice is returned as it is.

    Args:
        document: what was read.
        levels: how deep mappings are looked at; 1 is the outermost alone.
    """
    if document.root is None or all(each.code != "Y009" for each in document.diagnostics):
        return document
    return replace(document, root=_together(document.root, levels))


def _together(node: Node, levels: int) -> Node:
    if not isinstance(node, Mapping) or not levels:
        return node
    values: dict[str, tuple[Scalar, Node]] = {entry.key.text: (entry.key, entry.value) for entry in node.entries}
    for entry in node.repeated:
        key, first = values[entry.key.text]
        if isinstance(first, Mapping) and isinstance(entry.value, Mapping):
            both = replace(first, repeated=(*first.repeated, *entry.value.entries, *entry.value.repeated))
            values[key.text] = key, _with_new(both)
        elif isinstance(first, Sequence) and isinstance(entry.value, Sequence):
            there = [plain(item) for item in first.items]
            new = tuple(item for item in entry.value.items if plain(item) not in there)
            values[key.text] = key, replace(first, items=(*first.items, *new))
    entries = tuple(Entry(key, _together(value, levels - 1)) for key, value in values.values())
    return replace(node, entries=entries, repeated=())


def _with_new(mapping: Mapping) -> Mapping:
    """What is repeated under a key that is not there yet becomes its entry."""
    there = {entry.key.text for entry in mapping.entries}
    new = {entry.key.text: entry for entry in reversed(mapping.repeated) if entry.key.text not in there}
    added = tuple(entry for entry in mapping.repeated if new.get(entry.key.text) is entry)
    rest = tuple(entry for entry in mapping.repeated if new.get(entry.key.text) is not entry)
    return replace(mapping, entries=(*mapping.entries, *added), repeated=rest)
