"""A short seed of the soak; `make soak-run` disturbs more than a thousand runs."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from tests.engine.soak.processes import WITHOUT_THREADS
from tests.engine.soak.run import run

if TYPE_CHECKING:
    import pytest


def test_runs_that_are_killed_at_any_instant_leave_the_tables_of_undisturbed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WITHOUT_THREADS.items():
        monkeypatch.setenv(name, value)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        outcome = pool.submit(run, 121, rounds=2).result()

    assert outcome.good, str(outcome)
    assert outcome.kills.total() >= 5
    assert outcome.findings.rows > 100
