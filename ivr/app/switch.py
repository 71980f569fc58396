"""What `hotline.yaml` means for Asterisk: the description that `dialplan.render` writes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.model import Agent, AgiServer, Ami, Member, Number, Queue, Rescue, Sip, Switch, Trunk
from ivr.config.secrets import resolve_secret
from ivr.flow.model import Queue as QueueStep

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config import model
    from ivr.config.model import Hotline
    from ivr.flow.model import FlowSet

RESCUE_SOUNDS = Rescue("")
"""Holds the names of the sounds the rescue path plays; `ivr.app.speech` builds files of these names."""


def switch_of(hotline: Hotline, folder: Path, sounds: Path, flows: FlowSet) -> Switch:
    """The switch of a checked hotline.

    Raises:
        SecretMissingError: an agent's or AMI's secret is not where the hotline says it is.
    """
    sip_host, sip_port = split(hotline.sip.listen)
    return Switch(
        node=hotline.node,
        numbers=tuple(Number(number, flow, hotline.languages[0]) for number, flow in hotline.numbers.items()),
        queues=tuple(_queue(name, queue, hotline, flows) for name, queue in hotline.queues.items()),
        agents=tuple(
            Agent(agent_id, agent.name, resolve_secret(agent.secret, folder))
            for agent_id, agent in hotline.agents.items()
        ),
        trunks=tuple(
            Trunk(name, trunk.host, contact=trunk.contact or "", qualify_s=seconds(trunk.qualify_ms))
            for name, trunk in hotline.trunks.items()
        ),
        rescue=Rescue(hotline.rescue.queue, hotline.rescue.priority, seconds(hotline.rescue.longest_ms)),
        ami=Ami(
            resolve_secret(hotline.ami.secret, folder),
            hotline.ami.user,
            hotline.ami.host,
            hotline.ami.port,
            may_originate=hotline.ami.listening,
        ),
        agi=tuple(AgiServer(*split(server)) for server in hotline.agi_servers),
        sip=Sip(
            sip_host,
            sip_port,
            hotline.sip.rtp_first,
            hotline.sip.rtp_last,
            hotline.sip.external_address or "",
            hotline.sip.local_nets,
        ),
        language=hotline.languages[0],
        sounds_dir=str(sounds),
    )


def _queue(name: str, queue: model.Queue, hotline: Hotline, flows: FlowSet) -> Queue:
    return Queue(
        name,
        members=tuple(
            Member(agent_id, agent.queues[name]) for agent_id, agent in hotline.agents.items() if name in agent.queues
        ),
        strategy=queue.strategy,
        ring_s=seconds(queue.ring_ms),
        retry_s=seconds(queue.retry_ms),
        wrap_up_s=seconds(queue.wrap_up_ms),
        max_len=queue.max_length,
        weight=queue.weight,
        threshold_s=seconds(queue.service_level.answer_within_ms),
        music=queue.music,
        auto_pause=queue.autopause,
        extension=queue.extension or "",
        announce_every_s=announced_every(name, flows),
    )


def announced_every(queue: str, flows: FlowSet) -> int:
    """Seconds between two announcements in a queue: the shortest of the steps that lead there, 0 when none announces.

    Asterisk has one for each queue; to a caller whose step wants it less often the bridge tells less often.
    """
    steps = (step for flow in flows.flows.values() for step in flow.steps.values())
    every = [
        step.announce.every_ms
        for step in steps
        if isinstance(step, QueueStep) and step.queue == queue and step.announce
    ]
    return seconds(min(every)) if every else 0


def seconds(milliseconds: int) -> int:
    """Whole seconds, as Asterisk counts; never less than what was asked for."""
    return -(-milliseconds // 1000)


def split(listen: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:4573` or `[::1]:4573`."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
