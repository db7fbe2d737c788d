"""What a connector's files say that a deploy to a target needs. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.definition.secret_checks import FRAMEWORK_OPTIONS
from headgate.deployment.ingest import RESERVED
from headgate.deployment.model import Catalog, Connection, Job, Pipeline, Schema
from headgate.deployment.pipelines import pipelines_now
from headgate.preflight.model import NeededConnection, Needs
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.deployment.model import Resource, Stack
    from headgate.deployment.pipelines import PipelineNow
    from headgate.deployment.scope import Scope
    from headgate.layout.deployed import Deployed
    from headgate.synthesis import Ready


def needs_of(ready: Ready, scope: Scope, stacks: Sequence[Stack], deployed: Deployed) -> Needs:
    """Give what is needed. Of a target that is taken down nothing is: its stacks hold no pipeline any more."""
    resources = [one for stack in stacks for one in stack.resources]
    pipelines = [one for one in resources if isinstance(one, Pipeline)]
    connector, target = scope.definition.id, scope.target_name
    recorded = frozenset({*deployed.ids.values(), *deployed.transforms.values()})
    if not pipelines:
        return Needs(connector, target, recorded=recorded)
    catalog = scope.target.catalog
    tables = {folded(one.table.in_catalog(catalog).destination): one.agreed for one in ready.layout.tables}
    run_as = scope.target.run_as
    return Needs(
        connector,
        target,
        writer=(run_as.service_principal or run_as.user or run_as.group or "") if run_as else "",
        connections=tuple(_connections(scope, resources, pipelines_now(scope, ready.tables, ready.layout))),
        catalogs=_catalogs(resources, pipelines, tables),
        schemas=_schemas(resources, pipelines, tables),
        tables=tables,
        pipelines={one.name: one.id for one in pipelines},
        jobs={one.name: one.id for one in resources if isinstance(one, Job)},
        recorded=recorded,
        reads=tuple(sorted({table for one in ready.transforms for table in one.reads})),
    )


def _connections(scope: Scope, resources: Sequence[Resource], now: Sequence[PipelineNow]) -> list[NeededConnection]:
    if scope.definition.by_notebook:
        return []
    made = {one.name for one in resources if isinstance(one, Connection)}
    options: defaultdict[str, set[str]] = defaultdict(set)
    for one in now:
        options[one.connection] |= set() if scope.definition.ingestion == "managed" else {*FRAMEWORK_OPTIONS}
        for table in one.tables if scope.definition.ingestion == "file" else ():
            options[one.connection] |= {name for name in table.options if name not in RESERVED}
    return [NeededConnection(name, name in made, frozenset(its)) for name, its in sorted(options.items())]


def _catalogs(resources: Sequence[Resource], pipelines: Sequence[Pipeline], tables: Iterable[str]) -> dict[str, bool]:
    made = {folded(one.name) for one in resources if isinstance(one, Catalog)}
    found = {table.split(".")[0] for table in tables} | {folded(one.catalog) for one in pipelines} | made
    return {name: name in made for name in sorted(found)}


def _schemas(resources: Sequence[Resource], pipelines: Sequence[Pipeline], tables: Iterable[str]) -> dict[str, bool]:
    made = {folded(f"{one.catalog}.{one.name}") for one in resources if isinstance(one, Schema)}
    found = {".".join(table.split(".")[:2]) for table in tables} | made
    found |= {folded(f"{one.catalog}.{one.schema}") for one in pipelines if one.schema}
    return {name: name in made for name in sorted(found)}
