from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.ivr.cli.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small hotline's sounds, built once."""
    machine = Machine(tmp_path_factory.mktemp("sounds"))
    try:
        built = asyncio.run(machine.run("prompts", "{DIR}"))
    finally:
        machine.close()
    assert built.code == 0, built.err
    return machine.state / "sounds"


@pytest.fixture
def unbuilt(tmp_path: Path) -> Iterator[Machine]:
    """A hotline as it was written."""
    machine = Machine(tmp_path)
    yield machine
    machine.close()


@pytest.fixture
def machine(unbuilt: Machine, sounds: Path) -> Machine:
    """A hotline whose prompts are built."""
    shutil.copytree(sounds, unbuilt.state / "sounds")
    return unbuilt
