"""Pipeline files that make one pipeline together: what all of them say of it, and what they must not say differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.grouped import grouped
from headgate.problems import Problem
from headgate.sql.language.deploy import Deploy
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.definition.yaml import Path
    from headgate.sql.language.model import PipelineFile
    from headgate.transforms.model import ProjectPipeline

_SETTINGS = ("name", "schedule", "on_update", "cluster")


def group_problems(found: Sequence[ProjectPipeline]) -> Iterator[Problem]:
    """Say what files of one pipeline say differently of it, or would make twice in it."""
    pairs = ((one, one.loaded.file.deploy) for one in found)
    groups = grouped(((one.path.parent, its.pipeline), one) for one, its in pairs if its and its.pipeline)
    for (_, name), files in groups.items():
        yield from _differing(str(name), files)
        yield from _made_twice(str(name), files)
        if problem := _never_updated(files):
            yield problem


def settings_of(files: Sequence[ProjectPipeline]) -> Deploy:
    """Give the settings of the pipeline that these files make, each from the file that says it."""
    said = {name: getattr(one.loaded.file.deploy, name) for one in files for name in _said(one)}
    return Deploy(**said)


def tables_read(files: Sequence[ProjectPipeline]) -> tuple[str, ...]:
    """Give catalog.schema.table, sorted, of the sources that are tables and that the files don't make themselves."""
    from headgate.sql.language.made import outputs

    made = {folded(".".join(parts)) for one in files for _, parts in outputs(one.loaded.file)}
    read = {
        ".".join(one.tables[name].parts) if name in one.tables else source.table
        for one in files
        for name, source in one.loaded.file.sources.items()
        if source.table
    }
    return tuple(sorted(name for name in read if folded(name) not in made))


def _said(one: ProjectPipeline) -> Iterator[str]:
    deploy = one.loaded.file.deploy
    return (name for name in _SETTINGS if deploy and name in deploy.model_fields_set and getattr(deploy, name) is not None)


def _differing(pipeline: str, files: Sequence[ProjectPipeline]) -> Iterator[Problem]:
    first: dict[str, tuple[ProjectPipeline, Any, Path]] = {}
    for one in files:
        file, deploy = one.loaded.file, one.loaded.file.deploy
        said: dict[str, tuple[Any, Path]] = {"catalog": (file.catalog, ("catalog",)), "schema": (file.schema_name, ("schema",))}
        said |= {name: (getattr(deploy, name), ("deploy", name)) for name in _said(one)}
        for name, (value, path) in said.items():
            other, its, place = first.setdefault(name, (one, value, path))
            if its != value:
                where = f"{other.loaded.path}, line {other.loaded.line(place)}"
                own = name in ("catalog", "schema")
                fix = f"say the same in both, and `{name}:` at tables" if own else "say it in one of them, or the same in both"
                yield _problem(one, path, f"another one than in {where}, which is a file of pipeline '{pipeline}' too", fix)
    if "schedule" in first and "on_update" in first and first["schedule"][1]:
        one, _, path = first["on_update"]
        other, _, place = first["schedule"]
        if other is not one:  # what one file says by itself is found where it is read
            where = f"{other.loaded.path}, line {other.loaded.line(place)}"
            yield _problem(one, path, f"starts it, and `schedule` in {where} does too", "take one of them out")


def _made_twice(pipeline: str, files: Sequence[ProjectPipeline]) -> Iterator[Problem]:
    first: dict[tuple[str, str], tuple[ProjectPipeline, Path]] = {}
    for one in files:
        for path, kind, name in _inner(one.loaded.file):
            other, place = first.setdefault((kind, folded(name)), (one, path))
            if other is not one:
                where = f"{other.loaded.path}, line {other.loaded.line(place)}"
                message = f"{kind} {name!r} is in {where}, too, which is a file of pipeline '{pipeline}' as this one"
                yield _problem(one, path, message, "call one of them something else")


def _inner(file: PipelineFile) -> Iterator[tuple[Path, str, str]]:
    """Give place, kind and name of all that has a name within a pipeline only: no catalog keeps such names apart."""
    from headgate.sql.language.made import made, quarantined

    kept = {names[1] for name, table in file.tables.items() if (names := quarantined(name, table))}
    yield from ((path, "the view", name) for path, name in made(file) if name not in kept)
    for name, table in file.tables.items():
        if len(file.parts(name, table)) == 1:
            yield ("tables", name), "the view", name
        for number, flow in enumerate(table.flows):
            if flow.name:
                yield ("tables", name, "flows", number), "the flow", flow.name
    yield from ((("sinks", name), "the sink", name) for name in file.sinks)


def _never_updated(files: Sequence[ProjectPipeline]) -> Problem | None:
    for one in files:
        deploy = one.loaded.file.deploy
        if deploy and deploy.on_update and not tables_read(files):
            message = "no source of its files is a table that they don't make themselves, so none is updated"
            return _problem(one, ("deploy", "on_update"), message, "write a `schedule`")
    return None


def _problem(one: ProjectPipeline, path: Path, message: str, fix: str) -> Problem:
    return Problem(message, fix, one.loaded.path, one.loaded.line(path), path=".".join(map(str, path)))
