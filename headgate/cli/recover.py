"""`headgate recover`: what the workspace has and no state has, or not as it is, made known to the states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Connector, Format, FormatOption, Program, Root, Target, result, result_json, tell
from headgate.problems import InputError, SourceError, StaleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.ci.plans import Terraform
    from headgate.recovery.execute import Deployment, RecoveryChoice, RecoveryResult
    from headgate.recovery.model import Finding


def recover(  # noqa: PLR0913  # each is an option of the command line
    connector: Connector,
    target: Target = None,
    imports: Annotated[
        list[str] | None,
        typer.Option(
            "--import",
            help="Take over too what carries no tags: an address, or address=id.",
            metavar="ADDRESS",
        ),
    ] = None,
    delete: Annotated[
        list[str] | None, typer.Option("--delete", help="Delete too this job, of those that were found.", metavar="JOB_ID")
    ] = None,
    *,
    resend_secrets: Annotated[
        bool, typer.Option("--resend-secrets", help="Have the next deploy send the connection's secrets again.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask: for a run without a terminal.")] = False,
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help="The login's profile; default: the target's, else the environment's.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder that the synthesis wrote.")] = Path("cdktf.out"),
    terraform: Program = "",
    output: FormatOption = Format.text,
    root: Root = Path(),
) -> None:
    """After an apply that died: find what the workspace has and no state has, show it, and have the states know it.

    A second job of a pipeline is deleted. Nothing else of the workspace changes. Of files whose update failed, the states are
    told what the workspace has, so that the next deploy writes them. Exit 3 where something found is left.
    """
    from headgate.ci.manifest import FILE as MANIFEST
    from headgate.ci.manifest import read_stacks
    from headgate.ci.plans import Terraform
    from headgate.clients.terraform.program import find_program
    from headgate.project import LOCK, TABLES, read_connectors, target_of
    from headgate.recovery.databricks import DatabricksWorkspace
    from headgate.recovery.execute import RecoveryResult, chosen, deployment_in, execute, login_in, look
    from headgate.render.recovery import document, findings_text

    project = read_connectors(root, connector)[0]
    one = project.definition
    name = target_of(one, target)
    folder = (root / out).absolute()
    work = Terraform(find_program(terraform), folder / "stacks", folder / "plans")
    deployment = deployment_in(read_stacks(folder), one.id, name)
    if not deployment.stacks:
        raise InputError(
            f"no stack of {one.id} in {name} is synthesized in {folder}", f"HEADGATE_TARGET={name} npx cdktf synth"
        )
    if newer := newer_than(folder / MANIFEST, [project.folder / file for file in ("connector.yaml", TABLES, LOCK)]):
        tell(f"{', '.join(map(str, newer))}: newer than {folder}; synthesize first, only what is synthesized is looked for")
    if resend_secrets:
        _resend(work, deployment)
    host, its_profile = login_in(deployment.bodies(work))
    tell(f"looking at the workspace{f' {host}' if host else ''}; if it can't be reached, that shows in about half a minute")
    workspace = DatabricksWorkspace(host, profile or its_profile)
    findings = look(deployment, work, workspace, deployment.stacks)
    choice = chosen(findings, imports or [], delete or [])
    text = findings_text(one.id, name, findings, choice)
    (tell if output is Format.json else result)(text)
    done = RecoveryResult()
    if choice:
        if not yes:
            typer.confirm(_question(choice), abort=True, err=True)
        done = execute(choice, work, workspace, tell)
    if output is Format.json:
        result_json(document(one.id, name, findings, done))
    _end(deployment, findings, done)


def newer_than(file: Path, others: Sequence[Path]) -> list[Path]:
    """Give which of the others that there are were written after a file."""
    written = file.stat().st_mtime_ns
    return [other for other in others if other.is_file() and other.stat().st_mtime_ns > written]


def _resend(work: Terraform, deployment: Deployment) -> None:
    from headgate.recovery.secrets import forget_secrets

    found = [address for stack in deployment.stacks for address in forget_secrets(work, stack)]
    for address in found:
        tell(f"{address}: the state has forgotten its secrets; the next deploy sends them again")
    if not found:
        tell("no state keeps a secret of a connection; of others, `connection.rotate` sends the values again")


def _question(choice: RecoveryChoice) -> str:
    imports, deletions, corrections = len(choice.imports), len(choice.deletions), len(choice.corrections)
    parts = [f"take {imports} over"] if imports else []
    parts += [f"delete {deletions} {'job' if deletions == 1 else 'jobs'}"] if deletions else []
    parts += [f"correct what the states say of {corrections} {'file' if corrections == 1 else 'files'}"] if corrections else []
    return " and ".join(parts).capitalize() + "?"


def _end(deployment: Deployment, findings: Sequence[Finding], done: RecoveryResult) -> None:
    """Say what comes next; raise where something failed, or is left to a person."""
    for one in done.deleted:
        tell(f"job {one.thing.id} is deleted")
    if done.imported or done.corrected:
        tell(f"{outcome(done)}. {next_steps(deployment)}")
    if done.problems:
        raise SourceError(done.problems)
    if left := [one for one in findings if one not in [*done.imported, *done.deleted, *done.corrected]]:
        raise StaleError(f"{len(left)} of what was found is left as it is", "each of them above says what to do")


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
