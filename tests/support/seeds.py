"""Many seeds of one soak, spread over processes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Outcome = TypeVar("Outcome")


def outcomes_of(words: Sequence[str], count: int, run: Callable[[int], Outcome]) -> list[Outcome]:
    """Run the seeds that the words are, or as many from 0 on as `count`; print what came of each as it ends, and give it."""
    seeds = [int(word) for word in words] or list(range(count))
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(run, seed) for seed in seeds]):
            outcomes.append(done.result())
            print(outcomes[-1], flush=True)  # noqa: T201
    return outcomes
