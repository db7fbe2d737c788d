"""`headgate stacks`, `validate`, `plan`, `apply`, `approved`: the steps of a deployment, as a workflow runs them one by one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.around_apply import recover_after_apply, recover_before_apply
from headgate.cli.common import Format, FormatOption, Program, result, tell, wait
from headgate.problems import InputError, Problem, SourceError

if TYPE_CHECKING:
    from headgate.ci.plans import Terraform

Out = Annotated[Path, typer.Option("--out", help="The folder that the synthesis wrote.")]
Stacks = Annotated[list[str] | None, typer.Argument(help="Stacks; default: all, in the order of their applies.")]
Plans = Annotated[
    Path | None,
    typer.Option("--plans", help="Where plan files lie, which hold secrets; default: plans/ in the synthesis's folder."),
]
_OUT = Path("cdktf.out")


def stacks(out: Out = _OUT, output: FormatOption = Format.text) -> None:
    """List the synthesized stacks in the order of their applies; json is one line, for a workflow's matrix."""
    import json

    from headgate.ci.manifest import read_stacks

    found = read_stacks(out)
    if output is Format.json:
        result(json.dumps(found))
    elif found:
        result("\n".join(found))


def validate(
    names: Stacks = None,
    out: Out = _OUT,
    terraform: Program = "",
    *,
    optional: Annotated[
        bool, typer.Option("--optional", help="Say in one line, and exit 0, where there is no Terraform or no provider.")
    ] = False,
) -> None:
    """Have Terraform check synthesized stacks: without a workspace, a login or the states. Exit 1 where one is not valid."""
    from headgate.ci.manifest import read_stacks
    from headgate.ci.plans import chosen
    from headgate.ci.validate import Validation
    from headgate.clients.terraform.program import find_program

    todo = chosen(read_stacks(out), names or [])
    try:
        work = Validation(find_program(terraform), out.absolute() / "stacks", out.absolute() / "validate")
        work.fetch_providers(todo)
    except SourceError as error:
        if not optional:
            raise
        tell(f"Terraform did not validate the stacks: {error.problems[0].message}")
        return
    found = work.all_errors(todo)
    result(
        "\n".join(f"{stack}: {'not valid' if errors else 'valid'}" for stack, errors in found.items()) or "there is no stack"
    )
    if problems := [Problem(error, path=stack) for stack, errors in found.items() for error in errors]:
        raise InputError(problems)


def plan(
    names: Stacks = None,
    out: Out = _OUT,
    plans: Plans = None,
    terraform: Program = "",
    *,
    no_lock: Annotated[bool, typer.Option("--no-lock", help="Don't lock the states: for a login that may only read.")] = False,
    output: FormatOption = Format.text,
) -> None:
    """Plan synthesized stacks with Terraform, for `headgate review` and `headgate apply`.

    Writes <stack>.tfplan and, as `terraform show -json` gives it, <stack>.json. All are tried; exit 4 where one failed, whose
    .json then says so.
    """
    import json

    from headgate.ci.manifest import read_stacks
    from headgate.ci.plans import chosen, clear

    todo = chosen(read_stacks(out), names or [])
    work = _terraform(terraform, out, plans, lock=not no_lock)
    if plans is None and not names:
        clear(work.plans)
    found = []
    for stack in todo:
        planned = work.plan(stack)
        found.append(planned)
        if planned.said:
            tell(f"{stack}:\n{planned.said}")
    if output is Format.json:
        changes = any(planned.status == "changes" for planned in found)
        result(json.dumps({"changes": changes, "stacks": {planned.stack: planned.status for planned in found}}))
    else:
        words = {"nothing": "nothing to do", "changes": "something to do", "failed": "the plan failed"}
        result("\n".join(f"{planned.stack}: {words[planned.status]}" for planned in found) or "there is no stack")
    if failed := [planned.stack for planned in found if planned.status == "failed"]:
        raise SourceError(f"no plan of {', '.join(failed)}", "Terraform's words are above")


def apply(
    names: Stacks = None,
    out: Out = _OUT,
    plans: Plans = None,
    terraform: Program = "",
) -> None:
    """Apply the very plans that `headgate plan` made, stack by stack in their order; the first that fails ends it.

    Needs a plan of every stack that is to be applied, before any is. Look at them before: `headgate review`. What a failed
    apply left in the workspace without a state that has it is taken over, as `headgate recover` does; so is, before anything
    is applied, what the plans would make a second time: exit 3, and plan again.
    """
    from headgate.ci.manifest import read_stacks
    from headgate.ci.plans import chosen, unplanned

    work, stacks = _terraform(terraform, out, plans, lock=True), read_stacks(out)
    todo = chosen(stacks, names or [])
    if missing := unplanned(work, todo):
        raise InputError(
            f"there is no plan of {', '.join(missing)} in {work.plans}", "run `headgate plan`: nothing was applied"
        )
    recover_before_apply(work, stacks, todo)
    for number, stack in enumerate(todo):
        tell(f"{stack}:")
        try:
            work.apply(stack)
        except SourceError:
            result("\n".join([*(f"{done}: applied" for done in todo[:number]), f"{stack}: failed"]))
            recover_after_apply(work, stacks, stack)
            raise
    if todo:
        result("\n".join(f"{stack}: applied" for stack in todo))


def approved(
    target: Annotated[str, typer.Option("--target", "-t", help="The target whose review to fetch.")],
    out: Annotated[Path, typer.Option("--out", help="Where the review document goes.")],
    commit: Annotated[str | None, typer.Option("--commit", help="The merged commit; default: the CI run's own.")] = None,
) -> None:
    """Fetch the review that was approved with the pull or merge request by which a commit came.

    Works in GitHub Actions (GITHUB_TOKEN) and GitLab CI (GITLAB_TOKEN with the scope read_api), by their environments.
    Exit 5 where there is none.
    """
    from headgate.ci.approved import find_approved
    from headgate.clients.rest import Clock
    from headgate.files import write_whole

    found = find_approved(os.environ, target, commit, Clock(sleep=wait))
    write_whole(out, found.document)
    tell(f"{out} written: {found.source}")


def _terraform(program: str, out: Path, plans: Path | None, *, lock: bool) -> Terraform:
    from headgate.ci.plans import Terraform
    from headgate.clients.terraform.program import find_program

    return Terraform(find_program(program), out.absolute() / "stacks", (plans or out / "plans").absolute(), lock)
