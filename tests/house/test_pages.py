"""The pages tell the truth: codes, commands, decisions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from ivr.cli.main import app
from ivr.cli.pages import PAGE, diagnostics_page

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_page_of_diagnostics_is_current() -> None:
    assert PAGE.read_text("utf-8") == diagnostics_page(), "run: python -m ivr.cli.pages"


def test_every_command_is_told_in_the_readme() -> None:
    command = get_command(app)
    names = set(command.commands)  # type: ignore[attr-defined]  # typer's group is click's
    assert {name for name in names if f"hotline {name}" not in README} == set()


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]), ids=lambda p: p.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose)
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_readme_commands_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for name in re.findall(r"`make ([a-z-]+)", README):
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name
