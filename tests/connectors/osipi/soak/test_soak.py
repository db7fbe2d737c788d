"""Two short seeds of the soak, one for each way to land rows; `make soak` runs 200."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from tests.connectors.osipi.soak.run import run
from tests.support.examples import some_of


@pytest.mark.parametrize("seed", some_of([31, 82]))
def test_a_reader_that_is_killed_at_any_instant_loses_and_doubles_nothing_unreported(seed: int) -> None:
    outcome = run(seed)

    assert outcome.good, str(outcome)
    assert outcome.killed >= 1
    assert outcome.findings.rows > 1000
