"""`python -m bench.check`: `hotline check` of a large hotline, beside the least that reads and validates its files.

The floor is PyYAML's C parser and a plain pydantic model of the same files: it knows no places, no names of other
files, no ways through a flow, no language, and builds no sentence. Rounds are interleaved; CPU time of this process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from bench.large import write_hotline
from ivr.cli.checking import judged
from ivr.cli.entry import SCHEMAS
from ivr.cli.verdicts import kept_verdict, verdict_for

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 7


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Way(_Strict):
    """One way on."""

    when: str | None = None
    then: str
    set: dict[str, Any] | None = None


class Tries(_Strict):
    """A `no_input` or `wrong_input`."""

    after: str | None = None
    tries: int | None = None
    message: str | None = None
    then: str | None = None


class Step(_Strict):
    """A step, whatever its verb."""

    play: str | None = None
    menu: str | None = None
    lookup: str | None = None
    hours: str | None = None
    voicemail: str | None = None
    queue: str | None = None
    set: dict[str, Any] | None = None
    branch: list[Way] | None = None
    hangup: str | None = None
    with_: Annotated[dict[str, Any] | None, Field(alias="with")] = None
    keys: dict[int | str, str | Way] | None = None
    no_input: Tries | None = None
    wrong_input: Tries | None = None
    timeout: str | None = None
    max_age: str | None = None
    on_timeout: str | None = None
    on_error: str | None = None
    on_missing: str | None = None
    into: str | None = None
    then: str | list[Way] | None = None
    open: str | None = None
    closed: str | None = None
    message: str | None = None
    longest: str | None = None
    after: dict[str, str] | None = None


class Flow(_Strict):
    """A file of `flows/`."""

    flow: str
    start: str
    steps: dict[str, Step]


class Sentences(BaseModel):
    """A file of `prompts/`."""

    sentences: dict[str, str]


def floor(folder: Path) -> None:
    """Parse and validate every file, nothing more."""
    yaml.load((folder / "hotline.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    for path in sorted((folder / "flows").glob("*.yaml")):
        Flow.model_validate(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    for path in sorted((folder / "prompts").glob("*.yaml")):
        Sentences.model_validate({"sentences": yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)})


def _took(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _whole(folder: Path, *more: str) -> float:
    """Seconds of CPU of `hotline check` as a process."""
    began = os.times()
    subprocess.run(
        [sys.executable, "-m", "ivr.cli.entry", "check", str(folder), *more], check=True, capture_output=True
    )
    ended = os.times()
    return ended.children_user + ended.children_system - began.children_user - began.children_system


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--steps", type=int, default=1_000)
    words.add_argument("--messages", type=int, default=3_000)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "large"
        os.environ["XDG_CACHE_HOME"] = str(Path(place) / "cache")
        write_hotline(folder, asked.steps, asked.messages)
        verdict = verdict_for(folder, lambda: judged(folder), schemas=folder / SCHEMAS, environ=os.environ)
        if verdict.errors:
            sys.exit(verdict.text)
        rows: dict[str, Callable[[], float]] = {
            "C YAML and pydantic, nothing else": lambda: _took(lambda: floor(folder)),
            "check": lambda: _took(lambda: judged(folder)),
            "check again, nothing changed": lambda: _took(
                lambda: kept_verdict(folder, schemas=folder / SCHEMAS, environ=os.environ)
            ),
            "hotline check --no-cache, the process": lambda: _whole(folder, "--no-cache"),
            "hotline check again, the process": lambda: _whole(folder),
        }
        took: dict[str, list[float]] = {name: [] for name in rows}
        for turn in range(ROUNDS + 1):
            for name, run in rows.items():
                seconds = run()
                if turn:  # the first round warms up, and keeps the verdict of the process
                    took[name].append(seconds)
    print(f"Python {sys.version.split()[0]}, median of {ROUNDS} rounds, CPU time; {verdict.text}")
    names = list(rows)
    for name, beside in zip(names, [names[0], names[0], names[1], names[3], names[3]], strict=True):
        ratios = [one / other for one, other in zip(took[name], took[beside], strict=True)]
        print(f"{name:40} {1000 * statistics.median(took[name]):8.1f} ms  {statistics.median(ratios):6.3f} x {beside}")


if __name__ == "__main__":
    main()
