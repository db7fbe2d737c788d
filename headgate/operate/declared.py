"""The pipelines that a project's layouts declare in their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.deployment.scope import Scope
from headgate.grouped import grouped
from headgate.layout.transforms import leaving_transforms, living_transforms
from headgate.operate.model import Declared

if TYPE_CHECKING:
    from headgate.layout.model import Left, Pipeline
    from headgate.project import Connector


def declared_in(one: Connector, target: str) -> list[Declared]:
    """Give a connector's pipelines in a target, by id: those of its layout, and those that left it and are not forgotten yet.

    Pipelines of transforms are among them, by their ids, for what they are called stands in files that take longer to read.

    Nothing where nothing was balanced, or the target was taken down. The lock alone has the say: an inventory that changed
    since keeps nobody from stopping a pipeline.
    """
    layout, definition = one.layout, one.definition
    if layout is None or any(retired.target == target and retired.done for retired in layout.retired):
        return []
    scope, catalog = Scope(definition, target), definition.targets[target].catalog
    deployed, adopted = one.deployed(target), one.adopted(target).pipelines
    recorded = deployed.pipeline_ids
    tables = grouped((its.in_target(target), its.table.in_catalog(catalog)) for its in layout.tables)

    def declare(its: Pipeline | Left, group: str, name: str, *, leaving: bool) -> Declared:
        return Declared(
            definition.id,
            target,
            its.id,
            group,
            scope.stack_name(its.stack),
            adopted[its.id].name if its.id in adopted else scope.pipeline_name(name or its.id),
            recorded.get(its.id, ""),
            tuple(tables[its.id]),
            leaving,
        )

    found = [declare(its, its.group, its.name, leaving=False) for its in layout.pipelines]
    found += [declare(left, "", "", leaving=True) for left in layout.left if target in left.until]
    leaving = leaving_transforms(layout, target)
    found += [
        Declared(
            definition.id, target, id_, "", scope.stack_name(None), scope.pipeline_name(id_), deployed.transforms.get(id_, ""),
            leaving=id_ in leaving,
        )
        for id_ in (*living_transforms(layout), *leaving)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.pipeline)
