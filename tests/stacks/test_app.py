"""The CDK app: the same bytes everywhere, one backend a stack, either edition of the CDK, and a user's own constructs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cdktf import App

from headgate.cdk.planned import PlannedStack
from headgate.emit.terraform.stacks import StackPlan

ROOT = Path(__file__).resolve().parents[2]


def synthesize(project: Path, out: Path, script: str = "main.py", **environment: str) -> dict[str, bytes]:
    """Run an app on a project; give stack → bytes of its JSON."""
    places = {"HEADGATE_ROOT": str(project), "CDKTF_OUTDIR": str(out)}
    env = {**os.environ, **places, "HEADGATE_TARGET": "", "HEADGATE_CDK": "cdktf", **environment}
    subprocess.run([sys.executable, ROOT / script], env=env, cwd=project, check=True, capture_output=True)
    return {path.parent.name: path.read_bytes() for path in sorted(out.glob("stacks/*/cdk.tf.json"))}


def copied(folder: Path) -> Path:
    """Give a copy of the repository's own OSI PI connector in a folder."""
    shutil.copytree(ROOT / "connectors", folder / "connectors", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project of the test's own."""
    return copied(tmp_path / "project")


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What main.py makes of the project: a start of the CDK takes seconds."""
    folder = tmp_path_factory.mktemp("first")
    return synthesize(copied(folder / "project"), folder / "out")


def test_the_same_bytes_at_every_run_and_in_every_folder(first: dict[str, bytes], tmp_path: Path) -> None:
    elsewhere = copied(tmp_path / "another place" / "with spaces")

    assert sorted(first) == ["osipi-dev-1", "osipi-dev-2", "osipi-dev-3", "osipi-dev-shared"]
    assert synthesize(elsewhere, tmp_path / "two", PYTHONHASHSEED="7") == first


def test_it_goes_into_the_project_wherever_it_is_run(first: dict[str, bytes], project: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    env = {name: value for name, value in os.environ.items() if name != "CDKTF_OUTDIR"} | {"HEADGATE_ROOT": str(project)}

    subprocess.run([sys.executable, ROOT / "main.py"], env=env, cwd=tmp_path / "here", check=True, capture_output=True)

    assert sorted(path.name for path in (project / "cdktf.out/stacks").iterdir()) == sorted(first)
    assert list((tmp_path / "here").iterdir()) == []


def test_every_stack_wants_a_terraform_or_opentofu_that_knows_all_of_its_blocks(first: dict[str, bytes]) -> None:
    assert {json.loads(text)["terraform"]["required_version"] for text in first.values()} == {">= 1.10"}


def test_no_path_of_the_machine_is_in_it(first: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    places = (ROOT, tmp_path_factory.getbasetemp(), Path.home())

    assert not any(str(place).encode() in text for text in first.values() for place in places)


def test_the_target_names_the_stacks_and_what_they_hold(project: Path, tmp_path: Path) -> None:
    found = synthesize(project, tmp_path / "out", HEADGATE_TARGET="prod")

    assert sorted(found) == ["osipi-prod-1", "osipi-prod-2", "osipi-prod-3", "osipi-prod-shared"]
    pipelines = json.loads(found["osipi-prod-1"])["resource"]["databricks_pipeline"]
    assert all(block["lifecycle"] == {"prevent_destroy": True} for block in pipelines.values())


def test_both_editions_of_the_cdk_give_the_same(first: dict[str, bytes], project: Path, tmp_path: Path) -> None:
    def parsed(found: dict[str, bytes]) -> dict[str, Any]:
        return {name: {key: part for key, part in json.loads(text).items() if key != "//"} for name, text in found.items()}

    other = synthesize(project, tmp_path / "cdktn", HEADGATE_CDK="cdktn")

    assert b'"version": "0.21.0"' in first["osipi-dev-1"]
    assert b'"version": "0.24.0"' in other["osipi-dev-1"]
    assert parsed(other) == parsed(first)


def test_bad_input_ends_the_synthesis_with_its_problem_and_no_stack_trace(project: Path, tmp_path: Path) -> None:
    (project / "connectors/osipi/layout.lock").unlink()
    env = {**os.environ, "HEADGATE_ROOT": str(project), "CDKTF_OUTDIR": str(tmp_path / "out")}

    run = subprocess.run([sys.executable, ROOT / "main.py"], env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 3
    assert "run `headgate balance osipi`" in run.stderr
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.glob("out/stacks/*"))


@pytest.mark.long
def test_a_users_own_typed_constructs_stand_beside_ours(project: Path, tmp_path: Path) -> None:
    found = {
        name: json.loads(text) for name, text in synthesize(project, tmp_path / "out", "examples/own_constructs.py").items()
    }

    shared = found["osipi-dev-shared"]
    second = next(body for body in found.values() if "catch_up" in body.get("resource", {}).get("databricks_job", {}))
    grants = shared["resource"]["databricks_grants"]["analysts"]
    assert grants["foreign_connection"] == "${databricks_connection.osipi.name}"
    tasks = second["resource"]["databricks_job"]["catch_up"]["task"]
    assert tasks[1]["pipeline_task"]["pipeline_id"] == "${databricks_pipeline.time_series_append_4.id}"
    assert second["resource"]["databricks_permissions"]["operators"]["job_id"] == "${databricks_job.time_series_append_1.id}"
    assert second["provider"] == {"databricks": [{}]}
    assert "time_series_append_1" in second["resource"]["databricks_job"]
    assert found["own"]["output"]["note"]["value"] == "beside headgate's"


FRAME = {
    "terraform": {"required_providers": {"databricks": {"source": "databricks/databricks", "version": "1.99.0"}}},
    "provider": {"databricks": [{}]},
}
BACKENDS: dict[str, dict[str, Any]] = {
    "local": {"path": "../../../state/x.tfstate"},
    "s3": {"bucket": "b", "key": "headgate/x.tfstate", "region": "eu-west-1", "use_lockfile": True, "encrypt": True},
    "azurerm": {"resource_group_name": "g", "storage_account_name": "a", "container_name": "c", "key": "x", "use_oidc": True},
    "gcs": {"bucket": "b", "prefix": "headgate/x"},
    "http": {"address": "https://s.example.com/x", "lock_address": "https://s.example.com/x/lock", "retry_max": 3},
    "remote": {"organization": "acme", "hostname": "app.example.com", "workspaces": {"name": "x"}},
}


@pytest.mark.parametrize("kind", BACKENDS)
def test_a_stack_has_the_one_backend_that_its_target_names(kind: str, tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    PlannedStack(app, StackPlan("x", FRAME, kind, BACKENDS[kind]))
    app.synth()

    assert json.loads((tmp_path / "stacks/x/cdk.tf.json").read_text())["terraform"]["backend"] == {kind: BACKENDS[kind]}


def test_a_reference_to_what_is_not_there_names_what_is(tmp_path: Path) -> None:
    stack = PlannedStack(
        App(outdir=str(tmp_path)), StackPlan("x", FRAME | {"resource": {"databricks_job": {"a_1": {}}}}, "local", {"path": "p"})
    )

    assert stack.reference("job", "a_1") == "${databricks_job.a_1.id}"
    with pytest.raises(KeyError, match="there are: a_1"):
        stack.reference("job", "b_1")
