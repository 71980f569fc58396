"""A hotline that only reads the table aloud: a number for each call, and in it one `say` step for each row."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.rig import SAMPLE
from tests.spoken.rows import DAY, LANGUAGES, Row, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ROWS_A_CALL: Final = 10
"""Some thirty seconds of speech."""
TYPES: Final = {"money": "money", "date": "date", "time": "datetime", "count": "number"}
"""What a lookup gives of a row's value."""
SETTINGS: Final = """\
hotline: spoken
title: {{en: Spoken}}
node: spoken-1
time_zone: Asia/Shanghai
region: CN
languages: [{languages}]
numbers: {{{numbers}}}
queues:
  service:
    title: {{en: General}}
    strategy: rrmemory
    ring: 12s
    wrap_up: 5s
    max_length: 50
    service_level: {{answer_within: 20s, target: 90}}
    short_abandon: 5s
agents:
  "1001": {{name: Lin, queues: {{service: 0}}, secret: {{env: HOTLINE_AGENT_SECRET}}}}
trunks:
  carrier: {{host: 127.0.0.1}}
data_sources:
  table: {{sql: {{env: HOTLINE_CUSTOMERS_URL}}}}
lookups:
{lookups}
defaults: {{no_input: {{after: 5s, tries: 3, message: rescue}}, wrong_input: {{tries: 3}}, longest_steps: 300}}
rescue: {{queue: service, message: rescue}}
ami: {{secret: {{env: HOTLINE_AMI_SECRET}}}}
"""
FLOW: Final = """\
flow: {name}
start: read
steps:
  read:
    lookup: {name}
    with: {{number: call.number}}
    timeout: 30s
    max_age: 1d
    on_timeout: lost
    on_error: lost
    on_missing: lost
    into: row
    then:
      - {{when: {there}, set: {{language: {language}}}, then: say_0}}
      - {{then: lost}}
{says}
  lost: {{hangup: rescue}}
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """One call: who dials this number hears these rows in this language."""

    number: str
    language: str
    rows: Sequence[Row]

    @property
    def name(self) -> str:
        """Of its flow and its lookup."""
        return f"reading_{self.number}"


def readings() -> tuple[Reading, ...]:
    """The calls in which the whole table is heard."""
    table = rows()
    cut = [table[at : at + ROWS_A_CALL] for at in range(0, len(table), ROWS_A_CALL)]
    return tuple(
        Reading(f"7{number:02}{language}", LANGUAGES[language], some)
        for language in range(len(LANGUAGES))
        for number, some in enumerate(cut)
    )


def write_hotline(folder: Path) -> None:
    """Write the hotline's folder, with the sample's backend beside it, which a rig starts."""
    for name in ("flows", "prompts"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(SAMPLE / "backend", folder / "backend")
    everything = readings()
    numbers = ", ".join(f'"{one.number}": {one.name}' for one in everything)
    lookups = "\n".join(_lookup(one) for one in everything)
    settings = SETTINGS.format(languages=", ".join(LANGUAGES), numbers=numbers, lookups=lookups)
    (folder / "hotline.yaml").write_text(settings, "utf-8")
    for one in everything:
        (folder / "flows" / f"{one.name}.yaml").write_text(_flow(one), "utf-8")
    for language in LANGUAGES:
        words = "One moment." if language == "en" else "请稍候。"
        (folder / "prompts" / f"{language}.yaml").write_text(f"rescue: {words}\n", "utf-8")


def write_values(database: Path) -> None:
    """Put the values where the flows look them up: an amount as `100.05 CNY`, a time as a moment of `DAY`."""
    connection = sqlite3.connect(database)
    columns = [f"v{at}" for at in range(ROWS_A_CALL)]
    with connection:
        connection.execute(f"CREATE TABLE spoken (number TEXT, {', '.join(columns)})")
        for one in readings():
            values = [_stored(row) for row in one.rows]
            marks = ", ".join("?" * (len(values) + 1))
            named = ", ".join(["number", *columns[: len(values)]])
            connection.execute(f"INSERT INTO spoken ({named}) VALUES ({marks})", [one.number, *values])  # noqa: S608 - names of ours
    connection.close()


def _stored(row: Row) -> str | int:
    match row.kind.partition(" ")[0]:
        case "count":
            return int(row.value)
        case "time":
            return f"{DAY}T{row.value}:00+08:00"
    return row.value


def _lookup(one: Reading) -> str:
    fields = [f"v{at}" for at in range(len(one.rows))]
    gives = ", ".join(f"{field}: {TYPES[row.kind.split()[0]]}" for field, row in zip(fields, one.rows, strict=True))
    asked = f"SELECT {', '.join(fields)} FROM spoken WHERE number = :number"  # noqa: S608 - names of ours
    return f"  {one.name}:\n    source: table\n    sql: {asked}\n    takes: {{number: text}}\n    gives: {{{gives}}}"


def _flow(one: Reading) -> str:
    there = " and ".join(f"row.v{at} != null" for at in range(len(one.rows)))
    return FLOW.format(name=one.name, there=there, language=one.language, says="\n".join(_says(one)))


def _says(one: Reading) -> Iterator[str]:
    for at, row in enumerate(one.rows):
        kind, _, style = row.kind.partition(" ")
        styled = f", style: {style}" if style else ""
        then = f"say_{at + 1}" if at + 1 < len(one.rows) else "end"
        yield f"  say_{at}: {{say: row.v{at}, as: {kind}{styled}, then: {then}}}"
