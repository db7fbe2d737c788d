"""What the bench compares is the same work: nothing is timed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.project import TABLES_EACH, make_project
from bench.work import BARE, OURS, Synthesis
from headgate.project import read_connectors

if TYPE_CHECKING:
    from pathlib import Path


def test_main_and_the_bare_baseline_write_equal_json(tmp_path: Path) -> None:
    project = make_project(tmp_path, 6)
    ours, bare = Synthesis(OURS, project), Synthesis(BARE, project)

    ours.seconds()
    bare.seconds()

    stacks = ours.stacks()
    assert stacks == bare.stacks()
    assert set(stacks) == {"bench-dev-shared", "bench-dev-1"}
    resources = stacks["bench-dev-1"]["resource"]
    kinds = ("databricks_pipeline", "databricks_job", "databricks_workspace_file")
    assert {kind: len(resources[kind]) for kind in kinds} == dict.fromkeys(kinds, 6)


def test_each_pipeline_has_as_many_tables_as_the_bench_says(tmp_path: Path) -> None:
    (connector,) = read_connectors(make_project(tmp_path, 6))

    assert connector.layout is not None
    homes = [placement.agreed for placement in connector.layout.tables]
    assert [homes.count(name) for name in sorted(set(homes))] == [TABLES_EACH] * 6
