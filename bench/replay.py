"""10,000 journeys of the sample's dialogues through a changed version: `python -m bench.replay`."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.app.copies import keep
from ivr.app.loading import load_ready
from ivr.app.replay_part import run_replay
from ivr.config.dialogues import load_dialogues
from ivr.rehearsal.house import house_of
from ivr.rehearsal.player import play
from store.engine import open_store
from store.migrate import upgrade
from store.rows import Journey, JourneyStep
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.app.loading import Ready
    from ivr.engine.effects import Trace
    from store.rows import Row

SAMPLE: Final = Path(__file__).parents[1] / "examples" / "cable-tv"
CALLS: Final = 10_000
BEGAN: Final = datetime(2026, 11, 24, tzinfo=UTC)
SECRETS: Final = {
    "HOTLINE_AGENT_SECRET": "bench-agents", "HOTLINE_AMI_SECRET": "bench-ami-user", "HOTLINE_BILLING_TOKEN": "bench",
    "HOTLINE_CUSTOMERS_URL": "sqlite:////nowhere/customers.db", "HOTLINE_BILLING_URL": "http://127.0.0.1:9",
}  # fmt: skip


def rows(number: int, ready: Ready, called: str, traces: Sequence[Trace]) -> list[Row]:
    """One call as the AGI server would have written it."""
    name, node = f"{number}.1", ready.hotline.node
    at = BEGAN + timedelta(seconds=number)
    journey = Journey(
        id=f"{node}/{name}", node=node, call_id=name, channel_id=name, number=called, flow=traces[0].flow,
        flow_version=ready.flows.version, started_at=at, caller="8613800138000",
    )  # fmt: skip
    steps = [
        JourneyStep(
            journey_id=journey.id, ordinal=ordinal, node=node, segment=one.segment, flow=one.flow, step=one.step,
            verb=one.verb, outcome=one.outcome, at=at, to_step=one.to,
        )
        for ordinal, one in enumerate(traces, start=1)
    ]  # fmt: skip
    return [journey, *steps]


async def fill(ready: Ready) -> int:
    """Write the history; how many steps it has."""
    dialogues = load_dialogues(ready.loaded).dialogues
    house = house_of(ready.hotline, ready.flows, ready.catalogue)
    played = [(one.surroundings.number, play(house, one).traces) for one in dialogues]
    played = [(number, traces) for number, traces in played if traces]
    await upgrade(ready.places.database_url)
    store = await open_store(ready.places.database_url)
    steps = 0
    async with Writer(store) as writer:
        for number in range(CALLS):
            called, traces = played[number % len(played)]
            steps += len(traces)
            for row in rows(number, ready, called, traces):
                writer.put(row)
            if number % 500 == 0:
                await writer.flush()
        await writer.flush()
    await store.close()
    return steps


async def main() -> None:
    """Fill, change a key, replay."""
    with tempfile.TemporaryDirectory() as place:
        os.environ.update({**SECRETS, "HOTLINE_STATE_DIR": f"{place}/state"})
        folder = Path(place) / "hotline"
        shutil.copytree(SAMPLE, folder)
        ready = load_ready(folder)
        keep(ready.source, ready.places.versions / ready.flows.version)
        steps = await fill(ready)
        path = folder / "flows" / "main.yaml"
        path.write_text(path.read_text("utf-8").replace("2: {then: report_fault}", "2: {then: person}"), "utf-8")
        began = time.perf_counter()
        told = await run_replay(load_ready(folder), BEGAN, None)
        took = time.perf_counter() - began
    kinds = {
        kind: sum(n for v, n in told.verdicts.items() if v.kind == kind) for kind in ("same", "elsewhere", "undecided")
    }
    sys.stdout.write(
        f"{told.calls:,} journeys, {steps:,} steps: {took:.1f} s, {told.calls / took:,.0f} a second  {kinds}\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
