"""The alarms of a hotline's folder, `alarms.yaml`: read and checked against the hotline. No file is the defaults.

They are no part of what a call needs: a mistake in the file stops no call; the system is watched all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, has_errors
from ivr.alarms.fields import FILE, Known
from ivr.alarms.reading import defaults, read_alarms
from ivr.config.boards import names_of
from ivr.config.regular import read_regular, told
from ivr.flow.yaml_reader import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialplan.source import Source
    from ivr.config.load import Loaded
    from wallboard.alarms.rules import Alarms


@dataclass(frozen=True, slots=True)
class AlarmsRead:
    """What came of the file."""

    alarms: Alarms
    """With an error in the file: the defaults."""
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether nothing in it is an error."""
        return not has_errors(self.diagnostics)


def load_alarms(loaded: Loaded) -> AlarmsRead:
    """Read `alarms.yaml` of a hotline that has been loaded, sound or not."""
    known = known_of(loaded)
    try:
        data = read_regular(loaded.folder / FILE, loaded.folder, LARGEST_FILE + 1)
    except FileNotFoundError:
        return AlarmsRead(defaults(known))
    except OSError as error:
        message = f"the file cannot be read ({told(error)})"
        problem = Diagnostic("C009", "error", None, message, "a readable file of this folder", file=FILE)
        return AlarmsRead(defaults(known), (problem,))
    reading = read_alarms(data, known)
    return AlarmsRead(reading.alarms or defaults(known), reading.diagnostics, {FILE: reading.source})


def known_of(loaded: Loaded) -> Known:
    """What alarms may name; nothing is said about what could not be read."""
    settings = loaded.settings
    if settings is None:
        return Known()
    hotline = settings.hotline
    schedules = frozenset(hotline.hours) if settings.whole("hours") else None
    trunks = {name: bool(trunk.contact and trunk.qualify_ms) for name, trunk in hotline.trunks.items()}
    mail = hotline.mail is not None if settings.whole("mail") else None
    return Known(names_of(loaded), schedules, trunks if settings.whole("trunks") else None, mail)
