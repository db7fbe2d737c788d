"""A short seed of the soak; `make soak-run` disturbs more than a thousand runs."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.engine.soak.run import run


def test_runs_that_are_killed_at_any_instant_leave_the_tables_of_undisturbed_ones() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:  # one without threads, so that it can fork
        outcome = pool.submit(run, 121, rounds=2).result()

    assert outcome.good, str(outcome)
    assert outcome.kills.total() >= 5
    assert outcome.findings.rows > 100
