from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dialplan.conf import ConfFile
from dialplan.extensions import agi_address, agi_url
from dialplan.model import AgiServer, Rescue
from dialplan.render import rendered, shipped_folder
from tests.dialplan.surroundings import small_switch

if TYPE_CHECKING:
    from dialplan.model import Switch


def used(switch: Switch) -> tuple[set[str], set[str]]:
    """Applications and functions the dialplan uses."""
    applications, functions = set(), set()
    for line in rendered(switch)["extensions-hotline.conf"].text.splitlines():
        step = re.match(r"(?:exten => [^,]+,\d+|\s*same => n(?:\(\w+\))?),(\w+)\((.*)\)$", line)
        if step:
            applications.add(step[1])
            functions.update(re.findall(r"(?<![\w}])([A-Z]{2,})\(", step[2]))
    return applications, functions


PROVIDED = {
    "Answer": None,
    "Goto": None,
    "GotoIf": None,
    "Hangup": None,
    "Set": None,
    "MSet": None,
    "Wait": None,
    "AGI": "res_agi.so",
    "Dial": "app_dial.so",
    "ChanSpy": "app_chanspy.so",
    "Queue": "app_queue.so",
    "QueueLog": "app_queue.so",
    "Playback": "app_playback.so",
    "PlayTones": "app_playtones.so",
    "CHANNEL": "func_channel.so",
    "FILTER": "func_strings.so",
    "IF": "func_logic.so",
}
"""Which module brings it; None is the core. A missing application ends a call without a word."""


def test_every_application_and_function_used_is_loaded() -> None:
    applications, functions = used(small_switch())
    assert {"AGI", "Queue", "Dial"} <= applications
    assert {"CHANNEL", "FILTER", "IF"} <= functions
    loaded = {value for _, value in ConfFile(shipped_folder() / "modules.conf").resolved()["modules"]}
    assert {PROVIDED[name] for name in applications | functions} - {None} <= loaded


def test_every_jump_leads_somewhere() -> None:
    text = rendered(small_switch())["extensions-hotline.conf"].text
    places: set[tuple[str, str]] = set()
    context = ""
    for line in text.splitlines():
        if line.startswith("["):
            context = line.strip("[]")
        elif match := re.match(r"exten => ([^,]+),1,", line):
            places.add((context, match[1]))
    jumps = set(re.findall(r"(hotline-[a-z]+),(\w+),1", text))
    assert jumps
    assert jumps <= places
    assert {("hotline-do", word) for word in ("queue", "dial", "hangup", "rescue", "i")} <= places


def test_a_caller_s_own_words_are_never_expanded() -> None:
    text = rendered(small_switch())["extensions-hotline.conf"].text
    assert not re.search(r"CALLERID|SIP_HEADER|PJSIP_HEADER|EXTEN\b", text)


def test_without_a_rescue_queue_the_caller_hears_the_last_word() -> None:
    text = rendered(replace(small_switch(), rescue=Rescue("")))["extensions-hotline.conf"].text
    rescue = text.split("[hotline-rescue]")[1].split("[hotline-bye]")[0]
    assert "Queue(" not in rescue
    assert "Goto(hotline-bye,busy,1)" in rescue


def test_the_rescue_tells_its_queue_to_the_bridge_before_it_enters_it() -> None:
    """Of a caller turned away at the door nothing else does."""
    text = rendered(small_switch())["extensions-hotline.conf"].text
    rescue = text.split("[hotline-rescue]")[1].split("[hotline-bye]")[0]
    queue = small_switch().rescue.queue
    assert 0 < rescue.index(f"HL_QUEUE={queue},") < rescue.index(f"Queue({queue},")


def test_a_server_is_named_by_its_literal_address() -> None:
    assert agi_url(AgiServer("127.0.0.1", 4573)) == "agi://127.0.0.1:4573/flow/"
    assert agi_url(AgiServer("::1", 4573)) == "agi://[::1]:4573/flow/"


def test_each_server_is_told_to_the_bridge_before_it_is_asked() -> None:
    lines = rendered(small_switch())["extensions-hotline.conf"].text.splitlines()
    asked = [(before, line) for before, line in itertools.pairwise(lines) if "AGI(agi://" in line]
    assert len(asked) == len(small_switch().agi)
    for (before, line), server in zip(asked, small_switch().agi, strict=True):
        assert before.endswith(f"Set(HL_AGI={agi_address(server)})")
        assert f"agi://{agi_address(server)}/" in line


def test_every_queue_a_caller_can_be_taken_out_of_sends_him_on() -> None:
    text = rendered(small_switch())["extensions-hotline.conf"].text.splitlines()
    queues = [number for number, line in enumerate(text) if re.search(r",Queue\((?!\$\{HL_QUEUE\},c,,,\d)", line)]
    assert len(queues) == 3
    for number in queues:
        assert any("?hotline-do,moved,1)" in line for line in text[number : number + 3]), text[number]


def test_no_key_of_a_listening_telephone_does_anything_and_only_two_modes_speak() -> None:
    text = rendered(small_switch())["extensions-hotline.conf"].text.split("[hotline-listen]")[1]
    options = dict(re.findall(r"exten => (\w+),1,Answer\(\)\n same => n,ChanSpy\(\$\{HL_SPIED\},(\w+)\)", text))
    assert options.keys() == {"listen", "whisper", "barge"}
    assert not set("".join(options.values())) & set("dXcx")
    assert [mode for mode, given in options.items() if set(given) & set("wWB")] == ["whisper", "barge"]
    assert all({"u", "q", "E", "S"} <= set(given) for given in options.values())
    assert "include" not in text
