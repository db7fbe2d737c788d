"""What `headgate apply` does about what an apply that died left: before it applies, and after it failed. Nothing is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.cli.common import tell
from headgate.cli.recover import next_steps, outcome
from headgate.problems import HeadgateError, Problem, StaleError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from headgate.ci.plans import Terraform
    from headgate.recovery.databricks import DatabricksWorkspace
    from headgate.recovery.execute import Deployment, RecoveryResult
    from headgate.recovery.model import Finding

# What reading a plan's JSON raises where it is gone, or of another form.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def recover_before_apply(terraform: Terraform, stacks: Sequence[str], todo: Sequence[str]) -> None:
    """Take over what the plans would make and the workspace has already, by its tags. Raises StaleError where there is any.

    So a job is never made a second time. What has the tags under another name, as a copy has, is shown, and the apply goes on;
    so it does where the workspace can't be asked, which is said.
    """
    creates = {stack: made for stack in todo if (made := _creates(terraform, stack))}
    for deployment in _deployments(stacks, creates):
        looked = _looked(terraform, deployment, mention=False)
        if looked is None:
            continue
        from headgate.recovery.execute import RecoveryChoice
        from headgate.render.recovery import finding_text

        findings, workspace = looked
        due = [one for one in findings if one.kind == "ours" and one.address in creates.get(one.stack, ())]
        if due:
            done = _take_over(due, terraform, workspace)
            problem = Problem(
                f"nothing was applied: the plans would make again what is there: {', '.join(one.address for one in due)}",
                f"{len(done.imported)} taken over. {next_steps(deployment)}",
            )
            raise StaleError([problem, *done.problems])
        for one in findings:
            if one.kind == "unclear" and one.address in creates.get(one.stack, ()):
                tell(f"another one is made beside this: {finding_text(one, RecoveryChoice())}")


def recover_after_apply(terraform: Terraform, stacks: Sequence[str], stack: str) -> None:
    """After a failed apply of a stack: take over what the workspace has with our tags and no state has; never raises for it.

    The stack's state is told what the workspace has of its files, and forgets secrets that the workspace may not have. Nothing
    is deleted. Where there is no login, says that it did not look, and how to.
    """
    _resend_secrets(terraform, stack)
    for deployment in _deployments(stacks, [stack]):
        looked = _looked(terraform, deployment, [stack], mention=True)
        if not looked or not looked[0]:
            continue
        findings, workspace = looked
        done = _take_over(findings, terraform, workspace)
        if said := outcome(done):
            tell(f"{said}. {next_steps(deployment)}")
        for problem in done.problems:
            tell(str(problem))
        if len(done.imported) + len(done.corrected) < len(findings):
            tell(f"for what is left: `{_by_hand(deployment)}`")


def _looked(
    terraform: Terraform, deployment: Deployment, files_of: Collection[str] = (), *, mention: bool
) -> tuple[list[Finding], DatabricksWorkspace] | None:
    """Give what no state has, or not as it is, and the workspace; None where there is nothing to look for, or nobody to ask."""
    from headgate.recovery.execute import login_in, look
    from headgate.recovery.expected import expected_in
    from headgate.recovery.login import is_set

    lead = "whether the workspace has what no state has"
    try:
        bodies = deployment.bodies(terraform)
        if not expected_in(bodies, deployment.connector):
            return None
        login = login_in(bodies)
        if not is_set(*login):
            if mention:
                tell(f"{lead} was not looked at, for no login is set: `{_by_hand(deployment)}` looks")
            return None
        from headgate.recovery.databricks import BRIEFLY, DatabricksWorkspace

        workspace = DatabricksWorkspace(*login, BRIEFLY)
        return look(deployment, terraform, workspace, files_of), workspace
    except HeadgateError as error:
        tell(f"{lead} could not be looked at; try `{_by_hand(deployment)}`:\n{error}")
        return None


def _take_over(findings: Sequence[Finding], terraform: Terraform, workspace: DatabricksWorkspace) -> RecoveryResult:
    from headgate.recovery.execute import chosen, execute
    from headgate.render.recovery import finding_text

    choice = replace(chosen(findings), deletions=())
    for one in findings:
        tell(finding_text(one, choice))
    return execute(choice, terraform, workspace, tell)


def _deployments(stacks: Sequence[str], touched: Iterable[str]) -> list[Deployment]:
    """Give the connectors and targets that the touched stacks are of; a stack of the user's own is of none."""
    from headgate.recovery.execute import deployment_of_stack

    return list(dict.fromkeys(found for stack in touched if (found := deployment_of_stack(stacks, stack))))


def _resend_secrets(terraform: Terraform, stack: str) -> None:
    from headgate.recovery.secrets import forget_secrets, may_be_unsent

    try:
        if may_be_unsent(_plan(terraform, stack)):
            for address in forget_secrets(terraform, stack):
                tell(f"{address}: the workspace may not have its new secrets; the next plan sends them again")
    except (*_UNREADABLE, HeadgateError) as error:
        said = error if isinstance(error, HeadgateError) else type(error).__name__
        tell(f"if {stack} sent a new secret, send it again by `headgate recover CONNECTOR --resend-secrets`:\n{said}")


def _plan(terraform: Terraform, stack: str) -> Any:
    return json.loads((terraform.plans / f"{stack}.json").read_text(encoding="utf-8"))


def _creates(terraform: Terraform, stack: str) -> set[str]:
    """Give the addresses that a stack's plan makes, of what carries tags; none where its <stack>.json isn't there."""
    from headgate.recovery.expected import TAGGED

    try:
        shown = _plan(terraform, stack)
        changes = [one for one in shown.get("resource_changes", []) if one["type"] in TAGGED]
        return {str(one["address"]) for one in changes if one["change"]["actions"] == ["create"]}
    except _UNREADABLE:
        return set()


def _by_hand(deployment: Deployment) -> str:
    return f"headgate recover {deployment.connector} -t {deployment.target}"
