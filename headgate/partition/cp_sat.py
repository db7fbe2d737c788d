"""Placements by OR-Tools' CP-SAT, an optional extra: the rules as a model, and the same answer on every machine."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance


def installed() -> bool:
    """Whether OR-Tools is there."""
    return find_spec("ortools") is not None


def solve(
    instance: Instance,
    options: NDArray[np.bool_],
    budget: float,
    *,
    limit: int | None = None,
    price: Callable[[Any, list[dict[int, Any]], Any], None] | None = None,
) -> tuple[str, NDArray[np.int64] | None, float]:
    """Give the solver's status, an assignment (n,) that keeps the rules where one was found, and the work done.

    options: (n, pipelines) where each unit may be. budget: deterministic seconds, as OR-Tools counts its work. limit: of each
    load. price: adds to the model what an assignment costs, given for each unit the variables of its pipelines, and the
    solver's sum of variables, each times a number.
    """
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an optional extra

    model, total = cp_model.CpModel(), cp_model.LinearExpr.weighted_sum
    places: list[dict[int, Any]] = []
    for row in options:
        columns = np.flatnonzero(row).tolist()
        one = len(columns) == 1
        places.append({pipeline: model.new_constant(1) if one else model.new_bool_var("") for pipeline in columns})
        model.add_exactly_one(places[-1].values())
    for pipeline in range(instance.pipelines):
        inside = np.flatnonzero(options[:, pipeline]).tolist()
        column = [places[unit][pipeline] for unit in inside]
        if limit is not None:
            model.add(total(column, instance.weights[inside].tolist()) <= limit)
        if instance.capacity is not None:
            model.add(total(column, instance.tables[inside].tolist()) <= int(instance.capacity[pipeline]))
        for members in instance.anti_affinity:
            model.add_at_most_one(places[unit][pipeline] for unit in members if pipeline in places[unit])
    for first, then in instance.precedence:
        ends = [total(list(places[unit].values()), list(places[unit])) for unit in (first, then)]
        model.add(ends[0] <= ends[1])
    if price is not None:
        price(model, places, total)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = budget
    status = solver.status_name(solver.solve(model))
    assignment = None
    if status in {"OPTIMAL", "FEASIBLE"}:
        found = [next(pipeline for pipeline, there in row.items() if solver.value(there)) for row in places]
        assignment = np.array(found, dtype=np.int64)
    return status, assignment, solver.response_proto.deterministic_time
