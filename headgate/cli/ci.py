"""`headgate stacks`, `validate`, `plan`, `apply`, `approved`: the steps of a deployment, as a workflow runs them one by one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit, pass_on, result, say_what_was_quiet, tell, wait, warn
from headgate.cli.options import FormatOption, NamedTarget, Profile, Program, Root, Sites, SynthesizedTarget
from headgate.problems import InputError, Problem, SourceError

Out = Annotated[Path, typer.Option("--out", help="The folder that the synthesis wrote, in the project's.")]
Stacks = Annotated[list[str] | None, typer.Argument(help="Stacks; default: all, in the order of their applies.")]
Plans = Annotated[
    Path | None,
    typer.Option("--plans", help="Where plan files lie, which hold secrets; default: plans/ in the synthesis's folder."),
]
_OUT = Path("cdktf.out")


def stacks(
    target: SynthesizedTarget = None,
    site: Sites = None,
    out: Out = _OUT,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """List the synthesized stacks in the order of their applies; json is one line, for a workflow's matrix."""
    from headgate.use_cases.plan import StacksRequest

    found = StacksRequest(target=target, sites=tuple(site or ()), root=root, out=root / out).chosen()
    if output == "json":
        emit(found, indent=None)
    elif found:
        result("\n".join(found))


def validate(
    names: Stacks = None,
    target: SynthesizedTarget = None,
    site: Sites = None,
    out: Out = _OUT,
    terraform: Program = "",
    *,
    optional: Annotated[
        bool, typer.Option("--optional", help="Say in one line, and exit 0, where there is no Terraform or no provider.")
    ] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Have Terraform check synthesized stacks: without a workspace, a login or the states. Exit 1 where one is not valid."""
    from headgate.use_cases.outputs.deploys import ValidateOutput
    from headgate.use_cases.plan import ValidateRequest, validate_stacks

    request = ValidateRequest(
        stacks=tuple(names or ()),
        sites=tuple(site or ()),
        root=root,
        target=target,
        out=root / out,
        terraform=terraform,
        optional=optional,
    )
    found = validate_stacks(request)
    if output == "json":
        emit(ValidateOutput(stacks=found.errors, unchecked=found.unchecked))
    if found.unchecked:
        warn(f"Terraform did not validate the stacks: {found.unchecked}")
        return
    lines = [f"{stack}: {'not valid' if errors else 'valid'}" for stack, errors in found.errors.items()]
    if output == "text":
        result("\n".join(lines) or "there is no stack")
    if problems := [Problem(error, path=stack) for stack, errors in found.errors.items() for error in errors]:
        raise InputError(problems)


def plan(
    names: Stacks = None,
    target: SynthesizedTarget = None,
    site: Sites = None,
    out: Out = _OUT,
    plans: Plans = None,
    terraform: Program = "",
    *,
    no_lock: Annotated[bool, typer.Option("--no-lock", help="Don't lock the states: for a login that may only read.")] = False,
    profile: Profile = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Plan synthesized stacks with Terraform, for `headgate review` and `headgate apply`.

    Writes <stack>.tfplan and, as `terraform show -json` gives it, <stack>.json. All are tried; exit 4 where one failed, whose
    .json then says so.
    """
    from headgate.use_cases.outputs.deploys import PlanOutput
    from headgate.use_cases.plan import PlansRequest, plan_stacks

    request = PlansRequest(
        stacks=tuple(names or ()),
        sites=tuple(site or ()),
        root=root,
        target=target,
        out=root / out,
        plans=plans,
        terraform=terraform,
        lock=not no_lock,
        profile=profile,
    )
    found = plan_stacks(request, warn)
    if output == "json":
        changes = any(planned.status == "changes" for planned in found)
        stacks = {planned.stack: planned.status for planned in found}
        emit(PlanOutput(changes=changes, stacks=stacks), indent=None)
    else:
        words = {"nothing": "nothing to do", "changes": "something to do", "failed": "the plan failed"}
        result("\n".join(f"{planned.stack}: {words[planned.status]}" for planned in found) or "there is no stack")
    if failed := [planned.stack for planned in found if planned.status == "failed"]:
        raise SourceError(f"no plan of {', '.join(failed)}", "Terraform's words are above")


def apply(
    names: Stacks = None,
    target: SynthesizedTarget = None,
    site: Sites = None,
    out: Out = _OUT,
    plans: Plans = None,
    terraform: Program = "",
    profile: Profile = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Apply the very plans that `headgate plan` made, stack by stack in their order; the first that fails ends it.

    Needs a plan of every stack that is to be applied, before any is. Look at them before: `headgate review`. What a failed
    apply left in the workspace without a state that has it is taken over, as `headgate recover` does; so is, before anything
    is applied, what the plans would make a second time: exit 3, and plan again.
    """
    from headgate.use_cases.apply import apply_plans
    from headgate.use_cases.outputs.deploys import ApplyOutput
    from headgate.use_cases.plan import PlansRequest

    request = PlansRequest(
        stacks=tuple(names or ()),
        sites=tuple(site or ()),
        root=root,
        target=target,
        out=root / out,
        plans=plans,
        terraform=terraform,
        profile=profile,
    )
    done = apply_plans(request, pass_on, tell)
    lines = [f"{stack}: applied" for stack in done.applied]
    lines += [f"{done.failed}: failed"] if done.failed else []
    if output == "json":
        emit(ApplyOutput(applied=done.applied, failed=done.failed or None))
    elif lines:
        result("\n".join(lines))
    if done.error:
        say_what_was_quiet(done.said)
        raise done.error


def approved(
    target: NamedTarget,
    out: Annotated[Path, typer.Option("--out", help="Where the review document goes.")],
    commit: Annotated[str | None, typer.Option("--commit", help="The merged commit; default: the CI run's own.")] = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Fetch the review that was approved with the pull or merge request by which a commit came.

    Works in GitHub Actions (GITHUB_TOKEN) and GitLab CI (GITLAB_TOKEN with the scope read_api), by their environments.
    Exit 5 where there is none.
    """
    from headgate.files import write_whole
    from headgate.use_cases.approved import find_approved
    from headgate.use_cases.outputs.deploys import ApprovedOutput
    from headgate.use_cases.request import refuse_unknown_target

    refuse_unknown_target(root, target)
    found = find_approved(os.environ, target, commit, wait)
    write_whole(out, found.document)
    tell(f"{out} written: {found.source}")
    if output == "json":
        emit(ApprovedOutput(target=target, file=out, source=found.source))
