"""The steps of a deploy, as data: which there are, in which order, and what became of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from headgate.layout.deployed import DeployedBy
    from headgate.problems import HeadgateError

StepName = Literal["check", "look", "synthesize", "validate", "plan", "generate", "review", "apply", "record", "start"]
StepState = Literal["started", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step. words: what it does. changes: what it may change; empty for one that only looks, or writes below cdktf.out."""

    name: StepName
    words: str
    changes: str = ""


@dataclass(frozen=True, slots=True)
class DeployEvent:
    """Something that happened to a step, the `number`th of `steps`. message: what came of it, or why it failed."""

    step: StepName
    state: StepState
    number: int
    steps: int
    message: str


@dataclass(frozen=True, slots=True)
class DeployResult:
    """Which steps were done, each with what came of it; the one that failed, and with which error, where one did."""

    done: tuple[tuple[Step, str], ...]
    failed: Step | None = None
    error: HeadgateError | None = None


_CHECK = Step("check", "check that the committed files fit together")
_LOOK = Step("look", "look whether the workspace has what is needed")
_REVIEW = Step("review", "review what would change, and ask")
_START = Step("start", "start the pipelines", "pipelines")
_OF: dict[DeployedBy, tuple[Step, ...]] = {
    "terraform": (
        _CHECK,
        _LOOK,
        Step("synthesize", "write the stacks by the project's CDK app"),
        Step("validate", "have Terraform check the stacks"),
        Step("plan", "have Terraform plan the stacks"),
        _REVIEW,
        Step("apply", "apply the plans that were reviewed, stack by stack", "the workspace and Terraform's states"),
        Step("record", "record what is deployed", "the record and the lock"),
    ),
    "bundle": (
        _CHECK,
        _LOOK,
        Step("generate", "write the bundle"),
        _REVIEW,
        Step("apply", "send what the bundle does not make, and deploy the bundle", "the workspace"),
        Step("record", "record what is deployed", "the record and the lock"),
    ),
}


def steps_of(by: DeployedBy, *, start: bool) -> tuple[Step, ...]:
    """Give the steps of a deploy by one tool, in their order. Nothing changes before the review is agreed to."""
    return (*_OF[by], *((_START,) if start else ()))
