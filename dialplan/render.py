"""A hotline written into Asterisk's files: the generated folder, and beside it the configuration we ship."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dialplan import settings
from dialplan.check import check
from dialplan.diagnostics import has_errors
from dialplan.extensions import extensions
from dialplan.folder import Outcome, Text, write_folder
from dialplan.text import line_value

if TYPE_CHECKING:
    from dialplan.model import Switch

GENERATED = "generated"
"""Name of the generated folder inside Asterisk's configuration folder; our own files include from there."""

SHIPPED_MARKER = (
    "; Shipped by hotline and written again by `hotline render`; "
    "delete this line and the file is yours and stays as it is."
)
"""First line of the files in `asterisk-conf/`."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where an Asterisk started with `-C` keeps its things; an empty one stays as Asterisk was built.

    Source: the names in asterisk.conf `[directories]`, main/options.c `load_asterisk_conf` (22.10.1).
    """

    etc: str = ""
    """The configuration folder itself (astetcdir): the one `install` writes to."""
    modules: str = ""
    """Loadable modules (astmoddir)."""
    var_lib: str = ""
    """Variable data (astvarlibdir)."""
    db: str = ""
    """Asterisk's own small database (astdbdir)."""
    data: str = ""
    """Sounds and music (astdatadir)."""
    spool: str = ""
    """Recordings and voicemail (astspooldir)."""
    run: str = ""
    """Control socket and pid file (astrundir)."""
    log: str = ""
    """Logs and queue_log (astlogdir)."""


_DIRECTORIES = (
    ("astetcdir", "etc"),
    ("astmoddir", "modules"),
    ("astvarlibdir", "var_lib"),
    ("astdbdir", "db"),
    ("astdatadir", "data"),
    ("astspooldir", "spool"),
    ("astrundir", "run"),
    ("astlogdir", "log"),
)


def rendered(switch: Switch) -> dict[str, Text]:
    """The generated files by name, without their marker. The switch has passed `dialplan.check`.

    The four `*-hotline.conf` are for any Asterisk; the three others set what an Asterisk has only once (transport,
    RTP ports, AMI's address) and are included by the configuration we ship alone.
    """
    return {
        "extensions-hotline.conf": Text(extensions(switch)),
        "queues-hotline.conf": Text(settings.queues(switch)),
        "pjsip-hotline.conf": Text(settings.pjsip(switch), secret=True),
        "manager-hotline.conf": Text(settings.manager(switch), secret=True),
        "pjsip-transport.conf": Text(settings.pjsip_transport(switch)),
        "manager-general.conf": Text(settings.manager_general(switch)),
        "rtp-general.conf": Text(settings.rtp_general(switch)),
    }


def render(switch: Switch, folder: Path, *, file: str = "hotline.yaml") -> Outcome:
    """Write the generated files into `folder`, which holds nothing else; a second time without change touches nothing.

    Args:
        switch: what the hotline needs.
        folder: the generated folder, usually `<Asterisk's configuration>/generated`.
        file: the admin's file that diagnostics about the switch name.
    """
    problems = check(switch, file)
    if has_errors(problems):
        return Outcome(diagnostics=tuple(problems))
    return write_folder(folder, rendered(switch))


def install(folder: Path, places: Places | None = None, *, source: Path | None = None) -> Outcome:
    """Write the shipped configuration into `folder`; files an admin has made his own are kept as they are.

    Args:
        folder: Asterisk's configuration folder; its `generated` folder is `render`'s.
        places: where this Asterisk keeps its things, when it is started with `-C <folder>/asterisk.conf`.
        source: the `asterisk-conf` folder, if not the one that came with this program.
    """
    files = {path.name: Text(_below_marker(path)) for path in sorted((source or shipped_folder()).glob("*.conf"))}
    directories = _directories(places) if places else ""
    if directories:
        files["asterisk.conf"] = Text(f"{files['asterisk.conf'].text}\n{directories}")
    return write_folder(folder, files, marker=SHIPPED_MARKER, keep_own=True, tidy=False)


def shipped_folder() -> Path:
    """Where `asterisk-conf` is: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "asterisk-conf"
    return installed if installed.is_dir() else here.parent / "asterisk-conf"


def _below_marker(path: Path) -> str:
    return path.read_text(encoding="utf-8").removeprefix(SHIPPED_MARKER + "\n")


def _directories(places: Places) -> str:
    lines = [f"{key} => {line_value(getattr(places, name))}" for key, name in _DIRECTORIES if getattr(places, name)]
    return "\n".join(["[directories]", *lines, ""]) if lines else ""
