"""A target's Databricks Apps come, change and go by themselves: no pipeline is touched, and a second plan is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.samples import tables_of
from tests.support.site import actions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform

DASHBOARD = {"package": "headgate[dashboard]==0.1.0", "warehouse_id": "wh1"}
SIMULATOR = {"package": "pi-web-api-simulator==0.1.0", "tags": 200}
GRANTED = [{"level": "CAN_VIEW", "group": "operators"}, {"level": "CAN_MANAGE", "group": "engineers"}]
APPS: dict[str, Any] = {
    "targets": {"dev": {"protect": False, "dashboard": DASHBOARD, "simulator": SIMULATOR, "permissions": GRANTED}}
}


def test_apps_are_made_with_their_warehouse_their_files_and_who_may_use_them(settled: Callable[..., Site]) -> None:
    site = settled({"targets": {"dev": {"protect": False, "permissions": GRANTED}}}, tables_of(6), pipelines=2)
    before = site.pipelines()
    site.edit(**APPS)

    review, planned = site.review()

    made = actions(planned)
    assert {(address.split(".")[0], action) for address, action in made.items()} == {
        (f"shared:databricks_{kind}", "create") for kind in ("app", "permissions", "workspace_file")
    }
    assert {(one.level, one.code) for one in review.findings} == set()
    site.settle()  # whose second plan is empty
    workspace = site.terraform.workspace
    assert site.pipelines() == before
    board = workspace.apps["crm-dev-dashboard"]
    assert board["resources"] == [
        {"name": "warehouse", "description": "Reads the tables", "sql_warehouse": {"id": "wh1", "permission": "CAN_USE"}}
    ]
    assert "resources" not in workspace.apps["crm-dev-simulator"]
    for name in ("crm-dev-dashboard", "crm-dev-simulator"):
        granted = {(one.name, one.level) for one in workspace.grants[f"apps/{name}"]}
        assert granted >= {("operators", "CAN_USE"), ("engineers", "CAN_MANAGE")}
    folder = f"{site.definition.targets['dev'].root_path}/dev/crm"
    assert 'valueFrom: "warehouse"' in workspace.text(f"{folder}/dashboard/app.yaml")
    assert 'value: "200"' in workspace.text(f"{folder}/simulator/app.yaml")
    assert workspace.text(f"{folder}/simulator/requirements.txt").endswith("\npi-web-api-simulator==0.1.0\n")


@pytest.mark.long
def test_an_app_changes_in_place_and_goes_alone(settled: Callable[..., Site]) -> None:
    site = settled(APPS, tables_of(6), pipelines=2)
    before = site.pipelines()
    principal = site.terraform.workspace.apps["crm-dev-dashboard"]["service_principal_id"]
    site.edit(targets={"dev": {"protect": False, "dashboard": DASHBOARD | {"as_user": True}, "permissions": GRANTED}})

    _, planned = site.review()

    assert {address: action for address, action in actions(planned).items() if "databricks_app" in address} == {
        "shared:databricks_app.crm_dashboard": "update",
        "shared:databricks_app.crm_simulator": "delete",
    }
    site.settle()
    apps = site.terraform.workspace.apps
    assert set(apps) == {"crm-dev-dashboard"}
    assert (apps["crm-dev-dashboard"]["user_api_scopes"], apps["crm-dev-dashboard"]["service_principal_id"]) == (
        ["sql"],
        principal,
    )
    assert site.pipelines() == before
