"""Dashboards, as databricks-sdk sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.service.dashboards import Dashboard, LifecycleState

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace

MADE = Dashboard(display_name="loads", parent_path="/Shared", warehouse_id="wh1", serialized_dashboard="{}")


def test_a_dashboard_is_made_in_a_folder_that_is_there_and_has_its_name_to_itself(client: WorkspaceClient) -> None:
    made = client.lakeview.create(MADE)

    assert made.path == "/Shared/loads.lvdash.json"
    with pytest.raises(ResourceAlreadyExists):
        client.lakeview.create(MADE)
    with pytest.raises(NotFound):
        client.lakeview.create(Dashboard(display_name="loads", parent_path="/Shared/nowhere"))


def test_a_change_gives_it_another_etag_and_publishing_does_not(client: WorkspaceClient) -> None:
    made = client.lakeview.create(MADE)
    assert made.dashboard_id

    client.lakeview.publish(made.dashboard_id, warehouse_id="wh1")
    assert client.lakeview.get(made.dashboard_id).etag == made.etag

    client.lakeview.update(made.dashboard_id, Dashboard(serialized_dashboard='{"pages": []}'))
    assert client.lakeview.get(made.dashboard_id).etag != made.etag


def test_what_is_in_the_trash_is_told_so_and_is_not_changed(client: WorkspaceClient, workspace: Workspace) -> None:
    made = client.lakeview.create(MADE)
    assert made.dashboard_id

    client.lakeview.trash(made.dashboard_id)

    assert client.lakeview.get(made.dashboard_id).lifecycle_state is LifecycleState.TRASHED
    with pytest.raises(PermissionDenied):
        client.lakeview.update(made.dashboard_id, Dashboard(display_name="b"))
    client.lakeview.create(MADE)
    assert len(workspace.dashboards) == 2
