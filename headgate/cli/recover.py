"""`headgate recover`: what the workspace has and no state has, or not as it is, made known to the states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Connector, Format, FormatOption, Program, Root, Target, result, result_json, tell
from headgate.problems import SourceError, StaleError

if TYPE_CHECKING:
    from headgate.use_cases.recover import Recovery


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
    from headgate.render.recovery import document, findings_text
    from headgate.use_cases.recover import RecoverRequest, recover_deployment

    def agree(found: Recovery) -> bool:
        one = found.deployment
        text = findings_text(one.connector, one.target, found.findings, found.choice)
        (tell if output is Format.json else result)(text)
        if found.choice and not yes:
            typer.confirm(_question(found), abort=True, err=True)
        return True

    request = RecoverRequest(
        connector=connector,
        target=target,
        root=root,
        imports=tuple(imports or ()),
        deletions=tuple(delete or ()),
        resend_secrets=resend_secrets,
        profile=profile,
        out=out,
        terraform=terraform,
    )
    found = recover_deployment(request, agree, tell)
    if output is Format.json:
        result_json(document(found.deployment.connector, found.deployment.target, found.findings, found.done))
    _end(found)


def _question(found: Recovery) -> str:
    choice = found.choice
    imports, deletions, corrections = len(choice.imports), len(choice.deletions), len(choice.corrections)
    parts = [f"take {imports} over"] if imports else []
    parts += [f"delete {deletions} {'job' if deletions == 1 else 'jobs'}"] if deletions else []
    parts += [f"correct what the states say of {corrections} {'file' if corrections == 1 else 'files'}"] if corrections else []
    return " and ".join(parts).capitalize() + "?"


def _end(found: Recovery) -> None:
    """Say what comes next; raise where something failed, or is left to a person."""
    from headgate.use_cases.recover import next_steps, outcome

    for one in found.done.deleted:
        tell(f"job {one.thing.id} is deleted")
    if said := outcome(found.done):
        tell(f"{said}. {next_steps(found.deployment)}")
    if found.done.problems:
        raise SourceError(found.done.problems)
    if left := found.left:
        raise StaleError(f"{len(left)} of what was found is left as it is", "each of them above says what to do")
