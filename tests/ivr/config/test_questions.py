"""What whoever asks a question would refuse is told by the check already, so that no caller is the first to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ivr.config.test_codes import changed, with_settings
from tests.ivr.config.test_rules import lookup

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT account, tier FROM c WHERE phone = :number", []),
        ("SELECT account, tier FROM c WHERE phone = :number;", []),
        ("WITH c AS (SELECT 1) SELECT account, tier FROM c WHERE phone = :number", []),
        ("SELECT account, tier FROM c WHERE phone = CAST(:number AS text) AND place = ' \\\\:b'", []),
        ("UPDATE c SET tier = 1 WHERE phone = :number", ["sql must begin with SELECT, WITH or VALUES"]),
        ("SELECT account, tier FROM c WHERE phone = :number; DROP TABLE c", ["sql must be one statement"]),
        (
            "SELECT account, tier FROM c WHERE phone = :number::text",
            ["sql does not bind :number:: (write CAST(:number AS …))"],
        ),
        (
            "SELECT account, tier FROM c WHERE phone = :number AND at = '10:30' AND place = ' :b'",
            ["sql binds :b, which takes does not name"],
        ),
    ],
)
def test_sql_is_what_will_be_asked(tmp_path: Path, sql: str, told: list[str]) -> None:
    loaded = with_settings(tmp_path, changed(lookup(f'    sql: "{sql}"\n')))
    assert [each.message for each in loaded.diagnostics] == told
    for each in loaded.diagnostics:
        assert each.code == "C008"
        assert each.span is not None


def test_a_path_is_what_will_be_asked(tmp_path: Path) -> None:
    asked = lookup("    get: /c/{nummer}\n", source="billing")
    (found,) = with_settings(tmp_path, changed(asked)).diagnostics
    assert (found.code, found.hint) == ("C008", "did you mean 'number'?")
