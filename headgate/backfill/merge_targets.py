"""Which tables of a target rows belong to, and which tags each of them reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.deployment.ingest import option_text
from headgate.names import catalog_name_fault
from headgate.problems import InputError, Problem, refuse, short
from headgate.tables.names import blurred

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.deployment.scope import Scope
    from headgate.tables.table import Table

_PARTS = 3


@dataclass(frozen=True, slots=True)
class MergeTarget:
    """A table by its full name, and the options of its row, which choose its tags."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def listed(self) -> tuple[str, ...]:
        """The tags that the row names; none where they are chosen in another way."""
        text = next((value for name, value in self.options.items() if name.lower() == "tag_webids"), "")
        return tuple(tag for part in text.split(",") if (tag := part.strip()))


def merge_targets_of(tables: Sequence[Table], scope: Scope, source_table: str) -> tuple[MergeTarget, ...]:
    """Give the tables that read a source table in a target; raises InputError where none does, or one keeps its own history."""
    rows = [one for one in tables if blurred(one.id.source_table) == blurred(source_table) and not one.gone]
    if not rows:
        raise InputError(f"no row of tables.csv reads {short(source_table)}", "name another by --table, or where to by --into")
    found = []
    for row in rows:
        options = {name: option_text(value) for name, value in row.options.items()}
        name = row.id.in_catalog(scope.target.catalog).destination
        if options.get("scd_type") == "SCD_TYPE_2":
            message = f"{name} keeps the history of its rows (SCD_TYPE_2), which a merge would break"
            raise InputError(message, "name another table by --into")
        found.append(MergeTarget(name, options))
    return tuple(found)


def merge_target_named(name: str) -> MergeTarget:
    """Give a table that was named in full. Raises InputError for what is no such name."""
    parts = [part.removeprefix("`").removesuffix("`") for part in name.split(".")]
    if len(parts) != _PARTS or any(catalog_name_fault(part) for part in parts):
        raise InputError(f"--into {short(name)} is not a table's full name", "write it as catalog.schema.table")
    return MergeTarget(".".join(parts))


def share_out(merge_targets: Sequence[MergeTarget], tags: Sequence[str]) -> list[tuple[MergeTarget, tuple[str, ...]]]:
    """Give each table that has any of the tags with those; without tags, all tables, each with the tags that it names.

    Raises InputError for tags where it is not known which table has them.
    """
    if not tags:
        return [(merge_target, merge_target.listed) for merge_target in merge_targets]
    of: dict[str, list[str]] = {merge_target.name: [] for merge_target in merge_targets}
    problems = []
    for tag in dict.fromkeys(tags):
        some = [merge_target for merge_target in merge_targets if tag in merge_target.listed] or [
            merge_target for merge_target in merge_targets if not merge_target.listed
        ]
        if len(some) == 1:
            of[some[0].name].append(tag)
        else:
            why = f"{len(some)} tables may have it" if some else f"no slice of {merge_targets[0].name} names it"
            problems.append(Problem(f"the tag {short(tag)} has no place: {why}", "name the table: --into catalog.schema.table"))
    refuse(problems)
    return [(merge_target, tuple(of[merge_target.name])) for merge_target in merge_targets if of[merge_target.name]]
