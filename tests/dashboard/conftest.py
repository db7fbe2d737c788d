"""One dashboard for all tests that change nothing of its project."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("fastapi", reason="make test installs what the dashboard needs")

from headgate.dashboard.serving import served
from headgate.dashboard.settings import Warehouse
from tests.dashboard.site import SECRET, Site, write_project
from tests.workspace.server import served as workspace_served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "HEADGATE_OPTION_TOKEN"
LOGIN: dict[str, str] = {}  # to the workspace of the dashboard that a warehouse is asked for


@pytest.fixture(scope="session", params=["folder", pytest.param("warehouse", marks=pytest.mark.long)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a dashboard that serves a plant, whose tables are read from a folder or by a SQL warehouse."""
    root = tmp_path_factory.mktemp("plant")
    settings = write_project(root)
    (root / "balance.html").write_text("<!DOCTYPE html><title>Headgate: balance of plant</title><style>p {}</style><p>Page</p>")
    (root / "other.html").write_text("<title>Somebody's own</title><script>alert(1)</script>")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # until it serves: tests of other folders have no such secret
            patch.setenv(VARIABLE, SECRET)
            if request.param == "warehouse":
                pytest.importorskip("sqlglot", reason="make test installs it")
                workspace = Workspace(data=settings.data)
                LOGIN.update(DATABRICKS_HOST=stack.enter_context(workspace_served(workspace)), DATABRICKS_TOKEN=TOKEN)
                settings = replace(settings, warehouse=Warehouse(id="wh1"))
            url = stack.enter_context(served(settings))
        yield Site(url, root, settings)


@pytest.fixture(autouse=True)
def _with_a_secret(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    if "site" in request.fixturenames:
        request.getfixturevalue("site")
        for name, value in LOGIN.items():
            monkeypatch.setenv(name, value)
