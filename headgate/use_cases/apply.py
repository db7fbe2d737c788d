"""Applying the very plans that were made; before and after, what an apply that died left is taken over. Nothing is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headgate.ci.manifest import read_stacks
from headgate.ci.plans import unplanned
from headgate.problems import HeadgateError, InputError, Problem, RefusedError, SourceError, StaleError, refuse
from headgate.recovery.execute import RecoveryChoice, chosen, deployment_of_stack, execute, login_in, look
from headgate.recovery.expected import TAGGED, expected_in
from headgate.recovery.login import is_set
from headgate.recovery.model import KINDS
from headgate.recovery.secrets import forget_secrets, may_be_unsent
from headgate.render.recovery import finding_text
from headgate.use_cases.recover import next_steps, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from headgate.ci.plans import Terraform
    from headgate.recovery.databricks import DatabricksWorkspace
    from headgate.recovery.execute import Deployment, RecoveryResult
    from headgate.recovery.model import RecoveryFinding
    from headgate.use_cases.plan import PlansRequest


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """Stacks that were applied, in their order; the one that failed, with which error and Terraform's words, where one did."""

    applied: tuple[str, ...]
    failed: str = ""
    error: HeadgateError | None = None
    said: str = ""


# What reading a plan's JSON raises where it is gone, or of another form.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def apply_plans(
    request: PlansRequest,
    show: Callable[[str], object],
    tell: Callable[[str], None],
    reviewed: Mapping[str, str] | None = None,
) -> ApplyResult:
    """Apply stack by stack; the first that fails ends it. `show` is given Terraform's words as they come, without secrets.

    reviewed: digests of the plan files that were looked at, by stack: another one is not applied. Raises InputError where a
    plan is missing, StaleError where the plans would make again what the workspace has: nothing is applied then.
    """
    work, stacks = request.work(), read_stacks(request.out)
    todo = request.chosen()
    if missing := unplanned(work, todo):
        raise InputError(
            f"there is no plan of {', '.join(missing)} in {work.plans}", "run `headgate plan`: nothing was applied"
        )
    recovery = _Recovery(work, stacks, tell)
    recovery.before(todo)
    said: list[str] = []

    def passed_on(words: str) -> None:
        said.append(words)
        show(words)

    for number, stack in enumerate(todo):
        tell(f"{stack}:")
        said.clear()
        if reviewed is not None and work.plan_digest(stack) != reviewed.get(stack):
            error = StaleError(
                f"the plan of {stack} is another one than was reviewed", "run the same again, and look at it anew"
            )
            return ApplyResult(tuple(todo[:number]), stack, error)
        try:
            work.apply(stack, passed_on)
        except SourceError as error:
            recovery.after(stack)
            return ApplyResult(tuple(todo[:number]), stack, error, "".join(said))
    return ApplyResult(tuple(todo))


def take_over_planned(request: PlansRequest, tell: Callable[[str], None]) -> bool:
    """Take over what the plans would make and the workspace has already; say whether that was anything: then plan again.

    Raises RefusedError for what has the name of something planned, and nothing that tells whose it is.
    """
    recovery = _Recovery(request.work(), read_stacks(request.out), tell)
    todo, taken = request.chosen(), False
    problems: list[Problem] = []
    creates = {stack: made for stack in todo if (made := _creates(recovery.terraform, stack, KINDS))}
    for deployment, workspace, findings in recovery.found(creates):
        planned = [one for one in findings if one.address in creates.get(one.stack, ())]
        for one in planned:
            if one.kind == "unmarked":
                name = f"`{_by_hand(deployment)} --import {one.address}={one.thing.id}`"
                message = f"{one.address}: the workspace has {one.thing.name} already, and no state knows it"
                problems.append(Problem(message, f"if it is this one, {name} takes it over; else give it another name"))
        if due := [one for one in planned if one.kind == "ours"]:
            done = recovery.take_over(due, workspace)
            problems += done.problems
            taken = taken or bool(done.imported)
    refuse(problems, RefusedError)
    return taken


