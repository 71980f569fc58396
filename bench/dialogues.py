"""How fast dialogues are rehearsed: read and played, from a hundred to ten thousand; and beside a real call.

In process and on one core, in CPU time; sizes take turns, so that a noisy moment hits all of them. Bounded: some 40 s.

    python bench/dialogues.py
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from ivr.config.dialogues import names_of
from ivr.config.load import load_hotline
from ivr.rehearsal.house import house_of
from ivr.rehearsal.player import play
from ivr.rehearsal.reading import read_dialogues
from ivr.rehearsal.resolving import resolve

if TYPE_CHECKING:
    from ivr.rehearsal.house import House
    from ivr.rehearsal.written import Names

SAMPLE = Path(__file__).parent.parent / "examples" / "cable-tv"
SIZES = (100, 1_000, 10_000)
ROUNDS = 3
IN_A_FILE = 500
"""Dialogues of one file: below a million bytes."""
A_CALL = "a customer hears the balance in Mandarin"
REAL_CALL_S = 20.0
"""How long the same call takes on Asterisk: docs/performance.md, "One balance call"."""


def files(count: int) -> dict[str, bytes]:
    """So many dialogues, as people write them: the sample's, again and again under other names."""
    texts = [path.read_text("utf-8") for path in sorted((SAMPLE / "tests").glob("*.yaml"))]
    blocks = [block for text in texts for block in text.split("\n\n") if "\n  from: " in block and "any:" not in block]
    found: dict[str, bytes] = {}
    for first in range(0, count, IN_A_FILE):
        part = [_renamed(blocks[n % len(blocks)], n) for n in range(first, min(first + IN_A_FILE, count))]
        found[f"tests/{first}.yaml"] = "\n".join(part).encode()
    return found


def _renamed(block: str, number: int) -> str:
    lines = [line for line in block.splitlines() if not line.startswith("#") and "like:" not in line]
    body = [line if line.startswith(" ") else f"dialogue {number}:" for line in lines]
    return "\n".join(line for line in body if "..." not in line and "until:" not in line)


def main() -> None:
    """Prints the table."""
    loaded = load_hotline(SAMPLE, {})
    if loaded.hotline is None or loaded.flows is None:
        raise SystemExit("the sample is not sound")
    house, names = house_of(loaded.hotline, loaded.flows, loaded.catalogue), names_of(loaded)
    read_s: dict[int, list[float]] = {size: [] for size in SIZES}
    played_s: dict[int, list[float]] = {size: [] for size in SIZES}
    one_s: list[float] = []
    for _ in range(ROUNDS):
        for size in SIZES:
            written = files(size)
            began = time.process_time()
            dialogues, _ = resolve(read_dialogues(written, names), names)
            read = time.process_time()
            for dialogue in dialogues:
                play(house, dialogue)
            done = time.process_time()
            if len(dialogues) != size:
                raise SystemExit(f"{len(dialogues)} dialogues of {size} could be read")
            read_s[size].append(read - began)
            played_s[size].append(done - read)
        one_s.append(_one(house, names))
    print(f"Python {sys.version.split()[0]}, medians of {ROUNDS} rounds, CPU time")
    base = None
    for size in SIZES:
        whole = statistics.median(map(sum, zip(read_s[size], played_s[size], strict=True)))
        base = base or whole / size
        reading = statistics.median(read_s[size])
        each = whole / size / base
        print(f"{size:6,} dialogues  {whole:6.2f} s ({reading:5.2f} s reading)  {each:4.2f} x the first, each")
    one = statistics.median(one_s)
    print(
        f"one balance call  {one * 1000:.2f} ms, a real one {REAL_CALL_S:.0f} s: {REAL_CALL_S / one:,.0f} times faster"
    )


def _one(house: House, names: Names) -> float:
    """Seconds of one balance call."""
    files_ = {f"tests/{path.name}": path.read_bytes() for path in (SAMPLE / "tests").glob("*.yaml")}
    dialogues, _ = resolve(read_dialogues(files_, names), names)
    dialogue = next(each for each in dialogues if each.name == A_CALL)
    began = time.process_time()
    for _ in range(20):
        play(house, dialogue)
    return (time.process_time() - began) / 20


if __name__ == "__main__":
    main()
