"""Who may sign in at the wallboard: its users and tokens with their secrets, now and when they change.

People are taken up as soon as they are saved, in every mode: whoever has left must not wait for a publication. A file
with mistakes changes nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog
from watchfiles import awatch

from ivr.config.load import load_hotline
from ivr.config.read import FILE
from ivr.config.secrets import SecretMissingError, resolve_secret
from wallboard.access import passwords, tokens
from wallboard.access.openid import Provider
from wallboard.access.people import Person, Role
from wallboard.access.register import Register, Token, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from watchfiles import Change

    from ivr.config.kinds import SecretRef
    from ivr.config.model import Hotline
    from wallboard.reception import Reception

_FIRST_LOOK_MS: Final = 1000
"""How long after the watch has begun the people are read once, if nothing changes before."""

log = structlog.get_logger("hotline.people")


def register_of(hotline: Hotline, folder: Path) -> Register:
    """Everybody whose secret is there. Whose is not cannot sign in, and is told: the others must not wait for it."""
    users, programs = {}, []
    for name, user in hotline.wallboard.users.items():
        kept = _hash(f"user {name}", user.password, folder)
        if kept is not None and (fault := passwords.fault_of(kept)) is not None:
            log.error("cannot_sign_in", who=f"user {name}", why=fault)
        elif kept is not None:
            users[name.casefold()] = User(Person(name, Role(user.role), _queues(user.queues)), kept)
    for name, token in hotline.wallboard.tokens.items():
        kept = _hash(f"token {name}", token.secret, folder)
        if kept is not None and not tokens.is_hash(kept):
            log.error("cannot_sign_in", who=f"token {name}", why="it is no hash of a token")
        elif kept is not None:
            programs.append(Token(name, kept, token.scopes or (), _queues(token.queues), token.board))
    openid = hotline.wallboard.openid
    return Register(users, tuple(programs), openid.issuer if openid is not None else "")


def provider_of(hotline: Hotline, folder: Path) -> Provider | None:
    """The OpenID provider; one whose secret is not there is none, and is told."""
    openid = hotline.wallboard.openid
    if openid is None:
        return None
    secret = ""
    if openid.client_secret is not None:
        try:
            secret = resolve_secret(openid.client_secret, folder)
        except SecretMissingError as missing:
            log.error("cannot_sign_in", who="openid", why=str(missing))
            return None
    return Provider(
        issuer=openid.issuer,
        client_id=openid.client_id,
        client_secret=secret,
        title=openid.title,
        claim=openid.claim,
        roles={value: Role(role) for value, role in openid.roles.items()},
        queues=None if openid.queues is None else {value: _queues(named) for value, named in openid.queues.items()},
    )


def _queues(named: Iterable[str] | None) -> frozenset[str] | None:
    return None if named is None else frozenset(named)


def _hash(who: str, ref: SecretRef, folder: Path) -> str | None:
    try:
        return resolve_secret(ref, folder)
    except SecretMissingError as missing:
        log.error("cannot_sign_in", who=who, why=str(missing))
        return None


async def follow(folder: Path, reception: Reception, stop: asyncio.Event) -> None:
    """Take up each change of the people until `stop`; first what was saved between the start and the watch's begin."""
    is_first = True
    try:
        async for changes in awatch(
            folder,
            watch_filter=_changes_of(folder),
            stop_event=stop,
            rust_timeout=_FIRST_LOOK_MS,
            yield_on_timeout=True,
        ):
            if changes or is_first:
                is_first = False
                await _take_up(folder, reception)
    except Exception as error:  # noqa: BLE001 - the folder is gone, or the system watches no more: people stay
        log.error("people_not_watched", why=_why(error))


async def _take_up(folder: Path, reception: Reception) -> None:
    try:
        found = await asyncio.to_thread(_read, folder)
    except Exception as error:  # noqa: BLE001 - whoever is removed after this must not stay for ever
        log.error("people_not_taken_up", why=_why(error))
        return
    if found is not None and found != reception.register:
        reception.replace(found)


def _why(error: Exception) -> str:
    """No traceback: one may be printed with its variables, and there are hashes among them."""
    return f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__


def _read(folder: Path) -> Register | None:
    loaded = load_hotline(folder)
    wrong = [each for each in loaded.diagnostics if each.severity == "error"]
    if loaded.hotline is None or any((each.span.file if each.span else each.file) == FILE for each in wrong):
        log.error("people_not_taken_up", why=f"{FILE} has mistakes; hotline check tells them")
        return None
    return register_of(loaded.hotline, folder)


def _changes_of(folder: Path) -> Callable[[Change, str], bool]:
    """Tells changes of the settings, and of the files in `secrets/`."""
    base = folder.resolve()

    def matters(_: Change, name: str) -> bool:
        if name == str(base / FILE):
            return True
        return name.startswith(f"{base}/") and name.removeprefix(f"{base}/").split("/")[0] == "secrets"

    return matters
