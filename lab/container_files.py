"""`python -m lab.container_files FOLDER`: what SIPp's containers need: scenarios, callers, a capture of silence."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from lab.crowd import crowd
from lab.pcap import silence_capture
from lab.sipp import SCENARIOS, SILENCE_MS, write_csv

_CROWD = 20_000


def main(folder: Path) -> None:
    """Write the files; agents' passwords are not among them."""
    for scenario in SCENARIOS.glob("*.xml"):
        (folder / scenario.name).write_text(scenario.read_text())
    (folder / "silence.pcap").write_bytes(silence_capture(SILENCE_MS))
    write_csv(folder, "callers.csv", [caller.row() for caller in crowd(_CROWD, secrets.randbits(32))])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
