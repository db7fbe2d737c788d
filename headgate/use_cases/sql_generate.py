"""The SQL of a project's pipeline files, in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.generated import File
from headgate.problems import refuse
from headgate.transforms.deployed import texts
from headgate.transforms.files import SqlRequest, need_sqlglot, read_pipelines
from headgate.transforms.findings import checked, problems_of
from headgate.use_cases.written_folder import changes_in, refuse_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.generated import Change
    from headgate.problems import Problem
    from headgate.sql.generate.statements import Generated
    from headgate.transforms.model import ProjectPipeline

OUT = Path("sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest(SqlRequest):
    """What to generate into the folder `out`.

    write False: only look. force: over files that were changed by hand. check False: whatever is wrong with the SQL.
    """

    out: Path = OUT
    write: bool = True
    force: bool = False
    check: bool = True


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """What changes in `folder`, what goes, and whether it was done: not where somebody changed a file, unless by force.

    warnings: what was found in the SQL that lets it run.
    """

    folder: Path
    pipelines: tuple[str, ...]
    changes: tuple[Change, ...]
    gone: tuple[str, ...]
    written: bool
    warnings: tuple[Problem, ...]


def generate_sql(request: GenerateRequest) -> GenerateResult:
    """Write NAME.sql for each pipeline file, and NAME_sinks.py for one that has sinks.

    Files of pipelines that are no more are deleted where all pipelines are generated. Raises InputError with the problems of
    all pipeline files, or else with all that the checker finds wrong with their SQL; RefusedError for a file that would be
    deleted and was changed by hand.
    """
    need_sqlglot()
    found = read_pipelines(request)
    refuse_place(request.out, request.root, "name a folder of its own: --out sql")
    pairs, warnings = _checked(found, request) if request.check else ([(one, one.generated()) for one in found], [])
    files = [file for one, generated in pairs for file in _files(one, generated)]
    changes = changes_in(request.out, files, force=request.force, keep=bool(request.names))
    written = request.write and not any(change.clash for change in changes.changes)
    if written:
        changes.write()
    names = tuple(one.name for one in found)
    return GenerateResult(request.out, names, changes.changes, changes.gone, written, tuple(warnings))


def _checked(
    pipelines: Sequence[ProjectPipeline], request: GenerateRequest
) -> tuple[list[tuple[ProjectPipeline, Generated]], list[Problem]]:
    """Give the SQL, and what was found in it that lets it run. Raises InputError with what does not."""
    from headgate.transforms.landed import landed_tables

    done = list(checked(pipelines, landed_tables(request.root, request.target)))
    findings = [one for each in done for one in each.findings]
    refuse(problems_of(one for one in findings if one.severity.value == "error"))
    return [(one.pipeline, one.generated) for one in done], problems_of(
        one for one in findings if one.severity.value == "warning"
    )


def _files(pipeline: ProjectPipeline, generated: Generated) -> Iterator[File]:
    """Give the files that a pipeline file becomes."""
    sql, python = texts(pipeline, generated)
    yield File(f"{pipeline.name}.sql", sql)
    if python:
        yield File(f"{pipeline.name}_sinks.py", python)
