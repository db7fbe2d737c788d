"""Databricks' command line, run in a bundle's folder.

Facts: its engine `direct`, which the bundle names, brings no Terraform and keeps its state in the workspace, below the bundle's
root_path (docs.databricks.com/dev-tools/bundles/direct); without a terminal, `deploy` refuses to destroy pipelines and schemas
(databricks/cli, bundle/phases/deploy.go); a summary also has what is deployed and no longer in the files, and goes by a cache
in the bundle's folder unless it is told to pull the state (cmd/bundle/summary.go).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.problems import InputError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LEAST = (1, 12, 0)  # the first that knows cascade_on_destroy
_VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
_BRING = (
    "bring it as docs/notebook.md says, and name its file in the widget Databricks CLI; or deploy the bundle by the "
    "workspace's browser or web terminal"
)
_SHOWN = 20  # lines of what it said


class BundleCommand:
    """The program on a bundle. folder: the bundle's. login: the environment's variables that log in to the workspace."""

    def __init__(self, program: str, folder: Path, login: Mapping[str, str], redact: Callable[[str], str]) -> None:
        """Find the program, and check its version. Raises InputError where there is none that can be used."""
        self._folder, self._redact = folder, redact
        self._environment = {**os.environ, **login}
        self._program = _found(program)
        said = self._run("version", cwd=None)
        version = _VERSION.search(said)
        if not version or tuple(map(int, version.groups())) < _LEAST:
            wanted = ".".join(map(str, _LEAST))
            raise InputError(f"{program} is no Databricks CLI of version {wanted} or newer: {said.strip()[:100]}", _BRING)

    def deploy(self, target: str) -> str:
        """Deploy, and give what was said. Raises SourceError with its last words where that fails."""
        return self._run("bundle", "deploy", "-t", target)

    def summary(self, target: str) -> str:
        """Give the summary of what is deployed by the state in the workspace, as JSON. Raises SourceError without one."""
        return self._run("bundle", "summary", "-t", target, "--force-pull", "-o", "json")

    def _run(self, *words: str, cwd: Path | None = Path()) -> str:
        try:
            ran = subprocess.run(  # noqa: S603  # the user's program
                [self._program, *words],
                cwd=None if cwd is None else self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise InputError(f"{self._program} can't be run: {error.strerror}", _BRING) from None
        if ran.returncode:
            lines = self._redact(ran.stdout + ran.stderr).strip().splitlines()[-_SHOWN:]
            said = lines or [f"{self._program} ended with {ran.returncode} and said nothing: is it the Databricks CLI?"]
            command = " ".join(("databricks", *words))
            raise SourceError(
                "\n".join([f"`{command}` failed:", *(f"    {line}" for line in said)]), "mend it, then run the same"
            )
        return ran.stdout if words[-1] == "json" else ran.stdout + ran.stderr


def _found(program: str) -> str:
    """Give the program's path. One that may not be run where it lies, as in a volume, is copied to this machine."""
    path = Path(program)
    if not path.is_file() or os.access(path, os.X_OK):
        found = shutil.which(program)
        if not found:
            what = f"{program} is a folder, not the program" if path.is_dir() else f"there is no program {program},"
            raise InputError(f"{what} by which the bundle is deployed", _BRING)
        return found
    folder = Path(tempfile.mkdtemp(prefix="headgate-"))
    copied = folder / "databricks"
    shutil.copyfile(path, copied)
    copied.chmod(0o700)
    return str(copied)
