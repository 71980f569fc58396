"""The page for admins: its example is right, and every setting, variable and code stands on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dialplan.report import as_text
from ivr.config.environment import OVERRIDES
from ivr.config.model import Hotline
from tests.ivr.config.test_codes import with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[3] / "docs" / "hotline-yaml.md").read_text(encoding="utf-8")
SCHEMA = Hotline.model_json_schema()


def settings() -> Iterator[str]:
    """Every key that `hotline.yaml` can have, at any depth."""
    yield from SCHEMA["properties"]
    for part in SCHEMA["$defs"].values():
        yield from part.get("properties", {})


def test_the_example_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    loaded = with_settings(tmp_path, example)
    assert loaded.diagnostics == (), as_text(loaded.diagnostics, loaded.sources)


@pytest.mark.parametrize("setting", sorted(set(settings())))
def test_every_setting_is_on_the_page(setting: str) -> None:
    assert re.search(rf"`{setting}`|\{{{setting}: ", PAGE)


def test_every_variable_is_on_the_page_with_what_it_replaces() -> None:
    rows = dict(re.findall(r"^\| `(HOTLINE_\w+)` \| `([\w.]+)` \|$", PAGE, re.MULTILINE))
    assert rows == {variable: ".".join(path) for variable, path in OVERRIDES.items()}
