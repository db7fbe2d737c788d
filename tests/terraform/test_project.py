"""A whole project: files, the app, the CDK's command line, Terraform, and what is recorded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cdktf import App

from headgate.cdk.planned import PlannedStack
from tests.support.program import TERRAFORM
from tests.support.samples import DEFINITIONS, tables_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site
    from tests.support.terraform import Terraform
    from tests.workspace.workspace import Workspace

pytestmark = pytest.mark.terraform

ROOT = Path(__file__).resolve().parents[2]
CDKTF = ROOT / "node_modules" / ".bin" / "cdktf"

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection, secrets: [client_secret]}
code: {wheels: [/Volumes/main/code/crm-1.0-py3-none-any.whl]}
destination: {catalog: main, schema: bronze}
balance: {pipelines: 2, stacks: 2}
targets: {dev: {}}
"""
TABLES = """\
source_table,destination_catalog,destination_schema,destination_table,pipeline_group,schedule,table_options_json,weight
accounts,main,bronze,accounts,g,0 2 * * *,,
orders,main,bronze,orders,g,0 2 * * *,,
"""


class Project:
    """A project in a folder, and the two commands that its users have."""

    def __init__(self, folder: Path, terraform: Terraform) -> None:
        self.folder = folder
        self.workspace: Workspace = terraform.workspace
        self.environment = terraform.environment(
            {"HEADGATE_ROOT": str(folder), "NO_COLOR": "1", "CI": "1", "TERRAFORM_BINARY_NAME": TERRAFORM[0]}
        )
        (folder / "connectors" / "crm").mkdir(parents=True)
        (folder / "connectors" / "crm" / "connector.yaml").write_text(DEFINITION)
        (folder / "connectors" / "crm" / "tables.csv").write_text(TABLES)
        settings = json.loads((ROOT / "cdktf.json").read_text()) | {"app": f"{sys.executable} {ROOT / 'main.py'}"}
        (folder / "cdktf.json").write_text(json.dumps(settings))

    def headgate(self, *words: str) -> str:
        return self._run(sys.executable, "-m", "headgate", *words)

    def cdktf(self, *words: str) -> str:
        return self._run(str(CDKTF), *words)

    def _run(self, *words: str) -> str:
        run = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout + run.stderr


@pytest.fixture
def project(terraform: Terraform, tmp_path: Path) -> Project:
    if not CDKTF.exists() or not shutil.which("node"):
        pytest.skip("needs cdktf-cli and Node: make setup")
    if len(TERRAFORM) > 1:
        pytest.skip("cdktf needs Terraform as a command: make terraform")
    return Project(tmp_path / "project", terraform)


# Offline there is no registry to lock the provider's checksums of other platforms from.
DEPLOY = ("deploy", "*", "--auto-approve", "--skip-provider-lock")


def test_a_project_is_deployed_and_recorded(project: Project) -> None:
    project.headgate("balance")

    project.cdktf(*DEPLOY)

    assert "2 pipelines are deployed to dev" in project.headgate("record", "crm")
    recorded = json.loads((project.folder / "connectors" / "crm" / "deployed.dev.json").read_text())["ids"]
    assert {"databricks_pipeline.g_1", "databricks_pipeline.g_2"} <= set(recorded)
    assert sorted(path.name for path in (project.folder / "state").glob("*.tfstate")) == [
        "crm-dev-1.tfstate",
        "crm-dev-2.tfstate",
        "crm-dev-shared.tfstate",
    ]


@pytest.mark.long
def test_a_project_through_a_change_of_stack_to_its_end(project: Project) -> None:
    project.headgate("balance")
    assert "crm-dev-1, crm-dev-2, crm-dev-shared" in project.cdktf("synth")
    assert "3 to add" in project.cdktf("diff", "crm-dev-1", "--skip-provider-lock")
    project.cdktf(*DEPLOY)
    project.headgate("record", "crm")
    (project.folder / "connectors" / "crm").rename(project.folder / "connectors" / "sales")  # the folder's name is no id
    assert "No changes" in project.cdktf("diff", "crm-dev-1", "--skip-provider-lock")

    definition = project.folder / "connectors" / "sales" / "connector.yaml"
    definition.write_text(DEFINITION.replace("stacks: 2", "stacks: 1"))
    project.headgate("balance")
    assert "3 imported" in project.cdktf(*DEPLOY)
    assert "nothing is open in dev" in project.headgate("record", "crm")
    assert project.cdktf("synth").rstrip().endswith("crm-dev-1, crm-dev-shared")

    project.headgate("retire", "crm", "--target", "dev", "--yes")
    project.cdktf(*DEPLOY)
    assert "nothing is open in dev" in project.headgate("record", "crm")
    left = project.workspace
    assert (len(left.pipelines), len(left.jobs), len(left.connections)) == (2, 0, 0)
    assert {thing.kind for thing in left.things.values()} == {"DIRECTORY"}


def test_the_cdk_writes_what_the_other_tests_apply(site: Callable[..., Site], tmp_path: Path) -> None:
    for number, parts in enumerate(DEFINITIONS.values()):
        found = site(parts, tables_for(parts), **parts.get("balance", {}))
        app = App(outdir=str(tmp_path / str(number)))
        for plan in found.plans():
            PlannedStack(app, plan)
        app.synth()

        for stack in found.synth():
            by_cdk = json.loads((tmp_path / str(number) / "stacks" / stack / "cdk.tf.json").read_text())
            assert by_cdk.pop("//")["metadata"]["stackName"] == stack
            assert by_cdk == json.loads((found.folder(stack) / "cdk.tf.json").read_text())


@pytest.mark.long
def test_a_users_own_constructs_beside_ours_are_valid(terraform: Terraform, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "connectors", tmp_path / "connectors", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {
        **os.environ,
        "HEADGATE_ROOT": str(tmp_path),
        "CDKTF_OUTDIR": str(tmp_path / "cdktf.out"),
        "HEADGATE_TARGET": "",
    }
    subprocess.run([sys.executable, ROOT / "examples" / "own_constructs.py"], env=environment, cwd=tmp_path, check=True)

    for stack in ("osipi-dev-shared", "osipi-dev-2"):
        folder = tmp_path / "cdktf.out" / "stacks" / stack
        terraform.init(folder)
        assert terraform.validate(folder) == []