@dataclass(frozen=True, slots=True)
class _Recovery:
    """Recovery around the applies of these stacks."""

    terraform: Terraform
    stacks: Sequence[str]
    tell: Callable[[str], None]

    def before(self, todo: Sequence[str]) -> None:
        """Take over what the plans would make and the workspace has already, by its tags. Raises StaleError where there is any.

        So a job is never made a second time. What has the tags under another name, as a copy has, is shown, and the apply goes
        on; so it does where the workspace can't be asked, which is said.
        """
        creates = {stack: _creates(self.terraform, stack) for stack in todo}
        for deployment, workspace, findings in self.found([stack for stack, made in creates.items() if made]):
            due = [one for one in findings if one.kind == "ours" and one.address in creates.get(one.stack, ())]
            if due:
                done = self.take_over(due, workspace)
                problem = Problem(
                    f"nothing was applied: the plans would make again what is there: {', '.join(one.address for one in due)}",
                    f"{len(done.imported)} taken over. {next_steps(deployment)}",
                )
                raise StaleError([problem, *done.problems])
            for one in findings:
                if one.kind == "unclear" and one.address in creates.get(one.stack, ()):
                    self.tell(f"warning: another one is made beside this: {finding_text(one, RecoveryChoice())}")

    def found(self, stacks: Iterable[str]) -> Iterator[tuple[Deployment, DatabricksWorkspace, list[RecoveryFinding]]]:
        """Give what the workspace has and no state has, of each deployment that the stacks are of and that can be looked at."""
        for deployment in self._deployments(stacks):
            if (looked := self._looked(deployment, mention=False)) is not None:
                yield deployment, looked[1], looked[0]

    def after(self, stack: str) -> None:
        """After a failed apply: take over what the workspace has with our tags and no state has; never raises for it.

        The stack's state is told what the workspace has of its files, and forgets secrets that the workspace may not have.
        Nothing is deleted. Where there is no login, says that it did not look, and how to.
        """
        self._resend_secrets(stack)
        for deployment in self._deployments([stack]):
            looked = self._looked(deployment, [stack], mention=True)
            if not looked or not looked[0]:
                continue
            findings, workspace = looked
            done = self.take_over(findings, workspace)
            if said := outcome(done):
                self.tell(f"{said}. {next_steps(deployment)}")
            for problem in done.problems:
                self.tell(f"warning: {problem}")
            if len(done.imported) + len(done.corrected) < len(findings):
                self.tell(f"warning: for what is left: `{_by_hand(deployment)}`")

    def _looked(
        self, deployment: Deployment, files_of: Collection[str] = (), *, mention: bool
    ) -> tuple[list[RecoveryFinding], DatabricksWorkspace] | None:
        """Give what no state has, or not as it is, and the workspace; None where nothing is looked for, or nobody asked."""
        lead = "whether the workspace has what no state has"
        try:
            bodies = deployment.bodies(self.terraform)
            if not expected_in(bodies, deployment.connector):
                return None
            host, profile = login_in(bodies)
            login = host, profile or self.terraform.profile
            if not is_set(*login):
                if mention:
                    self.tell(f"warning: {lead} was not looked at, for no login is set: `{_by_hand(deployment)}` looks")
                return None
            from headgate.recovery.databricks import BRIEFLY, DatabricksWorkspace

            workspace = DatabricksWorkspace(*login, BRIEFLY)
            return look(deployment, self.terraform, workspace, files_of), workspace
        except HeadgateError as error:
            self.tell(f"warning: {lead} could not be looked at; try `{_by_hand(deployment)}`:\n{error}")
            return None

    def take_over(self, findings: Sequence[RecoveryFinding], workspace: DatabricksWorkspace) -> RecoveryResult:
        """Have the states know what was found, and say each; nothing is deleted."""
        choice = replace(chosen(findings), deletions=())
        for one in findings:
            self.tell(finding_text(one, choice))
        return execute(choice, self.terraform, workspace, self.tell)

    def _deployments(self, touched: Iterable[str]) -> list[Deployment]:
        """Give the connectors and targets that the touched stacks are of; a stack of the user's own is of none."""
        return list(dict.fromkeys(found for stack in touched if (found := deployment_of_stack(self.stacks, stack))))

    def _resend_secrets(self, stack: str) -> None:
        try:
            if may_be_unsent(_plan(self.terraform, stack)):
                for address in forget_secrets(self.terraform, stack):
                    self.tell(f"{address}: the workspace may not have its new secrets; the next plan sends them again")
        except (*_UNREADABLE, HeadgateError) as error:
            said = error if isinstance(error, HeadgateError) else type(error).__name__
            fix = "send it again by `headgate recover CONNECTOR --resend-secrets`"
            self.tell(f"warning: if {stack} sent a new secret, {fix}:\n{said}")


def _plan(terraform: Terraform, stack: str) -> Any:
    return json.loads((terraform.plans / f"{stack}.json").read_text(encoding="utf-8"))


def _creates(terraform: Terraform, stack: str, kinds: Collection[str] = TAGGED) -> set[str]:
    """Give the addresses that a stack's plan makes, of these kinds; none where its <stack>.json isn't there."""
    try:
        shown = _plan(terraform, stack)
        changes = [one for one in shown.get("resource_changes", []) if one["type"] in kinds]
        return {str(one["address"]) for one in changes if one["change"]["actions"] == ["create"]}
    except _UNREADABLE:
        return set()


def _by_hand(deployment: Deployment) -> str:
    return f"headgate recover {deployment.connector} -t {deployment.target}"
