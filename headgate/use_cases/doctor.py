"""What this machine has of what Headgate needs, and the command that brings what is missing."""

from __future__ import annotations

import logging
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import requires, version
from typing import TYPE_CHECKING, Literal

from headgate.clients.terraform.program import find_program
from headgate.definition.provider import OLDEST
from headgate.emit.terraform.stacks import TERRAFORM
from headgate.installation import bring, bring_package, brought, installed
from headgate.problems import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)

State = Literal["fine", "missing", "unfit", "optional"]
_OLDEST, _FIRST_UNKNOWN = (3, 11), (3, 14)
_NODES = (20, 22)
_PATIENCE = 30
# Extra → what it is for.
OPTIONAL = {
    "osipi": "OSI PI's connector",
    "simulator": "simulate-pi",
    "exact": "proofs of few moves",
    "delta": "run, backfill --delta",
    "spark-run": "run --engine spark",
    "spark-connect": "run --master sc://…",
    "mlflow": "observe --mlflow",
    "sql": "sql generate, check",
    "dashboard": "dashboard",
    "terraform": "Terraform by pip",
}
_CDKS = ("cdktf", "cdktn")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked for. `found`: its version, or why not; `fix`: the command that brings it, where it is missing.

    state: fine; missing; unfit: there, and not one that works; optional: not there, and only `needed_for` wants it.
    """

    name: str
    state: State
    found: str
    needed_for: str
    fix: str = ""


def examine(root: Path, terraform: str = "") -> list[Check]:
    """Look at Python, what Headgate depends on, Node, the CDK's two parts, Terraform and the extras.

    root: the project, whose node_modules/ counts too. terraform: the program to run; default: as all commands choose it.
    """
    return [_python(), *_dependencies(), _cdk(), _node(), _cdktf_cli(root), _terraform(terraform), *_extras()]


def is_fit(checks: Sequence[Check]) -> bool:
    """Say whether everything that is needed is there."""
    return all(check.state in {"fine", "optional"} for check in checks)


def _python() -> Check:
    fits = _OLDEST <= sys.version_info[:2] < _FIRST_UNKNOWN
    return Check(
        "Python", "fine" if fits else "unfit", platform.python_version(), "everything", "" if fits else "use 3.11, 3.12 or 3.13"
    )


def _dependencies() -> Iterator[Check]:
    """Tell of Headgate itself, and of what it depends on and is not there."""
    yield Check("headgate", "fine", version("headgate"), "everything")
    for line in requires("headgate") or []:
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        if ";" not in line and not installed(name):
            yield Check(name, "missing", "not installed", "everything", bring_package(line))


def _cdk() -> Check:
    found = [f"{name} {known}" for name in _CDKS if (known := installed(name))]
    fix = "" if found else bring(["cdktf"])
    return Check("CDK", "fine" if found else "missing", ", ".join(found) or "not installed", "cdktf synth", fix)


def _node() -> Check:
    found = _said(["node", "--version"], r"^v(\S+)$")
    fix = f"install Node {' or '.join(map(str, _NODES))}"
    if not found:
        return Check("Node", "missing", "not on the path", "cdktf synth", fix)
    fits = _numbers(found)[:1] in [(number,) for number in _NODES]
    return Check("Node", "fine" if fits else "unfit", found, "cdktf synth", "" if fits else fix)


def _cdktf_cli(root: Path) -> Check:
    own = root / "node_modules" / ".bin" / "cdktf"
    program = str(own) if own.exists() else shutil.which("cdktf") or ""
    found = _said([program, "--version"], r"^(\d+\.\d+\.\d+\S*)$") if program else ""
    fix = "" if found else "npm ci, in the project (or npm install cdktf-cli@0.21.0)"
    return Check("cdktf-cli", "fine" if found else "missing", found or "not found", "cdktf synth", fix)


def _terraform(named: str) -> Check:
    what, asked = "plan, apply", f"stacks ask for {TERRAFORM}, and for the provider that connector.yaml says, else {OLDEST}"
    try:
        program = find_program(named)
    except SourceError as error:
        problem = error.problems[0]
        return Check("Terraform", "missing", "neither terraform nor tofu is on the path", what, problem.fix or "")
    found = _said([*program, "version"], r"^((?:Terraform|OpenTofu) v\S+)")
    fits = _numbers(found) >= _numbers(TERRAFORM)
    fix = "" if fits else f"install Terraform or OpenTofu: {asked}"
    return Check("Terraform", "fine" if fits else "unfit", found or f"{program[0]} says no version", what, fix)


def _extras() -> Iterator[Check]:
    for extra, what in OPTIONAL.items():
        found = brought(extra)
        fix = "" if found else bring([extra])
        yield Check(f"extra {extra}", "fine" if found else "optional", found or "not installed", what, fix)


def _said(command: Sequence[str], pattern: str) -> str:
    """Give what a program prints of its version, by a pattern with one group; empty where it can't be run, or prints none."""
    _log.info("asking %s for its version", command[0])
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    try:
        run = subprocess.run(  # noqa: S603  # the user's own programs
            command, capture_output=True, text=True, errors="replace", check=False, timeout=_PATIENCE, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(pattern, run.stdout, re.MULTILINE)
    return found[1] if found and run.returncode == 0 else ""


def _numbers(text: str) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else ()
