"""A real Terraform at work in a folder, and what it says it did, as data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.support.program import TERRAFORM
from tests.workspace.faults import CLOSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from tests.standin.running import Server
    from tests.workspace.faults import Fault
    from tests.workspace.messages import Request
    from tests.workspace.workspace import Workspace


@dataclass(slots=True)
class Outcome:
    """What a plan or an apply said. `planned`: address → create, update, replace, delete, move, import or remove (forget)."""

    code: int = 0
    planned: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)  # new address → old
    imported: dict[str, str] = field(default_factory=dict)  # address → id in the workspace
    drifted: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    lines: int = 0

    def of(self, action: str) -> set[str]:
        """Give the addresses that an action is planned for."""
        return {address for address, planned in self.planned.items() if planned == action}


@dataclass(frozen=True, slots=True)
class Terraform:
    """Terraform with the stand-in that `server` runs, at work on `workspace`. `variables`: those of the stacks."""

    server: Server
    workspace: Workspace
    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the environment of its processes, without what would change what they do."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "DATABRICKS_"))}
        variables = {f"TF_VAR_{name}": value for name, value in self.variables.items()}
        # Terraform lives for a second here: to collect its garbage is a tenth of its work.
        own = {"CHECKPOINT_DISABLE": "1", "GOGC": "off"}
        return clean | own | dict(self.server.settings()) | variables | dict(extra or {})

    def init(self, folder: Path) -> None:
        """Make the folder ready, once."""
        if not (folder / ".terraform").is_dir():
            self._run(folder, "init", "-input=false")

    def validate(self, folder: Path) -> list[str]:
        """Give what Terraform finds wrong or doubtful."""
        found = json.loads(self._run(folder, "validate", "-json", check=False))
        return [f"{one['summary']}: {one.get('detail', '')}" for one in found["diagnostics"]]

    def plan(self, folder: Path, *words: str) -> Outcome:
        """Say what an apply would do."""
        return self._stream(folder, ["plan", "-json", "-input=false", *words])

    def apply_plan(self, folder: Path) -> Outcome:
        """Do what `plan_file` said."""
        return self._stream(folder, ["apply", "-json", "-input=false", "plan.out"])

    def apply(self, folder: Path, *words: str, die_at: int | Fault | None = None) -> Outcome:
        """Do it. At `die_at`, a line of output or a fault, Terraform and its provider are killed (SIGKILL)."""
        words = ("apply", "-json", "-input=false", "-auto-approve", *words)
        return self._stream(folder, list(words), die_at)

    def destroy(self, folder: Path) -> Outcome:
        """Destroy all that the folder's state holds."""
        return self._stream(folder, ["destroy", "-json", "-input=false", "-auto-approve"])

    def plan_file(self, folder: Path) -> tuple[Outcome, str]:
        """Say what an apply would do, and give the plan as `terraform show -json` prints it."""
        outcome = self.plan(folder, "-out=plan.out")
        return outcome, self._run(folder, "show", "-json", "plan.out")

    def show(self, folder: Path) -> Any:
        """Give the state as `terraform show -json` prints it."""
        return json.loads(self._run(folder, "show", "-json"))

    def _run(self, folder: Path, *words: str, check: bool = True) -> str:
        run = subprocess.run(
            [*TERRAFORM, *words], cwd=folder, env=self.environment(), capture_output=True, text=True, check=False
        )
        assert not check or run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def _stream(self, folder: Path, words: list[str], die_at: int | Fault | None = None) -> Outcome:
        lines: list[str] = []
        with subprocess.Popen(
            [*TERRAFORM, *words],
            cwd=folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:

            def die(_request: Request | None = None) -> Any:
                with self.server.dying():
                    os.killpg(process.pid, signal.SIGKILL)
                return CLOSE

            fault = None if die_at is None or isinstance(die_at, int) else replace(die_at, then=die)
            if fault:
                self.workspace.add(fault)
            assert process.stdout
            for line in process.stdout:
                lines.append(line)
                if len(lines) == die_at:
                    die()
        if fault:
            self.workspace.faults.remove(fault)
        outcome = outcome_of(_messages(lines))
        outcome.code, outcome.lines = process.returncode, len(lines)
        return outcome


def outcome_of(messages: Iterable[Mapping[str, Any]]) -> Outcome:
    """Read Terraform's machine-readable output."""
    outcome = Outcome()
    for message in messages:
        change = message.get("change", {})
        address = change.get("resource", {}).get("addr", "")
        if message["type"] == "planned_change":
            outcome.planned[address] = change["action"]
            if "importing" in change:
                outcome.imported[address] = change["importing"]["id"]
            if "previous_resource" in change:
                outcome.moved[address] = change["previous_resource"]["addr"]
        elif message["type"] == "resource_drift":
            outcome.drifted.add(address)
        elif message["type"] == "diagnostic" and message["diagnostic"]["severity"] == "error":
            found = message["diagnostic"]
            outcome.errors.append(f"{found['summary']}: {found['detail']}")
    return outcome


def _messages(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("{") and line.endswith("}\n"):
            yield json.loads(line)
