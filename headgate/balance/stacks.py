"""Which stack a pipeline is in: whole pipelines, spread by weight and number; one in a stack stays there unless asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import ceil, fsum
from typing import TYPE_CHECKING

import numpy as np

from headgate.layout.model import Change
from headgate.partition.constrained import place
from headgate.partition.instance import Instance
from headgate.problems import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from headgate.layout.model import Pipeline

_THOUSAND = 1000


def assign_stacks(
    pipelines: Sequence[Pipeline],
    loads: Mapping[str, float],
    stacks: int,
    targets: tuple[str, ...],
    *,
    restack: bool,
    together: Sequence[Sequence[str]] = (),
) -> list[Pipeline]:
    """Give the pipelines with their stacks, 1 to `stacks`; stack 0 marks one that has none yet.

    No stack gets more than its share of the pipelines, so of the resources, and within that the heaviest stack is as light
    as can be. A pipeline whose stack is above `stacks` goes elsewhere; with `restack` all are spread anew (those that keep
    their stack under the best naming of the new ones do). Raises RefusedError for one whose last change of stack is not yet
    recorded. together: pipelines that one job runs, which share the stack of the first of them that has one.
    """
    units = _units(pipelines, together)
    ordered = sorted(units, key=lambda unit: (-fsum(loads.get(one.id, 0.0) for one in unit), unit[0].id))
    kept = {}
    for number, unit in enumerate(ordered):
        there = [one.stack - 1 for one in unit if 0 < one.stack <= stacks and not restack]
        kept.update({number: there[0]} if there else {})
    sizes = np.array([len(unit) for unit in ordered], dtype=np.int64)
    held = np.bincount(list(kept.values()), sizes[list(kept)], minlength=stacks)
    weights = _coarse([fsum(loads.get(one.id, 0.0) for one in unit) for unit in ordered])
    capacity = np.maximum(held, max(ceil(len(pipelines) / stacks), int(sizes.max(initial=0)))).astype(np.int64)
    one_each = not together
    instance = Instance(weights, stacks, sizes=None if one_each else sizes, capacity=capacity, fixed=kept)
    assignment = place(instance).assignment if ordered else np.array([], dtype=np.int64)
    wanted = {one.id: int(home) + 1 for unit, home in zip(ordered, assignment, strict=True) for one in unit}
    if restack:
        wanted = _renumbered(pipelines, wanted, stacks)
    return [_moved(pipeline, wanted[pipeline.id], targets) for pipeline in pipelines]


def _coarse(loads: Sequence[float]) -> NDArray[np.int64]:
    """Give the loads as whole thousandths of the heaviest: stacks need no more, and the search ends sooner."""
    most = max(loads, default=0.0)
    return np.rint(np.array(loads) / (most or 1.0) * _THOUSAND).astype(np.int64)


def _units(pipelines: Sequence[Pipeline], together: Sequence[Sequence[str]]) -> list[list[Pipeline]]:
    by_id = {pipeline.id: pipeline for pipeline in pipelines}
    joined = {name for names in together for name in names}
    units = [[by_id[name] for name in names] for names in together]
    return [*units, *([pipeline] for pipeline in pipelines if pipeline.id not in joined)]


def _renumbered(pipelines: Sequence[Pipeline], wanted: Mapping[str, int], stacks: int) -> dict[str, int]:
    shared = Counter((wanted[pipeline.id], pipeline.stack) for pipeline in pipelines)
    numbers: dict[int, int] = {}
    for new, old in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        if 0 < old <= stacks and new not in numbers and old not in numbers.values():
            numbers[new] = old
    rest = [number for number in range(1, stacks + 1) if number not in numbers.values()]
    for new in range(1, stacks + 1):
        numbers.setdefault(new, rest[0] if rest else new)
        rest = [number for number in rest if number not in numbers.values()]
    return {name: numbers[stack] for name, stack in wanted.items()}


def _moved(pipeline: Pipeline, stack: int, targets: tuple[str, ...]) -> Pipeline:
    if stack == pipeline.stack:
        return pipeline
    if pipeline.stack == 0:
        return replace(pipeline, stack=stack)
    if (pipeline.restacked and pipeline.restacked.until) or (pipeline.renamed and pipeline.renamed.until):
        raise RefusedError(
            f"pipeline '{pipeline.id}' would change from stack {pipeline.stack} to {stack} while its last change is under way",
            "deploy, then record it with `headgate record` (or `headgate done`), and balance again",
        )
    return replace(pipeline, stack=stack, restacked=Change(str(pipeline.stack), targets))
