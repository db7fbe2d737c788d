"""`headgate recover`: what the workspace has and no state has, or not as it is, made known to the states."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.console import confirm, emit_each, result, tell
from headgate.cli.options import Connectors, FormatOption, Profile, Program, Root, Sites, Target
from headgate.numbers import counted
from headgate.problems import InputError, SourceError, StaleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.use_cases.recover import Recovery


def recover(  # noqa: PLR0913  # each is an option of the command line
    connector: Connectors = None,
    target: Target = None,
    site: Sites = None,
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
    profile: Profile = None,
    out: Annotated[Path, typer.Option("--out", help="The folder that the synthesis wrote.")] = Path("cdktf.out"),
    terraform: Program = "",
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """After an apply that died: find what the workspace has and no state has, show it, and have the states know it.

    A second job of a pipeline is deleted. Nothing else of the workspace changes. Of files whose update failed, the states are
    told what the workspace has, so that the next deploy writes them. Exit 3 where something found is left.
    """
    from headgate.render.recovery import findings_text
    from headgate.use_cases.outputs.deploys import RecoverOutput
    from headgate.use_cases.recover import RecoverRequest, recover_deployment
    from headgate.use_cases.request import connector_names

    def agree(found: Recovery) -> bool:
        one = found.deployment
        text = findings_text(one.connector, one.target, found.findings, found.choice)
        (tell if output == "json" else result)(text)
        if found.choice and not yes:
            confirm(_question(found), "--yes")
        return True

    if connector is None and (imports or delete):
        raise InputError("no connector is named", "name the one that --import and --delete are of")
    request = partial(
        RecoverRequest,
        target=target,
        root=root,
        imports=tuple(imports or ()),
        deletions=tuple(delete or ()),
        resend_secrets=resend_secrets,
        profile=profile,
        out=out,
        terraform=terraform,
    )
    names = connector_names(root, connector, site or (), target)
    if len(names) > 1 and (imports or delete):
        raise InputError(f"'{connector}' has {counted(len(names), 'site')}", "name the one that --import and --delete are of")
    found = [recover_deployment(request(connector=name), agree, tell) for name in names]
    if output == "json":
        emit_each(map(RecoverOutput.of, found), one=connector is not None)
    _end(found)


def _question(found: Recovery) -> str:
    choice = found.choice
    imports, deletions, corrections = len(choice.imports), len(choice.deletions), len(choice.corrections)
    parts = [f"take {imports} over"] if imports else []
    parts += [f"delete {counted(deletions, 'job')}"] if deletions else []
    parts += [f"correct what the states say of {counted(corrections, 'file')}"] if corrections else []
    return " and ".join(parts).capitalize() + "?"


def _end(found: Sequence[Recovery]) -> None:
    """Say what comes next; raise where something failed, or is left to a person."""
    from headgate.use_cases.recover import next_steps, outcome

    for recovery in found:
        for one in recovery.done.deleted:
            tell(f"job {one.thing.id} is deleted")
        if said := outcome(recovery.done):
            tell(f"{said}. {next_steps(recovery.deployment)}")
    if problems := [problem for recovery in found for problem in recovery.done.problems]:
        raise SourceError(problems)
    if left := [one for recovery in found for one in recovery.left]:
        raise StaleError(f"{len(left)} of what was found is left as it is", "each of them above says what to do")
