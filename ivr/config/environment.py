"""What may differ from machine to machine: environment variables that take the place of a setting."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

OVERRIDES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "HOTLINE_NODE": ("node",),
        "HOTLINE_STATE_DIR": ("state_dir",),
        "HOTLINE_DATABASE_URL": ("database_url",),
        "HOTLINE_QUEUE_LOG": ("queue_log",),
        "HOTLINE_AGI_LISTEN": ("agi", "listen"),
        "HOTLINE_AMI_HOST": ("ami", "host"),
        "HOTLINE_AMI_PORT": ("ami", "port"),
        "HOTLINE_WALLBOARD_LISTEN": ("wallboard", "listen"),
        "HOTLINE_SIP_LISTEN": ("sip", "listen"),
        "HOTLINE_RTP_FIRST": ("sip", "rtp_first"),
        "HOTLINE_RTP_LAST": ("sip", "rtp_last"),
    }
)
"""Variable to the place of the setting it replaces. An empty variable replaces nothing."""

_NUMBERS: Final = frozenset({"HOTLINE_AMI_PORT", "HOTLINE_RTP_FIRST", "HOTLINE_RTP_LAST"})


@dataclass(frozen=True, slots=True)
class Overridden:
    """Settings with the environment's in place."""

    settings: dict[str, object]
    by: Mapping[tuple[str, ...], str]
    """Place of each replaced setting to the variable that replaced it."""


def override(settings: Mapping[str, object], environ: Mapping[str, str]) -> Overridden:
    """The settings as this machine wants them; the given ones stay as they are.

    A database address from the environment may hold its password: the environment is where secrets come from.
    """
    result = dict(settings)
    by: dict[tuple[str, ...], str] = {}
    for variable, place in OVERRIDES.items():
        text = environ.get(variable, "")
        if not text:
            continue
        value: object = int(text) if variable in _NUMBERS and text.isascii() and text.isdigit() else text
        if variable == "HOTLINE_DATABASE_URL":
            value = {"env": variable}
        _put(result, place, value)
        by[place] = variable
    return Overridden(result, by)


def _put(settings: dict[str, object], place: tuple[str, ...], value: object) -> None:
    *outer, last = place
    for name in outer:
        inner = settings.get(name)
        if inner is not None and not isinstance(inner, dict):
            return  # what stands there is wrong in itself, and is told so
        settings[name] = inner = dict(inner or {})
        settings = inner
    settings[last] = value
