"""Terraform on synthesized stacks, before anything is applied: its own check of them, and its plans."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.ci.manifest import read_stacks
from headgate.ci.plans import Terraform, chosen, clear
from headgate.ci.validate import Validation
from headgate.clients.terraform.program import find_program
from headgate.numbers import counted
from headgate.problems import InputError, SourceError
from headgate.project import read_connectors
from headgate.recovery.execute import Deployment, deployment_of_stack, login_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.ci.plans import PlanResult


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StacksRequest:
    """stacks: none: all that the synthesis wrote to `out`. terraform: the program; empty: the one that there is.

    target: the one that must have been synthesized; None: any. sites: of the project in `root`, whose stacks alone are meant;
    none: all.
    """

    stacks: tuple[str, ...] = ()
    out: Path = Path("cdktf.out")
    terraform: str = ""
    target: str | None = None
    sites: tuple[str, ...] = ()
    root: Path = Path()

    def chosen(self) -> list[str]:
        """Give the stacks, in the order of their applies. Raises InputError for one that isn't there, or of another target."""
        there = read_stacks(self.out)
        found = chosen(there, self.stacks)
        for stack in found if self.target else ():
            its = deployment_of_stack(there, stack)
            if its and its.shared in there and its.target != self.target:
                raise InputError(
                    f"{stack} is of target '{its.target}', not of '{self.target}'",
                    f"synthesize that one: HEADGATE_TARGET={self.target} npx cdktf synth",
                )
        if not self.sites:
            return found
        ids = {one.definition.id for one in read_connectors(self.root, None, self.sites)}
        return [stack for stack in found if (its := deployment_of_stack(there, stack)) and its.connector in ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateRequest(StacksRequest):
    """optional: be content where there is no Terraform or no provider."""

    optional: bool = False


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """What is wrong, by stack; unchecked: why the stacks were not looked at, empty where they were."""

    errors: dict[str, list[str]]
    unchecked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansRequest(StacksRequest):
    """plans: where plan files lie, which hold secrets; None: plans/ in `out`. lock: whether a plan locks the stack's state.

    profile: what the provider logs in with; None: as the stacks or the environment say.
    """

    plans: Path | None = None
    lock: bool = True
    profile: str | None = None

    def work(self) -> Terraform:
        """Give the Terraform that does it. Raises SourceError without one, InputError for a profile that can't be used."""
        plans = (self.plans or self.out / "plans").absolute()
        work = Terraform(find_program(self.terraform), self.out.absolute() / "stacks", plans, self.lock, self.profile)
        for stack in self.chosen() if self.profile else ():
            _, profile = login_in(Deployment("", "", (stack,)).bodies(work))
            if profile not in (None, self.profile):
                raise InputError(
                    f"{stack} was synthesized to log in with profile '{profile}', not '{self.profile}'",
                    "say no --profile, or take the target's out of connector.yaml and synthesize again",
                )
        return work


def validate_stacks(request: ValidateRequest) -> ValidateResult:
    """Have Terraform check stacks, without a workspace, a login or the states. Raises SourceError where it can't."""
    todo = request.chosen()
    out = request.out.absolute()
    try:
        work = Validation(find_program(request.terraform), out / "stacks", out / "validate")
        _log.info("fetching the providers of %s", counted(len(todo), "stack"))
        work.fetch_providers(todo)
        _log.info("validating %s", counted(len(todo), "stack"))
    except SourceError as error:
        if not request.optional:
            raise
        return ValidateResult({}, error.problems[0].message)
    return ValidateResult(work.all_errors(todo))


def plan_stacks(request: PlansRequest, warn: Callable[[str], None]) -> tuple[PlanResult, ...]:
    """Plan stacks, all of them, though one fails; `warn` is given Terraform's words of those that do.

    Raises SourceError where Terraform can't be run.
    """
    todo, work = request.chosen(), request.work()
    if request.plans is None and not request.stacks:
        clear(work.plans)
    found = []
    for number, stack in enumerate(todo, 1):
        _log.info("planning %s (%d of %d)", stack, number, len(todo))
        planned = work.plan(stack)
        found.append(planned)
        if planned.said:
            warn(f"{stack}:\n{planned.said}")
    return tuple(found)
