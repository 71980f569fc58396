"""The house keeps to its own rules: sizes, reasons beside exceptions, nothing left to do."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
PACKAGES = ("agi", "ami_bridge", "dialplan", "ivr", "store", "wallboard", "lab", "bench")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
WITH_TESTS = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
MOST_LINES = 400
MOST_FUNCTION_LINES = 70
BROAD = re.compile(r"^\s*except (?:Base)?Exception\b.*?:(?P<reason>.*)$")
EXCEPTION = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[^]]+\])(?P<reason>.*)$")
PATTERNS = re.compile(r"(manager|handler|helper|utils?|misc|common)s?\.py$")
LEFT = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _places(paths: Iterable[Path]) -> Iterable[tuple[str, str, str]]:
    """Every line: where it is, what it says, and the line below it."""
    for path in paths:
        lines = _lines(path)
        for number, (line, below) in enumerate(zip(lines, [*lines[1:], ""], strict=True), 1):
            yield f"{_named(path)}:{number}: {line.strip()}", line, below


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 200
    assert len(WITH_TESTS) > len(MODULES) + 100


def test_a_module_is_short_enough_to_be_read_at_once() -> None:
    assert {_named(path): len(_lines(path)) for path in MODULES if len(_lines(path)) > MOST_LINES} == {}


def test_a_function_is_short() -> None:
    functions = (
        (path, node)
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lines = {f"{_named(path)}: {node.name}": (node.end_lineno or 0) - node.lineno for path, node in functions}
    assert {name: count for name, count in lines.items() if count > MOST_FUNCTION_LINES} == {}


def test_every_exception_to_a_rule_has_its_reason_beside_it() -> None:
    found = ((place, EXCEPTION.search(line)) for place, line, _ in _places(WITH_TESTS))
    assert [place for place, exception in found if exception and len(exception["reason"].strip(" -#:")) < 8] == []


def test_whoever_catches_everything_says_why() -> None:
    found = ((place, BROAD.match(line), below) for place, line, below in _places(WITH_TESTS))
    assert [
        place
        for place, broad, below in found
        if broad and "#" not in broad["reason"] and not below.strip().startswith("#")
    ] == []


def test_nothing_is_left_to_do() -> None:
    assert [place for place, line, _ in _places(MODULES) if LEFT.search(line)] == []


def test_every_module_says_what_it_is() -> None:
    assert [_named(path) for path in MODULES if not ast.get_docstring(_tree(path))] == []


def test_module_names_are_things_not_patterns() -> None:
    assert [_named(path) for path in MODULES if PATTERNS.search(path.name)] == []
