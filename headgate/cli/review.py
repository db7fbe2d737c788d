"""`headgate review`: what a deploy would do, table by table, and what it would lose."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Root, result, tell
from headgate.problems import HeadgateError, InputError, Problem, RefusedError, StaleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.project import Connector
    from headgate.review.context import Context
    from headgate.review.facts import Facts
    from headgate.review.model import Review


class ReviewFormat(StrEnum):
    """How a review is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Plans as `terraform show -json` prints them, named <stack>.json, and reviews of other stacks."),
]
Target = Annotated[str | None, typer.Option("--target", "-t", help="The target; default: the connectors' default one.")]
Form = Annotated[ReviewFormat, typer.Option("--format", help="How it is printed.")]
Before = Annotated[Path | None, typer.Option("--before", help="The project as it was: a checkout of the base branch.")]
Base = Annotated[str | None, typer.Option("--base", metavar="REF", help="The same from git, such as origin/main.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the diffs of ingest files.")]
Approved = Annotated[Path | None, typer.Option("--approved", help="Exit 5 unless this review says the same.")]
Accepted = Annotated[Path | None, typer.Option("--accepted", help="Accepted losses; default: accepted.yaml of the project.")]
Url = Annotated[str, typer.Option("--details-url", metavar="URL", help="Where the whole page will be, for the comment.")]


def review(  # noqa: PLR0913  # each is an option of the command line
    files: Files = None,
    *,
    target: Target = None,
    form: Form = ReviewFormat.text,
    out: Annotated[Path | None, typer.Option(help="Write it there instead of printing it.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write the document there, besides.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Write a comment's Markdown there, besides.")] = None,
    summary: Annotated[Path | None, typer.Option("--summary", help="Write Markdown of up to 1 MB there, besides.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the page there, besides.")] = None,
    before: Before = None,
    base: Base = None,
    diff: Diff = False,
    approved: Approved = None,
    accepted: Accepted = None,
    details_url: Url = "",
    root: Root = Path(),
) -> None:
    """Say what a deploy would change, table by table, and what it would lose.

    Without plans, what the committed files lead one to expect, against --before or --base. Exit codes: 0 nothing would be
    lost, 2 needs attention, 3 would lose data, 1 a file is to be mended or a plan failed, 5 not what was approved.
    """
    from headgate.render.review.outputs import Outputs, render
    from headgate.review.model import EXIT_CODES

    if before and base:
        raise InputError("--before and --base say the same", "give one of them")
    outputs = Outputs(json, markdown, summary, html, details_url, diff)
    try:
        made = _made(files or [], target, root, _project_before(before, base, root), accepted)
    except HeadgateError as error:
        outputs.write_failure(error, target or "")
        # Of this command's exit codes, 3 says that data would be lost.
        raise InputError(error.problems) if isinstance(error, StaleError) else error from None
    outputs.write(made)
    text = render(made, form.value, details_url=details_url, diffs=diff)
    if out:
        from headgate.files import write_whole

        write_whole(out, text)
    else:
        result(text.rstrip("\n"))
    if approved:
        _hold_against(made, approved)
    raise typer.Exit(EXIT_CODES[made.verdict])


def _made(files: Sequence[Path], target: str | None, root: Path, before: Path | None, accepted: Path | None) -> Review:
    from headgate.render.review.attachments import costs, runbooks
    from headgate.review.accepted import FILE, read_accepted
    from headgate.review.context import context_of
    from headgate.review.decide import review_of

    now = _connectors(root)
    name = _target(target, now)
    was = _was(before, needed=not files)
    contexts = [context_of(one, name, was.get(one.definition.id)) for one in now if name in one.definition.targets]
    facts = _facts(files, name, contexts) if files else _predicted(now, was, name, given=before is not None)
    if accepted and not accepted.is_file():
        raise InputError(Problem("there is no such file", "name the file of accepted losses", str(accepted)))
    allowed = read_accepted(accepted or root / FILE)
    return review_of(facts, contexts, allowed, runbook=runbooks(now, name), cost=costs(now, was, name))


def _was(before: Path | None, *, needed: bool) -> dict[str, Connector]:
    """Give the connectors as they were; beside plans they only add to them, so what can't be read there is passed over."""
    try:
        return {one.definition.id: one for one in _connectors(before)} if before else {}
    except HeadgateError as error:
        if needed:
            raise
        tell(f"what was before can't be read, so weights and costs from there are left out: {error}")
        return {}


def _connectors(root: Path) -> tuple[Connector, ...]:
    """Give the project's connectors; none where there is no project, for a plan may come from anywhere."""
    from headgate.project import read_connectors

    return read_connectors(root) if any(root.glob("connectors/*/connector.yaml")) else ()


def _target(asked: str | None, connectors: Sequence[Connector]) -> str:
    from headgate.problems import did_you_mean

    known = sorted({name for one in connectors for name in one.definition.targets})
    if asked is None:
        defaults = sorted({one.definition.default_target for one in connectors})
        if len(defaults) > 1:
            raise InputError(f"connectors have different default targets: {', '.join(defaults)}", "name one with --target")
        return defaults[0] if defaults else ""
    if known and asked not in known:
        raise InputError(f"no connector has a target '{asked}'", did_you_mean(asked, known))
    return asked


def _facts(files: Sequence[Path], target: str, contexts: Sequence[Context]) -> Facts:
    from headgate.review.document import is_document, parse_document
    from headgate.review.facts import merged
    from headgate.review.plan_file import facts_of_plans

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
    from os import environ

    from headgate.names import secret_variable

    names = {secret_variable(context.connector, secret) for context in contexts for secret in context.secrets}
    return {value for name in names if (value := environ.get(f"TF_VAR_{name}"))}


def _predicted(now: Sequence[Connector], was: dict[str, Connector], target: str, *, given: bool) -> Facts:
    from headgate.review.predicted import predicted_facts
    from headgate.synthesis import deployment_of

    if not given:
        raise InputError("there is nothing to review", "name plans, or what was before with --before or --base")
    own = [one for one in now if target in one.definition.targets]
    old = [one for one in was.values() if target in one.definition.targets]
    stacks = [stack for one in own for stack in deployment_of(one, target)]
    before = [stack for one in old for stack in deployment_of(one, target)]
    secrets = {name for one in [*own, *old] for name in one.definition.connection.secrets}
    return predicted_facts(before, stacks, target, secrets)


def _project_before(before: Path | None, base: str | None, root: Path) -> Path | None:
    if base is None:
        return before
    from headgate.review.base import project_at

    return project_at(root, base)


def _text(path: Path) -> str:
    from headgate.files import needed_text

    return needed_text(path, "it may be the plan itself; make it with `terraform show -json PLANFILE > <stack>.json`")


def _hold_against(made: Review, approved: Path) -> None:
    from headgate.review.differences import differences
    from headgate.review.document import parse_document

    facts, digest = parse_document(_text(approved), str(approved))
    if digest != made.digest:
        lines = differences(facts, made.facts)
        tell("\n".join(["what would be applied is not what was approved:", *(f"  {line}" for line in lines)]))
        raise RefusedError("the plan differs from the approved one", "have the new review approved, then apply")
