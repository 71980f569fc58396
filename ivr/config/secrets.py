"""Secrets, fetched when they are needed and not before; a missing one is told by its place, never by its value."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic
from ivr.config.kinds import SecretRef
from ivr.config.regular import read_regular, told

if TYPE_CHECKING:
    from collections.abc import Mapping
_LONGEST: Final = 4_096
"""Bytes of a secret file; a key file of several kilobytes is none of ours."""


class SecretMissingError(Exception):
    """A secret is not where the hotline says it is."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"{diagnostic.message}; expected: {diagnostic.expected}")
        self.diagnostic = diagnostic
        """The same for a report (code C011)."""


def resolve_secret(ref: SecretRef, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """The secret itself.

    Args:
        ref: its place.
        folder: the hotline's folder, which relative files are relative to.
        environ: the environment; None is this process's.

    Raises:
        SecretMissingError: there is nothing, or something that cannot be a secret.
    """
    if ref.env is not None:
        value = (os.environ if environ is None else environ).get(ref.env, "")
        if not value:
            raise _missing(f"the environment variable {ref.env} is not set", f"{ref.env} with the secret")
        return _checked(value, f"the environment variable {ref.env}")
    path = folder / (ref.file or "")
    try:
        data = read_regular(path, Path("/"), _LONGEST + 1)
        text = data.decode("utf-8")
    except FileNotFoundError:
        raise _missing(f"there is no secret file {ref.file}", "a file whose first line is the secret") from None
    except (OSError, UnicodeDecodeError) as error:
        why = told(error) if isinstance(error, OSError) else "it is no text"
        raise _missing(f"the secret file {ref.file} cannot be read ({why})", "a text file") from None
    lines = text.splitlines()
    if len(data) > _LONGEST or not lines or not lines[0]:
        raise _missing(f"the secret file {ref.file} holds no secret", "a file whose first line is the secret")
    return _checked(lines[0], f"the secret file {ref.file}")


def resolve_address(address: str | SecretRef, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """An address that is written in clear, or that is kept like a secret.

    Raises:
        SecretMissingError: as `resolve_secret`.
    """
    return resolve_secret(address, folder, environ) if isinstance(address, SecretRef) else address


def _checked(value: str, owner: str) -> str:
    """Control characters would end a line of Asterisk's files or of AMI."""
    if any(ord(sign) < ord(" ") for sign in value):
        raise _missing(f"{owner} has a control character in it", "a secret on one line")
    return value


def _missing(message: str, expected: str) -> SecretMissingError:
    return SecretMissingError(Diagnostic("C011", "error", None, message, expected=expected))
