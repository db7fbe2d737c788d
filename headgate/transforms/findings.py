"""What the checker finds in the SQL of pipeline files, at the lines of these files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from headgate.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from headgate.sql.check.editions import Edition
    from headgate.sql.check.findings import Code, Finding
    from headgate.sql.generate.statements import Generated
    from headgate.sql.known import KnownTable, KnownTables
    from headgate.transforms.model import ProjectPipeline


@dataclass(frozen=True, slots=True)
class CheckedPipeline:
    """A pipeline file, its SQL, and what was found in it."""

    pipeline: ProjectPipeline
    generated: Generated
    findings: tuple[Finding, ...]


def checked(
    pipelines: Sequence[ProjectPipeline],
    landed: Iterable[KnownTable],
    *,
    strict: bool = False,
    edition: Edition | None = None,
    allowed: Collection[Code] = (),
) -> Iterator[CheckedPipeline]:
    """Generate and check each pipeline's SQL; each finding is at the line of the pipeline file that its SQL was made of.

    landed: what the project's connectors land. What the file says of its sources comes before that. COUNT(DISTINCT x) of a
    stream becomes approx_count_distinct(x) where the file allows it. allowed: kinds of findings that are warnings, beside
    those that each file allows.
    """
    from headgate.sql.check.pipeline import check_sql
    from headgate.sql.known import KnownTables

    outside = [table for one in pipelines for table in _made(one)], list(landed)
    known = KnownTables(*outside)
    for one in pipelines:
        tables = KnownTables(list(known_sources(one, known)), *outside)
        check = partial(check_sql, strict=strict, edition=edition, allowed={*allowed, *one.loaded.file.allow})
        file, generated = str(one.path), one.generated()
        found = check({file: generated.sql}, tables)
        if one.loaded.file.approximate_counts and (
            edits := [edit for each in found if each.approximate for edit in each.edits]
        ):
            from headgate.sql.check.fix import apply

            generated = generated.with_text(apply(generated.sql, edits))
            found = check({file: generated.sql}, tables)
        at_lines = (replace(each, line=generated.origin(each.line), column=1, edits=()) for each in found)
        yield CheckedPipeline(one, generated, tuple(dict.fromkeys(at_lines)))


def problems_of(findings: Iterable[Finding]) -> list[Problem]:
    """Give findings as problems: the kind in front, as `headgate sql check` has it."""
    return list(dict.fromkeys(Problem(f"{one.code.value}: {one.message}", one.fix, one.file, one.line) for one in findings))


def known_sources(pipeline: ProjectPipeline, outside: KnownTables) -> Iterator[KnownTable]:
    """Give what a file says of its sources, over what is known of them else."""
    from headgate.sql.known import KnownTable

    for name, source in pipeline.loaded.file.sources.items():
        if source.files is not None or not (source.columns or source.append_only is not None):
            continue
        table = pipeline.tables.get(name)
        full = ".".join(table.parts) if table else source.table or ""
        other = outside.find(KnownTable(full).key)
        changing = other.changing if other else ""
        if source.append_only is not None:
            changing = "" if source.append_only else f"has rows that change, as {pipeline.path.name} says"
        yield KnownTable(full, source.columns or (other.columns if other else None), changing)


def _made(pipeline: ProjectPipeline) -> Iterator[KnownTable]:
    """Give the tables that a file makes, as others may read them."""
    from headgate.sql.known import KnownTable
    from headgate.sql.language.made import outputs

    file = pipeline.loaded.file
    for path, parts in outputs(file):
        table = file.tables[str(path[1])]
        changing = ""
        if table.type == "materialized_view":
            changing = "is a materialized view, whose rows are computed anew"
        elif any(flow.cdc for flow in table.flows):
            changing = "is the target of AUTO CDC, which updates rows"
        elif any(flow.replace_where for flow in table.flows):
            changing = "is the target of a REPLACE flow, which overwrites rows"
        yield KnownTable(".".join(parts), None, changing)
