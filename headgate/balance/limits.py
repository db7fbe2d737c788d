"""Limits of loads beside the weight: what no layout can keep, and what one at hand does not. Pure."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from typing import TYPE_CHECKING

from headgate.balance.starts import starts_of
from headgate.numbers import counted, number_text
from headgate.partition.bound import lower_bound
from headgate.partition.instance import exact_weights
from headgate.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from headgate.balance.rules import Rules
    from headgate.balance.starts import Timeline
    from headgate.definition.model import Definition
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.group import Group
    from headgate.tables.table import Table

_ROUNDING = 1e-9


def impossible(groups: Mapping[Group, Sequence[Table]], rules: Rules, definition: Definition) -> Iterator[Problem]:
    """Say which limits no layout can keep: by a table or tables that share a pipeline, a group, or a connection alone."""
    settings = definition.balance
    for name, load in sorted(settings.loads.items()):
        if load.per_pipeline is not None:
            path, limit = f"balance.loads.{name}.per_pipeline", load.per_pipeline
            takes = f"a pipeline takes {number_text(limit)}"
            fix = "raise the limit, or slice the table"
            yield from (
                Problem(f"{words} {number_text(amount)} of {name}, and {takes}", fix, path=path)
                for words, amount in _units(groups, rules, name)
                if amount > limit * (1 + _ROUNDING)
            )
            yield from _by_groups(groups, name, limit, settings.max_pipelines, path)
        if load.per_minute is not None:
            yield from _by_connection([table for its in groups.values() for table in its], name, load.per_minute)


def not_kept(pipelines: Sequence[ResolvedPipeline], definition: Definition, timeline: Timeline) -> Iterator[str]:
    """Say which limits a layout does not keep, with the numbers."""
    for name, load in sorted(definition.balance.loads.items()):
        if load.per_pipeline is not None:
            for one in pipelines:
                amount = one.load(name)
                if amount > load.per_pipeline * (1 + _ROUNDING):
                    yield (
                        f"pipeline {one.pipeline.id} asks for {number_text(amount)} of {name}, and a pipeline takes "
                        f"{number_text(load.per_pipeline)} (balance.loads.{name}.per_pipeline)"
                    )
    for rate in timeline.rates:
        if rate.after > rate.per_minute * (1 + _ROUNDING):
            yield (
                f"{number_text(rate.after)} of {rate.load} in the busiest minute on {rate.connection}, and it takes "
                f"{number_text(rate.per_minute)} (balance.loads.{rate.load}.per_minute); no starts make it less than "
                f"{number_text(rate.bound)} with these pipelines"
            )


def demands_of(inside: Mapping[str, Iterable[Table]], definition: Definition) -> dict[str, dict[str, float]]:
    """Give load → pipeline → what a run asks for, of the loads with a limit a minute. inside: pipeline → its tables."""
    timed = [name for name, load in definition.balance.loads.items() if load.per_minute is not None]
    return {
        name: {pipeline: fsum(table.loads[name].amount for table in tables) for pipeline, tables in inside.items()}
        for name in timed
    }


def _units(groups: Mapping[Group, Sequence[Table]], rules: Rules, name: str) -> Iterator[tuple[str, float]]:
    together = {table for one in rules.together for table in one}
    for tables in groups.values():
        for table in tables:
            if table not in together:
                yield f"{table.id.source_table} asks for", table.loads[name].amount
    for one in rules.together:
        names = ", ".join(table.id.source_table for table in one)
        yield f"{names} share a pipeline (balance.together) and ask for", fsum(table.loads[name].amount for table in one)


def _by_groups(
    groups: Mapping[Group, Sequence[Table]], name: str, limit: float, most: int | None, path: str
) -> Iterator[Problem]:
    for group, tables in groups.items():
        amounts, scale = exact_weights([table.loads[name].amount for table in tables])
        count = min(most or len(tables), len(tables))
        least = lower_bound(amounts, count) * scale
        if least > limit * (1 + _ROUNDING) and least > max(table.loads[name].amount for table in tables):
            total, pipelines = number_text(float(amounts.sum()) * scale), counted(count, "pipeline")
            yield Problem(
                f"group {group.words} asks for {total} of {name}: on {pipelines} (balance.max_pipelines) one has "
                f"{number_text(least)} at least, and takes {number_text(limit)}",
                "raise one of the limits",
                path=path,
            )


def _by_connection(tables: Sequence[Table], name: str, per_minute: float) -> Iterator[Problem]:
    asked: defaultdict[str, list[float]] = defaultdict(list)
    for table in tables:
        period, starts = starts_of(table.group.schedule) if table.group.schedule else (1, ())
        asked[table.group.connection].append(table.loads[name].amount * len(starts) / period)
    for connection, rates in sorted(asked.items()):
        if fsum(rates) > per_minute * (1 + _ROUNDING):
            yield Problem(
                f"the schedules ask {connection} for {number_text(fsum(rates))} of {name} a minute on average, and it takes "
                f"{number_text(per_minute)}",
                "run tables less often, or raise the limit",
                path=f"balance.loads.{name}.per_minute",
            )
