"""Tables that two targets of a definition both have, though a streaming table belongs to one pipeline. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    from headgate.definition.model import Target
    from headgate.tables.ids import TableId


def same_tables(targets: Mapping[str, Target], tables: Iterable[TableId], name: str) -> dict[str, list[TableId]]:
    """Give other target → the tables that it and the target `name` both have by their catalogs; no entry where there are none.

    tables: as the definition has them, without a target. A target that is surely in another workspace is left out.
    """
    listed, own = list(tables), targets[name]
    here = {table.in_catalog(own.catalog) for table in listed}
    found = {
        other: sorted(here & {table.in_catalog(its.catalog) for table in listed}, key=lambda table: table.order)
        for other, its in targets.items()
        if other != name and one_workspace(own, its) != "no"
    }
    return {other: shared for other, shared in found.items() if shared}


def one_workspace(one: Target, other: Target) -> Literal["yes", "no", "perhaps"]:
    """Say whether two targets are in one workspace; perhaps, where the environment names that of one of them."""
    for ours, theirs in ((one.host, other.host), (one.profile, other.profile)):
        if ours and theirs:
            return "yes" if _address(ours) == _address(theirs) else "no"
    return "perhaps"


def same_tables_text(name: str, other: str, shared: list[TableId]) -> str:
    """Say that two targets have the same tables."""
    more = f" and {counted(len(shared) - 1, 'more table', 'more tables')}" if len(shared) > 1 else ""
    has = f"{name} and {other} both have {shared[0].destination}{more}"
    return f"{has}: a table belongs to one pipeline, and that of the other target fails"


def _address(host: str) -> str:
    return host.casefold().removeprefix("https://").rstrip("/")
