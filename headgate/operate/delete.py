"""What keeps a pipeline from being deleted, and which tables are its own: they stay. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.deployment.tags import tag_in
from headgate.problems import Problem
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.operate.model import Chosen, Details


@dataclass(frozen=True, slots=True)
class Removal:
    """A pipeline that is to go. tables: its own, as catalog.schema.table; untold: why they could not be listed, else empty."""

    chosen: Chosen
    details: Details
    tables: tuple[str, ...] = ()
    untold: str = ""


def schemas_of(chosen: Chosen, details: Details) -> set[tuple[str, str]]:
    """Give the (catalog, schema) that a pipeline's tables may be in: its own, and those of tables that it is known to have."""
    if details.old_metastore:
        return set()
    own = {(details.catalog, details.schema)} if details.schema else set()
    named = [table.destination for table in chosen.declared.tables] if chosen.declared else []
    return own | {(catalog, schema) for name in (*named, *details.tables) for catalog, schema, _ in [name.split(".", 2)]}


def in_the_way(chosen: Chosen, details: Details, known: Collection[tuple[str, str]], *, force: bool) -> list[Problem]:
    """Say what keeps a pipeline from being deleted. known: (connector, target) of the project's layouts.

    force: a layout may have it. Nothing makes up for an update that is active.
    """
    name, its = seen(chosen.label), chosen.declared
    problems = []
    if chosen.listed.is_running:
        fix = "stop it first: `headgate pipelines stop`"
        problems.append(Problem(f"{name} is running", fix))
    if details.continuous:
        problems.append(Problem(f"{name} is continuous: it starts again by itself", "make it a triggered one first"))
    if force:
        return problems
    tag = tag_in(details.tags)
    if its and its.leaving:
        whose = f"{its.connector} -t {its.target}"
        problems.append(
            Problem(
                f"{name}: Terraform's states of {its.connector} in {its.target} may still have it",
                f"deploy, then `headgate record {whose}`, or say --force",
            )
        )
    elif its:
        problems.append(
            Problem(
                f"{name} is pipeline {its.pipeline} of {its.connector}'s layout in {its.target}: the next deploy would make it "
                "again, and its tables would belong to no pipeline until then",
                "take it out of the layout (fewer `pipelines`, or `headgate retire`), or say --force",
            )
        )
    elif tag and (tag.connector, tag.target) not in known:
        problems.append(
            Problem(
                seen(f"{name} carries the tags of {tag.connector} in {tag.target}, whose layout is not in this project"),
                "delete it in that project, or say --force",
            )
        )
    return problems


def lost(removals: Sequence[Removal], there: Mapping[str, str]) -> list[str]:
    """Give the tables of deleted pipelines that are not `there` any more, which no deletion asked for."""
    return sorted(table for one in removals if not one.untold for table in one.tables if table not in there)
