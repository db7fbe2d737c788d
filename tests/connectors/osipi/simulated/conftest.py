"""The connector against the simulator, over HTTP."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from connectors.osipi.client import PiClient
from tests.connectors.osipi.simulated.world import Stage, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.osipi import OsipiLakeflowConnect


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with ExitStack() as running:
        yield Stage(running)


@pytest.fixture
def world(stage: Stage, waits: list[float], monkeypatch: pytest.MonkeyPatch, form: type[OsipiLakeflowConnect]) -> World:
    """Give a world that is still to be served, in which nobody really waits."""
    defaults = {**(PiClient.__init__.__kwdefaults__ or {}), "sleep": waits.append}
    monkeypatch.setattr(PiClient.__init__, "__kwdefaults__", defaults)
    return World(stage, form=form)
