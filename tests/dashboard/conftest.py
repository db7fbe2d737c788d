"""One dashboard for all tests that change nothing of its project."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("fastapi", reason="make test installs what the dashboard needs")

from headgate.dashboard.serving import served
from tests.dashboard.site import SECRET, Site, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "HEADGATE_OPTION_TOKEN"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a dashboard that serves a plant."""
    root = tmp_path_factory.mktemp("plant")
    settings = write_project(root)
    (root / "balance.html").write_text("<!DOCTYPE html><title>Headgate: balance of plant</title><style>p {}</style><p>Page</p>")
    (root / "other.html").write_text("<title>Somebody's own</title><script>alert(1)</script>")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # until it serves: tests of other folders have no such secret
            patch.setenv(VARIABLE, SECRET)
            url = stack.enter_context(served(settings))
        yield Site(url, root, settings)


@pytest.fixture(autouse=True)
def _with_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
