"""How heavy the page is: what a browser must fetch before it shows anything, compressed as a proxy in front would."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from wallboard.app import STATIC
from wallboard.sign_in_page import Page, html

MOST_BYTES = 200_000
IMPORT = re.compile(r"""(?:from|import)\s*["'](\./[^"']+|\.\./[^"']+)["']""")


PAGES = ("board.html", "wall.html", "sign-in")


def fetched(page: str) -> set[str]:
    """Every file a page asks for, found as a browser finds them: from the page on, import by import."""
    is_file = page != "sign-in"
    text = (STATIC / page).read_text("utf-8") if is_file else html(Page("en", {}))
    todo = [STATIC / name for name in re.findall(r'(?:href|src)="(?:\.\./)?static/([^"]+)"', text)]
    seen = {STATIC.resolve() / page} if is_file else set[Path]()
    while todo:
        path = todo.pop().resolve()
        if path in seen:
            continue
        seen.add(path)
        if path.suffix == ".js":
            todo += [path.parent / name for name in IMPORT.findall(path.read_text("utf-8"))]
    return {str(path.relative_to(STATIC.resolve())) for path in seen}


@pytest.mark.parametrize("page", PAGES)
def test_all_a_page_needs_weighs_less_than_a_photograph(page: str) -> None:
    sizes = {name: len(zlib.compress((STATIC / name).read_bytes(), 6)) for name in fetched(page)}
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_nothing_lies_there_that_no_page_asks_for() -> None:
    there = {
        str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.suffix in {".js", ".css", ".svg", ".html"}
    }
    assert there == set[str]().union(*map(fetched, PAGES))
