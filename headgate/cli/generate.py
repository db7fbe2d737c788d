"""`headgate generate`: the same layouts in other forms than Terraform's; `generate bundle`, a Databricks asset bundle."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.command import Commands
from headgate.cli.console import emit, result, tell, warn
from headgate.cli.init import settle
from headgate.cli.options import Connectors, FormatOption, Root
from headgate.problems import StaleError

if TYPE_CHECKING:
    from headgate.use_cases.generate_bundle import BundleRequest

generate = typer.Typer(cls=Commands, no_args_is_help=True, help="Write the layouts in another form: a Databricks asset bundle.")


@generate.callback()
def _generate() -> None:
    """Write the layouts in another form than Terraform's."""


def bundle(
    connector: Connectors = None,
    out: Annotated[Path, typer.Option("--out", help="The bundle's folder.")] = Path("bundle"),
    name: Annotated[
        str,
        typer.Option(
            "--name", help="Its name. Default: the one in --out, else the connector's id, or the project folder's name."
        ),
    ] = "",
    workers: Annotated[
        int | None,
        typer.Option("--num-workers", min=1, max=1000, help="Workers of a classic cluster, whatever `compute` says."),
    ] = None,
    output: FormatOption = "text",
    root: Root = Path(),
    *,
    jobs: Annotated[bool, typer.Option("--emit-jobs/--no-emit-jobs", help="With the jobs that start the pipelines.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that somebody changed.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where a file would change.")] = False,
) -> None:
    """Write a Databricks asset bundle of the targets with `deploy_with: bundle`: pipelines, jobs, their code, permissions."""
    from headgate.use_cases.generate_bundle import BundleRequest, generate_bundle
    from headgate.use_cases.outputs.projects import BundleOutput

    request = BundleRequest(
        connector=connector, out=out, name=name, jobs=jobs, workers=workers, write=not check, force=force, root=root
    )
    found = generate_bundle(request)
    command = _command(request)
    written = settle(found.changes, command, "look at the diff, then say --force", written=found.written, check=check)
    if check and found.gone:
        raise StaleError(f"would be deleted: {', '.join(found.gone)}", f"run `{command}`")
    files = tuple(found.folder / change.file.path for change in found.changes) if written else ()
    gone = tuple(found.folder / path for path in found.gone) if written else ()
    if output == "json":
        emit(BundleOutput(name=found.name, targets=found.targets, written=files, deleted=gone, before=found.before))
    else:
        for file in files:
            result(f"{file} written")
        for file in gone:
            result(f"{file} deleted")
        if written and not files and not gone:
            tell("every file is up to date already")
    for words in found.before:
        warn(f"before the deploy: {words}")
    if output == "text" and written:
        target = found.targets[0]
        summary = f"`databricks bundle summary -t {target} -o json > summary.json`"
        record = f"`headgate record {connector or 'CONNECTOR'} {out}/summary.json -t {target} --bundle {out}`"
        tell(f"next, in {out}: `databricks bundle deploy -t {target}`, then {summary}; then here {record}")


def _command(request: BundleRequest) -> str:
    """Give the command that writes the same bundle."""
    words = ["headgate generate bundle", *([request.connector] if request.connector else []), "--out", quote(str(request.out))]
    words += ["--name", request.name] if request.name else []
    words += [] if request.jobs else ["--no-emit-jobs"]
    return " ".join([*words, *([] if request.workers is None else ["--num-workers", str(request.workers)])])
