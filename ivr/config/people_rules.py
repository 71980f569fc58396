"""Who may sign in at the wallboard, held against the rest of the hotline: queues and boards there are, real hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.config.secrets import SecretMissingError, resolve_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from dialplan.source import Span
    from ivr.config.kinds import SecretRef
    from ivr.config.readable import Readable

    Place = Callable[..., Span | None]


def people_rules(
    readable: Readable, place: Place, folder: Path, boards: Collection[str], environ: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Everything wrong with the wallboard's users and tokens; a secret that is not here yet is told by who needs it."""
    wallboard = readable.hotline.wallboard
    yield from _unknown_queues(readable, place)
    for name, token in wallboard.tokens.items():
        if token.board is not None and token.board not in boards:
            yield _unknown("board", token.board, boards, place("wallboard", "tokens", name, "board"))
    yield from _told_apart(wallboard.users, place)
    yield from _no_hashes(readable, place, folder, environ)
    at = place("wallboard", "[key]")
    if readable.whole("wallboard") and at != place() and not wallboard.users and not wallboard.openid:
        message, expected = "nobody can sign in at the wallboard", "a user: {role: viewer, password: {file: …}}"
        yield Diagnostic("C024", "warning", at, message, expected)


def _unknown_queues(readable: Readable, place: Place) -> Iterator[Diagnostic]:
    """C004, of users, tokens and an OpenID provider's groups."""
    wallboard, there = readable.hotline.wallboard, readable.names["queues"]
    named = [(("users", name, "queues"), user.queues) for name, user in wallboard.users.items()]
    named += [(("tokens", name, "queues"), token.queues) for name, token in wallboard.tokens.items()]
    if wallboard.openid is not None:
        named += [(("openid", "queues", value), queues) for value, queues in (wallboard.openid.queues or {}).items()]
    for path, queues in named:
        for index, queue in enumerate(queues or ()):
            if there is not None and queue not in there:
                yield _unknown("queue", queue, there, place("wallboard", *path, index))


def _unknown(kind: str, name: str, known: Collection[str], at: Span | None) -> Diagnostic:
    hint = did_you_mean(name, sorted(known))
    expected = f"one of {', '.join(sorted(known))}" if known else f"a {kind} there is"
    return Diagnostic("C004", "error", at, f"unknown {kind} '{name}'", expected, hint)


def _told_apart(users: Collection[str], place: Place) -> Iterator[Diagnostic]:
    """C022: people do not mind capitals when they type their name."""
    seen: dict[str, str] = {}
    for name in users:
        first = seen.setdefault(name.casefold(), name)
        if first != name:
            message = f"'{name}' and '{first}' are one name to whoever signs in"
            yield Diagnostic(
                "C022", "error", place("wallboard", "users", name, "[key]"), message, "a name of their own"
            )


def _no_hashes(readable: Readable, place: Place, folder: Path, environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    """C023: what is kept as a hash is none, such as the password itself. It is never shown."""
    wallboard = readable.hotline.wallboard
    if not wallboard.users and not wallboard.tokens:
        return
    from wallboard.access import passwords, tokens  # argon2 is loaded by hotlines that have users

    for name, user in wallboard.users.items():
        kept = _there(user.password, folder, environ)
        fault = None if kept is None else passwords.fault_of(kept)
        if fault is not None:
            at = place("wallboard", "users", name, "password")
            message = f"the {user.password} has no hash a password could be checked with: {fault}"
            yield Diagnostic("C023", "error", at, message, passwords.HASH_FORM)
    for name, token in wallboard.tokens.items():
        kept = _there(token.secret, folder, environ)
        if kept is not None and not tokens.is_hash(kept):
            at = place("wallboard", "tokens", name, "secret")
            message = f"the {token.secret} has no hash of a token"
            yield Diagnostic("C023", "error", at, message, tokens.HASH_FORM)


def _there(ref: SecretRef, folder: Path, environ: Mapping[str, str]) -> str | None:
    try:
        return resolve_secret(ref, folder, environ)
    except SecretMissingError:
        return None
