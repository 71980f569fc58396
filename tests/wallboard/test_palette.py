"""Colours stand in one file that every page loads first: a page's own rules name what a colour means."""

from __future__ import annotations

import re

import pytest

from wallboard.app import STATIC

COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
DRAWN = "flows.css"
"""The pictures of the flows have the colours `hotline draw` draws them in."""
PAGES = sorted(STATIC.glob("*.html"))
SHEETS = sorted(path for path in STATIC.glob("*.css") if path.name not in {"palette.css", DRAWN})


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_loads_the_palette_before_its_own_rules(page: object) -> None:
    sheets = re.findall(r'rel="stylesheet" href="(?:\.\./)?static/([^"]+)"', (STATIC / str(page)).read_text("utf-8"))
    assert sheets[0] == "palette.css"
    assert len(sheets) > 1


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_sheet_names_no_colour_of_its_own(sheet: object) -> None:
    assert COLOUR.findall((STATIC / str(sheet)).read_text("utf-8")) == []


def test_both_themes_have_every_colour() -> None:
    text = (STATIC / "palette.css").read_text("utf-8")
    themes = [set(re.findall(r"(--[\w-]+):", block)) for block in re.findall(r":root[^{]*\{([^}]*)\}", text)]
    assert len(themes) == 3, "dark, light, paper"
    assert themes[0] == themes[1] == themes[2]
