"""/api/2.1/unity-catalog: connections, catalogs, schemas, tables.

Facts, from Databricks' API reference unless said otherwise: names are kept in lower case; a new catalog has a schema
`default`, which the provider deletes at once; what is not empty is deleted only with `force=true`; the error codes are those
that databricks-sdk-go lists; what exists already is 400 (databrickslabs/ucx expects a BadRequest). A connection's secrets don't
come back, and an update replaces all of its options; a provider that finds no provisioning_info plans an update each time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.workspace.messages import RefusedError, Routes, page
from tests.workspace.model import Securable

if TYPE_CHECKING:
    from tests.workspace.messages import Json, Request
    from tests.workspace.model import Table
    from tests.workspace.workspace import Workspace

routes = Routes()
ROOT = "/api/2.1/unity-catalog"
METASTORE = "11111111-0000-4000-8000-000000000000"

# Options that don't come back: those that the provider keeps by itself for that reason, and others whose names end so.
HIDDEN = re.compile(r"user|.*(password|secret|token|credentials?|private_?key|pvtkey|keyjson|api_?key)", re.IGNORECASE)
FIELDS = {
    "connections": ("name", "connection_type", "options", "comment", "properties", "read_only"),
    "catalogs": ("name", "comment", "options", "properties", "storage_root", "connection_name", "provider_name", "share_name"),
    "schemas": ("name", "catalog_name", "comment", "properties", "storage_root"),
}
CHANGING = {
    "connections": ("options", "owner"),
    "catalogs": ("comment", "options", "owner", "properties", "isolation_mode", "enable_predictive_optimization"),
    "schemas": ("comment", "owner", "properties", "enable_predictive_optimization"),
}


def securables(workspace: Workspace, kind: str) -> dict[str, Securable]:
    """Give what there is of a kind, by full name in lower case."""
    return {"connections": workspace.connections, "catalogs": workspace.catalogs, "schemas": workspace.schemas}[kind]


def found(workspace: Workspace, kind: str, name: str) -> Securable:
    """Give a securable by its full name. Raises RefusedError where there is none."""
    there = securables(workspace, kind)
    if name.lower() not in there:
        one = kind.removesuffix("s")
        raise RefusedError(404, f"{one.upper()}_DOES_NOT_EXIST", f"{one.capitalize()} '{name}' does not exist.")
    return there[name.lower()]


def make(workspace: Workspace, kind: str, body: Json) -> Securable:
    """Make a securable. Raises RefusedError where it exists, or its catalog doesn't."""
    info = {field: body[field] for field in FIELDS[kind] if body.get(field) is not None}
    info["name"] = info["name"].lower()
    full = info["name"]
    if kind == "schemas":
        info["catalog_name"] = found(workspace, "catalogs", info["catalog_name"]).info["name"]
        full = f"{info['catalog_name']}.{info['name']}"
    if full in securables(workspace, kind):
        one = kind.removesuffix("s")
        raise RefusedError(400, f"{one.upper()}_ALREADY_EXISTS", f"{one.capitalize()} '{full}' already exists")
    now = workspace.now()
    info |= {
        "full_name": full, "owner": workspace.me, "metastore_id": METASTORE, "created_at": now, "created_by": workspace.me,
        "updated_at": now, "updated_by": workspace.me, "securable_type": kind.removesuffix("s").upper(),
    }  # fmt: skip
    own: dict[str, Json] = {
        "connections": {
            "connection_id": workspace.uuid(), "credential_type": "UNKNOWN_CREDENTIAL_TYPE", "read_only": False,
            "provisioning_info": {"state": "ACTIVE"},
        },
        "catalogs": {"catalog_type": "MANAGED_CATALOG", "isolation_mode": "OPEN"},
        "schemas": {"schema_id": workspace.uuid(), "catalog_type": "MANAGED_CATALOG"},
    }  # fmt: skip
    info = own[kind] | info
    securables(workspace, kind)[full] = made = Securable(info)
    if kind == "catalogs":
        make(workspace, "schemas", {"name": "default", "catalog_name": full, "comment": "Default schema (auto-created)"})
    return made


def shown(one: Securable) -> Json:
    """Give what the API tells of a securable: no secret."""
    options = one.info.get("options")
    if one.info["securable_type"] != "CONNECTION" or options is None:
        return one.info
    return one.info | {"options": {name: value for name, value in options.items() if not HIDDEN.fullmatch(name)}}


