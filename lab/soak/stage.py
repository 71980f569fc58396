"""The hotline of a soak: a rig whose bridge reaches AMI through the relay, agents' phones, callers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lab.crowd import crowd
from lab.ports import AGENTS
from lab.rig import ALWAYS_OPEN, Plan, Rig, at_noon
from lab.sipp import AgentHabits, Sipp, SippSetup, agents_phones, callers, register_agents, write_csv
from lab.soak import people, switch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

HOTLINE_AGENTS = switch.Group(tuple(str(number) for number in range(1001, 1009)))
_HABITS = (
    (switch.QUICK, AgentHabits(ring=200, ring_more=700, talk=500, talk_more=2200, missed=7)),
    (switch.SHARED, AgentHabits(ring=200, ring_more=900, talk=900, talk_more=2500, missed=7)),
    (switch.PATIENT, AgentHabits(ring=200, ring_more=700, talk=0, talk_more=0)),
    (switch.DEAF, AgentHabits(missed=100)),
    (HOTLINE_AGENTS, AgentHabits(ring=300, ring_more=1500, talk=3000, talk_more=5000, missed=6)),
)
_FLOW_PER_SECOND = 0.4
_FLOW_AT_ONCE = 16
_AT_ONCE = 250


class Stage(Rig):
    """A rig whose service is told another port for AMI than Asterisk's own, once `ami_port` is set."""

    ami_port = 0

    def __init__(self, folder: Path, database_url: str | None, tell: Callable[[str], None]) -> None:
        edits = (ALWAYS_OPEN, at_noon(datetime.now(UTC)), *switch.hotline_edits())
        super().__init__(folder, Plan(edits=edits, files=switch.files(), database_url=database_url, tell=tell))

    @property
    def environment(self) -> Mapping[str, str]:
        """What the service is told about this machine."""
        told = super().environment
        return {**told, "HOTLINE_AMI_PORT": str(self.ami_port)} if self.ami_port else told

    def _setup(self, name: str, *, trace: bool = False) -> SippSetup:
        return SippSetup(self.folder / name, self.switch, trace=trace)

    def _even(self, at: int) -> int:
        return [port for port in self.ports.spare if port % 2 == 0][at]

    def phones(self) -> list[Sipp]:
        """Every agent's phone, registered.

        Raises:
            ProgramError: the switch refused one.
        """
        groups = [(f"agents-{index}", group, habits) for index, (group, habits) in enumerate(_HABITS)]
        ports = [port for port in self.ports.spare if port % 2][-len(groups) - 1 :]  # sound has the lower ones

        def register(name: str, group: switch.Group, port: int) -> None:
            users = [(number, self.agent_secret) for number in group.numbers]
            register_agents(self._setup(f"{name}-registration"), users, port)

        with ThreadPoolExecutor(len(ports)) as pool:
            told = [
                *[(name, group, port) for (name, group, _), port in zip(groups, ports, strict=False)],
                ("busy", switch.BUSY, ports[-1]),
            ]
            for done in [pool.submit(register, *one) for one in told]:
                done.result()
        running = [
            agents_phones(self._setup(name), port, self._even(index), habits)
            for index, ((name, _, habits), port) in enumerate(zip(groups, ports, strict=False))
        ]
        busy = ["-i", AGENTS, "-p", str(ports[-1]), "-mi", AGENTS, "-mp", str(self._even(len(groups))), "-aa"]
        return [*running, Sipp(self._setup("busy"), "busy_agent.xml", busy)]

    def queue_callers(self, calls: int, per_second: float, seed: int) -> Sipp:
        """Callers of the soak's numbers; what SIPp saw is in `callers_log`."""
        setup = self._setup("callers")
        lines = write_csv(setup.folder, "callers.csv", list(people.callers(calls, seed)))
        rate = ["-r", str(round(per_second * 10)), "-rp", "10000", "-l", str(_AT_ONCE), "-m", str(calls)]
        where = ["-i", switch.CALLERS, "-mi", switch.CALLERS, "-mp", str(self._even(7))]
        told = ["-trace_logs", "-log_file", "/var/log/asterisk/calls.log"]
        return Sipp(setup, "queue_caller.xml", [*where, "-inf", str(lines), "-aa", *rate, *told])

    @property
    def callers_log(self) -> Path:
        """Where SIPp notes whom it saw answered."""
        return self.folder / "callers" / "log" / "calls.log"

    def flow_callers(self, seed: int) -> Sipp:
        """A few callers of the hotline itself, with sound and keys, through the flow."""
        return callers(
            self._setup("flow-callers"),
            "96956",
            crowd(2000, seed),
            per_second=_FLOW_PER_SECOND,
            media_port=self._even(8),
            at_once=_FLOW_AT_ONCE,
        )
