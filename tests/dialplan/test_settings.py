from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ami_bridge.translate import CHANNEL_VARIABLES, WANTED_VARIABLES
from dialplan.conf import ConfFile
from dialplan.model import Ami
from dialplan.render import rendered
from tests.dialplan.surroundings import small_switch

if TYPE_CHECKING:
    from dialplan.model import Switch


def read(switch: Switch, name: str) -> ConfFile:
    conf = ConfFile(name, text=rendered(switch)[name].text)
    assert not [found for found in conf.diagnostics if found.code != "D106"]
    return conf


def test_what_is_written_is_read_back_as_meant() -> None:
    queues = read(small_switch(), "queues-hotline.conf").resolved()
    assert set(queues) == {"service", "客服"}
    assert ("member", "PJSIP/1002,1,李志强,PJSIP/1002") in queues["service"]
    assert ("context", "hotline-keys") in queues["service"]
    assert ("periodic-announce", "/var/lib/hotline/sounds/line/place") in queues["service"]
    assert ("periodic-announce-frequency", "45") in queues["service"]
    assert "periodic-announce" not in dict(queues["客服"])
    manager = read(small_switch(), "manager-hotline.conf").resolved()
    assert ("secret", "ami;secret") in manager["hotline"]
    assert ("password", 's;e#c"r\\et') in read(small_switch(), "pjsip-hotline.conf").resolved()["1001"]


def test_the_bridge_may_neither_run_commands_nor_see_keys() -> None:
    settings = dict(read(small_switch(), "manager-hotline.conf").resolved()["hotline"])
    assert not set(settings["read"].split(",")) & {"dtmf", "agi", "all", "command", "config"}
    assert not set(settings["write"].split(",")) & {"system", "command", "config", "originate", "all"}
    assert settings["writetimeout"] == "5000"


def test_of_all_variables_the_bridge_sees_just_those_it_reads_and_never_a_key_or_a_cursor() -> None:
    settings = read(small_switch(), "manager-hotline.conf").resolved()
    dropped = re.compile(
        dict(settings["hotline"])["eventfilter(action(exclude),name(VarSet),header(Variable),method(regex))"]
    )
    assert not [name for name in WANTED_VARIABLES if dropped.search(name)]
    hidden = ["AGI_KEYS", "HL_CURSOR", "HL_SEGMENT", "QUEUE_PRIO", "QUEUENAME", "MEMBERINTERFACE", "RTPAUDIOQOS"]
    assert [name for name in hidden if dropped.search(name)] == hidden
    assert dict(settings["general"])["channelvars"].split(",") == list(CHANNEL_VARIABLES)


def test_calls_are_started_over_ami_only_where_that_is_wanted() -> None:
    switch = replace(small_switch(), ami=Ami("x", may_originate=True))
    assert "originate" in dict(read(switch, "manager-hotline.conf").resolved()["hotline"])["write"].split(",")
