"""The SQL of a project's pipeline files, in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.generated import File
from headgate.use_cases.sql_files import ProjectPipeline, SqlRequest, need_sqlglot, read_pipelines
from headgate.use_cases.written_folder import changes_in, refuse_place
from headgate.visible import seen

if TYPE_CHECKING:
    from headgate.generated import Change

OUT = Path("sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest(SqlRequest):
    """What to generate into the folder `out`. write False: only look. force: over files that were changed by hand."""

    out: Path = OUT
    write: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """What changes in `folder`, what goes, and whether it was done: not where somebody changed a file, unless by force."""

    folder: Path
    pipelines: tuple[str, ...]
    changes: tuple[Change, ...]
    gone: tuple[str, ...]
    written: bool


def generate_sql(request: GenerateRequest) -> GenerateResult:
    """Write NAME.sql for each pipeline file, and NAME_sinks.py for one that has sinks.

    Files of pipelines that are no more are deleted where all pipelines are generated. Raises InputError with the problems of
    all pipeline files, RefusedError for a file that would be deleted and was changed by hand.
    """
    need_sqlglot()
    found = read_pipelines(request)
    refuse_place(request.out, request.root, "name a folder of its own: --out sql")
    files = [File(path, text) for one in found for path, text in texts(one).items()]
    changes = changes_in(request.out, files, force=request.force, keep=bool(request.names))
    written = request.write and not any(change.clash for change in changes.changes)
    if written:
        changes.write()
    names = tuple(one.name for one in found)
    return GenerateResult(request.out, names, changes.changes, changes.gone, written)


def texts(pipeline: ProjectPipeline) -> dict[str, str]:
    """Give the files that a pipeline file becomes, by their names."""
    from headgate.sql.generate.statements import generate

    generated = generate(pipeline.loaded, {name: table.parts for name, table in pipeline.tables.items()})
    source = seen(pipeline.path.name)
    found = {f"{pipeline.name}.sql": f"-- Written by headgate from {source}: change that file.\n\n{generated.sql}"}
    if generated.python:
        found[f"{pipeline.name}_sinks.py"] = f"# Written by headgate from {source}: change that file.\n{generated.python}"
    return found
