"""A classic pyst2 script, as it is in the sample's folder, on a real call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.rig import SAMPLE
from tests.calls.asking import all_is_quiet, length_of_the_log, mistakes_in_the_log
from tests.calls.proof import Tally, proved

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

DIGITS = "1395"
ENGLISH = "/usr/share/asterisk/sounds/en_US_f_Allison/digits"


async def test_a_classic_script_reads_the_calling_number_back(house: House) -> None:
    rig, log, tally = house.rig, length_of_the_log(house), await Tally.of(house)
    rig.asterisk.cli("module load res_convert")  # the hotline does not need it
    for digit in set(DIGITS):
        rig.asterisk.cli(f"file convert {ENGLISH}/{digit}.gsm /var/spool/asterisk/{digit}.alaw")
        audio = (rig.asterisk.spool / f"{digit}.alaw").read_bytes()
        rig.index.add(f"digit-{digit}", audio, language="en", text=digit)
    steps = [
        f"AGI(agi://127.0.0.1:{rig.ports.agi}/script/echo-number)",
        "Set(DB(echo/told)=${AGISTATUS}-${ECHOED})",
        "Hangup()",
    ]
    for priority, step in enumerate(steps, start=1):
        rig.asterisk.cli(f"dialplan add extension 7001,{priority},{step} into hotline-numbers")
    async with house.caller(DIGITS) as phone:
        await phone.call("7001")
        assert await phone.ended() == "them"
        assert [one.name for one in phone.heard if one.complete] == [f"digit-{digit}" for digit in DIGITS]
    spoken = [f"digit-{digit}" for digit in DIGITS]
    await proved(tally, phone, heard=spoken, way=[], outcome="")  # a script alone is in no flow, and in no queue
    assert "SUCCESS-yes" in rig.asterisk.cli("database get echo told")
    script = "scripts/echo-number.py"
    assert (rig.hotline / script).read_bytes() == (SAMPLE / script).read_bytes()
    assert mistakes_in_the_log(house, log) == []
    await all_is_quiet(house)
