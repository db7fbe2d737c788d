"""The dashboard as a Databricks App: started as its app.yaml says, from the files that a deploy puts beside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from ruamel.yaml import YAML

pytest.importorskip("sqlglot", reason="make test installs it")

from headgate.deployment.app_source import app_sources
from headgate.deployment.apps import app_resources
from headgate.deployment.model import App, File
from headgate.deployment.scope import Scope
from headgate.project import read_connectors
from tests.dashboard.site import Site, write_project
from tests.dashboard.test_pages import PAGES
from tests.support.examples import some_of
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal
from tests.workspace.server import served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP = "    warehouse_id: wh1\n    dashboard: {package: headgate-0.1.0-py3-none-any.whl, as_user: true}\n"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, App]:
    """Give the tables' folder, and an app's folder as the workspace has it, with the app."""
    root, app_folder = tmp_path_factory.mktemp("plant"), tmp_path_factory.mktemp("app")
    data = write_project(root).data
    definition = root / "connectors/plant/connector.yaml"
    text = definition.read_text().replace("  dev: {default: true, protect: false}\n", f"  dev:\n    default: true\n{APP}")
    definition.write_text(text)
    (definition.parent / "headgate-0.1.0-py3-none-any.whl").write_bytes(b"a wheel")
    (connector,) = read_connectors(root)
    resources = app_resources(Scope(connector.definition, "dev"), app_sources(connector, "dev"))
    (app,) = (one for one in resources if isinstance(one, App))
    for one in resources:
        if isinstance(one, File):
            path = app_folder / one.path.removeprefix(f"{app.source}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.content)
    return data, app_folder, app


def test_its_files_are_what_it_shows_and_what_it_installs(deployed: tuple[Path, Path, App]) -> None:
    _, folder, _ = deployed

    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "app.yaml",
        "connectors/plant/connector.yaml",
        "connectors/plant/layout.lock",
        "connectors/plant/tables.csv",
        "headgate-0.1.0-py3-none-any.whl",
        "requirements.txt",
    ]
    assert (folder / "requirements.txt").read_text().splitlines()[-1] == "./headgate-0.1.0-py3-none-any.whl[dashboard]"


@pytest.fixture(scope="module")
def running(deployed: tuple[Path, Path, App]) -> Iterator[tuple[Site, Workspace, subprocess.Popen[str]]]:
    """Start the app as the platform does: its command without a shell, in its folder, with the platform's variables."""
    data, folder, app = deployed
    manifest: dict[str, Any] = YAML(typ="safe").load(folder / "app.yaml")
    workspace = Workspace(data=data, guests=frozenset({"adas-token"}))
    with served(workspace) as host:
        given = {"warehouse": app.warehouse}
        variables = {name: value for name, value in os.environ.items() if not name.startswith("DATABRICKS_")} | {
            "DATABRICKS_APP_NAME": app.name,
            "DATABRICKS_APP_PORT": "0",  # any that is free
            "DATABRICKS_HOST": host,
            "DATABRICKS_TOKEN": TOKEN,  # in place of the service principal's secret
            **{one["name"]: one.get("value") or given[one["valueFrom"]] for one in manifest["env"]},
        }
        process = subprocess.Popen(manifest["command"], cwd=folder, env=variables, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        try:
            said = re.search(r":(\d+)/; it reads tables by the SQL warehouse wh1", process.stderr.readline())
            assert said
            yield Site(f"http://127.0.0.1:{said[1]}", folder, None), workspace, process  # type: ignore[arg-type]  # it has its own
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


@pytest.mark.parametrize("path", some_of(["/data/pi_timeseries", "/who", "/healthz", "/metrics", *PAGES], 3))
def test_each_page_opens_by_the_address_that_people_know(path: str, running: tuple[Site, Workspace, Any]) -> None:
    headers = {
        "Host": "plant-dev-dashboard-1.aws.databricksapps.com",
        "X-Forwarded-Email": "ada@example.com",
        "X-Forwarded-Access-Token": "adas-token",
    }

    answer = requests.get(running[0].url + path, headers=headers, timeout=30)

    assert answer.status_code == 200, answer.text[:2000]
    assert "adas-token" not in answer.text
    assert ("ada@example.com" in answer.text) == (path == "/who")


def test_rows_are_asked_for_in_the_name_of_who_looks(running: tuple[Site, Workspace, Any]) -> None:
    site, workspace, _ = running
    site.get("/data/pi_points", 400)

    site.get("/data/pi_points", 200, **{"X-Forwarded-Access-Token": "adas-token"})

    assert workspace.asked("POST", "/sql/statements")[-1].token == "adas-token"  # noqa: S105  # a made-up one


@pytest.mark.long
def test_a_workspace_that_goes_away_leaves_the_pages_that_need_none(running: tuple[Site, Workspace, Any]) -> None:
    site, workspace, process = running
    workspace.add(Fault(then=refusal(503, "TEMPORARILY_UNAVAILABLE", "down"), times=None))
    began = time.monotonic()
    said = site.get("/data/pi_timeseries", 503, **{"X-Forwarded-Access-Token": "adas-token"}).text
    workspace.mend()

    assert "can&#39;t be asked now" in said
    assert time.monotonic() - began < 60
    site.get("/ingestion")
    assert process.poll() is None
