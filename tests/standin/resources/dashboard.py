"""databricks_dashboard. Source: the provider's dashboards/resource_dashboard.go and common.WorkspacePathPrefixDiffSuppress."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, ClassVar

from tests.standin.resources.base import Resource

if TYPE_CHECKING:
    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.0/lakeview/dashboards"


class Dashboard(Resource):
    """A dashboard, which is published once it is made or changed. Its content is compared by a digest."""

    kind = "dashboard"
    unsent: ClassVar[frozenset[str]] = frozenset(
        {"id", "md5", "file_path", "embed_credentials", "dashboard_change_detected", "etag", "path", "provider_config"}
    )

    @staticmethod
    def plan(was: Values | None, planned: Values) -> None:
        if was and was.get("md5") == _digest(planned) and not was.get("dashboard_change_detected"):
            planned["serialized_dashboard"] = was.get("serialized_dashboard")

    def create(self, values: Values) -> str:
        made = self.workspace.post(API, self.body(values))
        values["etag"], values["md5"] = made["etag"], _digest(values)
        self._publish(str(made["dashboard_id"]), values)
        return str(made["dashboard_id"])

    def answer(self, state: Values) -> Json:
        found = self.workspace.get(f"{API}/{state['id']}")
        return found | {"parent_path": str(found["parent_path"]).removeprefix("/Workspace")}

    def read(self, state: Values, *, new: bool) -> Values | None:
        found = super().read(state, new=new)
        if not found or found["lifecycle_state"] == "TRASHED":
            return None
        return found | {"dashboard_change_detected": found["etag"] != state.get("etag")}

    def update(self, was: Values, values: Values) -> None:
        changed = self.workspace.patch(f"{API}/{was['id']}", self.body(values))
        values["etag"], values["md5"] = changed["etag"], _digest(values)
        self._publish(was["id"], values)

    def delete(self, state: Values) -> None:
        self.workspace.delete(f"{API}/{state['id']}")

    def _publish(self, id_: str, values: Values) -> None:
        body = {"warehouse_id": values["warehouse_id"], "embed_credentials": bool(values.get("embed_credentials"))}
        self.workspace.post(f"{API}/{id_}/published", body)


def _digest(values: Values) -> str:
    return md5(str(values.get("serialized_dashboard")).encode(), usedforsecurity=False).hexdigest()