def change(workspace: Workspace, kind: str, name: str, body: Json) -> Securable:
    """Change a securable, or its name."""
    one = found(workspace, kind, name)
    one.info |= {field: body[field] for field in CHANGING[kind] if body.get(field) is not None}
    one.info |= {"updated_at": workspace.now(), "updated_by": workspace.me}
    if new := body.get("new_name"):
        old = one.info["full_name"]
        one.info["name"] = new.lower()
        one.info["full_name"] = ".".join([*old.split(".")[:-1], new.lower()])
        there = securables(workspace, kind)
        there[one.info["full_name"]] = there.pop(old)
    return one


def remove(workspace: Workspace, kind: str, name: str, *, force: bool) -> None:
    """Delete a securable. Raises RefusedError where others are in it, unless with `force`, which drops those too."""
    full = found(workspace, kind, name).info["full_name"]
    schemas = [key for key in workspace.schemas if key.startswith(f"{full}.")] if kind == "catalogs" else []
    tables = [key for key in workspace.tables if key.startswith(f"{full}.")] if kind != "connections" else []
    if (schemas or tables) and not force:
        one = kind.removesuffix("s")
        raise RefusedError(400, f"{one.upper()}_NOT_EMPTY", f"{one.capitalize()} '{full}' is not empty.")
    for key in schemas:
        del workspace.schemas[key]
    for key in tables:
        workspace.dropped[key] = workspace.tables.pop(key)
    del securables(workspace, kind)[full]


def _route(kind: str) -> None:
    @routes.on("POST", f"{ROOT}/{kind}")
    def _create(workspace: Workspace, request: Request) -> Json:
        request.need("name")
        return shown(make(workspace, kind, request.body))

    @routes.on("GET", f"{ROOT}/{kind}/{{name}}")
    def _get(workspace: Workspace, request: Request) -> Json:
        return shown(found(workspace, kind, request.parts["name"]))

    @routes.on("PATCH", f"{ROOT}/{kind}/{{name}}")
    def _update(workspace: Workspace, request: Request) -> Json:
        return shown(change(workspace, kind, request.parts["name"], request.body))

    @routes.on("DELETE", f"{ROOT}/{kind}/{{name}}")
    def _delete(workspace: Workspace, request: Request) -> Json:
        remove(workspace, kind, request.parts["name"], force=request.query.get("force") == "true")
        return {}

    @routes.on("GET", f"{ROOT}/{kind}")
    def _list(workspace: Workspace, request: Request) -> Json:
        catalog = request.need("catalog_name").lower() if kind == "schemas" else None
        ones = [one for _, one in sorted(securables(workspace, kind).items())]
        entries = [shown(one) for one in ones if catalog in (None, one.info.get("catalog_name"))]
        return page(request, entries, kind, "max_results", 100, 1000)


for _kind in FIELDS:
    _route(_kind)


@routes.on("GET", f"{ROOT}/current-metastore-assignment")
def assignment(_workspace: Workspace, _request: Request) -> Json:
    return {"metastore_id": METASTORE, "workspace_id": 1, "default_catalog_name": "main"}


def table_info(workspace: Workspace, name: str) -> tuple[str, Table]:
    """Give a table's key and the table. Raises RefusedError where there is none."""
    if name.lower() not in workspace.tables:
        raise RefusedError(404, "TABLE_DOES_NOT_EXIST", f"Table '{name}' does not exist.")
    return name.lower(), workspace.tables[name.lower()]


@routes.on("GET", f"{ROOT}/tables/{{name}}")
def get_table(workspace: Workspace, request: Request) -> Json:
    return _table(*table_info(workspace, request.parts["name"]))


@routes.on("GET", f"{ROOT}/tables/{{name}}/exists")
def table_exists(workspace: Workspace, request: Request) -> Json:
    return {"table_exists": request.parts["name"].lower() in workspace.tables}


@routes.on("GET", f"{ROOT}/tables")
def list_tables(workspace: Workspace, request: Request) -> Json:
    within = f"{request.need('catalog_name')}.{request.need('schema_name')}.".lower()
    entries = [_table(key, table) for key, table in sorted(workspace.tables.items()) if key.startswith(within)]
    return page(request, entries, "tables", "max_results", 50, 50)


@routes.on("DELETE", f"{ROOT}/tables/{{name}}")
def delete_table(workspace: Workspace, request: Request) -> Json:
    key, table = table_info(workspace, request.parts["name"])
    del workspace.tables[key]
    workspace.dropped[key] = table
    return {}


def _table(key: str, table: Table) -> Json:
    catalog, schema, name = key.split(".", 2)
    return {
        "name": name, "catalog_name": catalog, "schema_name": schema, "full_name": key, "table_type": table.kind,
        "owner": table.owner, "properties": table.properties, "created_at": table.created_at, "metastore_id": METASTORE,
        **({"pipeline_id": table.pipeline} if table.pipeline else {}),
    }  # fmt: skip
