"""/api/2.0/preview/scim/v2/Me: who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workspace.messages import Routes

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

routes = Routes()


@routes.on("GET", "/api/2.0/preview/scim/v2/Me")
def me(workspace: Workspace, _request: Request) -> Json:
    groups = [{"display": name, "type": "direct"} for name in workspace.groups]
    return {"id": "1", "userName": workspace.me, "displayName": workspace.me, "active": True, "groups": groups}
