"""A site's files on disk, and the commands at work on them, as in the shell of who deploys it."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.inventory.write import write_inventory
from headgate.layout.deployed import read_deployed, write_deployed
from headgate.layout.lock import read_lock, write_lock

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.command import Run
    from tests.support.site import Site
    from tests.workspace.faults import Fault


@dataclass
class Shell:
    """`run` is the command line in the site's folder."""

    site: Site
    run: Run

    @property
    def folder(self) -> Path:
        """The connector's folder."""
        return self.site.root / "connectors" / self.site.definition.id

    def __call__(self, *words: str, code: int | None = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command on what is synthesized, with a login, and see what it changed of the record and the lock."""
        variables = {f"TF_VAR_{name}": value for name, value in self.site.terraform.variables.items()}
        environment = variables | dict(self.site.terraform.server.settings()) | {"CHECKPOINT_DISABLE": "1", "GOGC": "off"}
        said = self.run(*words, code=code, stdin=stdin, **environment)
        self.site.layout = read_lock(self.folder / "layout.lock", self.site.definition.id)
        self.site.records[self.site.target] = read_deployed(self.folder, self.site.target)
        return said

    def synth(self) -> list[str]:
        """Write all that is committed, and the stacks with their manifest; give the stacks in order."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "connector.yaml").write_text(json.dumps(self.site.parts))  # which is YAML too
        write_inventory(self.folder / "tables.csv", self.site.tables)
        write_lock(self.folder / "layout.lock", self.site.agreed)
        write_deployed(self.folder, self.site.deployed)
        names = self.site.synth()
        needed = {plan.name: list(plan.waits_for) for plan in self.site.plans()}
        manifest: dict[str, Any] = {"stacks": {name: {"name": name, "dependencies": needed[name]} for name in names}}
        (self.site.root / "cdktf.out" / "manifest.json").write_text(json.dumps(manifest))
        return names

    def deploy_until(self, fault: Fault) -> None:
        """Deploy stack after stack as `cdktf deploy` does, until Terraform and its provider die where a fault strikes."""
        terraform = self.site.terraform
        for stack in self.synth():
            terraform.init(self.site.folder(stack))
            if terraform.apply(self.site.folder(stack), die_at=fault).code == -signal.SIGKILL:
                return
        raise AssertionError(f"{fault} struck nothing")
