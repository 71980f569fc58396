"""Addresses that let somebody in once: a file for each in the state folder, made by the command line, taken by us.

Its name is a digest of the secret in the address; whoever reads the folder can sign in nobody with it.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from wallboard.access.people import Person, Role
from wallboard.access.sessions import digest_of
from wallboard.access.tokens import new_token

if TYPE_CHECKING:
    from pathlib import Path

GOOD_FOR: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(days=1)
_ENDING: Final = ".once"


def make_link(folder: Path, person: Person, until: datetime) -> str:
    """The secret of a new link; expired ones are cleared away.

    Raises:
        OSError: the folder cannot be written.
    """
    secret = new_token()
    queues = None if person.queues is None else sorted(person.queues)
    told = {"name": person.name, "role": person.role, "queues": queues, "until": until.isoformat()}
    place = folder / f"{digest_of(secret)}{_ENDING}"
    staged = place.with_suffix(".new")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(told, file)
    staged.rename(place)
    return secret


def take_link(folder: Path, secret: str, now: datetime) -> Person | None:
    """Whom a link lets in, this once; None when there is no such link, or it is too late."""
    place = folder / f"{digest_of(secret)}{_ENDING}"
    try:
        told = json.loads(place.read_text("utf-8"))
        place.unlink()  # of two who come at once one fails here
    except (OSError, ValueError):
        return None
    try:
        if now >= datetime.fromisoformat(told["until"]):
            return None
        queues = told["queues"]
        return Person(str(told["name"]), Role(told["role"]), None if queues is None else frozenset(map(str, queues)))
    except (KeyError, TypeError, ValueError):
        return None


def clear(folder: Path, now: datetime) -> None:
    """Delete links that nobody took in time."""
    for place in folder.glob(f"*{_ENDING}"):
        try:
            if now >= datetime.fromisoformat(json.loads(place.read_text("utf-8"))["until"]):
                place.unlink()
        except (OSError, KeyError, TypeError, ValueError):
            continue
