"""databricks_secret_scope, databricks_secret, databricks_secret_acl.

Source: the provider's secrets/resource_secret_scope.go, resource_secret.go and resource_secret_acl.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.standin.resources.base import Refused, Resource
from tests.standin.rest import ApiError

if TYPE_CHECKING:
    from tests.standin.rest import Json
    from tests.standin.values import Values

API = "/api/2.0/secrets"
NAME = re.compile(r"[\w.@_/-]{1,128}", re.ASCII)
WORDS = "Must consist of alphanumeric characters, dashes, underscores, and periods, and may not exceed 128 characters."


def misnamed(config: Values, *arguments: str) -> list[Refused]:
    """Give what is refused of names of scopes and keys."""
    found = {name: config.get(name) for name in arguments}
    return [
        Refused(name, f"invalid value for {name} ({WORDS})")
        for name, value in found.items()
        if isinstance(value, str) and not NAME.fullmatch(value)
    ]


class SecretScope(Resource):
    """A scope, which is found in the list of all."""

    kind = "secret_scope"

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        return misnamed(config, "name")

    def create(self, values: Values) -> str:
        self.workspace.post(f"{API}/scopes/create", {"scope": values["name"], "scope_backend_type": "DATABRICKS"})
        return str(values["name"])

    def answer(self, state: Values) -> Json:
        for one in self.workspace.get(f"{API}/scopes/list").get("scopes", []):
            if one["name"] == state["id"]:
                return dict(one)
        raise ApiError(404, f"no Secret Scope found with scope name {state['id']}")

    def delete(self, state: Values) -> None:
        self.workspace.post(f"{API}/scopes/delete", {"scope": state["id"]})


class Secret(Resource):
    """A secret, whose value is never read."""

    kind = "secret"

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        empty = config.get("string_value") == ""
        return [*misnamed(config, "scope", "key"), *([Refused("string_value", "expected it not to be empty")] if empty else [])]

    def create(self, values: Values) -> str:
        body = {name: values[name] for name in ("scope", "key", "string_value")}
        self.workspace.post(f"{API}/put", body)
        return f"{values['scope']}|||{values['key']}"

    def answer(self, state: Values) -> Json:
        scope, _, key = state["id"].partition("|||")
        for one in self.workspace.get(f"{API}/list", scope=scope).get("secrets", []):
            if one["key"] == key:
                own: Json = {name: state.get(name) for name in ("scope", "key", "string_value")}
                return {**own, **one, "config_reference": f"{{{{secrets/{scope}/{key}}}}}"}
        raise ApiError(404, f"no secret Scope found with secret metadata scope name: {scope} and key: {key}")

    def delete(self, state: Values) -> None:
        scope, _, key = state["id"].partition("|||")
        self.workspace.post(f"{API}/delete", {"scope": scope, "key": key})


class SecretAcl(Resource):
    """Who may do what with a scope."""

    kind = "secret_acl"

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        return misnamed(config, "scope")

    def create(self, values: Values) -> str:
        self.workspace.post(f"{API}/acls/put", {name: values[name] for name in ("scope", "principal", "permission")})
        return f"{values['scope']}|||{values['principal']}"

    def answer(self, state: Values) -> Json:
        scope, _, principal = state["id"].partition("|||")
        found = self.workspace.get(f"{API}/acls/get", scope=scope, principal=principal)
        return {"scope": scope, "principal": principal, "permission": found["permission"]}

    def delete(self, state: Values) -> None:
        scope, _, principal = state["id"].partition("|||")
        self.workspace.post(f"{API}/acls/delete", {"scope": scope, "principal": principal})
