"""What a browser knows an agent by. Pure, but for the secret of this process.

An agent that is in no `hotline.yaml` is named by its interface, which may be a mobile's number
(`Local/13800138000@agents`). Such a number is masked like a caller's, and told apart from another that masks alike by
letters that mean nothing outside this process.
"""

from __future__ import annotations

import hmac
import secrets
from functools import cache
from typing import TYPE_CHECKING, Final

from ami_bridge.messages import mask_name

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECRET: Final = secrets.token_bytes(16)
_LETTERS: Final = 6
"""Hexadecimal digits that tell apart those whose masked numbers are alike."""


@cache
def known_as(agent: str) -> str:
    """The id of an agent as a browser is given it: the id itself, unless it is a telephone number."""
    shown = mask_name(agent)
    if shown == agent:
        return agent
    return f"{shown}-{hmac.digest(_SECRET, agent.encode(), 'sha256').hex()[:_LETTERS]}"


def agent_known_as(told: str, agents: Iterable[str]) -> str:
    """The id of the agent a browser asks for; what it said, where none of `agents` is known as that."""
    return next((agent for agent in agents if known_as(agent) == told), told)
