"""A small connector, balanced and deployed, and the workspace that it is deployed to."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from headgate.deployment.tags import Tag
from tests.support.command import Run, in_process
from tests.workspace.messages import Request
from tests.workspace.server import served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection, secrets: [token]}
code: {wheels: [/Volumes/main/code/crm-1.0-py3-none-any.whl]}
destination: {catalog: main, schema: bronze}
schedules: {snapshot: 0 2 * * *}
targets:
  dev: {default: true, name_prefix: dev_}
  prod: {}
"""
TABLES = """\
source_table,pipeline_group,ingestion_type,weight
contacts,people,snapshot,100
deals,money,snapshot,70
"""
SCHEDULE = {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC"}


@pytest.fixture(scope="session")
def served_workspace() -> Iterator[tuple[Workspace, str]]:
    """A workspace that all tests here share, and its address."""
    workspace = Workspace()
    with served(workspace) as host:
        yield workspace, host


@pytest.fixture
def workspace(served_workspace: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The workspace, empty, to which the environment logs in."""
    found, host = served_workspace
    found.reset()
    monkeypatch.setenv("DATABRICKS_HOST", host)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    return found


@dataclass(frozen=True)
class Deployed:
    """A connector `crm` in `dev`: each of its pipelines has a job in the workspace, which a state has.

    `files`: name → text of the files that the state has too.
    """

    root: Path
    workspace: Workspace
    headgate: Run
    ids: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)

    def job(self, pipeline: str, target: str = "dev", **more: Any) -> str:
        """Make another job as an apply would, and give its id."""
        return make_job(self.workspace, pipeline, target, **more)

    def states(self) -> list[str]:
        """Write what `terraform show -json` would say, and give the file's name."""
        values = {address: {"id": id_} for address, id_ in self.ids.items()}
        values |= {
            f"databricks_workspace_file.{name}": {
                "id": f"/Shared/{name}.py",
                "content_base64": b64encode(text.encode()).decode(),
            }
            for name, text in self.files.items()
        }
        resources = [{"mode": "managed", "address": address, "values": found} for address, found in values.items()]
        text = json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": resources}}})
        (self.root / "crm-dev-1.json").write_text(text)
        return ["crm-dev-1.json"]

    def record(self) -> dict[str, Any]:
        """Run `headgate record`, and give what it wrote."""
        self.headgate("record", "crm", *self.states())
        found: dict[str, Any] = json.loads((self.root / "connectors/crm/deployed.dev.json").read_text())
        return found


def make_job(workspace: Workspace, pipeline: str, target: str = "dev", **more: Any) -> str:
    """Make a job as an apply would, and give its id."""
    name = f"{'dev_' if target == 'dev' else ''}crm_{pipeline}"
    body = {"name": name, "tags": Tag("crm", target, pipeline).as_tags(), "schedule": SCHEDULE} | more
    answer = workspace.answer(Request("POST", "/api/2.2/jobs/create", body=body), f"Bearer {TOKEN}")
    assert answer
    assert isinstance(answer.body, dict)
    return str(answer.body["job_id"])


def make_pipeline(workspace: Workspace, name: str) -> str:
    """Make a pipeline whose name ends with its id as an apply would, and give the workspace's id."""
    tags = Tag("crm", "dev", "_".join(name.split("_")[-2:])).as_tags()
    body = {"name": name, "tags": tags, "catalog": "main", "schema": "bronze"}
    answer = workspace.answer(Request("POST", "/api/2.0/pipelines", body=body), f"Bearer {TOKEN}")
    assert answer
    assert isinstance(answer.body, dict)
    return str(answer.body["pipeline_id"])


@pytest.fixture
def deployed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Deployed:
    """A connector that is balanced and deployed."""
    folder = tmp_path / "connectors" / "crm"
    folder.mkdir(parents=True)
    (folder / "connector.yaml").write_text(DEFINITION)
    (folder / "tables.csv").write_text(TABLES)
    headgate = in_process(tmp_path, monkeypatch, capfd)
    headgate("balance")
    ids = {}
    for pipeline in ("money_1", "people_1"):
        ids[f"databricks_pipeline.{pipeline}"] = f"id-{pipeline}"
        ids[f"databricks_job.{pipeline}"] = make_job(workspace, pipeline)
    return Deployed(tmp_path, workspace, headgate, ids)
