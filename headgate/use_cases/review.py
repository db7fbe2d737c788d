"""What a deploy would do, table by table, and what it would lose: from plans, or from what the committed files lead to."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.files import needed_text
from headgate.names import secret_variable
from headgate.numbers import counted
from headgate.problems import HeadgateError, InputError, Problem, RefusedError
from headgate.project import ACCEPTED, in_target, read_connectors
from headgate.render.review.attachments import costs, runbooks
from headgate.review.accepted import read_accepted
from headgate.review.base import project_at
from headgate.review.context import context_of, of_stack, touches
from headgate.review.decide import review_of
from headgate.review.differences import differences
from headgate.review.document import is_document, parse_document
from headgate.review.facts import merged
from headgate.review.plan_file import facts_of_plans
from headgate.review.predicted import as_bundles, predicted_facts
from headgate.review.sites import reviewed_sites
from headgate.synthesis import expected_of
from headgate.use_cases.request import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from headgate.emit.terraform.stacks import StackPlan
    from headgate.project import Connector
    from headgate.review.context import Context
    from headgate.review.facts import Facts
    from headgate.review.model import Review


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """files: plans as `terraform show -json` prints them, named <stack>.json, and reviews of other stacks.

    What was before: a checkout of the base branch (before), or a ref of git (base). accepted: the file of accepted losses;
    None: the project's. target None: the connectors' default one. sites: those that are meant, whose plans alone are
    read; none: all.
    """

    files: tuple[Path, ...] = ()
    target: str | None = None
    root: Path = Path()
    before: Path | None = None
    base: str | None = None
    accepted: Path | None = None
    sites: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise InputError where the base is said twice."""
        if self.before and self.base:
            raise InputError("--before and --base say the same", "give one of them")


def review_changes(request: ReviewRequest, tell: Callable[[str], None]) -> Review:
    """Review a deploy to a target. Raises InputError for files that can't be read, and what synthesis raises."""
    before = project_at(request.root, request.base) if request.base is not None else request.before
    now = _connectors(request.root, request.sites)
    target = _target(request.target, now)
    was = _was(before, tell, needed=not request.files)
    if request.sites:
        meant = {one.definition.id for one in now}
        was = {name: one for name, one in was.items() if name in meant}
    _log.info("reviewing %s", counted(len(request.files), "plan") if request.files else "the committed files")
    own = [one for one in now if target in one.definition.targets]
    contexts = [context_of(one, target, was.get(one.definition.id)) for one in own]
    if request.files:
        facts = _facts(_of_sites(request, contexts), target, contexts)
    elif before is None:
        raise InputError("there is nothing to review", "name plans, or what was before with --before or --base")
    else:
        facts = _predicted(now, was, target)
    if request.accepted and not request.accepted.is_file():
        raise InputError(Problem("there is no such file", "name the file of accepted losses", str(request.accepted)))
    allowed = read_accepted(request.accepted or request.root / ACCEPTED)
    touched = [one for one, context in zip(own, contexts, strict=True) if facts.predicted or touches(facts, context)]
    return review_of(
        facts,
        contexts,
        allowed,
        runbook=runbooks(now, target),
        cost=costs(touched, was, target),
        sites=reviewed_sites(now, target),
    )


def hold_against(made: Review, approved: Path, warn: Callable[[str], None]) -> None:
    """Raise RefusedError unless a review says what the approved document says; warn of what differs."""
    facts, digest = parse_document(_text(approved), str(approved))
    if digest != made.digest:
        lines = differences(facts, made.facts)
        warn("\n".join(["what would be applied is not what was approved:", *(f"  {line}" for line in lines)]))
        raise RefusedError("the plan differs from the approved one", "have the new review approved, then apply")


def _was(before: Path | None, tell: Callable[[str], None], *, needed: bool) -> dict[str, Connector]:
    """Give the connectors as they were; beside plans they only add to them, so what can't be read there is passed over."""
    try:
        if before and not before.is_dir():
            raise InputError(Problem("there is no such folder", "name a checkout of what was before", str(before)))
        return {one.definition.id: one for one in _connectors(before)} if before else {}
    except HeadgateError as error:
        if needed:
            raise
        tell(f"warning: what was before can't be read, so weights and costs from there are left out: {error}")
        return {}


def _of_sites(request: ReviewRequest, contexts: Sequence[Context]) -> list[Path]:
    """Give the files that are of the sites that are meant; where none is, all."""
    return [path for path in request.files if not request.sites or of_stack(path.stem, contexts)]


def _connectors(root: Path, sites: Collection[str] = ()) -> tuple[Connector, ...]:
    """Give the project's connectors; none where there is no project, for a plan may come from anywhere."""
    return read_connectors(root, None, sites) if any(root.glob("connectors/*/connector.yaml")) else ()


def _target(asked: str | None, connectors: Sequence[Connector]) -> str:
    known = sorted({name for one in connectors for name in one.definition.targets})
    if asked is None:
        defaults = sorted({one.definition.default_target for one in in_target(connectors, None)})
        if len(defaults) > 1:
            raise InputError(f"connectors have different default targets: {', '.join(defaults)}", "name one with --target")
        return defaults[0] if defaults else ""
    refuse_unknown(asked, known)
    return asked


def _facts(files: Sequence[Path], target: str, contexts: Sequence[Context]) -> Facts:
    texts = [(path, _text(path)) for path in sorted(files, key=lambda path: (path.name, str(path)))]
    plans = [(path.name.removesuffix(".json"), text, str(path)) for path, text in texts if not is_document(text)]
    parts = [parse_document(text, str(path))[0] for path, text in texts if is_document(text)]
    if plans:
        secrets = {name for context in contexts for name in context.secrets}
        clear = {name for context in contexts for name in context.clear}
        parts.append(facts_of_plans(plans, target, secrets, clear=clear, values=_given(contexts)))
    if strangers := [part.target for part in parts if part.target != target]:
        raise InputError(f"a review is of target '{strangers[0]}', not of '{target}'", "name its target with --target")
    return merged(parts)


def _given(contexts: Sequence[Context]) -> set[str]:
    """Give the secrets that the environment has for Terraform: a stack's plan that doesn't use one can't mark it."""
    names = {secret_variable(context.connector, secret) for context in contexts for secret in context.secrets}
    return {value for name in names if (value := os.environ.get(f"TF_VAR_{name}"))}


def _predicted(now: Sequence[Connector], was: dict[str, Connector], target: str) -> Facts:
    own = {one.definition.id: one for one in now if target in one.definition.targets}
    old = {name: one for name, one in was.items() if target in one.definition.targets}
    before: list[StackPlan] = []
    after: list[StackPlan] = []
    for name in dict.fromkeys((*own, *old)):
        stacks = expected_of(own[name], target, now) if name in own else []
        its = expected_of(old[name], target, tuple(was.values())) if name in old else []
        if name in own and own[name].definition.targets[target].deploy_with == "bundle":
            its, stacks = as_bundles(its, stacks)
        before += its
        after += stacks
    secrets = {name for one in [*own.values(), *old.values()] for name in one.definition.secret_options}
    return predicted_facts(before, after, target, secrets)


def _text(path: Path) -> str:
    return needed_text(path, "it may be the plan itself; make it with `terraform show -json PLANFILE > <stack>.json`")
