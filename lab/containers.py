"""Docker or Podman, called as programs, for the lab's container kinds.

`HOTLINE_ENGINE` names the program and its options when `docker` alone will not do, as for Podman without systemd:
`podman --runtime runc --cgroup-manager cgroupfs --storage-driver vfs`.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from lab.inside import ProgramError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IMAGE = "hotline-asterisk"
_PROJECT = Path(__file__).resolve().parent.parent
_WATCH = Path(__file__).with_name("watch.sh")


def engine() -> list[str]:
    """How to call Docker or Podman here."""
    return shlex.split(os.environ.get("HOTLINE_ENGINE", "docker"))


def run_options() -> list[str]:
    """More options every container needs here, out of `HOTLINE_RUN_OPTIONS` (limits, mostly)."""
    return shlex.split(os.environ.get("HOTLINE_RUN_OPTIONS", ""))


def build_image() -> None:
    """Build Asterisk's image, with SIPp in it, unless it is there.

    Raises:
        ProgramError: no engine, or the build failed.
    """
    call = engine()
    try:
        found = subprocess.run([*call, "image", "inspect", IMAGE], check=False, capture_output=True)
        if found.returncode == 0:
            return
        file = str(_PROJECT / "docker" / "asterisk.Dockerfile")
        done = subprocess.run([*call, "build", "--tag", IMAGE, "--file", file, str(_PROJECT)], check=False)
    except FileNotFoundError as missing:
        raise ProgramError(f"no program {call[0]!r} on this machine; try --asterisk rootfs") from missing
    if done.returncode:
        raise ProgramError(f"{call[0]} could not build {file}; its reason is above")


def container_command(
    name: str,
    argv: Sequence[str],
    *,
    mounts: Mapping[Path, str],
    prepare: str = "true",
    options: Sequence[str] = (),
    image: str = IMAGE,
) -> list[str]:
    """The command that runs `argv` in a container with host networking and ends it when our pipe closes.

    Args:
        name: of the container.
        argv: the program and its arguments, as seen inside.
        mounts: folders of this machine and where they appear; `:ro` behind the place makes one read-only.
        prepare: shell words run before, as root inside.
        options: more options of `run`.
        image: what to run.
    """
    volumes = [f"--volume={path.resolve()}:{place}" for path, place in mounts.items()]
    run = ["run", "--rm", "--interactive", "--network=host", f"--name={name}", *volumes, *options, *run_options()]
    # watch.sh goes in as text, so that the image needs nothing of ours.
    script = f"{prepare}\n{_WATCH.read_text()}"
    return [*engine(), *run, "--entrypoint=sh", image, "-c", script, "sh", *argv]
