"""A simulator that really serves, on a port of this machine."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from tests.apps.pi_simulator.api import Api, Start
from tests.apps.pi_simulator.examples import examples_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def start() -> Iterator[Start]:
    """Start simulators by their settings; they refuse parameters that a request does not take."""
    with ExitStack() as running:
        yield lambda **settings: Api(running.enter_context(served(create_app(Settings(**{"strict": True, **settings})))))


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """A friendly simulator that all tests may ask."""
    with served(create_app(Settings(tags=300, strict=True))) as url:
        yield Api(url)


@pytest.fixture(scope="session")
def examples(api: Api) -> dict[str, dict[str, Any]]:
    """An object of each controller of the asset model."""
    return examples_of(api)
