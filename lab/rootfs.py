"""The shared root folder with Asterisk and SIPp, found or built by `rootfs.sh`."""

from __future__ import annotations

import subprocess
from pathlib import Path

SCRIPT = Path(__file__).with_name("rootfs.sh")


class RootfsError(RuntimeError):
    """The root folder is missing and could not be built; the message says why and where the log is."""


def rootfs_path() -> Path:
    """Where the root folder is, or would be once built."""
    done = subprocess.run([SCRIPT, "--path"], check=True, stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.strip())


def find_rootfs() -> Path | None:
    """The root folder if it was built already."""
    path = rootfs_path()
    return path if path.is_dir() else None


def build_rootfs() -> Path:
    """The root folder, built now if missing (about half a minute; progress goes to stderr).

    Raises:
        RootfsError: no root rights, no packages, no room: what the script said last.
    """
    done = subprocess.run([SCRIPT], check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise RootfsError(f"{SCRIPT.name} failed with status {done.returncode}; its reason is above")
    return Path(done.stdout.strip())
