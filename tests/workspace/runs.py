"""What pipelines do when they run, and a watch over which of them run with which tables."""

from __future__ import annotations

import ast
from base64 import b64decode
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tests.workspace import log
from tests.workspace.model import Table, Update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workspace.model import Json, Pipeline
    from tests.workspace.workspace import Workspace

ENDED = ("COMPLETED", "CANCELED", "FAILED")


def start(workspace: Workspace, pipeline: Pipeline, cause: str = "API_CALL", **asked: Any) -> Update:
    """Start an update, which makes the tables that the pipeline's source names and that are not there yet.

    It runs until it is stopped or `finish` is called, or for the pipeline's `seconds` by the workspace's clock. What stops
    meanwhile ends at once. An update that only validates makes no table.
    """
    finish(pipeline, "CANCELED")
    update = Update(workspace.uuid(), workspace.now(), cause=cause, asked=asked)
    pipeline.updates.insert(0, update)
    pipeline.state, pipeline.looks_to_stop = "RUNNING", 1
    log.started(pipeline, update)
    if asked.get("validate_only"):
        return update
    watch(workspace)
    for name in tables_of(workspace, pipeline):
        properties = {"delta.minReaderVersion": "1", "pipelines.pipelineId": pipeline.id}
        workspace.tables.setdefault(
            name.lower(), Table(name, pipeline.run_as or pipeline.owner, properties, created_at=workspace.now())
        )
    return pipeline.updates[0]


def stop(pipeline: Pipeline) -> None:
    """Cancel the active update, if there is one."""
    if pipeline.state == "RUNNING":
        pipeline.state = "STOPPING"


def look(workspace: Workspace, pipeline: Pipeline) -> None:
    """Let time pass for a pipeline: one that stops is idle after so many looks, one that runs ends when its time is over."""
    if workspace.clock and pipeline.state == "RUNNING" and pipeline.seconds is not None:
        ends = pipeline.updates[0].creation_time + 1000 * pipeline.seconds
        if workspace.now() >= ends:
            finish(pipeline, "FAILED" if pipeline.error else "COMPLETED", workspace, int(ends))
    if pipeline.state == "STOPPING":
        pipeline.looks_to_stop -= 1
        if pipeline.looks_to_stop < 0:
            finish(pipeline, "CANCELED")


def finish(pipeline: Pipeline, state: str = "COMPLETED", workspace: Workspace | None = None, at: int | None = None) -> None:
    """End the active update, whose log then says what it did with each table of the pipeline in the workspace."""
    pipeline.state = "IDLE"
    for update in pipeline.updates:
        if update.state not in ENDED:
            update.state = state
            tables = tables_of(workspace, pipeline) if workspace and not update.asked.get("validate_only") else []
            log.ended(pipeline, update, tables, at or update.creation_time + 60_000)


def watch(workspace: Workspace) -> None:
    """Note in `clashes` which tables are read by two running pipelines, or by one that doesn't own them."""
    readers: dict[str, list[str]] = {}
    for pipeline in workspace.pipelines.values():
        if pipeline.state == "RUNNING":
            for name in tables_of(workspace, pipeline):
                readers.setdefault(name.lower(), []).append(pipeline.id)
    for name, ids in readers.items():
        table = workspace.tables.get(name)
        if len(ids) > 1:
            workspace.clashes.append(f"{name} is read by {ids}")
        if table and table.pipeline not in ids:
            workspace.clashes.append(f"{ids} run with {name}, which {table.pipeline or 'no pipeline'} owns")


def tables_of(workspace: Workspace, pipeline: Pipeline) -> list[str]:
    """Give the tables that a pipeline's files or its ingestion definition name, as catalog.schema.table."""
    spec = pipeline.spec
    entries: list[Json] = [
        entry["table"] for entry in spec.get("ingestion_definition", {}).get("objects", []) if "table" in entry
    ]
    for path in _sources(spec):
        thing = workspace.things.get(path.removeprefix("/Workspace"))
        entries.extend(_named(thing.content) if thing else ())
    return [
        ".".join(
            (
                entry.get("destination_catalog") or spec.get("catalog", ""),
                entry.get("destination_schema") or spec.get("schema", ""),
                entry.get("destination_table") or entry["source_table"],
            )
        )
        for entry in entries
    ]


def _sources(spec: Json) -> Iterator[str]:
    for library in spec.get("libraries", []):
        for kind in ("file", "notebook"):
            if kind in library:
                yield str(library[kind]["path"])


@lru_cache(maxsize=1000)
def _named(content: str) -> tuple[Json, ...]:
    """Give the entries of a source's `pipeline_spec`; none where it has no such thing."""
    try:
        module = ast.parse(b64decode(content))
    except (SyntaxError, ValueError):
        return ()
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pipeline_spec":
            return tuple(entry["table"] for entry in ast.literal_eval(node.value)["objects"])
    return ()
