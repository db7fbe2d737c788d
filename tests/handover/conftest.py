"""A connector whose tables are on their way, in files, and its workspace."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from headgate.deployment.scope import Scope
from headgate.handover.databricks import DatabricksWorkspace
from headgate.handover.execute import HandoverResult, execute
from headgate.handover.resume import resume
from headgate.handover.runbook import make_runbook, make_runbook_back
from headgate.handover.store import HandoverStore
from headgate.layout.deployed import Deployed, write_deployed
from headgate.layout.lock import write_lock
from headgate.layout.model import Asked, Layout, Move, Pipeline, Placement
from headgate.layout.progress import pending, record_done
from headgate.project import read_connectors
from headgate.tables.ids import TableId
from tests.workspace import model
from tests.workspace.client import QuickClock
from tests.workspace.server import served
from tests.workspace.workspace import OWNER, TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection}
code: {wheels: [/Volumes/main/code/crm-1.0-py3-none-any.whl]}
destination: {catalog: main, schema: bronze}
schedules: {snapshot: 0 0 * * *}
targets:
  prod: {}
"""
# a_1 gives orders and items to the new b_1, and keeps people.
MOVING = ("items", "orders")
PLACED = {"items": "a_1", "orders": "a_1", "people": "a_1"}
IDS = {"a_1": "aaaa-1", "b_1": "bbbb-1"}
JOBS = {"a_1": 101, "b_1": 102}
CRON = "0 0 0 * * ?"
ALTER = re.compile(r'ALTER STREAMING TABLE (\S+) SET TBLPROPERTIES\("pipelines.pipelineId"="([^"]+)"\)')


@dataclass
class Site:
    """A project on disk and the workspace that it was deployed to."""

    root: Path
    host: str
    cloud: Workspace
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = HandoverStore(read_connectors(self.root, "crm")[0], "prod")
        self.scope = Scope(self.store.connector.definition, "prod")

    @property
    def alters(self) -> list[str]:
        """Which tables were given to which pipelines."""
        done = (one.text for one in self.cloud.statements.values() if one.state == "SUCCEEDED")
        return [given for text in done if (given := given_in(text))]

    @property
    def done(self) -> list[str]:
        """What was asked of the workspace that changes something, and was done, in order."""
        found = []
        for request in self.cloud.log:
            if request.carried_out and request.path.endswith("/stop"):
                found.append(f"stop {request.parts['id']}")
            elif request.carried_out and request.path.endswith("/jobs/update"):
                found.append(f"{request.body['new_settings']['schedule']['pause_status']} {request.body['job_id']}")
            elif (given := given_in(request.body.get("statement", ""))) and given in self.alters:
                found.append(given)
        return found

    @property
    def owners(self) -> dict[str, str]:
        """Which table belongs to which pipeline."""
        return {name: table.pipeline for name, table in self.cloud.tables.items()}

    def own(self, table: str, pipeline_id: str) -> None:
        """Give a table to a pipeline, behind headgate's back."""
        self.cloud.tables[table].properties["pipelines.pipelineId"] = pipeline_id

    def pause(self, job: int, status: str = "PAUSED") -> None:
        """Pause a job, behind headgate's back."""
        self.cloud.jobs[job].settings["schedule"]["pause_status"] = status

    def write(self, pipeline: str, tables: Iterable[str]) -> None:
        """Write a pipeline's file, as a deploy does."""
        names = [table.split(".") for table in tables]
        objects = [
            {"table": {"source_table": t, "destination_catalog": c, "destination_schema": s, "destination_table": t}}
            for c, s, t in names
        ]
        text = f"pipeline_spec = { ({'connection_name': 'c', 'objects': objects})!r}\n"
        self.cloud.put(self.scope.file_path(pipeline), text)

    def look_at_changed_jobs(self) -> None:
        """See that no job was changed in anything but whether it is paused."""
        for request in self.cloud.asked("POST", "/jobs/update"):
            assert set(request.body["new_settings"]) == {"schedule"}
        assert {job.settings["schedule"]["quartz_cron_expression"] for job in self.cloud.jobs.values()} <= {CRON}

    @property
    def folder(self) -> Path:
        return self.root / "connectors" / "crm"

    @property
    def journal_exists(self) -> bool:
        return (self.folder / "handover.prod.json").exists()

    def workspace(self) -> DatabricksWorkspace:
        return DatabricksWorkspace(self.host, None, "wh1", QuickClock())

    def hand_over(self, tables: Sequence[str] | None = None) -> HandoverResult:
        one = self.store.connector
        runbook = make_runbook(self.store.layout, one.definition, "prod", one.deployed("prod"), tables)
        return execute(runbook, self.workspace(), self.store, self.scope, self.told.append)

    def give_back(self, tables: Sequence[str]) -> HandoverResult:
        one = self.store.connector
        runbook = make_runbook_back(self.store.layout, one.definition, "prod", one.deployed("prod"), tables)
        return execute(runbook, self.workspace(), self.store, self.scope, self.told.append)

    def resume(self, *, force: bool = False) -> list[str]:
        return resume(self.workspace(), self.store, self.told.append, force=force)

    def deploy(self) -> None:
        """Do what a deploy does: the files say what the lock says, and jobs with tables are as connector.yaml has them."""
        layout = self.store.layout
        for name in IDS:
            tables = [p.table.destination for p in layout.tables if p.in_target("prod") == name]
            self.write(name, tables)
            if JOBS[name] in self.cloud.jobs:
                self.pause(JOBS[name], "UNPAUSED" if tables else "PAUSED")

    def record(self) -> None:
        """Do what `headgate record` does after a deploy."""
        layout = self.store.layout
        done = record_done(layout, "prod", ("prod",), tables=pending(layout, "prod").handed_over)
        write_lock(self.store.connector.lock_path, done)

    def states(self) -> dict[str, str]:
        """Give source table → the pipeline whose file names it now, by the lock."""
        return {p.table.source_table: p.in_target("prod") for p in self.store.layout.tables}


