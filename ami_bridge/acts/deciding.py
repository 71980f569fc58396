"""``decide(act, asker, sight)``: what is said to Asterisk for an act, or why nothing is. Pure.

Decided against what is seen at that moment, never against what the page showed when somebody pressed a button: an agent
may have left since, a caller may have been answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.acts import asked
from ami_bridge.acts.asker import barred
from ami_bridge.acts.on_agents import add, pause, remove, set_penalty, sign_off, unpause
from ami_bridge.acts.on_callers import hang_up, move, promote
from ami_bridge.acts.on_listening import listen
from ami_bridge.acts.outcome import Told

if TYPE_CHECKING:
    from ami_bridge.acts.asker import Asker
    from ami_bridge.acts.outcome import Decision
    from ami_bridge.acts.sight import Sight

NEEDS_CHANNELS = (asked.MoveCaller, asked.PromoteCaller, asked.HangUp, asked.Listen)
"""Acts for which Asterisk is asked for its channels first: the state knows them by Uniqueid alone."""
ON_THE_SWITCH = (
    *NEEDS_CHANNELS,
    asked.PauseAgent,
    asked.UnpauseAgent,
    asked.AddMember,
    asked.RemoveMember,
    asked.SetPenalty,
    asked.SignOff,
)
"""Acts that Asterisk does; the others are the service's own (`ami_bridge.acts.own`)."""


def decide(act: asked.Act, asker: Asker, sight: Sight) -> Decision:  # noqa: C901, PLR0912 - one line per act, a closed set
    """The steps of an act of `ON_THE_SWITCH`, or why there are none."""
    told = barred(asker, act)
    if told is not None:
        return told
    if sight.state.knowing != "complete":
        since = f"{sight.state.knowing_since:%H:%M:%S} UTC"
        return Told("not_seen", f"the switch has not been wholly seen since {since}; nothing was done")
    match act:
        case asked.PauseAgent():
            return pause(act, asker, sight)
        case asked.UnpauseAgent():
            return unpause(act, asker, sight)
        case asked.AddMember():
            return add(act, asker, sight)
        case asked.RemoveMember():
            return remove(act, asker, sight)
        case asked.SetPenalty():
            return set_penalty(act, asker, sight)
        case asked.SignOff():
            return sign_off(act, asker, sight)
        case asked.MoveCaller():
            return move(act, asker, sight)
        case asked.PromoteCaller():
            return promote(act, asker, sight)
        case asked.HangUp():
            return hang_up(act, asker, sight)
        case asked.Listen():
            return listen(act, asker, sight)
        case _:
            raise AssertionError(f"{type(act).__name__} is not done by Asterisk")
