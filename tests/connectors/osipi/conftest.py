"""A PI Web API of the test's own, and a connector that asks it and never really waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from connectors.osipi import OsipiLakeflowConnect
from connectors.osipi.client import PiClient
from connectors.osipi.options import settings_of
from tests.connectors.osipi.by_columns import ByColumns
from tests.connectors.osipi.server import PiServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# For tests of recorded values, which are to hold however these are read.
BY_BOTH = pytest.mark.parametrize("form", ["rows", "columns"], indirect=True)


@pytest.fixture(autouse=True)
def _directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a proxy of this machine out of it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def pi() -> Iterator[PiServer]:
    with PiServer() as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited."""
    return []


@pytest.fixture
def client(pi: PiServer, waits: list[float]) -> Callable[..., PiClient]:
    """Give a client with these options."""

    def made(**options: str) -> PiClient:
        return PiClient(settings_of({"pi_base_url": pi.url, **options}), sleep=waits.append, chance=lambda: 0.0)

    return made


@pytest.fixture
def form(request: pytest.FixtureRequest) -> type[OsipiLakeflowConnect]:
    """The connector's class: it is read by its rows, or by columns where a test says so."""
    if getattr(request, "param", "rows") == "rows":
        return OsipiLakeflowConnect
    pytest.importorskip("pyarrow", reason="needs the extra 'delta': make .venv/.exact.ready")
    return ByColumns


@pytest.fixture
def connector(
    pi: PiServer, waits: list[float], monkeypatch: pytest.MonkeyPatch, form: type[OsipiLakeflowConnect]
) -> Callable[..., OsipiLakeflowConnect]:
    """Give a connector with these options, at noon of 1 March 2026."""

    def made(**options: str) -> OsipiLakeflowConnect:
        monkeypatch.setattr(
            PiClient.__init__, "__kwdefaults__", {**(PiClient.__init__.__kwdefaults__ or {}), "sleep": waits.append}
        )
        one = form({"pi_base_url": pi.url, **options})
        one.clock = lambda: NOW
        return one

    return made