def layout_of(moving: Sequence[str] = MOVING) -> Layout:
    tables = tuple(
        Placement(TableId(name, f"main.bronze.{name}"), pipeline, Move("b_1", {}) if name in moving else None)
        for name, pipeline in PLACED.items()
    )
    return Layout("crm", Asked(None, 1), (Pipeline("a_1", "a", 1), Pipeline("b_1", "b", 1)), tables)


def deployed_of() -> Deployed:
    ids = {f"databricks_pipeline.{name}": id_ for name, id_ in IDS.items()}
    return Deployed("prod", ids | {f"databricks_job.{name}": str(id_) for name, id_ in JOBS.items()})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give a deployed connector two of whose tables are planned to move into a new pipeline."""
    make = maker(tmp_path, monkeypatch)
    with ExitStack() as stack:
        made = make(stack, "one")
        yield made
    made.look_at_changed_jobs()


def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[ExitStack, str], Site]:
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "no-such-file"))

    def make(stack: ExitStack, name: str) -> Site:
        folder = tmp_path / name / "connectors" / "crm"
        folder.mkdir(parents=True)
        (folder / "connector.yaml").write_text(DEFINITION)
        rows = "".join(f"{table},g,snapshot,10\n" for table in PLACED)
        (folder / "tables.csv").write_text(f"source_table,pipeline_group,ingestion_type,weight\n{rows}")
        write_lock(folder / "layout.lock", layout_of())
        write_deployed(folder, deployed_of())
        cloud = Workspace()
        site = Site(tmp_path / name, stack.enter_context(served(cloud)), cloud)
        fill(site)
        return site

    return make


def fill(site: Site) -> None:
    """Put into the workspace what was deployed: a_1 has run and owns all tables, b_1 is new and waits for some."""
    for name, id_ in IDS.items():
        library = {"file": {"path": f"/Workspace{site.scope.file_path(name)}"}}
        spec = {"name": name, "catalog": "main", "schema": "bronze", "continuous": False, "libraries": [library]}
        ran = [model.Update("u", 1, "COMPLETED")] if name == "a_1" else []
        site.cloud.pipelines[id_] = model.Pipeline(id_, spec, OWNER, "someone@example.com", updates=ran)
        schedule = {
            "quartz_cron_expression": CRON, "timezone_id": "UTC", "pause_status": "UNPAUSED" if name == "a_1" else "PAUSED",
        }  # fmt: skip
        task = {"task_key": "ingest", "pipeline_task": {"pipeline_id": id_}}
        settings = {"name": name, "schedule": schedule, "max_concurrent_runs": 1, "tasks": [task]}
        site.cloud.jobs[JOBS[name]] = model.Job(JOBS[name], settings, OWNER, OWNER)
    for table in (f"main.bronze.{table}" for table in PLACED):
        properties = {"delta.minReaderVersion": "1", "pipelines.pipelineId": IDS["a_1"]}
        site.cloud.tables[table] = model.Table(table, OWNER, properties)
    site.write("a_1", (f"main.bronze.{table}" for table in PLACED))
    site.write("b_1", ())


def given_in(statement: str) -> str:
    """Give the table and the pipeline of a statement that hands over; empty for any other."""
    found = ALTER.fullmatch(statement)
    return f"{found[1].replace('`', '')} to {found[2]}" if found else ""
