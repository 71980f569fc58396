"""Listening to an agent's talk. Pure.

The supervisor's telephone is rung, and once it is answered ChanSpy runs on it in the generated dialplan
(`dialplan.extensions`, context ``hotline-listen``), on exactly one channel (option ``u``): the agent's own telephone.
It begins with the microphone closed; another mode is another act, which sends the same telephone on to another
extension. No key opens it (no ``d``, ``X``, ``c``): what a supervisor said to a talk is in the audit, or was not said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ami_bridge.acts.channels import of_interface, spying
from ami_bridge.acts.on_callers import talk_of
from ami_bridge.acts.outcome import Decision, Fields, Step, Steps, Told

if TYPE_CHECKING:
    from ami_bridge.acts.asked import Listen
    from ami_bridge.acts.asker import Asker
    from ami_bridge.acts.sight import Sight
    from ami_bridge.domain.events import ChannelSeen

CONTEXT: Final = "hotline-listen"
RING_MS: Final = 20_000
OPTIONS: Final = {"listen": "uqES", "whisper": "uqESw", "barge": "uqESB"}
"""As `dialplan.extensions.listening` writes them; by these an earlier act's mode is known."""
HEARD_BY: Final = {"listen": "nobody hears the supervisor", "whisper": "the agent alone hears", "barge": "both hear"}


def listen(act: Listen, asker: Asker, sight: Sight) -> Decision:
    """Ring the supervisor's telephone, or change what its microphone does, which only who had it rung may."""
    if not sight.may_listen:
        return Told("listening_off", "hotline.yaml does not allow listening; expected `listening: true` under `ami`")
    agent = sight.agent(act.agent, asker)
    if isinstance(agent, Told):
        return agent
    if act.phone == act.agent:
        return Told("own_phone", f"{act.phone} is the telephone of this talk; expected the supervisor's own")
    if not sight.has_telephone(act.phone, asker):
        expected = "expected an id of `agents` in hotline.yaml" + ("" if asker.everywhere else ", of your queues")
        return Told("unknown_phone", f"there is no telephone {act.phone}; {expected}")
    talk = talk_of(agent, asker, sight)
    if isinstance(talk, Told):
        return talk
    interface = f"PJSIP/{act.phone}"
    at_it = spying(sight.channels, interface)
    if at_it is not None:
        if sight.began.get(act.phone) != asker.name:
            whose = f"{act.phone} listens, and not for {asker.name} as far as is known"
            return Told("not_allowed", f"{whose}; its microphone is opened by who had it rung. Hang up and listen anew")
        return _other_mode(act, sight, at_it, talk)
    if act.mode != "listen":
        return Told("not_allowed", f"{act.phone} does not listen yet; the microphone is opened once it does")
    if of_interface(sight.channels, interface):
        return Told("phone_busy", f"{sight.named(act.phone)} is in a call")
    fields: Fields = {
        "Channel": interface,
        "Context": CONTEXT,
        "Exten": "listen",
        "Priority": 1,
        "Timeout": RING_MS,
        "CallerID": f'"Listen {act.agent}" <{act.agent}>',
        "Variable": f"HL_SPIED={talk.channel}",
        "Async": True,
    }
    rung = f"{sight.named(act.phone)} is rung to listen to {sight.named(act.agent)}"
    return Steps((Step("Originate", fields),), f"{rung}; {HEARD_BY['listen']}")


def _other_mode(act: Listen, sight: Sight, at_it: ChannelSeen, talk: ChannelSeen) -> Decision:
    who = f"{sight.named(act.phone)} listens to {sight.named(act.agent)}"
    if at_it.data == f"{talk.channel},{OPTIONS[act.mode]}":
        return Told("already_so", f"{who} already; {HEARD_BY[act.mode]}")
    if at_it.data.partition(",")[0] != talk.channel and act.mode != "listen":
        return Told(
            "not_allowed", f"{act.phone} listens to another talk; hear this one before the microphone is opened"
        )
    onto = Step("Setvar", {"Channel": at_it.channel, "Variable": "HL_SPIED", "Value": talk.channel})
    sent = Step("Redirect", {"Channel": at_it.channel, "Context": CONTEXT, "Exten": act.mode, "Priority": 1})
    return Steps((onto, sent), f"{who}; {HEARD_BY[act.mode]}")
