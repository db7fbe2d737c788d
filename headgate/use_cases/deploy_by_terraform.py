"""A deploy by Terraform: the steps that are its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.ci.manifest import read_stacks
from headgate.clients.cdk_app import run_app
from headgate.numbers import counted
from headgate.problems import InputError, Problem, SourceError
from headgate.recovery.execute import deployment_in
from headgate.use_cases.apply import apply_plans, take_over_planned
from headgate.use_cases.deploying import Deploying
from headgate.use_cases.plan import PlansRequest, ValidateRequest, plan_stacks, validate_stacks
from headgate.use_cases.record import RecordRequest, record_applied
from headgate.use_cases.review import ReviewRequest, review_changes

if TYPE_CHECKING:
    from headgate.project import Connector
    from headgate.use_cases.deploying import Asked, DeployRequest


class TerraformDeploying(Deploying):
    """A deploy by Terraform on its way."""

    def __init__(self, request: DeployRequest, asked: Asked, one: Connector, target: str) -> None:
        super().__init__(request, asked, one, target)
        self._out = request.root / request.out
        self._plans = PlansRequest(out=self._out, terraform=request.terraform, target=target, profile=request.profile)
        self._reviewed: dict[str, str] = {}
        self._changes = False

    def synthesize(self) -> str:
        """Run the project's app, and find the connector's stacks; other ones are left alone. Raises InputError for none."""
        run_app(self.request.root, self._out, self.target)
        there = read_stacks(self._out)
        stacks = deployment_in(there, self.one.definition.id, self.target).stacks
        if not stacks:
            raise InputError(
                f"the synthesis wrote no stack of {self.one.definition.id} in {self.target}",
                "is the target taken down already? `headgate show` says; else look at the project's app",
            )
        if others := [name for name in there if name not in stacks and len(name.split("-")) != 3]:  # noqa: PLR2004  # ids: 3
            self.asked.tell(f"left alone, as stacks of your own: {', '.join(others)}")
        self._plans = replace(self._plans, stacks=stacks)
        return ", ".join(stacks)

    def validate(self) -> str:
        """Have Terraform check the stacks. Raises InputError for those that are not valid."""
        plans = self._plans
        request = ValidateRequest(stacks=plans.stacks, out=plans.out, terraform=plans.terraform, target=plans.target)
        found = validate_stacks(request)
        if problems := [Problem(error, path=stack) for stack, errors in found.errors.items() for error in errors]:
            raise InputError(problems)
        return f"{counted(len(found.errors), 'stack')} valid"

    def plan(self) -> str:
        """Plan the stacks; where the workspace has of it what no state has, take that over, and plan again."""
        self._plan()
        if take_over_planned(self._plans, self.asked.tell):
            self._plan()
        return "something to do" if self._changes else "nothing to do"

    def _plan(self) -> None:
        found = plan_stacks(self._plans, self.asked.warn)
        if failed := [planned.stack for planned in found if planned.status == "failed"]:
            raise SourceError(f"no plan of {', '.join(failed)}", "Terraform's words are above")
        self._changes = any(planned.status == "changes" for planned in found)

    def review(self) -> str:
        """Review the plans, and have them agreed to."""
        if not self._changes:
            return "nothing is to be changed"
        work = self._plans.work()
        # The files first: what is made anew afterwards is not what was looked at.
        self._reviewed = {stack: work.plan_digest(stack) for stack in self._plans.stacks}
        files = tuple(work.plans / f"{stack}.json" for stack in self._plans.stacks)
        return self.agree(
            review_changes(ReviewRequest(files=files, target=self.target, root=self.request.root), self.asked.tell)
        )

    def apply(self) -> str:
        """Apply the plans. Raises the error of the stack that failed, with those that were applied."""
        if not self._changes:
            return "nothing is to be applied"
        done = apply_plans(self._plans, self.asked.show, self.asked.tell, self._reviewed)
        if done.error:
            self.asked.unheard(done.said)
            applied = ", ".join(done.applied) or "none"
            raise type(done.error)([*done.error.problems, Problem(f"stacks that were applied: {applied}")])
        return f"{', '.join(done.applied)}: applied"

    def record(self) -> str:
        """Record what is deployed, by Terraform's states."""
        asked = self.request
        request = RecordRequest(
            connector=asked.connector,
            target=self.target,
            root=asked.root,
            profile=asked.profile,
            out=asked.out,
            terraform=asked.terraform,
        )
        done = record_applied(request, self.asked.tell)
        left = "; `headgate done` says what is still open" if done.pending else ""
        return f"{counted(done.deployed, 'pipeline is', 'pipelines are')} deployed to {done.target}{left}"
