"""A PostgreSQL server of one's own, for tests, measurements and the demonstration.

Started on a free loopback port in a temporary folder, without fsync, and gone afterwards. It uses the server programs
that the distribution installed (Debian: `/usr/lib/postgresql/*/bin`). PostgreSQL refuses to run as root, so root hands
it to the user `postgres` (or `nobody`).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USER: Final = "hotline"
PASSWORD: Final = "made-up"  # noqa: S105  a loopback server that lives for minutes
START_DEADLINE_S: Final = 30.0
STOP_DEADLINE_S: Final = 15.0

_HEIR: Final = 'cat >/dev/null; kill -INT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"'


class PostgresMissingError(RuntimeError):
    """No PostgreSQL server program is installed here."""


class PostgresFailedError(RuntimeError):
    """The server did not start; the message holds the end of its log."""


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`, the newest version of several.

    Raises:
        PostgresMissingError: There is none.
    """
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    raise PostgresMissingError("no PostgreSQL server program: install the package `postgresql`")


@dataclass(slots=True)
class Postgres:
    """One running server.

    Attributes:
        folder: Where its data lie; removed with `end`.
        port: Its port on 127.0.0.1.
        programs: Where its programs lie.
    """

    folder: Path
    port: int
    programs: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _heir: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, database: str = "postgres", *, user: str = USER, password: str = PASSWORD) -> str:
        """The address of one of its databases, as `store` takes it."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it lets people in.

        Raises:
            PostgresFailedError: It ended, or was not ready in time.
        """
        log = (self.folder / "log").open("ab")
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": 200,
            "shared_buffers": "32MB",
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for us; we end it in order
                **_as_other_user(),
            )
        # Killed outright we could not tidy up: the heir reads from us until we are gone, then ends the server.
        self._heir = subprocess.Popen(
            ["sh", "-c", _HEIR, "heir", str(self._process.pid), self.folder],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._wait_until_ready()

    def stop(self, *, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT cuts everybody off and closes in order, SIGQUIT is a crash."""
        heir, self._heir = self._heir, None
        if heir is not None and heir.stdin is not None:
            heir.kill()
            heir.wait()
            heir.stdin.close()
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(STOP_DEADLINE_S)

    def end(self) -> None:
        """Stop and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str, *, like: str | None = None) -> str:
        """A new database (a copy of another that nobody is using now); its address."""
        self.sql(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like}"' if like else ""))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is using it."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """What the server answers to one statement, values only, a line per row."""
        return subprocess.run(
            [self.programs / "psql", "--no-psqlrc", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement],
            env=os.environ | self._environment(database),
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def _environment(self, database: str) -> Mapping[str, str]:
        # The password goes by the environment: a command line is everybody's to read.
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": USER,
            "PGPASSWORD": PASSWORD,
            "PGDATABASE": database,
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                self.sql("SELECT 1")
            except subprocess.CalledProcessError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        tail = (self.folder / "log").read_text(errors="replace")[-2000:]
        raise PostgresFailedError(f"PostgreSQL did not start in {self.folder}:\n{tail}")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new server, ended and removed at the end of the block.

    Raises:
        PostgresMissingError: No server program is installed.
        PostgresFailedError: It does not start.
    """
    server = new_postgres()
    try:
        server.start()
        yield server
    finally:
        server.end()


def new_postgres() -> Postgres:
    """A server made but not started; whoever makes it ends it.

    Raises:
        PostgresMissingError: No server program is installed.
        PostgresFailedError: Its data folder cannot be made.
    """
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="hotline-postgres-"))
    other = _as_other_user()
    if other:
        os.chown(folder, other["user"], other["group"])
    password = folder / "password"
    password.write_text(PASSWORD)
    if other:
        os.chown(password, other["user"], other["group"])
    # Sorting by the rules of a language, as a production server does: queries must not lean on byte order by accident.
    locale = ["--locale=C.UTF-8", "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US"]
    options: list[str | Path] = [
        "-D",
        folder / "data",
        "-U",
        USER,
        "--auth=scram-sha-256",
        f"--pwfile={password}",
        "--no-sync",
    ]
    made = subprocess.run(
        [programs / "initdb", *options, *locale],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **other,
    )
    password.unlink()
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise PostgresFailedError(f"initdb failed: {made.stderr.strip()}")
    return Postgres(folder, _free_port(), programs)


def _as_other_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresFailedError("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
