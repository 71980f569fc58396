"""Which phones are registered and do not answer, asked without any right the bridge does not have already.

PJSIPShowContacts wants `write = system`, which also runs shell commands (MixMonitor with `Command`), loads modules and
writes the database: far too much for a wallboard. `Getvar` of the functions PJSIP_AOR and PJSIP_CONTACT tells the same
with `call`. DeviceState cannot: it is UNAVAILABLE for a phone that signed off and for one that does not answer.
Sources: manager.c `action_getvar`, res/res_pjsip/pjsip_configuration.c, app_mixmonitor.c (22); seen with 22.10.1.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from ami_bridge.protocol.errors import ActionFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from ami_bridge.client import Reply
    from ami_bridge.protocol.actions import Fields

    Ask = Callable[[str, Fields], Awaitable[Reply]]

NAME = re.compile(r"[\w.-]+")
"""An address of record that can stand in a function's brackets."""


async def unreachable(ask: Ask, names: Collection[str]) -> frozenset[str]:
    """Those of these addresses of record (agents' ids) whose every contact leaves Asterisk's OPTIONS unanswered.

    Raises:
        ActionFailed: the switch cannot say: we may not ask, or the functions are not loaded. For a function that is not
            there Getvar answers Success and an empty value, as for a phone that is not registered (seen with 22.10.1):
            so where nobody is registered, something every address of record has is asked for.
        AmiError: the link broke meanwhile.
    """
    asked = [name for name in sorted(names) if NAME.fullmatch(name)]
    states = dict(zip(asked, await asyncio.gather(*(_states(ask, name) for name in asked)), strict=True))
    if not any(states.values()) and not any(await asyncio.gather(*(_is_there(ask, name) for name in asked))) and asked:
        raise ActionFailed("Getvar", "PJSIP_AOR knows no agent; func_pjsip_aor is not loaded, or they are not PJSIP's")
    if any("" in found for found in states.values()):
        raise ActionFailed("Getvar", "PJSIP_CONTACT knows no status; func_pjsip_contact is not loaded")
    return frozenset(name for name, found in states.items() if found and set(found) == {"Unreachable"})


async def _states(ask: Ask, name: str) -> list[str]:
    """The state of each contact; none at all is signed off."""
    contacts = (await value_of(ask, f"PJSIP_AOR({name},contact)")).split(",")
    return [await value_of(ask, f"PJSIP_CONTACT({contact},status)") for contact in contacts if contact]


async def _is_there(ask: Ask, name: str) -> bool:
    return bool(await value_of(ask, f"PJSIP_AOR({name},max_contacts)"))


async def value_of(ask: Ask, variable: str) -> str:
    """What a function is worth on no channel; empty where it is not there.

    Raises:
        ActionFailed: we may not ask.
        AmiError: the link broke meanwhile.
    """
    return (await ask("Getvar", {"Variable": variable})).first.text("Value")
