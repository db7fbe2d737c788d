"""/api/2.1/unity-catalog/effective-permissions and /resource-quotas.

Facts, from Databricks' API reference: what is granted on a catalog is inherited by its schemas; owners don't stand among those
who were granted something; pages are asked for by `max_results=0`, and may be empty before the last one. A quota that is not
kept is none (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workspace.catalog import ROOT, found
from tests.workspace.messages import RefusedError, Routes

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.workspace import Workspace

routes = Routes()


@routes.on("GET", f"{ROOT}/effective-permissions/{{kind}}/{{name}}")
def effective(workspace: Workspace, request: Request) -> Json:
    kind, name = request.parts["kind"], request.parts["name"].lower()
    found(workspace, f"{kind}s", name)
    if "page_token" not in request.query and "max_results" in request.query:
        return {"next_page_token": "all-of-it"}
    places = [name, name.split(".")[0]] if kind == "schema" else [name]
    held: dict[str, list[Json]] = {}
    for place in dict.fromkeys(places):
        for principal, privileges in workspace.privileges.get(place, {}).items():
            held.setdefault(principal, []).extend({"privilege": privilege} for privilege in privileges)
    return {"privilege_assignments": [{"principal": who, "privileges": its} for who, its in held.items()]}


@routes.on("GET", f"{ROOT}/resource-quotas/schema/{{name}}/table-quota")
def table_quota(workspace: Workspace, request: Request) -> Json:
    name = request.parts["name"].lower()
    if name not in workspace.quotas:
        raise RefusedError(404, "NOT_FOUND", f"There is no quota of {name}.")
    count = sum(table.startswith(f"{name}.") for table in workspace.tables)
    return {"quota_info": {"quota_name": "table-quota", "quota_count": count, "quota_limit": workspace.quotas[name]}}
