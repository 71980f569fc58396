"""`python -m lab.compose up --seconds N`: docker/compose.yaml run by Podman, where no Docker daemon is.

It reads the same file and understands what that file uses: images and their builds, commands, environment, volumes,
capabilities, health checks and the three conditions of `depends_on`. Podman's own options come from `HOTLINE_ENGINE`,
more for building and running from `HOTLINE_BUILD_OPTIONS` and `HOTLINE_RUN_OPTIONS`.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from lab.containers import engine, run_options
from lab.inside import ProgramError

_FILE = Path(__file__).resolve().parent.parent / "docker" / "compose.yaml"
_READY_S = 180.0
_BOARD = "http://127.0.0.1:8096/api/v1/queues"


def say(words: str) -> None:
    """One line of progress."""
    print(f"compose  {words}", flush=True)


class House:
    """The services of one compose file."""

    def __init__(self, file: Path = _FILE) -> None:
        self._file = file
        self._services: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text())["services"]

    def build(self) -> None:
        """Build each image once."""
        done: set[str] = set()
        for service in self._services.values():
            image, build = service["image"], service["build"]
            if image in done:
                continue
            done.add(image)
            say(f"building {image}")
            context = self._file.parent / build["context"]
            file = context / build["dockerfile"]
            options = ["--network=host", "--layers=false", "--ignorefile", f"{file}.dockerignore"]
            options += shlex.split(os.environ.get("HOTLINE_BUILD_OPTIONS", ""))
            self._call("build", "--quiet", *options, "--tag", image, "--file", str(file), str(context))

    def up(self) -> None:
        """Start every service when those it depends on are as it wants them."""
        for name, service in self._services.items():
            for other, want in service.get("depends_on", {}).items():
                self._await(other, want["condition"])
            say(f"starting {name}")
            self._call(
                "run",
                "--detach",
                f"--name={self._name(name)}",
                *self._options(service),
                service["image"],
                *map(str, service.get("command", [])),
            )
        for name, service in self._services.items():
            if "healthcheck" in service:
                self._await(name, "service_healthy")

    def down(self) -> None:
        """Remove every container and volume."""
        for name in reversed(self._services):
            self._call("rm", "--force", "--ignore", "--volumes", "--time=5", self._name(name))
        volumes = {f"hotline_{one.split(':')[0]}" for service in self._services.values() for one in service["volumes"]}
        self._call("volume", "rm", "--force", *sorted(volumes))

    def log(self, name: str) -> str:
        """What one service said last."""
        done = subprocess.run(
            [*engine(), "logs", "--tail=15", self._name(name)], check=False, capture_output=True, text=True
        )
        return done.stdout + done.stderr

    def token(self) -> str:
        """The monitoring token that `prepare` has made."""
        return self._call("exec", self._name("service"), "cat", "/secrets/monitoring-token").strip()

    def _options(self, service: dict[str, Any]) -> list[str]:
        options = [f"--network={service['network_mode']}"]
        options += [f"--env={key}={value}" for key, value in service.get("environment", {}).items()]
        options += [f"--volume=hotline_{volume}" for volume in service.get("volumes", [])]
        options += [f"--cap-add={name}" for name in service.get("cap_add", [])]
        for file in service.get("env_file", []):
            path = self._file.parent / file["path"]
            options += [f"--env-file={path}"] if path.exists() else []
        return options + run_options()

    def _await(self, name: str, condition: str) -> None:
        deadline = time.monotonic() + _READY_S
        while not self._is(name, condition):
            if time.monotonic() > deadline:
                raise ProgramError(f"{name}: no {condition} within {_READY_S:.0f} s\n{self.log(name)}")
            time.sleep(1)

    def _is(self, name: str, condition: str) -> bool:
        state = json.loads(self._call("inspect", "--format", "{{json .State}}", self._name(name)))
        ended = not state["Running"]
        if ended and (condition != "service_completed_successfully" or state["ExitCode"]):
            raise ProgramError(f"{name} ended with status {state['ExitCode']}\n{self.log(name)}")
        if condition == "service_completed_successfully":
            return ended
        if condition == "service_started":
            return True
        check = self._services[name]["healthcheck"]["test"][1].replace("$$", "$")
        asked = subprocess.run(
            [*engine(), "exec", self._name(name), "sh", "-c", check], check=False, capture_output=True
        )
        return asked.returncode == 0

    def _name(self, service: str) -> str:
        return f"hotline-{service}"

    def _call(self, *words: str) -> str:
        done = subprocess.run([*engine(), *words], check=False, capture_output=True, text=True)
        if done.returncode:
            raise ProgramError(f"{engine()[0]} {' '.join(words[:2])} failed: {done.stderr[-1500:]}")
        return done.stdout


def main(words: list[str] | None = None) -> int:
    """Build, start, watch calls reach a queue, take everything down; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lab.compose", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=90.0, help="how long calls are watched")
    parser.add_argument("--no-build", action="store_true", help="run the images that are there")
    given = parser.parse_args(words)
    house = House()
    try:
        house.down()
        if not given.no_build:
            house.build()
        house.up()
        say("all services are healthy; watching calls")
        entered, answered = _watch(given.seconds, house.token())
        say(f"{entered} callers reached a queue, {answered} were answered")
    except ProgramError as failed:
        say(f"failed: {failed}")
        return 1
    finally:
        house.down()
        say("everything is down")
    return 0 if entered and answered else 1


def _watch(seconds: float, token: str) -> tuple[int, int]:
    mine = {"Authorization": f"Bearer {token}"}
    asked = urllib.request.Request(_BOARD, headers=mine)
    deadline = time.monotonic() + seconds
    while True:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 - our own http://
            today = [queue["today"] for queue in json.load(answer)["queues"]]
        entered, answered = (sum(one[key] for one in today) for key in ("entered", "answered"))
        if time.monotonic() > deadline:
            return entered, answered
        time.sleep(5)


if __name__ == "__main__":
    sys.exit(main())
