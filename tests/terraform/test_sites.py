"""One definition at two sites, by a real Terraform: each has pipelines and states of its own, and one change changes both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.project import read_connectors
from headgate.synthesis import deployment_of
from tests.support.command import command_line
from tests.support.small_project import DEFINITION, write_project
from tests.workspace import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run
    from tests.support.terraform import Outcome, Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.long]

SITES = "sites:\n  berlin: {destination: {schema: berlin}}\n  munich: {destination: {schema: munich}}\n"


class Project:
    """A project whose stacks lie where `cdktf synth` writes them, and a workspace that they are applied to."""

    def __init__(self, root: Path, terraform: Terraform, headgate: Run) -> None:
        self.root, self.terraform, self.headgate = root, terraform, headgate
        catalog.make(terraform.workspace, "catalogs", {"name": "main"})

    @property
    def folder(self) -> Path:
        return self.root / "connectors" / "crm"

    def synth(self) -> list[Path]:
        stacks = self.root / "cdktf.out" / "stacks"
        plans = [plan for one in read_connectors(self.root) for plan in deployment_of(one, "dev")]
        for plan in plans:
            (stacks / plan.name).mkdir(parents=True, exist_ok=True)
            terraform = plan.body["terraform"] | {"backend": {plan.backend: plan.backend_body}}
            (stacks / plan.name / "cdk.tf.json").write_text(json.dumps(plan.body | {"terraform": terraform}))
            self.terraform.init(stacks / plan.name)
        return [stacks / plan.name for plan in plans]

    def planned(self) -> dict[str, str]:
        """Give what Terraform would do: stack, address → action."""
        outcomes = {folder.name: self.terraform.plan(folder) for folder in self.synth()}
        return {f"{stack} {address}": action for stack, one in outcomes.items() for address, action in one.planned.items()}

    def deploy(self) -> None:
        applied: dict[str, Outcome] = {folder.name: self.terraform.apply(folder) for folder in self.synth()}
        assert not [error for one in applied.values() for error in one.errors]
        states = self.root / "states"
        states.mkdir(exist_ok=True)
        for folder in self.synth():
            (states / f"{folder.name}.json").write_text(json.dumps(self.terraform.show(folder)))
        self.headgate("record", "crm", *map(str, sorted(states.iterdir())), "-t", "dev")

    def pipelines(self) -> set[str]:
        return {one.name for one in self.terraform.workspace.pipelines.values()}


@pytest.fixture
def project(
    terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Project:
    root = write_project(tmp_path)
    made = Project(root, terraform, command_line(root, monkeypatch, capfd))
    definition = DEFINITION.replace("secrets: [token], ", "").replace("schema: bronze", "schema: bronze, create_schema: true")
    (made.folder / "connector.yaml").write_text(definition)
    (made.folder / "sites.yaml").write_text(SITES)
    made.headgate("balance")
    made.deploy()
    return made


def test_sites_are_deployed_beside_each_other_and_a_change_reaches_each(project: Project) -> None:
    names = {f"dev_crm_{site}_{pipeline}" for site in ("berlin", "munich") for pipeline in ("people_1", "money_1")}
    assert project.pipelines() == names
    assert set(project.terraform.workspace.connections) == {"dev_crm_connection_berlin", "dev_crm_connection_munich"}
    assert project.planned() == {}

    tables = project.folder / "tables.csv"
    tables.write_text(tables.read_text() + "orders,money,snapshot,10\n")
    project.headgate("balance")

    assert project.planned() == {
        f"crm_{site}-dev-2 databricks_workspace_file.money_1": "update" for site in ("berlin", "munich")
    }
    project.deploy()
    assert project.planned() == {}


def test_a_new_site_leaves_those_alone_that_are_there(project: Project) -> None:
    (project.folder / "sites.yaml").write_text(SITES + "  aachen: {destination: {schema: aachen}}\n")
    project.headgate("balance")

    planned = project.planned()

    assert planned
    assert {stack.partition("-")[0] for stack in planned} == {"crm_aachen"}
    assert set(planned.values()) == {"create"}


def test_a_site_is_retired_and_then_goes_with_its_folder(project: Project) -> None:
    (project.folder / "sites.yaml").write_text(SITES.partition("  munich")[0])
    assert "has no site 'munich', which is deployed to dev" in project.headgate("check", code=5).stderr
    (project.folder / "sites.yaml").write_text(SITES)

    project.headgate("retire", "crm_munich", "-t", "dev", "--yes")
    project.deploy()

    # Its pipelines are nobody's now, and with them its tables stay.
    assert "dev_crm_munich_people_1" in project.pipelines()
    assert json.loads((project.folder / "sites" / "munich" / "deployed.dev.json").read_text())["ids"] == {}
    (project.folder / "sites.yaml").write_text(SITES.partition("  munich")[0])
    project.headgate("check", "-t", "dev")
    assert project.planned() == {}
