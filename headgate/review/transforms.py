"""Which pipelines of a plan run SQL, and so are pipelines of transforms, and whether that SQL changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.layout.ingested import CODE_TYPES
from headgate.redaction.tokens import token_free
from headgate.review.blocks import blocks, first, mapping
from headgate.review.facts import TransformFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PIPELINE = "databricks_pipeline"
_SQL = ".sql"
_DIRECTORY = "/Workspace"


def transforms_of(entries: Sequence[Mapping[str, Any]], stack: str) -> tuple[TransformFacts, ...]:
    """Give the pipelines of transforms among a plan's resource changes."""
    changed = {*_changed(entries)}
    found = []
    for entry in entries:
        if entry["type"] != _PIPELINE:
            continue
        sides = [mapping(entry["change"].get(side)) for side in ("before", "after")]
        if any(map(runs_sql, sides)):
            paths = {path for side in sides for path in file_paths(side)}
            name = token_free(str(entry["address"]).removeprefix(f"{_PIPELINE}."))
            found.append(TransformFacts(stack, name, sql_changes=not changed.isdisjoint(paths)))
    return tuple(found)


def runs_sql(pipeline: Mapping[str, Any]) -> bool:
    """Whether a pipeline, as a plan has it before or after, runs a file of SQL."""
    return any(path.endswith(_SQL) for path in file_paths(pipeline))


def file_paths(pipeline: Mapping[str, Any]) -> list[str]:
    """Give the paths of the files that a pipeline runs, without /Workspace."""
    found = [first(library.get("file")).get("path") for library in blocks(pipeline.get("library"))]
    return [path.removeprefix(_DIRECTORY) for path in found if isinstance(path, str)]


def _changed(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the paths of files whose content changes, but for those that come or go as a whole."""
    for entry in entries:
        before, after = (entry["change"].get(side) for side in ("before", "after"))
        if entry["type"] in CODE_TYPES and before and after and before.get("content_base64") != after.get("content_base64"):
            yield str(before.get("path"))
