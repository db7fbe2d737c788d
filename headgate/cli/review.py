"""`headgate review`: what a deploy would do, table by table, and what it would lose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from headgate.cli.console import result, tell, warn
from headgate.cli.options import Root, Sites, Target
from headgate.problems import HeadgateError, InputError, StaleError

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Plans as `terraform show -json` prints them, named <stack>.json, and reviews of other stacks."),
]
Form = Annotated[Literal["text", "json", "markdown", "html"], typer.Option("--format", "-o", help="How it is printed.")]
Before = Annotated[Path | None, typer.Option("--before", help="The project as it was: a checkout of the base branch.")]
Base = Annotated[str | None, typer.Option("--base", metavar="REF", help="The same from git, such as origin/main.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the diffs of ingest files and notebooks.")]
Approved = Annotated[Path | None, typer.Option("--approved", help="Exit 5 unless this review says the same.")]
Accepted = Annotated[Path | None, typer.Option("--accepted", help="Accepted losses; default: accepted.yaml of the project.")]
Url = Annotated[str, typer.Option("--details-url", metavar="URL", help="Where the whole page will be, for the comment.")]


def review(  # noqa: PLR0913  # each is an option of the command line
    files: Files = None,
    *,
    target: Target = None,
    site: Sites = None,
    form: Form = "text",
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
    from headgate.use_cases.review import ReviewRequest, hold_against, review_changes

    request = ReviewRequest(
        files=tuple(files or ()),
        target=target,
        sites=tuple(site or ()),
        root=root,
        before=before,
        base=base,
        accepted=accepted,
    )
    outputs = Outputs(json, markdown, summary, html, details_url, diff)
    try:
        made = review_changes(request, tell)
    except HeadgateError as error:
        outputs.write_failure(error, target or "")
        # Of this command's exit codes, 3 says that data would be lost.
        raise InputError(error.problems) if isinstance(error, StaleError) else error from None
    text = render(made, form, details_url=details_url, diffs=diff)
    outputs.write(made, (out, text), read=request.files)
    if not out:
        result(text.rstrip("\n"))
    if approved:
        hold_against(made, approved, warn)
    raise typer.Exit(made.exit_code)
