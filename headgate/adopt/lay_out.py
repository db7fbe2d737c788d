"""A connector's files of pipelines that are taken over; one that these would say otherwise than it is, is left. Pure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.adopt.fields import cleaned
from headgate.adopt.model import Adoption, Candidate, Left
from headgate.balance.fit import misfits
from headgate.definition.model import Definition
from headgate.deployment.ingest import table_spec
from headgate.deployment.model import Ref
from headgate.deployment.pipelines import managed_tables, pipelines_now, tables_digest
from headgate.deployment.refused import problems_of
from headgate.deployment.scope import Scope
from headgate.emit.terraform.blocks import managed_objects
from headgate.emit.terraform.literals import literal
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.adopted import Adopted, AdoptedPipeline
from headgate.layout.deployed import Deployed
from headgate.layout.model import Asked, Layout, Pipeline, Placement
from headgate.problems import InputError
from headgate.project import Connector
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.adopt.jobs import Starts
    from headgate.adopt.model import Wanted
    from headgate.layout.ingested import Ingested
    from headgate.tables.table import Table


def lay_out(
    wanted: Wanted, parts: dict[str, Any], taken: Mapping[str, Candidate], starts: Starts, left: Sequence[Left]
) -> Adoption:
    """Give the whole of what is written. taken: by their ids in the lock; parts: the definition's.

    Raises InputError where no pipeline is left that can be taken over.
    """
    definition = Definition.model_validate(parts)
    whole, kept = list(left), dict[str, Candidate]()
    for id_, one in taken.items():
        if why := _not_exact(definition, wanted, id_, one, starts):
            whole.append(Left("pipeline", one.found.name, one.found.id, tuple(why)))
        else:
            kept[id_] = one
    if not kept:
        raise InputError("no pipeline can be taken over as it is", f"why: {whole[-1].name}: {whole[-1].why[0]}")
    rows = tuple(row for id_ in kept for row in _rows(definition, kept[id_], starts))
    layout, tables = _layout(definition, kept, rows)
    if wrong := misfits(tables, definition, layout):
        raise InputError(f"the pipelines don't make one layout: {wrong[0]}", "name those that are meant")
    scope = Scope(definition, wanted.target)
    digests = {one.id: tables_digest(scope, one) for one in pipelines_now(scope, tables, layout)}
    jobs = {id_: starts.jobs.get(one.found.id) for id_, one in kept.items()}
    adopted = {
        id_: AdoptedPipeline(
            id=one.found.id,
            settings=one.settings,
            tables=digests[id_],
            job=job.settings if (job := jobs[id_]) else None,
            job_id=job.found.id if job else "",
            schedule=starts.schedules.get(one.found.id, ""),
        )
        for id_, one in kept.items()
    }
    ids = {Ref("pipeline", id_).address: one.id for id_, one in adopted.items()}
    ids |= {Ref("job", id_).address: one.job_id for id_, one in adopted.items() if one.job_id}
    deployed = Deployed(wanted.target, ids, {placement.table: placement.pipeline for placement in layout.tables})
    names = {id_: job.found.name for id_, job in jobs.items() if job}
    whole += starts.left
    return Adoption(parts, rows, layout, Adopted(wanted.target, adopted), deployed, tuple(whole), names)


def _rows(definition: Definition, one: Candidate, starts: Starts) -> list[TableRow]:
    made, schedule = definition.destination, starts.schedules.get(one.found.id, "")
    return [
        TableRow(
            table.source_table,
            destination_table="" if table.table == table.source_table else table.table,
            destination_catalog="" if table.catalog == made.catalog else table.catalog,
            destination_schema="" if table.schema == made.schema_name else table.schema,
            schedule=schedule,
            options=dict(table.options),
        )
        for table in one.tables
    ]


def _id(table: Ingested) -> TableId:
    return TableId(table.source_table, f"{table.catalog}.{table.schema}.{table.table}")


def _layout(
    definition: Definition, kept: Mapping[str, Candidate], rows: Sequence[TableRow]
) -> tuple[Layout, tuple[Table, ...]]:
    """Give the layout in which every table is where it was found, and the tables."""
    tables = resolve(rows, definition)
    group = {table.id: table.group.key for table in tables}
    placements = [Placement(_id(table), id_) for id_, one in kept.items() for table in one.tables]
    groups = {id_: Counter(group[_id(table)] for table in one.tables).most_common(1)[0][0] for id_, one in kept.items()}
    layout = Layout(
        definition.id,
        Asked(definition.balance.pipelines, definition.balance.stacks, "auto"),
        tuple(Pipeline(id_, groups[id_], 1) for id_ in sorted(kept)),
        tuple(sorted(placements, key=lambda placement: placement.table.spelled)),
    )
    return layout, tables


def _not_exact(definition: Definition, wanted: Wanted, id_: str, one: Candidate, starts: Starts) -> list[str]:
    """Say what headgate's files would say otherwise than the pipeline's own, or could not say."""
    rows = tuple(_rows(definition, one, starts))
    layout, tables = _layout(definition, {id_: one}, rows)
    folder = Path("connectors") / wanted.id  # which is not there yet, so that nothing in it has a say
    problems = problems_of(Connector(folder, definition, rows, layout), {})
    if problems:
        return [problems[0].message]
    if wrong := misfits(tables, definition, layout):
        return [wrong[0]]
    scope = Scope(definition, wanted.target)
    resolved = {table.id: table for table in tables}
    if one.code:
        differs = [table.source_table for table in one.tables if _spec(table) != table_spec(resolved[_id(table)], None)]
    else:
        own = [entry["table"] for entry in one.settings["ingestion_definition"]["objects"]]
        made = managed_objects(managed_tables(scope, [resolved[_id(table)] for table in one.tables]))
        differs = [
            table.source_table
            for table, ours, theirs in zip(one.tables, made, own, strict=True)
            if cleaned(ours["table"], ()) != _literal(theirs | _place(table, ours["table"]))
        ]
    return [f"its settings of {', '.join(differs)} have a form that headgate's files don't"] if differs else []


def _spec(table: Ingested) -> dict[str, Any]:
    spec = {
        "source_table": table.source_table,
        "destination_catalog": table.catalog,
        "destination_schema": table.schema,
        "destination_table": table.table,
    }
    return spec | ({"table_configuration": dict(sorted(table.options.items()))} if table.options else {})


def _place(table: Ingested, ours: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an entry may leave out, as we say it: the destination, and the one schema of a source without any."""
    places = {"destination_catalog": table.catalog, "destination_schema": table.schema, "destination_table": table.table}
    return places | ({"source_schema": "default"} if ours.get("source_schema") == "default" else {})


def _literal(value: Any) -> Any:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, dict):
        return {literal(name): _literal(inner) for name, inner in value.items()}
    return [_literal(inner) for inner in value] if isinstance(value, list) else value
