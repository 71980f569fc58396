"""A report's workbook as a spreadsheet program opens it: LibreOffice reads it and comes to the same figures."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.ivr.cli.test_report_words import DAY, filled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ivr.cli.machine import Machine

SHEET = "xl/worksheets/sheet1.xml"
HEAD = 4
"""The row of the names, as a spreadsheet counts: above are the title, the range and a line that is empty."""
AS_THEY_ARE = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1"
"""The first sheet in UTF-8, numbers in full, not as shown (LibreOffice Help, CSV filter options, tokens 8 and 12)."""
COUNTS = ("entered", "answered", "abandoned")


def opened(workbook: Path, folder: Path) -> list[list[str]]:
    """The first sheet's rows, as LibreOffice has them after it worked out every formula without a value."""
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("CI") == "true":
            pytest.fail("nothing may be skipped in CI: no soffice; lab/system.sh installs libreoffice-calc-nogui")
        pytest.skip("no LibreOffice: lab/system.sh installs libreoffice-calc-nogui")
    words = [
        office,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        AS_THEY_ARE,
    ]
    done = subprocess.run(
        [*words, "--outdir", str(folder), str(workbook)], check=True, capture_output=True, text=True, timeout=200
    )
    found = sorted(folder.glob("*.csv"))
    assert found, f"LibreOffice wrote nothing: {done.stdout}{done.stderr}"
    return list(csv.reader(io.StringIO(found[0].read_text("utf-8"))))


def figure(said: str) -> float | None:
    """A cell's number; a share is written as so many per cent."""
    return (float(said[:-1]) / 100 if said.endswith("%") else float(said)) if said else None


def expected(figure: float | None) -> object:
    """The report's own, as far as fifteen digits tell it."""
    return None if figure is None else pytest.approx(figure, rel=1e-12)


def with_sums(workbook: Path, last: int, columns: int) -> None:
    """Put a row below the last one in which each column of figures is added up by a formula that has no value yet."""
    letters = [chr(ord("A") + place) for place in range(columns)]
    added = "".join(f'<c r="{each}{last + 2}"><f>SUM({each}{HEAD + 1}:{each}{last - 1})</f></c>' for each in letters)
    with zipfile.ZipFile(workbook) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet, times = re.subn(r"</sheetData>", f'<row r="{last + 2}">{added}</row></sheetData>', parts[SHEET].decode())
    assert times == 1
    parts[SHEET] = sheet.encode()
    with zipfile.ZipFile(workbook, "w") as book:
        for name, part in parts.items():
            book.writestr(name, part)


async def test_a_spreadsheet_program_has_the_reports_own_figures_and_comes_to_its_totals(
    unbuilt: Machine, tmp_path: Path
) -> None:
    await filled(unbuilt)
    words = ("report", "queues", "{DIR}", *DAY, "--by", "hour")
    own = json.loads((await unbuilt.run_here(*words, "--format", "json")).out)
    workbook = tmp_path / "book" / "queues.xlsx"
    workbook.parent.mkdir()
    assert (await unbuilt.run_here(*words, "--format", "xlsx", "--output", str(workbook))).code == 0

    rows, total = own["rows"], own["total"]
    names = list(rows[0])
    last = HEAD + len(rows) + 1
    with_sums(workbook, last, len(names))
    sheet = opened(workbook, workbook.parent)

    assert sheet[HEAD - 1] == names
    for told, row in zip(sheet[HEAD : last - 1], rows, strict=True):
        assert [figure(said) for said in told[2:]] == [expected(row[name]) for name in names[2:]]
    whole, sums = (dict(zip(names, sheet[number - 1], strict=True)) for number in (last, last + 2))
    assert sum(total[name] for name in COUNTS) > 0, "there is something to add up"
    assert [figure(whole[name]) for name in names[2:]] == [expected(total[name]) for name in names[2:]]
    assert [figure(sums[name]) for name in COUNTS] == [total[name] for name in COUNTS], "added up by LibreOffice itself"
