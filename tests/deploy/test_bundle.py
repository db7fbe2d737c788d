"""`headgate deploy` of a target that a bundle deploys, with a stand-in for Databricks' command line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from headgate.layout.deployed import read_deployed
from tests.standin.running import access
from tests.support.command import command_line
from tests.support.small_project import DEFINITION, write_project
from tests.workspace import catalog
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal
from tests.workspace.server import served
from tests.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.command import Run

When = Literal["before", "after"]
ROOT = Path(__file__).resolve().parents[2]
SECRET = "CANARY-token"  # noqa: S105  # made up
PIPELINES = ["dev_crm_money_1", "dev_crm_people_1"]


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace with catalog and schema, whose login the environment has."""
    one = Workspace()
    catalog.make(one, "catalogs", {"name": "main"})
    catalog.make(one, "schemas", {"name": "bronze", "catalog_name": "main"})
    with served(one) as host:
        for name, value in access(host).items():
            monkeypatch.setenv(name, value)
        yield one


@pytest.fixture
def deploy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], workspace: Workspace
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give `headgate deploy` in a balanced project in git."""
    assert workspace.log == []
    project = write_project(tmp_path / "project")
    (project / "connectors/crm/connector.yaml").write_text(DEFINITION.replace("dev: {", "dev: {deploy_with: bundle, "))
    headgate = command_line(project, monkeypatch, capfd)
    headgate("balance")
    program = tmp_path / "databricks"
    program.write_text(
        f"#!{sys.executable}\nimport runpy\nrunpy.run_module('tests.notebook.databricks_cli', run_name='__main__')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    commit(project)

    def run(*words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        again = ("deploy", "crm", "-t", "dev", "--auto-approve", "--databricks", str(program))
        return headgate(*again, *words, code=code, TF_VAR_crm_token=SECRET)

    return run


def commit(project: Path) -> None:
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "-q"), ("add", "connectors"), ("commit", "-q", "-m", "deployed")):
        subprocess.run([*git, *words], cwd=project, check=True, capture_output=True)


def names(workspace: Workspace) -> list[str]:
    return sorted(one.name for one in workspace.pipelines.values())


@pytest.mark.long
def test_a_bundle_is_written_reviewed_deployed_and_recorded(deploy: Run, workspace: Workspace, tmp_path: Path) -> None:
    said = deploy().stdout

    assert "crm is deployed to dev: 2 pipelines are deployed to dev" in said
    assert names(workspace) == PIPELINES
    assert workspace.connections["dev_crm_connection"].info["options"]["token"] == SECRET
    assert "CANARY" not in said
    record = read_deployed(tmp_path / "project/connectors/crm", "dev")
    assert (record.by, set(record.pipeline_ids.values())) == ("bundle", set(workspace.pipelines))


@pytest.mark.long
def test_from_the_second_time_on_the_review_needs_what_was_deployed(deploy: Run, workspace: Workspace, tmp_path: Path) -> None:
    deploy()
    kept = workspace.snapshot()["pipelines"]

    assert "name the commit that was deployed last" in deploy(code=1).stderr
    assert workspace.snapshot()["pipelines"] == kept
    deploy("--base", "HEAD")
    assert names(workspace) == PIPELINES
    assert (tmp_path / "project/bundle/databricks.yml").is_file()


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/2.0/pipelines"), ("POST", "*/jobs/create"), ("POST", "*/connections"), ("POST", "*/import")],
)
def test_where_a_call_fails_the_same_again_goes_on(
    deploy: Run, workspace: Workspace, tmp_path: Path, method: str, path: str, when: When
) -> None:
    workspace.add(Fault(method, path, when, refusal(500, "INTERNAL_ERROR", "it broke"), times=None))

    said = deploy(code=4).stderr
    workspace.mend()
    assert "the deploy ended at step apply" in said
    done = deploy(code=None)
    if named := re.search(r"`databricks (bundle deployment bind [^`]+)`", done.stderr):  # it was made, and nobody was told
        subprocess.run([tmp_path / "databricks", *named[1].split()], cwd=tmp_path / "project/bundle", check=True)
        done = deploy(code=None)

    assert done.returncode == 0, done.stderr
    assert names(workspace) == PIPELINES
    assert sorted(one.name for one in workspace.jobs.values()) == PIPELINES
    assert len(workspace.connections) == 1
