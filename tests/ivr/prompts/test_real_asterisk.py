"""Asterisk itself encodes every 16-bit sample, and reads back what we wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ivr.prompts.audio import RATE, for_telephone
from ivr.prompts.g711 import from_alaw, from_ulaw, to_alaw, to_ulaw
from lab.asterisk import AsteriskProcess, Setup
from lab.rootfs import find_rootfs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.asterisk, pytest.mark.xdist_group("prompts-asterisk")]

MODULES = ["codec_ulaw", "codec_alaw", "format_wav", "format_pcm", "format_sln", "res_convert"]


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskProcess]:
    """A switch that can do nothing but convert files."""
    root = find_rootfs()
    if root is None:
        pytest.skip("no Asterisk root folder on this machine (lab/rootfs.sh builds one)")
    modules = "[modules]\nautoload=no\n" + "".join(f"load = {module}.so\n" for module in MODULES)
    folder = tmp_path_factory.mktemp("asterisk")
    files = {"modules.conf": modules, "asterisk.conf": "[options]\n", "logger.conf": "[logfiles]\nmessages = error\n"}
    (folder / "spool").mkdir(parents=True)
    with AsteriskProcess(Setup(folder, (), files, root=root)) as running:
        yield running


def convert(asterisk: AsteriskProcess, name: str, content: bytes, into: str) -> bytes:
    """A file as Asterisk converts it; the spool folder is the one both of us see."""
    (asterisk.spool / name).write_bytes(content)
    target = f"{name.partition('.')[0]}-made.{into}"
    said = asterisk.cli(f"file convert /var/spool/asterisk/{name} /var/spool/asterisk/{target}")
    made: Path = asterisk.spool / target
    assert made.is_file(), said
    return made.read_bytes()


def test_every_sample_is_encoded_as_asterisk_encodes_it(asterisk: AsteriskProcess) -> None:
    every = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
    raw = every.astype("<i2").tobytes()
    assert convert(asterisk, "a.sln", raw, "alaw") == to_alaw(every)
    assert convert(asterisk, "u.sln", raw, "ulaw") == to_ulaw(every)


def test_asterisk_hears_the_same_in_all_three_files_of_a_fragment(asterisk: AsteriskProcess) -> None:
    tone = (0.3 * np.sin(np.arange(4321) * 2 * np.pi * 440 / RATE)).astype(np.float32)
    files = for_telephone(tone, RATE, level_db=-20).files()
    heard = {name: convert(asterisk, f"{name[1:]}-said{name}", content, "sln") for name, content in files.items()}
    assert heard[".alaw"] == from_alaw(files[".alaw"]).astype("<i2").tobytes()
    assert heard[".ulaw"] == from_ulaw(files[".ulaw"]).astype("<i2").tobytes()
    # formats/format_wav.c takes the header for a part of the data: the last 44 bytes (2.75 ms) are not heard.
    assert heard[".wav"] == files[".wav"][44:-44]
