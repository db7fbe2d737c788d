"""After an apply that died: what the workspace has and no state has, or not as it is, made known to the states."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.ci.manifest import FILE as MANIFEST
from headgate.ci.manifest import read_stacks
from headgate.ci.plans import Terraform
from headgate.clients.terraform.program import find_program
from headgate.definition.site import FILE as SITES
from headgate.problems import InputError
from headgate.project import TABLES
from headgate.recovery.execute import RecoveryResult, chosen, deployment_in, execute, login_in, look
from headgate.recovery.secrets import forget_secrets
from headgate.use_cases.request import ConnectorRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.recovery.execute import Deployment, RecoveryChoice
    from headgate.recovery.model import RecoveryFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverRequest(ConnectorRequest):
    """imports: take over too what carries no tags, an address or address=id. deletions: jobs to delete, of those found.

    resend_secrets: have the next deploy send the connection's secrets again. out: the folder that the synthesis wrote, below
    the project's. terraform: the program; empty: the one that there is.
    """

    imports: tuple[str, ...] = ()
    deletions: tuple[str, ...] = ()
    resend_secrets: bool = False
    out: Path = Path("cdktf.out")
    terraform: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found, what is to be done about it, and what was done."""

    deployment: Deployment
    findings: tuple[RecoveryFinding, ...]
    choice: RecoveryChoice
    done: RecoveryResult = field(default_factory=RecoveryResult)

    @property
    def left(self) -> list[RecoveryFinding]:
        """What is left to a person."""
        done = [*self.done.imported, *self.done.deleted, *self.done.corrected]
        return [one for one in self.findings if one not in done]


def recover_deployment(request: RecoverRequest, agree: Callable[[Recovery], bool], tell: Callable[[str], None]) -> Recovery:
    """Find what no state has, and have the states know it; a second job of a pipeline is deleted.

    `agree` is shown what was found, and says whether what is chosen is to be done. Raises InputError where nothing is
    synthesized or a name fits nothing that was found, SourceError where Terraform or the workspace can't be asked.
    """
    from headgate.recovery.databricks import DatabricksWorkspace

    one, target = request.read()
    connector, folder = one.definition.id, (request.root / request.out).absolute()
    work = Terraform(find_program(request.terraform), folder / "stacks", folder / "plans")
    deployment = deployment_in(read_stacks(folder), connector, target)
    if not deployment.stacks:
        raise InputError(
            f"no stack of {connector} in {target} is synthesized in {folder}", f"HEADGATE_TARGET={target} npx cdktf synth"
        )
    if newer := newer_than(
        folder / MANIFEST, [one.base / "connector.yaml", one.base / SITES, one.base / TABLES, one.lock_path]
    ):
        names = ", ".join(map(str, newer))
        tell(f"warning: {names}: newer than {folder}; synthesize first, only what is synthesized is looked for")
    if request.resend_secrets:
        found = [address for stack in deployment.stacks for address in forget_secrets(work, stack)]
        for address in found:
            tell(f"{address}: the state has forgotten its secrets; the next deploy sends them again")
        if not found:
            tell("no state keeps a secret of a connection; of others, `connection.rotate` sends the values again")
    host, profile = login_in(deployment.bodies(work))
    tell(f"looking at the workspace{f' {host}' if host else ''}; if it can't be reached, that shows in about half a minute")
    workspace = DatabricksWorkspace(host, request.profile or profile)
    findings = look(deployment, work, workspace, deployment.stacks)
    choice = chosen(findings, request.imports, request.deletions)
    recovery = Recovery(deployment, tuple(findings), choice)
    if not agree(recovery) or not choice:
        return recovery
    return replace(recovery, done=execute(choice, work, workspace, tell))


def newer_than(file: Path, others: Sequence[Path]) -> list[Path]:
    """Give which of the others that there are were written after a file."""
    written = file.stat().st_mtime_ns
    return [other for other in others if other.is_file() and other.stat().st_mtime_ns > written]


def outcome(done: RecoveryResult) -> str:
    """Say how much the states have learned."""
    parts = [f"{len(done.imported)} taken over"] if done.imported else []
    parts += [f"{len(done.corrected)} corrected"] if done.corrected else []
    return ", ".join(parts)


def next_steps(deployment: Deployment) -> str:
    """Say how a deploy goes on once what it left behind is known again."""
    whose = f"{deployment.connector} -t {deployment.target}"
    stacks = f"{deployment.connector}-{deployment.target}-*"
    return (
        "Next: `headgate plan`, `headgate review cdktf.out/plans/*.json "
        f"-t {deployment.target}`, `headgate apply` (or HEADGATE_TARGET={deployment.target} npx cdktf deploy '{stacks}'), "
        f"then `headgate record {whose}`"
    )
