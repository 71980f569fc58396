from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ami_bridge.client import Reply
from ami_bridge.contacts import unreachable
from ami_bridge.protocol.errors import ActionFailed
from ami_bridge.spoken import Heard

if TYPE_CHECKING:
    from ami_bridge.protocol.actions import Fields

# as Getvar of 22.10.1 answers
SWITCH = {
    "PJSIP_AOR(1001,contact)": "1001;@42e887d7",
    "PJSIP_CONTACT(1001;@42e887d7,status)": "Unreachable",
    "PJSIP_AOR(1002,contact)": "1002;@90df47aa",
    "PJSIP_CONTACT(1002;@90df47aa,status)": "Reachable",
    "PJSIP_AOR(1003,contact)": "",
    "PJSIP_AOR(1003,max_contacts)": "1",
    "PJSIP_AOR(1004,contact)": "1004;@1,1004;@2",
    "PJSIP_CONTACT(1004;@1,status)": "Unreachable",
    "PJSIP_CONTACT(1004;@2,status)": "NonQualified",
}


async def ask(name: str, fields: Fields) -> Reply:
    assert name == "Getvar"
    return Reply(Heard({"Response": "Success", "Value": SWITCH[str(fields["Variable"])]}))


async def test_a_phone_none_of_whose_contacts_answers_is_unreachable() -> None:
    assert await unreachable(ask, {"1001", "1002", "1003", "1004"}) == {"1001"}


async def test_what_cannot_stand_in_brackets_is_not_asked() -> None:
    assert await unreachable(ask, {"1001,contact", "a)b", "", "1001"}) == {"1001"}


@pytest.mark.parametrize(("loaded", "missing"), [((), "func_pjsip_aor"), (("PJSIP_AOR",), "func_pjsip_contact")])
async def test_a_function_that_is_not_loaded_is_not_taken_for_nobody(loaded: tuple[str, ...], missing: str) -> None:
    async def without(name: str, fields: Fields) -> Reply:
        told = (await ask(name, fields)).first.text("Value") if str(fields["Variable"]).startswith(loaded) else ""
        return Reply(Heard({"Response": "Success", "Value": told}))

    with pytest.raises(ActionFailed, match=missing):
        await unreachable(without, {"1001", "1003"})


async def test_where_nobody_is_registered_nobody_is_unreachable() -> None:
    assert await unreachable(ask, {"1003"}) == set()


async def test_a_switch_that_cannot_say_says_so() -> None:
    async def denied(name: str, _fields: Fields) -> Reply:
        raise ActionFailed(name, "Permission denied")

    with pytest.raises(ActionFailed, match="Permission denied"):
        await unreachable(denied, {"1001"})
