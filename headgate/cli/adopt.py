"""`headgate adopt`: a connector made of pipelines that a workspace has already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit, result, tell, width
from headgate.cli.options import FormatOption, NamedTarget, Profile, Root
from headgate.problems import InputError


def adopt(
    connector: Annotated[str, typer.Argument(metavar="CONNECTOR", help="The new connector's id, which names its folder.")],
    pipelines: Annotated[
        list[str] | None, typer.Argument(help="Pipelines: names, ids, or patterns such as 'CRM_*'; default: all.")
    ] = None,
    connection: Annotated[
        str, typer.Option(help="Those that read through this connection; default: the only one that there is.")
    ] = "",
    bundle: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Those of an asset bundle, whose databricks.yml lies in a folder.")
    ] = None,
    bundle_target: Annotated[
        str | None, typer.Option("--bundle-target", help="The bundle's target; default: its default one.")
    ] = None,
    target: NamedTarget = "prod",
    profile: Profile = None,
    root: Root = Path(),
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be taken over, and write nothing.")] = False,
    output: FormatOption = "text",
) -> None:
    """Take over pipelines that a workspace has: write a connector that holds them as they are, and change nothing there.

    Pipelines that ingest by files, by notebooks or by ingestion definitions, and the jobs that start them, become definition,
    inventory, lock and settings, with which the first plan only imports. What can't be taken over exactly is named, and left.
    """
    from headgate.render.adopt import adoption_text
    from headgate.use_cases.adopt import AdoptRequest, adopt_pipelines
    from headgate.use_cases.outputs.adopt import AdoptedPart, AdoptOutput

    if bundle_target and not bundle:
        raise InputError("--bundle-target names the target of a bundle, and there is none", "say --bundle FOLDER too")
    request = AdoptRequest(
        name=connector,
        target=target,
        root=root,
        patterns=tuple(pipelines or ()),
        connection=connection,
        bundle=bundle,
        bundle_target=bundle_target,
        profile=profile,
        dry_run=dry_run,
    )
    found = adopt_pipelines(request, tell)
    made = found.adoption
    if output == "json":
        tables = [placement.pipeline for placement in made.layout.tables]
        parts = [
            AdoptedPart(
                pipeline=id_,
                name=one.name,
                id=one.id,
                tables=tables.count(id_),
                schedule=one.schedule,
                job=made.jobs.get(id_),
            )
            for id_, one in sorted(made.adopted.pipelines.items())
        ]
        emit(
            AdoptOutput(
                connector=connector,
                target=target,
                connection=made.definition["connection"]["name"],
                pipelines=tuple(parts),
                left=made.left,
                written=found.files,
                next=found.next,
            )
        )
        return
    result(adoption_text(made, width()))
    for file in found.files:
        tell(f"{file} written")
    if found.files:
        tell(f"next: {', '.join(f'`{step}`' for step in found.next)}")
