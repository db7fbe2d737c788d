"""The stand-in at work: a process that goes on from one run of Terraform to the next, or one that Terraform starts."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tests.standin.derived import ENDS
from tests.standin.provider import SOURCE
from tests.workspace.workspace import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
NEWEST, OLDEST = "1.138.0", "1.99.0"
# Without a host, a provider is that of the registry of whoever reads its name.
_ANYWHERE = SOURCE.partition("/")[2]
_OPENTOFU = "registry.opentofu.org"
_MARK = "TF_REATTACH_PROVIDERS="
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def words(version: str) -> list[str]:
    """Give the command that serves a version of the provider."""
    return [sys.executable, "-m", "tests.standin", ENDS[version]]


def access(host: str) -> dict[str, str]:
    """Give the environment of a process that asks the tests' workspace."""
    return {"DATABRICKS_HOST": host, "DATABRICKS_TOKEN": TOKEN}


@dataclass
class Server:
    """A stand-in that runs on, which saves its start at every step: Terraform finds it by what `settings` say.

    It is started when it is first asked for, and again after it was killed. `host`: the workspace, as an address.
    """

    host: str
    version: str = OLDEST
    _process: subprocess.Popen[str] | None = None
    _folder: str = ""
    _settings: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def kill(self) -> None:
        """End it."""
        with self.dying():
            pass

    def settings(self) -> Mapping[str, str]:
        """Give Terraform's environment."""
        with self._lock:
            if self._process is None:
                self._start()
            return self._settings

    @contextmanager
    def dying(self) -> Iterator[None]:
        """Let somebody kill what asks it first, and end it at once, whatever it is doing."""
        with self._lock:
            yield
            if self._process is None:
                return
            self._process.kill()
            self._process.communicate()
            self._process = None
            shutil.rmtree(self._folder)

    def _start(self) -> None:
        self._folder = mkdtemp()  # of its socket, whose path must be short; who is killed leaves it behind
        environment = {**os.environ, **access(self.host), "PYTHONUNBUFFERED": "1", "TMPDIR": self._folder}
        command, pipe = [*words(self.version), "--dev"], subprocess.PIPE  # it ends with its input
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout
        said = next(line for line in self._process.stdout if _MARK in line)
        served = said.partition(_MARK)[2].strip().strip("'").replace(SOURCE, _ANYWHERE)
        self._settings = access(self.host) | {_MARK[:-1]: served}


def mirror(folder: Path, host: str, version: str = OLDEST) -> dict[str, str]:
    """Lay out a plugin mirror with the stand-in in `folder`, and give the environment in which Terraform starts it."""
    system, machine = platform.system().lower(), _MACHINES.get(platform.machine(), platform.machine())
    place = folder / "plugins" / SOURCE / version / f"{system}_{machine}"
    place.mkdir(parents=True)
    program = place / f"terraform-provider-databricks_v{version}"
    command = " ".join(f'"{word}"' for word in words(version))
    # Its login is its own, whatever the environment says, as one that CI trades for its token.
    own = " ".join(f'{name}="{value}"' for name, value in {"PYTHONPATH": str(ROOT), **access(host)}.items())
    program.write_text(f'#!/bin/sh\n{own} exec {command} "$@"\n')
    program.chmod(0o755)
    shutil.copytree(folder / "plugins" / SOURCE, folder / "plugins" / _OPENTOFU / _ANYWHERE)
    config = folder / "terraform.rc"
    mirrored = f'filesystem_mirror {{\n    path = "{folder / "plugins"}"\n  }}'
    config.write_text(f"provider_installation {{\n  {mirrored}\n}}\ndisable_checkpoint = true\n")
    return {"TF_CLI_CONFIG_FILE": str(config)}
