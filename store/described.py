"""The tables described for people: what `docs/database.md` has from the docstrings of `store.rows`, and the drop order.

`python -m store.described docs/database.md` brings the page up to date.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Boolean, Double, Integer

from store.backlog import DROP_ORDER
from store.columns import Instant, Words
from store.rows import ROW_TYPES
from store.schema import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Table

BEGIN: Final = (
    "<!-- tables: made by `python -m store.described docs/database.md`; edit the docstrings in store/rows.py -->"
)
END: Final = "<!-- end of tables -->"
ORDER_BEGIN: Final = "<!-- order -->"
ORDER_END: Final = "<!-- end of order -->"

_KINDS: Final[Mapping[type[Any], str]] = {
    Words: "text",
    Instant: "instant",
    Integer: "integer",
    BigInteger: "integer",
    Double: "number",
    Boolean: "yes/no",
}


class UndescribedError(LookupError):
    """A column has no sentence in its row's docstring, or the page has no place for the tables."""


def tables_as_markdown() -> str:
    """Every table and column, one section per table.

    Raises:
        UndescribedError: A column has no description.
    """
    return "\n".join(_section(kind) for kind in ROW_TYPES)


def with_tables(page: str) -> str:
    """The page with the part between its two marks made anew.

    Raises:
        UndescribedError: The marks are missing, or a column has no description.
    """
    return _between(page, BEGIN, END, f"\n\n{tables_as_markdown()}\n")


def with_order(page: str) -> str:
    """The page with the tables named in the order in which their rows are dropped.

    Raises:
        UndescribedError: The marks are missing.
    """
    names = [f"`{TABLE_OF[kind].name}`" for kind in DROP_ORDER]
    return _between(page, ORDER_BEGIN, ORDER_END, "\n  " + "\n  ".join(wrap(", ".join(names), 150)))


def _between(page: str, begin: str, end: str, text: str) -> str:
    if begin not in page or end not in page:
        raise UndescribedError(f"the page lacks the marks {begin!r} and {end!r}")
    before, rest = page.split(begin, 1)
    _, after = rest.split(end, 1)
    return f"{before}{begin}{text}{end}{after}"


def descriptions(kind: type[Any]) -> tuple[str, dict[str, str]]:
    """The row's own sentence, and the sentence of each field, from its docstring."""
    text = inspect.getdoc(kind) or ""
    head, _, attributes = text.partition("\nAttributes:\n")
    fields: dict[str, str] = {}
    name = ""
    for line in attributes.splitlines():
        begins = re.match(r"    (\w+): (.+)", line)
        if begins:
            name = begins[1]
            fields[name] = begins[2]
        elif line.strip():
            fields[name] += " " + line.strip()
    return " ".join(head.split()), fields


def _section(kind: type[Any]) -> str:
    table: Table = TABLE_OF[kind]
    head, fields = descriptions(kind)
    lines = [f"### `{table.name}`", "", head, "", "| column | kind | meaning |", "| --- | --- | --- |"]
    for column in table.columns:
        if column.name not in fields:
            raise UndescribedError(f"{kind.__name__}.{column.name} has no description in its docstring")
        lines.append(f"| `{column.name}` | {_kind(column)} | {fields[column.name]} |")
    indexed = ["(" + ", ".join(c.name for c in index.columns) + ")" for index in table.indexes]
    if indexed:
        lines += ["", "Indexed by " + ", ".join(sorted(indexed)) + "."]
    return "\n".join([*lines, ""])


def _kind(column: Column[Any]) -> str:
    words = [_KINDS[type(column.type)]]
    if column.primary_key:
        words.append("key")
    if column.nullable:
        words.append("or null")
    return ", ".join(words).replace(", or null", " or null")


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_order(with_tables(path.read_text(encoding="utf-8"))), encoding="utf-8")
