"""Agents who do what the protocol allows, told twice: as AMI's events, and as the lines queue_log has of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ami_bridge.domain import events as ev
from tests.ami_bridge.replaying import RULES, T0
from tests.ami_bridge.test_reducer import TAGS

AGENTS = ("1001", "1002")
QUEUES = ("normal", "vip")
STAFFED = replace(RULES, agents={agent: f"客服{agent}" for agent in AGENTS})
FREE, BUSY, ABSENT, RINGING, HELD = 1, 2, 5, 6, 8


@dataclass(slots=True)
class Place:
    """A member of a queue, as Asterisk has it."""

    penalty: int
    paused: bool = False
    reason: str = ""


@dataclass(slots=True)
class Call:
    """A caller in the world."""

    channel: str
    queue: str
    began: datetime
    agent: str = ""
    rung_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(slots=True)
class Act:
    """What one act says, and what a snapshot right after it would."""

    at: datetime
    heard: list[ev.Event] = field(default_factory=list)
    logged: list[ev.LedgerLine] = field(default_factory=list)
    shot: ev.SnapshotTaken | None = None


@dataclass(slots=True)
class World:
    """Asterisk, as far as agents are concerned."""

    now: datetime = T0
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    phones: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AGENTS, FREE))
    calls: list[Call] = field(default_factory=list)
    made: int = 0
    acts: list[Act] = field(default_factory=list)

    def act(self, kind: str, after_s: float, agent: str, queue: str, number: int) -> None:
        """Does it, if it can be done now."""
        self.now += timedelta(seconds=after_s)
        done = Act(self.now)
        getattr(self, f"_{kind}")(done, agent, queue, number)
        done.shot = self._shot()
        self.acts.append(done)

    # -- places in queues

    def _add(self, act: Act, agent: str, queue: str, number: int) -> None:
        if (agent, queue) not in self.places:
            self.places[agent, queue] = Place(number % 4)
            self._log(act, "MANAGER", queue, f"PJSIP/{agent}", "ADDMEMBER", "")
            act.heard.append(self._seen(agent, queue))

    def _remove(self, act: Act, agent: str, queue: str, number: int) -> None:
        del number
        if self.places.pop((agent, queue), None) is not None:
            self._log(act, "MANAGER", queue, f"PJSIP/{agent}", "REMOVEMEMBER", "")
            act.heard.append(
                ev.MemberGone(at=self.now, queue=queue, interface=f"PJSIP/{agent}", member_name=f"客服{agent}")
            )

    def _pause(self, act: Act, agent: str, queue: str, number: int) -> None:
        reason = ("lunch", "training", "")[number % 3]
        everywhere = [q for q in QUEUES if (agent, q) in self.places]
        for one in everywhere if number % 2 else [queue]:
            place = self.places.get((agent, one))
            if place is not None and not (place.paused and place.reason == reason):
                place.paused, place.reason = True, reason
                self._log(act, "NONE", one, f"客服{agent}", "PAUSE", reason)
                act.heard.append(self._seen(agent, one))

    def _unpause(self, act: Act, agent: str, queue: str, number: int) -> None:
        everywhere = [q for q in QUEUES if (agent, q) in self.places]
        for one in everywhere if number % 2 else [queue]:
            place = self.places.get((agent, one))
            if place is not None and place.paused:
                place.paused, place.reason = False, ""
                self._log(act, "NONE", one, f"客服{agent}", "UNPAUSE", "")
                act.heard.append(self._seen(agent, one))

    def _penalty(self, act: Act, agent: str, queue: str, number: int) -> None:
        place = self.places.get((agent, queue))
        if place is not None and place.penalty != number % 4:
            place.penalty = number % 4
            self._log(act, "NONE", queue, f"PJSIP/{agent}", "PENALTY", str(place.penalty))
            act.heard.append(self._seen(agent, queue))

    # -- phones

    def _other_call(self, act: Act, agent: str, queue: str, number: int) -> None:
        del queue, number
        if self.phones[agent] in {FREE, BUSY} and not any(call.agent == agent for call in self.calls):
            self._phone(act, agent, BUSY if self.phones[agent] == FREE else FREE)

    def _sign_off_phone(self, act: Act, agent: str, queue: str, number: int) -> None:
        del queue, number
        if self.phones[agent] in {FREE, ABSENT} and not any(call.agent == agent for call in self.calls):
            self._phone(act, agent, ABSENT if self.phones[agent] == FREE else FREE)

    # -- callers

    def _call(self, act: Act, agent: str, queue: str, number: int) -> None:
        del agent, number
        self.made += 1
        call = Call(f"c{self.made}", queue, self.now)
        self.calls.append(call)
        self._log(act, call.channel, queue, "NONE", "ENTERQUEUE", "", "138", "1")
        act.heard.append(ev.Joined(**self._caller(call), queue=queue, position=1))

    def _ring(self, act: Act, agent: str, queue: str, number: int) -> None:
        del number
        call = next((c for c in self.calls if c.queue == queue and not c.agent), None)
        place = self.places.get((agent, queue))
        if call is None or place is None or place.paused or self.phones[agent] != FREE:
            return
        call.agent, call.rung_at = agent, self.now
        self.phones[agent] = RINGING
        act.heard.append(ev.Rang(**self._agent_of(call)))
        self._phone(act, agent, RINGING)

    def _answer(self, act: Act, agent: str, queue: str, number: int) -> None:
        del queue, number
        for call in self.calls:
            if call.agent == agent and call.rung_at is not None and call.answered_at is None:
                call.answered_at = self.now
                waited = str(int((self.now - call.began).total_seconds()))
                rang = str(int((self.now - call.rung_at).total_seconds()))
                self._log(act, call.channel, call.queue, f"客服{agent}", "CONNECT", waited, f"a-{agent}", rang)
                act.heard.append(ev.Left(**self._caller(call), queue=call.queue))
                act.heard.append(ev.Connected(**self._agent_of(call), waited_s=float(waited)))
                self._phone(act, agent, BUSY)

    def _miss(self, act: Act, agent: str, queue: str, number: int) -> None:
        del queue, number
        for call in self.calls:
            if call.agent == agent and call.rung_at is not None and call.answered_at is None:
                rang = (self.now - call.rung_at).total_seconds()
                self._log(act, call.channel, call.queue, f"客服{agent}", "RINGNOANSWER", str(int(rang * 1000)))
                act.heard.append(ev.NotAnswered(**self._agent_of(call), rang_s=rang))
                call.agent, call.rung_at = "", None
                self._phone(act, agent, FREE)

    def _hold(self, act: Act, agent: str, queue: str, number: int) -> None:
        del queue, number
        for call in self.calls:
            if call.agent == agent and call.answered_at is not None:
                held = self.phones[agent] != HELD
                act.heard.append(ev.HoldChanged(at=self.now, channel_id=f"a-{agent}", held=held))
                self._phone(act, agent, HELD if held else BUSY)

    def _end(self, act: Act, agent: str, queue: str, number: int) -> None:
        """The agent's talk is over; of one whose phone rings, the caller gives up."""
        del queue
        for call in list(self.calls):
            if call.agent != agent or call.rung_at is None:
                continue
            self.calls.remove(call)
            waited = str(int(((call.answered_at or self.now) - call.began).total_seconds()))
            if call.answered_at is not None:
                talked = str(int((self.now - call.answered_at).total_seconds()))
                verb = ("COMPLETEAGENT", "COMPLETECALLER")[number % 2]
                self._log(act, call.channel, call.queue, f"客服{agent}", verb, waited, talked, "1")
                by = ("agent", "caller")[number % 2]
                act.heard.append(ev.Completed(**self._agent_of(call), reason=by, talked_s=float(talked)))
            else:
                rang = int((self.now - call.rung_at).total_seconds() * 1000)
                self._log(act, call.channel, call.queue, f"客服{agent}", "RINGCANCELED", str(rang))
                self._log(act, call.channel, call.queue, "NONE", "ABANDON", "1", "1", waited)
                act.heard.append(ev.GaveUp(**self._caller(call), queue=call.queue))
                act.heard.append(ev.Left(**self._caller(call), queue=call.queue))
            act.heard.append(ev.HungUp(**self._caller(call)))
            self._phone(act, agent, FREE)

    # -- words

    def _phone(self, act: Act, agent: str, status: int) -> None:
        self.phones[agent] = status
        act.heard += [self._seen(agent, queue) for queue in QUEUES if (agent, queue) in self.places]

    def _seen(self, agent: str, queue: str) -> ev.MemberSeen:
        place = self.places[agent, queue]
        return ev.MemberSeen(
            at=self.now,
            queue=queue,
            interface=f"PJSIP/{agent}",
            member_name=f"客服{agent}",
            penalty=place.penalty,
            paused=place.paused,
            pause_reason=place.reason,
            status=self.phones[agent],
            wrap_up_s=0.0,
            last_call=None,
            membership="dynamic",
        )

    def _caller(self, call: Call) -> dict[str, Any]:
        return {
            "at": self.now,
            "channel_id": call.channel,
            "call_id": call.channel,
            "caller": "138",
            "place": "hotline-do,queue",
            "tags": TAGS,
        }

    def _agent_of(self, call: Call) -> dict[str, Any]:
        return self._caller(call) | {
            "queue": call.queue,
            "interface": f"PJSIP/{call.agent}",
            "member_name": f"客服{call.agent}",
            "agent_channel_id": f"a-{call.agent}",
        }

    def _log(self, act: Act, channel: str, queue: str, who: str, verb: str, *data: str) -> None:
        at = self.now.replace(microsecond=0)
        line = ev.LedgerLine(at=at, channel_id=channel, queue=queue, member_name=who, verb=verb, data=data)
        act.logged.append(line)

    def _shot(self) -> ev.SnapshotTaken:
        """What Asterisk would list now."""
        channels: list[ev.ChannelSeen] = []
        waiting: list[ev.WaitingSeen] = []
        for call in self.calls:
            talking = call.answered_at is not None
            channels.append(self._channel(call.channel, "PJSIP/trunk-01", call, "Queue", talking=talking))
            if talking:
                channels.append(
                    self._channel(f"a-{call.agent}", f"PJSIP/{call.agent}-01", call, "AppQueue", talking=True)
                )
            else:
                waiting.append(
                    ev.WaitingSeen(
                        queue=call.queue,
                        position=1,
                        channel_id=call.channel,
                        caller="138",
                        caller_name="",
                        wait_s=(self.now - call.began).total_seconds(),
                        priority=2,
                    )
                )
        return ev.SnapshotTaken(
            at=self.now,
            queues=QUEUES,
            members=tuple(self._seen(agent, queue) for agent, queue in sorted(self.places)),
            waiting=tuple(waiting),
            channels=tuple(channels),
        )

    def _channel(self, channel_id: str, name: str, call: Call, application: str, *, talking: bool) -> ev.ChannelSeen:
        return ev.ChannelSeen(
            channel=name,
            channel_id=channel_id,
            call_id=call.channel,
            caller="138",
            caller_name="",
            application=application,
            data=f"{call.queue},c",
            bridge_id=f"b-{call.channel}" if talking else "",
            since=call.began,
            tags=TAGS,
        )
