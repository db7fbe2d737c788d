"""Which of the chosen pipelines is to refresh which table, and which flows it is to begin anew. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.observe.placing import Places
from headgate.operate.model import UpdateOptions
from headgate.problems import InputError, Problem, did_you_mean, short
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.operate.model import Chosen
    from headgate.tables.ids import TableId

# Flow → the dataset that it loads, as a log has them.
Flows = "Mapping[str, str]"


def options_of(
    chosen: Sequence[Chosen],
    tables: Sequence[str],
    reset: Sequence[str],
    flows_of: Callable[[Chosen], Mapping[str, str]],
    *,
    full_refresh: bool,
    validate_only: bool,
) -> list[tuple[Chosen, UpdateOptions]]:
    """Give each pipeline that is to run, with what its update is to do.

    tables: those to refresh, by source table, destination or its last part; none: all. Only pipelines that have one run then.
    reset: flows, or tables, whose checkpoints are reset. flows_of: what a pipeline's log says of its flows. A table of a
    pipeline that no layout declares is passed on as it is named. Raises InputError for a table or flow that none of them has.
    """
    refreshed, unknown = _placed(chosen, tables)
    begun, unknown_flows = _flows(chosen, reset, flows_of)
    if unknown or unknown_flows:
        raise InputError([*unknown, *unknown_flows])
    narrowed = refreshed.keys() | begun.keys() if tables or reset else {one.listed.id for one in chosen}
    return [
        (
            one,
            UpdateOptions(
                validate_only,
                full_refresh and not tables,
                () if full_refresh else tuple(refreshed.get(one.listed.id, ())),
                tuple(refreshed.get(one.listed.id, ())) if full_refresh else (),
                tuple(begun.get(one.listed.id, ())),
            ),
        )
        for one in chosen
        if one.listed.id in narrowed
    ]


def _placed(chosen: Sequence[Chosen], tables: Sequence[str]) -> tuple[dict[str, list[str]], list[Problem]]:
    """Give pipeline → its tables of those that are named, and what of them is in none."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    undeclared = [one for one in chosen if one.declared is None]
    problems = []
    for name in dict.fromkeys(tables):
        holders = [(one, table) for one in chosen if one.declared for table in one.declared.tables if _is(table, name)]
        for one, table in holders:
            found[one.listed.id].append(table.destination)
        if holders:
            continue
        if len(undeclared) == len(chosen) == 1:
            found[undeclared[0].listed.id].append(name)
            continue
        known = [table.source_table for one in chosen if one.declared for table in one.declared.tables]
        fix = did_you_mean(name, known) or "name one pipeline: which of them has it is known of layouts alone"
        problems.append(Problem(f"no pipeline that is named has a table {short(name)}", fix))
    return found, problems


def _is(table: TableId, name: str) -> bool:
    return name in {table.source_table, str(table)} or folded(name) in {folded(table.destination), folded(table.table)}


def _flows(
    chosen: Sequence[Chosen], names: Sequence[str], flows_of: Callable[[Chosen], Mapping[str, str]]
) -> tuple[dict[str, list[str]], list[Problem]]:
    """Give pipeline → its flows of those that are named by themselves or by their tables, and what of them is nowhere."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    logs = {one.listed.id: flows_of(one) for one in chosen} if names else {}
    problems = []
    for name in dict.fromkeys(names):
        hits = {id_: its for one in chosen if (its := _meant(one, name, logs[id_ := one.listed.id]))}
        for id_, its in hits.items():
            found[id_] += its
        if not hits:
            known = sorted({flow for log in logs.values() for flow in log})
            fix = did_you_mean(name, known) or "their logs have no flow yet: let them run once"
            problems.append(Problem(f"the pipelines' logs have no flow or table {short(name)}", fix))
    return found, problems


def _meant(one: Chosen, name: str, log: Mapping[str, str]) -> list[str]:
    if name in log:
        return [name]
    tables = [table for table in (one.declared.tables if one.declared else ()) if _is(table, name)]
    places = Places(tables)
    return [flow for flow, dataset in log.items() if name == dataset or places.table(flow, dataset, tables) is not None]
