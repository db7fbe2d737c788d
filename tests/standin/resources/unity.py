"""databricks_catalog, databricks_schema, databricks_connection.

Source: the provider's catalog/resource_catalog.go, resource_schema.go and resource_connection.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.standin.resources.base import Resource
from tests.standin.rest import quoted

if TYPE_CHECKING:
    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.1/unity-catalog"

# The secret options that the provider puts back into what it reads, from its own state; any other is then gone.
KEPT_OPTIONS = frozenset(
    {
        "user", "password", "personalAccessToken", "access_token", "client_secret", "pem_private_key", "OAuthPvtKey",
        "GoogleServiceAccountKeyJson", "bearer_token",
    }
)  # fmt: skip
UPDATED = ("owner", "isolation_mode", "enable_predictive_optimization")


class Catalog(Resource):
    """A catalog, which is made without its schema `default`."""

    kind = "catalog"

    def create(self, values: Values) -> str:
        name = str(self.workspace.post(f"{API}/catalogs", self.body(values | dict.fromkeys(UPDATED)))["name"])
        if not values.get("connection_name") and not values.get("share_name"):
            self.workspace.delete(f"{API}/schemas/{quoted(f'{name}.default')}")
        if any(values.get(field) for field in UPDATED):
            self.workspace.patch(f"{API}/catalogs/{quoted(name)}", self.body(values))
        return name

    def answer(self, state: Values) -> Json:
        return self.workspace.get(f"{API}/catalogs/{quoted(state['id'])}")

    def update(self, was: Values, values: Values) -> None:
        self.workspace.patch(f"{API}/catalogs/{quoted(was['id'])}", _changes(self.body(values), was, values))

    def delete(self, state: Values) -> None:
        _delete(self, f"{API}/catalogs", state)


class Schema(Resource):
    """A schema."""

    kind = "schema"

    def create(self, values: Values) -> str:
        name = str(self.workspace.post(f"{API}/schemas", self.body(values | dict.fromkeys(UPDATED)))["full_name"])
        if any(values.get(field) for field in UPDATED):
            self.workspace.patch(f"{API}/schemas/{quoted(name)}", self.body(values))
        return name

    def answer(self, state: Values) -> Json:
        return self.workspace.get(f"{API}/schemas/{quoted(state['id'])}")

    def update(self, was: Values, values: Values) -> None:
        self.workspace.patch(f"{API}/schemas/{quoted(was['id'])}", _changes(self.body(values), was, values))

    def delete(self, state: Values) -> None:
        _delete(self, f"{API}/schemas", state)


class Connection(Resource):
    """A connection. Its id is its metastore's and its name; the platform gives no secret back."""

    kind = "connection"

    def create(self, values: Values) -> str:
        made = self.workspace.post(f"{API}/connections", self.body(values | {"owner": None}))
        if values.get("owner"):
            made = self.workspace.patch(f"{API}/connections/{quoted(made['name'])}", self.body(values))
        return f"{made['metastore_id']}|{made['name']}"

    def answer(self, state: Values) -> Json:
        found = self.workspace.get(f"{API}/connections/{self._name(state)}")
        kept = {name: value for name, value in (state.get("options") or {}).items() if name in KEPT_OPTIONS}
        return found | {"options": (found.get("options") or {}) | kept}

    def update(self, was: Values, values: Values) -> None:
        path = f"{API}/connections/{self._name(was)}"
        if was.get("owner") != values.get("owner"):
            self.workspace.patch(path, {"owner": values["owner"]})
        self.workspace.patch(path, {"options": self.body(values)["options"]})

    def delete(self, state: Values) -> None:
        self.workspace.delete(f"{API}/connections/{self._name(state)}")

    @staticmethod
    def _name(state: Values) -> str:
        return quoted(state["id"].partition("|")[2])


def _changes(body: Json, was: Values, values: Values) -> Json:
    """Give an update's body: a comment that was taken away is sent as an empty one."""
    gone = {"comment": ""} if was.get("comment") and not values.get("comment") else {}
    return body | gone


def _delete(one: Resource, path: str, state: Values) -> None:
    force = "true" if state.get("force_destroy") else "false"
    one.workspace.delete(f"{path}/{quoted(state['id'])}", force=force)
