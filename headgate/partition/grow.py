"""More pipelines: the new ones filled from the heaviest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.partition.instance import ascending
from headgate.partition.partial_assignment import PartialAssignment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from headgate.partition.instance import Instance

_DONORS = 32  # of the heaviest pipelines, how many are asked before a new one counts as full


def fill(
    instance: Instance,
    today: NDArray[np.int64],
    assignment: NDArray[np.int64],
    costs: NDArray[np.int64],
    new: Sequence[int],
    *,
    tolerance: float,
) -> NDArray[np.int64]:
    """Give an assignment in which each pipeline of `new` has at least the mean load less `tolerance`, as far as units allow.

    today: (n,) where each unit was, -1 for a new one; assignment: (n,) where it is to be so far. A new pipeline takes from the
    heaviest, each time the unit that brings the most weight for its cost and makes none heavier than the one it leaves;
    one that is still empty takes the lightest it can get. All that held of the instance's constraints holds after.
    """
    state = PartialAssignment(instance, today, costs)
    state.restore(assignment)
    mean = float(instance.weights.sum()) / instance.pipelines
    for pipeline in new:
        while state.loads[pipeline] < mean * (1 - tolerance) and _take(state, pipeline, mean * (1 + tolerance)):
            pass
        if not bool(np.any(state.assignment == pipeline)):
            _take_any(state, pipeline)
    return state.assignment


def _take(state: PartialAssignment, pipeline: int, most: float) -> bool:
    """Move one unit to the pipeline, from the heaviest that has one to spare; False where none has."""
    slack = most - float(state.loads[pipeline])
    for donor in ascending(-state.loads)[:_DONORS].tolist():
        gap = int(state.loads[donor] - state.loads[pipeline])
        units = state.inside(donor)
        weights = state.weights[units]
        able = units[(weights > 0) & (weights < gap) & (weights <= slack)]
        worth = state.weights[able] / (state.leaving(able) + 1.0)
        for unit in able[ascending(-worth)].tolist():
            if state.attempt([(unit, pipeline)]):
                return True
    return False


def _take_any(state: PartialAssignment, pipeline: int) -> None:
    """Move the cheapest unit that a pipeline of several can spare, of the heaviest that has one."""
    held = np.bincount(state.assignment, minlength=state.instance.pipelines)
    for donor in ascending(-state.loads).tolist():
        units = state.inside(donor)
        if held[donor] > 1 and donor != pipeline:
            order = np.lexsort((units, state.weights[units], state.leaving(units)))
            if any(state.attempt([(unit, pipeline)]) for unit in units[order].tolist()):
                return
