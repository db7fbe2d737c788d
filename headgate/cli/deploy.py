"""`headgate deploy`: a connector to a target in one go, or what that takes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from headgate.cli.console import confirm, emit, pass_on, result, say_what_was_quiet, tell, warn, width
from headgate.cli.options import Connector, Format, FormatOption, Profile, Program, Root, Sites, Target, refuse_together
from headgate.problems import InputError, Problem, SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.use_cases.deploy_steps import DeployEvent
    from headgate.use_cases.deploying import Asked, DeployRequest

_FLAG = "--auto-approve"


def deploy(  # noqa: PLR0913  # each is an option of the command line
    connector: Connector,
    target: Target = None,
    engine: Annotated[
        Literal["terraform", "bundle"] | None,
        typer.Option("--engine", help="What must deploy it; default: what connector.yaml says (deploy_with)."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder that the synthesis writes, in the project's.")] = Path(
        "cdktf.out"
    ),
    terraform: Program = "",
    bundle: Annotated[Path, typer.Option("--bundle", help="The folder of the bundle that deploys the target.")] = Path(
        "bundle"
    ),
    cli: Annotated[str, typer.Option("--databricks", help="Databricks' command line, which deploys bundles.")] = "databricks",
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REF", help="Of a bundle: the commit that was deployed last, to review against."),
    ] = None,
    profile: Profile = None,
    site: Sites = None,
    *,
    auto_approve: Annotated[
        bool, typer.Option(_FLAG, help="Don't ask: deploy what loses no data, and refuse what would.")
    ] = False,
    start: Annotated[bool, typer.Option("--start", help="Start the pipelines afterwards.")] = False,
    check_only: Annotated[
        bool, typer.Option("--check-only", help="Only look whether the workspace has what is needed; exit 4 where it has not.")
    ] = False,
    show_permissions: Annotated[
        bool, typer.Option("--show-permissions", help="Only say which rights a deploy takes; nobody is asked.")
    ] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Deploy a connector to a target: check, look at the workspace, synthesize, plan, review, ask, apply, record.

    The plans that are applied are those that were reviewed. The first step that fails ends it, with what was done; the same
    again goes on from there, and changes nothing where nothing is left to do. What would lose data is refused (exit 5). Sites
    are deployed one after the other; for machines, each gives JSON of its own.
    """
    from headgate.use_cases.deploying import DeployRequest

    refuse_together(("--check-only", check_only), ("--show-permissions", show_permissions))
    whole = DeployRequest(
        connector=connector,
        target=target,
        root=root,
        profile=profile,
        by=engine,
        start=start,
        out=out,
        terraform=terraform,
        bundle=bundle,
        cli=cli,
        base=base,
        sites=tuple(site or ()),
    )
    requests = whole.each()
    for number, request in enumerate(requests):
        if len(requests) > 1 and output == "text":
            tell(f"{request.connector}, {number + 1} of {len(requests)} sites:")
        if show_permissions:
            _show_rights(request, output)
        elif check_only:
            _look(request, output)
        else:
            _deploy(request, output, [one.connector for one in requests[number + 1 :]], auto_approve=auto_approve)


def _show_rights(request: DeployRequest, output: Format) -> None:
    from headgate.render.deploy import rights_text
    from headgate.use_cases.outputs.deploys import RightOutput, RightsOutput
    from headgate.use_cases.preflight import rights_needed

    rights = rights_needed(request, start=request.start)
    if output == "json":
        emit(RightsOutput(**_whose(request), rights=tuple(map(RightOutput.like, rights))))
    else:
        result(rights_text(rights, width()))


def _look(request: DeployRequest, output: Format) -> None:
    from headgate.render.deploy import findings_text
    from headgate.use_cases.outputs.deploys import PreflightFindingOutput, PreflightOutput
    from headgate.use_cases.preflight import look_before

    found = look_before(request)
    problems = [one for one in found if one.level == "problem"]
    if output == "json":
        findings = tuple(map(PreflightFindingOutput.like, found))
        emit(PreflightOutput(**_whose(request), ready=not problems, findings=findings))
    else:
        result(findings_text(found))
    if problems:
        raise SourceError("the workspace has not all that the deploy needs", "each line above says what to do")


def _deploy(request: DeployRequest, output: Format, left: Sequence[str], *, auto_approve: bool) -> None:
    from headgate.use_cases.deploy import deploy_connector

    if not auto_approve and not sys.stdin.isatty():
        raise InputError("there is no terminal to ask on", f"say {_FLAG}: it refuses what would lose data")
    whose = _whose(request)
    done = deploy_connector(request, _asked(whose, output, auto_approve=auto_approve))
    if done.error is None:
        if output == "text":
            result(f"{whose['connector']} is deployed to {whose['target']}: {done.done[-1][1]}")
            tell("commit the record and the lock, where they changed")
        return
    changed = [f"{step.name} ({words})" for step, words in done.done if step.changes]
    state = f"done before: {', '.join(changed)}" if changed else "nothing was changed before"
    again = "mend that, then run the same again: it goes on from what is recorded and what the plan says"
    failed = done.failed.name if done.failed else ""
    rest = f"; {', '.join(left)} {'is' if len(left) == 1 else 'are'} not begun" if left else ""
    raise type(done.error)([*done.error.problems, Problem(f"the deploy ended at step {failed}; {state}{rest}", again)])


def _asked(whose: dict[str, Any], output: Format, *, auto_approve: bool) -> Asked:
    from headgate.render.review.outputs import render
    from headgate.use_cases.deploying import Asked
    from headgate.use_cases.outputs.deploys import DeployEventOutput

    def agree(made: Any) -> None:
        text = render(made, "text").rstrip("\n")
        # Whoever is asked sees what about, however quiet it is to be.
        beside = tell if auto_approve else warn
        (beside if output == "json" else result)(text)
        if not auto_approve:
            confirm(f"Deploy {whose['connector']} to {whose['target']}?", _FLAG)

    def happened(event: DeployEvent) -> None:
        if output == "json":
            emit(DeployEventOutput.like(event, **whose), indent=None)
        elif event.state == "started":
            tell(f"{event.number}/{event.steps} {event.step}: {event.message}")
        elif event.state == "done":
            tell(f"    {event.message}")

    return Asked(agree, tell, warn, pass_on, say_what_was_quiet, happened)


def _whose(request: DeployRequest) -> dict[str, Any]:
    one, target = request.read()
    return {"connector": one.definition.id, "target": target}
