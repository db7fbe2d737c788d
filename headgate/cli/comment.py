"""`headgate comment`: a review as one comment of a pull request or merge request."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.console import emit, result, wait, warn
from headgate.cli.options import TARGET, FormatOption, Root
from headgate.files import decoded, needed_bytes
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from headgate.use_cases.comment import CommentResult


def comment(  # noqa: PLR0913  # each parameter is a flag
    file: Annotated[Path, typer.Argument(help="The review as Markdown; - reads it from stdin.")],
    target: Annotated[str, typer.Option("--target", "-t", help="The review's target: each has its comment.", envvar=TARGET)],
    connector: Annotated[
        str | None, typer.Option(help="The connector that it is of, where each has a comment of its own.")
    ] = None,
    host: Annotated[Literal["github", "gitlab"] | None, typer.Option(help="Default: the one whose CI this is.")] = None,
    repo: Annotated[str | None, typer.Option(help="owner/name, or GitLab's project. Default: from CI.")] = None,
    number: Annotated[int | None, typer.Option(min=1, help="Of the pull or merge request. Default: from CI.")] = None,
    api: Annotated[str | None, typer.Option(help="The API's address, such as https://host/api/v3. Default: from CI.")] = None,
    labels: Annotated[
        str, typer.Option(help="Labels to put on, by commas; of headgate:fine|attention|error|loss the worst target's stays.")
    ] = "",
    remove_labels: Annotated[str, typer.Option(help="Labels to take off, by commas.")] = "",
    details_url: Annotated[
        str | None, typer.Option(help="Where the whole review is, should the comment be cut. Default: the job's page.")
    ] = None,
    *,
    allow_read_only: Annotated[
        bool, typer.Option("--allow-read-only", help="A token that may not write (a fork's) is a warning, no error.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Post a review to a pull request or merge request; the comment of a run before is edited in place.

    The token comes from the environment alone: GITHUB_TOKEN, or GITLAB_TOKEN.
    """
    from headgate.use_cases.comment import CommentRequest, post_comment
    from headgate.use_cases.outputs.deploys import CommentOutput
    from headgate.use_cases.request import refuse_unknown_target

    refuse_unknown_target(root, target)

    request = CommentRequest(
        text=_text(file),
        target=target,
        connector=connector,
        host=host,
        repo=repo,
        number=number,
        api=api,
        labels=_list(labels),
        remove_labels=_list(remove_labels),
        details_url=details_url,
        allow_read_only=allow_read_only,
        dry_run=dry_run,
    )
    done = post_comment(request, os.environ, wait)
    for warning in done.posted.warnings:
        warn(f"warning: {warning}")
    if output == "json":
        emit(CommentOutput.of(done.posted))
    else:
        result(_as_text(done))


def _as_text(made: CommentResult) -> str:
    pull_request, posted = made.pull_request, made.posted
    request = f"{pull_request.repo}{'#' if pull_request.host == 'github' else '!'}{pull_request.number}"
    done = {
        "created": "comment posted to",
        "edited": "comment edited in",
        "unchanged": "comment already there, unchanged, in",
        "skipped": "no comment in",
    }[posted.action]
    lines = [f"{done} {request}{f': {posted.url}' if posted.url else ''}"]
    lines += ["it was cut to what the host takes"] if posted.cut else []
    lines += [f"older comments deleted: {', '.join(map(str, posted.deleted))}"] if posted.deleted else []
    lines += [f"label put on: {label}" for label in posted.labels.add]
    lines += [f"label taken off: {label}" for label in posted.labels.remove]
    return "\n".join(f"dry run: {line}" if posted.dry_run else line for line in lines)


def _text(file: Path) -> str:
    """Read the review; raises InputError for what is no text, or none at all."""
    name = "stdin" if str(file) == "-" else str(file)
    data = sys.stdin.buffer.read() if str(file) == "-" else needed_bytes(file)
    text = decoded(data, name, "give a review's Markdown")
    if not text.strip():
        fix = "write it with `headgate review ... --format markdown`, and look whether that failed"
        raise InputError(Problem("is empty", fix, name))
    return text


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
