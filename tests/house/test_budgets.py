"""The house keeps to its own rules: sizes, reasons beside exceptions, nothing left to do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("agi", "ami_bridge", "dialplan", "ivr", "store", "wallboard", "lab", "bench")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
WITH_TESTS = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
MOST_LINES = 400
MOST_FUNCTION_LINES = 70
BROAD = re.compile(r"^\s*except (?:Base)?Exception\b.*?:(?P<reason>.*)$")
EXCEPTION = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[^]]+\])(?P<reason>.*)$")


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_a_module_is_short_enough_to_be_read_at_once(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_a_function_is_short(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    long = {node.name: (node.end_lineno or 0) - node.lineno for node in functions}
    assert {name: lines for name, lines in long.items() if lines > MOST_FUNCTION_LINES} == {}


@pytest.mark.parametrize("path", WITH_TESTS, ids=_named)
def test_every_exception_to_a_rule_has_its_reason_beside_it(path: Path) -> None:
    bare = [
        f"{number}: {line.strip()}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := EXCEPTION.search(line)) and len(found["reason"].strip(" -#:")) < 8
    ]
    assert bare == []


@pytest.mark.parametrize("path", WITH_TESTS, ids=_named)
def test_whoever_catches_everything_says_why(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    bare = [
        f"{number}: {line.strip()}"
        for number, (line, below) in enumerate(zip(lines, [*lines[1:], ""], strict=True), 1)
        if (found := BROAD.match(line)) and "#" not in found["reason"] and not below.strip().startswith("#")
    ]
    assert bare == []


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_nothing_is_left_to_do(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError", path.read_text("utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=_named)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_module_names_are_things_not_patterns() -> None:
    patterns = re.compile(r"(manager|handler|helper|utils?|misc|common)s?\.py$")
    assert [_named(path) for path in MODULES if patterns.search(path.name)] == []
