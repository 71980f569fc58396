"""`python -m ivr.cli.pages`: writes docs/diagnostics.md anew from the codes themselves. A test keeps it current."""

from __future__ import annotations

from pathlib import Path

from dialplan.codes import CODES as DIALPLAN
from dialplan.diagnostics import merge_codes
from dialplan.report import as_markdown
from ivr.alarms.codes import CODES as ALARMS
from ivr.boards.codes import CODES as BOARDS
from ivr.config.codes import CODES as CONFIG
from ivr.flow.codes import CODES as FLOW
from ivr.prompts.codes import CODES as PROMPTS
from ivr.rehearsal.codes import CODES as REHEARSAL
from ivr.reports.codes import CODES as REPORTS
from ivr.services.mail_codes import CODES as MAIL
from ivr.shifts.codes import CODES as SHIFTS

PAGE = Path(__file__).parents[2] / "docs" / "diagnostics.md"


def diagnostics_page() -> str:
    """The whole page."""
    return as_markdown(merge_codes(CONFIG, FLOW, PROMPTS, DIALPLAN, REHEARSAL, REPORTS, BOARDS, SHIFTS, MAIL, ALARMS))


if __name__ == "__main__":
    PAGE.write_text(diagnostics_page(), "utf-8")
