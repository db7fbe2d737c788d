"""A connector whose tables are on their way, in files, and its workspace."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from databricks.sdk.clock import Clock

from headgate.handover.book import Book
from headgate.handover.carry_out import Done, carry_out
from headgate.handover.databricks import DatabricksWorkspace
from headgate.handover.resume import resume
from headgate.handover.runbook import runbook, runbook_back
from headgate.layout.deployed import Deployed, write_deployed
from headgate.layout.lock import write_lock
from headgate.layout.model import Asked, Key, Layout, Move, Pipeline, Placement
from headgate.layout.progress import pending, record_done
from headgate.project import read_connectors
from headgate.terraform.pipeline import file_path
from headgate.terraform.scope import Scope
from tests.support import workspace as fake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection}
destination: {catalog: main, schema: bronze}
schedules: {snapshot: 0 0 * * *}
targets:
  prod: {}
"""
# a_1 gives orders and items to the new b_1, and keeps people.
MOVING = ("items", "orders")
PLACED = {"items": "a_1", "orders": "a_1", "people": "a_1"}
IDS = {"a_1": "aaaa-1", "b_1": "bbbb-1"}
JOBS = {"a_1": "101", "b_1": "102"}


class QuickClock(Clock):  # type: ignore[misc]  # the SDK's types are not read
    """Time passes as soon as somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Site:
    """A project on disk and the workspace that it was deployed to."""

    root: Path
    host: str
    cloud: fake.Cloud
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = Book(read_connectors(self.root, "crm")[0], "prod")
        self.scope = Scope(self.book.connector.definition, "prod")

    @property
    def folder(self) -> Path:
        return self.root / "connectors" / "crm"

    @property
    def journal_exists(self) -> bool:
        return (self.folder / "handover.prod.json").exists()

    def workspace(self) -> DatabricksWorkspace:
        return DatabricksWorkspace(self.host, None, "wh1", QuickClock())

    def hand_over(self, tables: Sequence[str] | None = None) -> Done:
        one = self.book.connector
        plan = runbook(self.book.layout, one.definition, "prod", one.deployed("prod"), tables)
        return carry_out(plan, self.workspace(), self.book, self.scope, self.told.append)

    def give_back(self, tables: Sequence[str]) -> Done:
        one = self.book.connector
        plan = runbook_back(self.book.layout, one.definition, "prod", one.deployed("prod"), tables)
        return carry_out(plan, self.workspace(), self.book, self.scope, self.told.append)

    def resume(self, *, force: bool = False) -> list[str]:
        return resume(self.workspace(), self.book, self.told.append, force=force)

    def deploy(self) -> None:
        """Do what a deploy does: the files say what the lock says, and jobs with tables are as connector.yaml has them."""
        layout = self.book.layout
        for name, id_ in IDS.items():
            tables = [p.key.destination for p in layout.tables if p.in_target("prod") == name]
            self.cloud.files[self.cloud.reader(id_)] = tables
            if JOBS[name] in self.cloud.jobs:
                self.cloud.jobs[JOBS[name]].pause_status = "UNPAUSED" if tables else "PAUSED"

    def record(self) -> None:
        """Do what `headgate record` does after a deploy."""
        layout = self.book.layout
        done = record_done(layout, "prod", ("prod",), tables=pending(layout, "prod").handed_over)
        write_lock(self.book.connector.lock_path, done)

    def states(self) -> dict[str, str]:
        """Give source table → the pipeline whose file names it now, by the lock."""
        return {p.key.source_table: p.in_target("prod") for p in self.book.layout.tables}


def layout_of(moving: Sequence[str] = MOVING) -> Layout:
    tables = tuple(
        Placement(Key(name, f"main.bronze.{name}"), pipeline, Move("b_1") if name in moving else None)
        for name, pipeline in PLACED.items()
    )
    return Layout("crm", Asked(None, 1), (Pipeline("a_1", "a", 1), Pipeline("b_1", "b", 1)), tables)


def deployed_of() -> Deployed:
    ids = {f"databricks_pipeline.{name}": id_ for name, id_ in IDS.items()}
    return Deployed("prod", ids | {f"databricks_job.{name}": id_ for name, id_ in JOBS.items()})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give a deployed connector two of whose tables are planned to move into a new pipeline."""
    make = maker(tmp_path, monkeypatch)
    with ExitStack() as stack:
        yield make(stack, "one")


def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[ExitStack, str], Site]:
    monkeypatch.setenv("DATABRICKS_TOKEN", fake.TOKEN)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "no-such-file"))

    def make(stack: ExitStack, name: str) -> Site:
        folder = tmp_path / name / "connectors" / "crm"
        folder.mkdir(parents=True)
        (folder / "connector.yaml").write_text(DEFINITION)
        rows = "".join(f"{table},g,snapshot,10\n" for table in PLACED)
        (folder / "tables.csv").write_text(f"source_table,pipeline_group,ingestion_type,weight\n{rows}")
        write_lock(folder / "layout.lock", layout_of())
        write_deployed(folder, deployed_of())
        cloud = cloud_of()
        site = Site(tmp_path / name, stack.enter_context(fake.served(cloud)), cloud)
        paths = {id_: file_path(site.scope, pipeline) for pipeline, id_ in IDS.items()}
        cloud.reader = paths.__getitem__
        cloud.files = {paths["aaaa-1"]: [f"main.bronze.{table}" for table in PLACED], paths["bbbb-1"]: []}
        return site

    return make


def cloud_of() -> fake.Cloud:
    return fake.Cloud(
        pipelines={"aaaa-1": fake.Pipeline(), "bbbb-1": fake.Pipeline(updated=False)},
        jobs={"101": fake.Job("aaaa-1"), "102": fake.Job("bbbb-1", "PAUSED")},
        owners={f"main.bronze.{table}": "aaaa-1" for table in PLACED},
    )
